//! What was bought.

use std::fmt::Write as _;

use askama::Template;
use jiff::civil::Date;

use crate::html::format::percent_encoded;
use crate::html::{Layout, Nav};
use crate::purchasing::model::{PastFilter, PastPurchase};

/// `/purchasing/history`. Asks with GET: `from`, `to` (days), `supplier`, `q`, `after`.
#[derive(Template)]
#[template(path = "purchasing/history.html")]
pub struct PastPage<'a> {
    pub chrome: &'a Layout,
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

    fn iso(&self, day: &Option<Date>) -> String {
        day.map(|day| day.to_string()).unwrap_or_default()
    }

    /// The page of those before the last one here.
    fn older(&self) -> Option<String> {
        let last = self.purchases.last().filter(|_| self.more)?;
        let mut href = "/purchasing/history?".to_owned();
        let (from, to) = (self.iso(&self.filter.from), self.iso(&self.filter.to));
        for (name, value) in
            [("from", &from), ("to", &to), ("supplier", &self.filter.supplier), ("q", &self.filter.q)]
        {
            if !value.is_empty() {
                let _ = write!(href, "{name}={}&", percent_encoded(value));
            }
        }
        let after = format!("{} {}", last.purchase.bought_at, last.purchase.id);
        let _ = write!(href, "after={}", percent_encoded(&after));
        Some(href)
    }
}
