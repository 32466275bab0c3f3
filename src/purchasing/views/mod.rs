//! Views of the buyer's page.

pub(crate) mod past;
mod product_sheet;
mod query;

pub use product_sheet::ProductSheet;
pub use query::{PurchasingQuery, View};

use std::borrow::Borrow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use askama::Template;
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::html::format::{percent_encoded, plain_quantity};
use crate::html::{Layout, Nav, Pager, RenderContext};
use crate::ids::OrderId;
use crate::orders::commands;
use crate::purchasing::model::{Desk, Goods, Leftover, Line, OrderLines, Product, by_order};

/// Rows on a page.
pub const MOST_ROWS: i64 = 300;

/// A chip that narrows the list down to one supplier.
pub struct SupplierChip {
    pub name: String,
    pub count: usize,
    pub href: String,
    pub current: bool,
}

/// A count chip.
pub struct Chip {
    pub view: View,
    pub words: String,
    pub count: usize,
    pub href: String,
    pub current: bool,
}

/// `/purchasing`. Asks with GET: `view`, `by=order`, `q`, `supplier`, `page`, and for the sheet of a product `code` and `unit`. Posts to
/// `/purchasing/buy`, `/purchasing/not-found`, `/purchasing/receive` and `/purchasing/unorder` (`share-ITEM`: an amount,
/// `seen-ITEM`: the order and what it was said to lack), `/purchasing/{purchase}/surplus` (`outcome`, `quantity`),
/// `/purchasing/{purchase}/expected` (`expected`), and `/orders/{order}/items/{item}/settle`.
#[derive(Template)]
#[template(path = "purchasing/page.html")]
pub struct PurchasingPage<'a> {
    pub layout: &'a Layout,
    pub asked: &'a PurchasingQuery,
    pub chips: Vec<Chip>,
    /// Chips of suppliers; empty where there is nothing to choose.
    pub supplier_chips: Vec<SupplierChip>,
    pub products: Vec<Product>,
    pub orders: Vec<OrderLines>,
    pub leftovers: Vec<Leftover>,
    pub notes: Vec<(OrderId, String)>,
    pub suppliers: Vec<String>,
    pub today: Date,
    /// Which of the rows are shown.
    pub pager: Pager,
    pub sheet: Option<ProductSheet<'a>>,
}

impl<'a> PurchasingPage<'a> {
    pub fn new(layout: &'a Layout, asked: &'a PurchasingQuery, desk: &Desk, today: Date) -> Self {
        let (buy, coming) = (desk.products_to_buy(), desk.products_coming());
        let late: Vec<Product> = coming.iter().filter(|product| product.is_late(today)).cloned().collect();
        let sheet = asked.open.as_ref().map(|open| {
            let of = |products: &[Product]| {
                let is_it =
                    |product: &&Product| (&product.goods.code, &product.goods.unit) == (&open.0, &open.1);
                products.iter().find(is_it).cloned()
            };
            let (to_buy, on_the_way) = (of(&buy), of(&coming));
            ProductSheet { ctx: layout.ctx, asked, to_buy, coming: on_the_way }
        });
        let counts = [buy.len(), coming.len(), late.len(), desk.leftovers.len()];
        let chips = View::ALL.into_iter().zip(counts).map(|(view, count)| Chip {
            view,
            words: layout.ctx.lang.t(&format!("purchase_view.{}", view.code())).into_owned(),
            count,
            href: asked.href(view, asked.by_order),
            current: view == asked.view,
        });
        let chips = chips.collect();
        let mut page = Self {
            layout,
            asked,
            chips,
            supplier_chips: supplier_chips(asked, if asked.view == View::Late { &late } else { &coming }),
            products: Vec::new(),
            orders: Vec::new(),
            leftovers: Vec::new(),
            notes: Vec::new(),
            suppliers: Vec::new(),
            today,
            pager: Pager::new(1, MOST_ROWS, 0),
            sheet: sheet.filter(|sheet| sheet.product().is_some()),
        };
        let of_one = asked.supplier.as_deref().map(|supplier| desk.of_supplier(supplier));
        let desk = of_one.as_ref().unwrap_or(desk);
        let (coming, late) = match &of_one {
            Some(desk) => {
                let coming = desk.products_coming();
                let late = coming.iter().filter(|product| product.is_late(today)).cloned().collect();
                (coming, late)
            }
            None => (coming, late),
        };
        match (asked.view, asked.by_order) {
            (View::Settle, _) => page.leftovers.clone_from(&desk.leftovers),
            (View::Buy, true) => page.orders = by_order(&desk.to_buy),
            (View::Coming, true) => page.orders = by_order(&desk.coming),
            (View::Late, true) => {
                let late = desk.coming.iter().filter(|line| line.is_late(today)).cloned();
                page.orders = by_order(&late.collect::<Vec<_>>());
            }
            (View::Buy, false) => page.products = buy,
            (View::Coming, false) => page.products = coming,
            (View::Late, false) => page.products = late,
        }
        page.cut();
        page
    }

    /// Only the rows of the page that was asked for. Counts are of all.
    fn cut(&mut self) {
        let all = self.products.len() + self.orders.len() + self.leftovers.len();
        self.pager = Pager::new(self.asked.page, MOST_ROWS, i64::try_from(all).unwrap_or(i64::MAX));
        let page = |row: &usize| {
            let row = i64::try_from(*row).unwrap_or(i64::MAX);
            (self.pager.skipped()..self.pager.last()).contains(&row)
        };
        keep(&mut self.products, page);
        keep(&mut self.orders, page);
        keep(&mut self.leftovers, page);
    }

    fn page_href(&self, page: &i64) -> String {
        format!("{}&page={page}", self.asked.href(self.asked.view, self.asked.by_order))
    }

    fn nav(&self) -> Nav {
        Nav::Purchasing
    }

    fn is_empty(&self) -> bool {
        self.products.is_empty() && self.orders.is_empty() && self.leftovers.is_empty()
    }

    /// "Nada para comprar", and what comes here.
    fn nothing(&self) -> (String, String) {
        let code = self.asked.view.code();
        let say = |key: String| self.layout.ctx.lang.t(&key).into_owned();
        (say(format!("purchase_none.{code}")), say(format!("purchase_none_text.{code}")))
    }

    fn is_settle(&self) -> bool {
        self.asked.view == View::Settle
    }

    fn product_href(&self, goods: &Goods) -> String {
        let base = self.asked.href(self.asked.view, self.asked.by_order);
        format!("{base}&code={}&unit={}", percent_encoded(&goods.code), percent_encoded(&goods.unit))
    }

    /// The current view, by product or by order.
    fn turned(&self, by_order: bool) -> String {
        self.asked.href(self.asked.view, by_order)
    }

    /// "3 pedidos · até R$ 3,50"
    fn said_of(&self, product: &Product) -> Vec<String> {
        let s = self.layout.ctx;
        let mut said = vec![match i64::try_from(product.orders()).unwrap_or(i64::MAX) {
            0 => s.t("purchasing.stock_only").into_owned(),
            orders => s.count("purchasing.orders", orders),
        }];
        if self.asked.view == View::Buy {
            said.extend(
                product
                    .prices()
                    .map(|(least, _)| s.lang.t_with("purchasing.ceiling", &[("price", &s.price(&least))])),
            );
            said.extend(product.wished_on().map(|day| {
                let date = s.date(&day);
                s.lang.t_with("purchasing.wished", &[("date", date.as_str())])
            }));
        } else {
            let names = product.suppliers();
            if !names.is_empty() {
                said.push(names.join(", "));
            }
            said.extend(product.expected_on().map(|day| expected(s, day)));
        }
        said
    }

    fn notes_of<'n>(&'n self, id: &'n OrderId) -> impl Iterator<Item = &'n str> {
        self.notes.iter().filter(move |(order, _)| order == id).map(|(_, text)| text.as_str())
    }

    fn is_late(&self, product: &Product) -> bool {
        product.is_late(self.today)
    }

    fn late_line(&self, line: &Line) -> bool {
        line.is_late(self.today)
    }

    /// What is to buy as text, without prices: it is sent to suppliers.
    fn list_text(&self) -> String {
        let s = self.layout.ctx;
        let line = |product: &Product| {
            let goods = &product.goods;
            let name = format!("{} {}", goods.reference(), goods.description_rest());
            format!("{} {} · {}", s.quantity(product.units()), goods.unit, name.trim())
        };
        self.products.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    fn plain(&self, value: impl Borrow<Decimal>) -> String {
        plain_quantity(*value.borrow())
    }
}

/// Keeps the rows whose index is wanted.
fn keep<T>(rows: &mut Vec<T>, wanted: impl Fn(&usize) -> bool) {
    let mut place = 0..;
    rows.retain(|_| place.next().is_some_and(|place| wanted(&place)));
}

/// One chip for each supplier of these products, the one with most of them first; none where all have the same supplier.
fn supplier_chips(asked: &PurchasingQuery, products: &[Product]) -> Vec<SupplierChip> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for product in products.iter().filter(|_| asked.view.is_bought()) {
        for name in product.suppliers() {
            *counts.entry(name).or_default() += 1;
        }
    }
    if counts.len() < 2 && asked.supplier.is_none() {
        return Vec::new();
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    let chip = |(name, count): (&str, usize)| {
        let current = asked.supplier.as_deref() == Some(name);
        let href = asked.of_supplier(Some(name).filter(|_| !current));
        SupplierChip { name: name.to_owned(), count, href, current }
    };
    counts.into_iter().map(chip).collect()
}

/// "previsto 23/10"
fn expected(s: RenderContext, day: Date) -> String {
    s.lang.t_with("purchasing.expected_on", &[("date", &s.date(&day))])
}
