//! The buyer's page, and the sheet of one product.

pub(crate) mod past;

use std::borrow::Borrow;
use std::fmt::Write as _;

use askama::Template;
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::html::format::{percent_encoded, plain_quantity};
use crate::html::{Layout, Nav, RenderContext};
use crate::ids::OrderId;
use crate::orders::commands;
use crate::orders::model::is_measured;
use crate::purchasing::model::{Desk, Goods, Leftover, Line, OrderLines, Product, PurchaseFacts, by_order};

/// More than that is found by searching.
pub const MOST_ROWS: usize = 300;

/// What the page lists: its count chips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    #[default]
    Buy,
    Coming,
    Late,
    Settle,
}

impl View {
    pub const ALL: [View; 4] = [View::Buy, View::Coming, View::Late, View::Settle];

    pub fn code(self) -> &'static str {
        match self {
            View::Buy => "buy",
            View::Coming => "coming",
            View::Late => "late",
            View::Settle => "settle",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        View::ALL.into_iter().find(|view| view.code() == code)
    }
}

/// What the page was asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub view: View,
    pub by_order: bool,
    pub q: String,
    /// Code and unit of the product whose sheet is open.
    pub open: Option<(String, String)>,
}

impl Asked {
    /// The same page with another view.
    fn href(&self, view: View, by_order: bool) -> String {
        let mut href = format!("/purchasing?view={}", view.code());
        if by_order {
            href.push_str("&by=order");
        }
        if !self.q.trim().is_empty() {
            let _ = write!(href, "&q={}", percent_encoded(self.q.trim()));
        }
        href
    }
}

/// A count chip.
pub struct Chip {
    pub view: View,
    pub words: String,
    pub count: usize,
    pub href: String,
    pub current: bool,
}

/// `/purchasing`. Asks with GET: `view`, `by=order`, `q`, and for the sheet of a product `code` and `unit`. Posts to
/// `/purchasing/buy`, `/purchasing/not-found`, `/purchasing/receive` and `/purchasing/unorder` (`share-ITEM`: an amount,
/// `seen-ITEM`: the order and what it was said to lack), `/purchasing/{purchase}/surplus` (`outcome`),
/// `/purchasing/{purchase}/expected` (`expected`), and `/orders/{order}/items/{item}/settle`.
#[derive(Template)]
#[template(path = "purchasing/page.html")]
pub struct PurchasingPage<'a> {
    pub chrome: &'a Layout,
    pub asked: &'a Asked,
    pub chips: Vec<Chip>,
    pub products: Vec<Product>,
    pub orders: Vec<OrderLines>,
    pub leftovers: Vec<Leftover>,
    pub notes: Vec<(OrderId, String)>,
    pub suppliers: Vec<String>,
    pub today: Date,
    /// Rows that are not shown.
    pub left_out: i64,
    pub sheet: Option<ProductSheet<'a>>,
}

impl<'a> PurchasingPage<'a> {
    pub fn new(chrome: &'a Layout, asked: &'a Asked, desk: &Desk, today: Date) -> Self {
        let (buy, coming) = (desk.products_to_buy(), desk.products_coming());
        let late: Vec<Product> = coming.iter().filter(|product| product.is_late(today)).cloned().collect();
        let sheet = asked.open.as_ref().map(|open| {
            let of = |products: &[Product]| {
                let is_it =
                    |product: &&Product| (&product.goods.code, &product.goods.unit) == (&open.0, &open.1);
                products.iter().find(is_it).cloned()
            };
            let (to_buy, on_the_way) = (of(&buy), of(&coming));
            ProductSheet { scene: chrome.scene, asked, to_buy, coming: on_the_way }
        });
        let counts = [buy.len(), coming.len(), late.len(), desk.leftovers.len()];
        let chips = View::ALL.into_iter().zip(counts).map(|(view, count)| Chip {
            view,
            words: chrome.scene.lang.t(&format!("purchase_view.{}", view.code())).into_owned(),
            count,
            href: asked.href(view, asked.by_order),
            current: view == asked.view,
        });
        let chips = chips.collect();
        let mut page = Self {
            chrome,
            asked,
            chips,
            products: Vec::new(),
            orders: Vec::new(),
            leftovers: Vec::new(),
            notes: Vec::new(),
            suppliers: Vec::new(),
            today,
            left_out: 0,
            sheet: sheet.filter(|sheet| sheet.product().is_some()),
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

    fn cut(&mut self) {
        let all = self.products.len() + self.orders.len() + self.leftovers.len();
        self.left_out = i64::try_from(all.saturating_sub(MOST_ROWS)).unwrap_or(i64::MAX);
        self.products.truncate(MOST_ROWS);
        self.orders.truncate(MOST_ROWS);
        self.leftovers.truncate(MOST_ROWS);
    }

    fn nav(&self) -> Nav {
        Nav::Purchasing
    }

    fn is_empty(&self) -> bool {
        self.products.is_empty() && self.orders.is_empty() && self.leftovers.is_empty()
    }

    /// "Nada para comprar"
    fn nothing(&self) -> String {
        self.chrome.scene.lang.t(&format!("purchase_none.{}", self.asked.view.code())).into_owned()
    }

    fn is_settle(&self) -> bool {
        self.asked.view == View::Settle
    }

    fn product_href(&self, goods: &Goods) -> String {
        let base = self.asked.href(self.asked.view, self.asked.by_order);
        format!("{base}&code={}&unit={}", percent_encoded(&goods.code), percent_encoded(&goods.unit))
    }

    /// Of whichever view, by product or by order.
    fn turned(&self, by_order: bool) -> String {
        self.asked.href(self.asked.view, by_order)
    }

    /// "3 pedidos · até R$ 3,50"
    fn said_of(&self, product: &Product) -> Vec<String> {
        let s = self.chrome.scene;
        let mut said =
            vec![s.count("purchasing.orders", i64::try_from(product.orders()).unwrap_or(i64::MAX))];
        if self.asked.view == View::Buy {
            said.extend(
                product
                    .prices()
                    .map(|(least, _)| s.lang.t_with("purchasing.ceiling", &[("price", &s.price(&least))])),
            );
        } else {
            let suppliers = product.distinct_purchases();
            let mut names: Vec<&str> =
                suppliers.iter().filter_map(|purchase| purchase.supplier.as_deref()).collect();
            names.sort_unstable();
            names.dedup();
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
        let s = self.chrome.scene;
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

/// "previsto 23/10"
fn expected(s: RenderContext, day: Date) -> String {
    s.lang.t_with("purchasing.expected_on", &[("date", &s.date(&day))])
}

/// The sheet of one product. Inside `#purchase-sheet`.
pub struct ProductSheet<'a> {
    pub scene: RenderContext,
    pub asked: &'a Asked,
    pub to_buy: Option<Product>,
    pub coming: Option<Product>,
}

impl ProductSheet<'_> {
    fn product(&self) -> Option<&Product> {
        self.to_buy.as_ref().or(self.coming.as_ref())
    }

    fn back(&self) -> String {
        self.asked.href(self.asked.view, self.asked.by_order)
    }

    /// On the page of what is on the way that comes first.
    fn buys(&self) -> Option<&Product> {
        self.to_buy.as_ref().filter(|_| self.asked.view == View::Buy || self.coming.is_none())
    }

    fn receives(&self) -> Option<&Product> {
        self.coming.as_ref().filter(|_| self.asked.view != View::Buy || self.to_buy.is_none())
    }

    fn plain(&self, value: impl Borrow<Decimal>) -> String {
        plain_quantity(*value.borrow())
    }

    fn step(&self, product: &Product) -> &'static str {
        if is_measured(&product.goods.unit) { "0.1" } else { "1" }
    }

    fn finest(&self, product: &Product) -> &'static str {
        if is_measured(&product.goods.unit) { "0.001" } else { "1" }
    }

    /// "até R$ 3,50 (R$ 3,50 a R$ 4,00)"
    fn ceiling(&self, product: &Product) -> Option<String> {
        let (least, most) = product.prices()?;
        let (low, high) = (self.scene.price(&least), self.scene.price(&most));
        let key = if least == most { "purchasing.ceiling" } else { "purchasing.ceiling_range" };
        Some(self.scene.lang.t_with(key, &[("price", &low), ("most", &high)]))
    }

    /// "Casa Silva · previsto 23/10 · Pedro, há 2 h"
    fn purchase_words(&self, purchase: &PurchaseFacts) -> String {
        let s = self.scene;
        let mut said: Vec<String> = purchase.supplier.iter().cloned().collect();
        said.extend(purchase.expected_on.map(|day| expected(s, day)));
        said.push(format!("{}, {}", purchase.bought_by, s.age(&purchase.bought_at)));
        said.join(" · ")
    }

    fn iso(&self, day: &Option<Date>) -> String {
        day.map(|day| day.to_string()).unwrap_or_default()
    }
}
