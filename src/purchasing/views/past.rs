//! The view of past purchases.

use askama::Template;
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::export::links::Files;
use crate::export::table::Cell;
use crate::html::format::address;
use crate::html::{Layout, Nav, RenderContext};
use crate::purchasing::model::{PastFilter, PastPurchase};

/// Purchases of one file.
pub const MOST_EXPORTED: i64 = 50_000;

pub const COLUMNS: [&str; 11] = [
    "purchasing.when",
    "purchasing.column.code",
    "purchasing.product",
    "purchasing.column.unit",
    "item.quantity",
    "item.received",
    "item.supplier",
    "purchasing.cost",
    "item.expected",
    "purchasing.column.orders",
    "purchasing.by",
];

/// The last row of a file that holds as many as one may.
pub const LIMIT: Cell = Cell::Word("purchasing.export_limit");

/// The row of a purchase.
pub fn cells(one: &PastPurchase, ctx: RenderContext) -> Vec<Cell> {
    let PastPurchase { goods, purchase, .. } = one;
    vec![
        Cell::Moment(ctx.calendar.zone.local(purchase.bought_at)),
        Cell::Code(goods.code.clone()),
        Cell::Text(goods.description.clone()),
        Cell::Text(goods.unit.clone()),
        Cell::Quantity(one.units),
        Cell::Quantity(one.came),
        purchase.supplier.clone().map_or(Cell::None, Cell::Text),
        one.cost_cents.map_or(Cell::None, |cents| Cell::Quantity(Decimal::new(cents, 2))),
        purchase.expected_on.map_or(Cell::None, Cell::Day),
        Cell::Whole(one.orders),
        Cell::Text(purchase.bought_by.clone()),
    ]
}

/// `/purchasing/history`. Asks with GET: `from`, `to` (days), `supplier`, `q`, `after`.
#[derive(Template)]
#[template(path = "purchasing/history.html")]
pub struct PastPage<'a> {
    pub layout: &'a Layout,
    pub filter: &'a PastFilter,
    /// The latest first.
    pub purchases: Vec<PastPurchase>,
    pub suppliers: Vec<String>,
    /// There are older ones.
    pub more: bool,
}

impl PastPage<'_> {
    fn nav(&self) -> Nav {
        Nav::Purchasing
    }

    /// Links to the list as files, for people who may export it.
    fn files(&self) -> Files {
        Files::new(self.layout.ctx, "/purchasing/history/export", &self.pairs())
    }

    fn limit(&self) -> String {
        let s = self.layout.ctx;
        s.lang.t_with("purchasing.export", &[("count", &s.whole(MOST_EXPORTED))])
    }

    fn iso(&self, day: &Option<Date>) -> String {
        day.map(|day| day.to_string()).unwrap_or_default()
    }

    /// The first page of the same filter.
    fn newest(&self) -> String {
        address("/purchasing/history", &self.pairs())
    }

    /// The page of those before the last one here.
    fn older(&self) -> Option<String> {
        let last = self.purchases.last().filter(|_| self.more)?;
        let mut pairs = self.pairs();
        pairs.push(("after", format!("{} {}", last.purchase.bought_at, last.purchase.id)));
        Some(address("/purchasing/history", &pairs))
    }

    /// What the filter asks for.
    fn pairs(&self) -> Vec<(&'static str, String)> {
        let (from, to) = (self.iso(&self.filter.from), self.iso(&self.filter.to));
        let (supplier, q) = (self.filter.supplier.clone(), self.filter.q.clone());
        let pairs = [("from", from), ("to", to), ("supplier", supplier), ("q", q)];
        pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}
