//! The sheet of one product.

use std::borrow::Borrow;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::expected;
use super::query::{PurchasingQuery, View};
use crate::html::RenderContext;
use crate::html::format::plain_quantity;
use crate::orders::model::is_measured;
use crate::purchasing::model::{Product, PurchaseFacts};

/// The sheet of one product. Inside `#purchase-sheet`.
pub struct ProductSheet<'a> {
    pub ctx: RenderContext,
    pub asked: &'a PurchasingQuery,
    pub to_buy: Option<Product>,
    pub coming: Option<Product>,
}

impl ProductSheet<'_> {
    pub(super) fn product(&self) -> Option<&Product> {
        self.to_buy.as_ref().or(self.coming.as_ref())
    }

    pub(super) fn back(&self) -> String {
        self.asked.href(self.asked.view, self.asked.by_order)
    }

    /// What the sheet offers to buy: nothing on the page of what is on the way, where goods that come are what it is about.
    pub(super) fn buys(&self) -> Option<&Product> {
        self.to_buy.as_ref().filter(|_| self.asked.view == View::Buy || self.coming.is_none())
    }

    pub(super) fn receives(&self) -> Option<&Product> {
        self.coming.as_ref().filter(|_| self.asked.view != View::Buy || self.to_buy.is_none())
    }

    pub(super) fn plain(&self, value: impl Borrow<Decimal>) -> String {
        plain_quantity(*value.borrow())
    }

    pub(super) fn step(&self, product: &Product) -> &'static str {
        if is_measured(&product.goods.unit) { "0.1" } else { "1" }
    }

    pub(super) fn finest(&self, product: &Product) -> &'static str {
        if is_measured(&product.goods.unit) { "0.001" } else { "1" }
    }

    /// "até R$ 3,50 (R$ 3,50 a R$ 4,00)"
    pub(super) fn ceiling(&self, product: &Product) -> Option<String> {
        let (least, most) = product.prices()?;
        let (low, high) = (self.ctx.price(&least), self.ctx.price(&most));
        let key = if least == most { "purchasing.ceiling" } else { "purchasing.ceiling_range" };
        Some(self.ctx.lang.t_with(key, &[("price", &low), ("most", &high)]))
    }

    /// "Casa Silva · previsto 23/10 · Pedro, há 2 h"
    pub(super) fn purchase_words(&self, purchase: &PurchaseFacts) -> String {
        let s = self.ctx;
        let mut said: Vec<String> = purchase.supplier.iter().cloned().collect();
        said.extend(purchase.expected_on.map(|day| expected(s, day)));
        said.push(format!("{}, {}", purchase.bought_by, s.age(&purchase.bought_at)));
        said.join(" · ")
    }

    pub(super) fn iso(&self, day: &Option<Date>) -> String {
        day.map(|day| day.to_string()).unwrap_or_default()
    }
}
