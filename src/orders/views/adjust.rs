//! Views of a finished order's last steps: left, and adjusted in the ERP.

use std::borrow::Borrow;
use std::fmt::Write as _;

use askama::Template;
use askama::filters::HtmlSafe;
use rust_decimal::Decimal;

use crate::html::RenderContext;
use crate::orders::difference::{Difference, StoredTick, differences};
use crate::orders::item::Replacement;
use crate::orders::model::{Item, OrderSummary};
use crate::orders::status::OrderState;

/// What is left to do with a finished order: to mark it as gone, and to enter what differs from its quote into the ERP.
/// `#adjust`, empty while it is not finished.
///
/// Posts to `/orders/{id}/left` (`left`: `yes` or `no`, `v`) and to `/orders/{id}/adjusted` (`item`, absent for all of them, `done`: `yes` or `no`, `v`).
#[derive(Template)]
#[template(path = "orders/_adjust.html")]
pub struct AdjustFragment<'a> {
    pub ctx: RenderContext,
    pub order: &'a OrderSummary,
    pub differences: Vec<Difference<'a>>,
}

impl HtmlSafe for AdjustFragment<'_> {}

impl<'a> AdjustFragment<'a> {
    pub fn new(
        ctx: RenderContext,
        order: &'a OrderSummary,
        items: &'a [Item],
        ticks: &'a [StoredTick],
    ) -> Self {
        let is_finished = order.state == OrderState::Finished;
        let differences = if is_finished { differences(items, ticks) } else { Vec::new() };
        Self { ctx, order, differences }
    }

    fn is_finished(&self) -> bool {
        self.order.state == OrderState::Finished
    }

    fn quantity(&self, value: impl Borrow<Decimal>) -> String {
        self.ctx.quantity(value)
    }

    /// "2 × CB15"
    fn replaced(&self, replacement: &Replacement) -> String {
        format!("{} × {}", self.quantity(replacement.quantity), replacement.text)
    }

    /// "no ERP consta 7"
    fn entered(&self, units: &Decimal) -> String {
        self.ctx.lang.t_with("adjust.entered", &[("quantity", &self.quantity(units))])
    }

    /// What is copied: the order, and a line for each difference.
    fn text(&self) -> String {
        let lang = self.ctx.lang;
        let number = self.order.number.clone().unwrap_or_else(|| lang.t("order.no_number").into_owned());
        let mut lines = vec![format!("{} {number} · {}", lang.t("order.order"), self.order.customer)];
        for one in &self.differences {
            let (quoted, sent) = (self.quantity(one.item.state.quantity), self.quantity(one.sent));
            let (code, reference, unit) = (&one.item.code, one.item.reference(), &one.item.unit);
            let mut line = format!("{code} {reference}: {quoted} → {sent} {unit}");
            // Writing into a string cannot fail.
            if one.less_cents != 0 {
                let _ = write!(line, " (-{})", self.ctx.money(&one.less_cents));
            }
            if let Some(units) = one.entered {
                let _ = write!(line, ", {}", self.entered(&units));
            }
            if let Some(replacement) = one.replacement {
                let _ = write!(line, ", {} {}", lang.t("adjust.instead"), self.replaced(replacement));
            }
            if !one.item.state.unanswered.is_zero() {
                let _ = write!(line, ", {}", lang.t("adjust.not_told"));
            }
            lines.push(line);
        }
        lines.join("\n")
    }
}
