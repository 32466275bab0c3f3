//! Papers of an order, printed by the browser: the list that somebody picks by, the slip that goes into the box, and the
//! labels on it. None of them is live, and the slip says nothing of prices and notes: a customer reads it.

use askama::Template;
use rust_decimal::Decimal;

use super::item::sort_key;
use super::words::replacement_words;
use crate::html::RenderContext;
use crate::orders::item::{ItemStatus, RestState};
use crate::orders::model::{Item, OrderSummary};
use crate::orders::status::OrderState;

/// A QR code, drawn as squares of one unit: `d` of a path, and how wide it is with its quiet border.
#[derive(Clone, Debug)]
pub struct Qr {
    pub path: String,
    pub width: usize,
}

/// `/orders/{id}/print/list`
#[derive(Template)]
#[template(path = "papers/list.html")]
pub struct PickList<'a> {
    pub s: RenderContext,
    pub order: &'a OrderSummary,
    /// In the order in which they are picked: by place, then by reference.
    pub items: Vec<&'a Item>,
    /// Leads to the order; None: it is too long for one.
    pub qr: Option<Qr>,
}

impl<'a> PickList<'a> {
    pub fn new(s: RenderContext, order: &'a OrderSummary, items: &'a [Item], qr: Option<Qr>) -> Self {
        let mut items: Vec<&Item> = items.iter().collect();
        items.sort_by_cached_key(|item| sort_key(item));
        Self { s, order, items, qr }
    }

    /// Whether any goods have a place.
    fn has_places(&self) -> bool {
        self.items.iter().any(|item| item.location.is_some())
    }

    /// What is still to be picked; where nothing is, the whole line.
    fn units(&self, item: &Item) -> String {
        self.s.quantity(if item.state.rest().is_zero() { item.state.quantity } else { item.state.rest() })
    }

    /// Whether nothing of the line is to pick; of a closed order that is all of it.
    fn is_settled(&self, item: &Item) -> bool {
        self.order.state != OrderState::Open
            || item.state.rest().is_zero()
            || matches!(item.state.rest_state, RestState::Short | RestState::Substituted)
    }

    /// What became of the order, once it is closed.
    fn closed(&self) -> Option<String> {
        let closed = self.order.state != OrderState::Open;
        closed.then(|| self.s.word("status", self.order.status().code()))
    }

    /// What the line is, unless it is simply to be picked: what is fetched in its place, whether it waits for the buyer.
    fn said(&self, item: &Item) -> Option<String> {
        match (item.status(self.order.state), item.state.replacement.as_ref()) {
            (ItemStatus::Pending, _) => None,
            (ItemStatus::Swap, Some(with)) => {
                let goods = replacement_words(&self.s, with);
                Some(self.s.lang.t_with("item.swap_for", &[("goods", &goods)]))
            }
            (status, _) => Some(self.s.word("item_status", status.code())),
        }
    }
}

/// How a line is shown on the slip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent<'a> {
    Units(Decimal),
    /// Units of other goods, as named.
    Instead(&'a str, Decimal),
    Missing(Decimal),
}

/// `/orders/{id}/print/slip`
#[derive(Template)]
#[template(path = "papers/slip.html")]
pub struct PackingSlip<'a> {
    pub s: RenderContext,
    pub company: &'a str,
    pub order: &'a OrderSummary,
    /// In the quote's order.
    pub items: &'a [Item],
}

impl PackingSlip<'_> {
    fn written(&self, units: &Decimal) -> String {
        self.s.quantity(units)
    }

    fn lines(&self) -> Vec<(&Item, Sent<'_>)> {
        let mut lines = Vec::new();
        for item in self.items.iter().filter(|item| !item.state.quantity.is_zero()) {
            let state = &item.state;
            if !state.picked.is_zero() {
                lines.push((item, Sent::Units(state.picked)));
            }
            match &state.replacement {
                _ if state.rest().is_zero() => {}
                Some(taken) if state.rest_state == RestState::Substituted => {
                    lines.push((item, Sent::Instead(&taken.text, taken.quantity)));
                }
                _ => lines.push((item, Sent::Missing(state.rest()))),
            }
        }
        lines
    }
}

/// What labels are printed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LabelSize {
    /// Several on a sheet, to be cut.
    #[default]
    A4,
    /// One on each label of a label printer, 100 × 150 mm.
    Label,
}

impl LabelSize {
    pub const ALL: [LabelSize; 2] = [LabelSize::A4, LabelSize::Label];

    pub fn code(self) -> &'static str {
        match self {
            LabelSize::A4 => "a4",
            LabelSize::Label => "100x150",
        }
    }

    pub fn from_code(code: &str) -> Self {
        LabelSize::ALL.into_iter().find(|size| size.code() == code).unwrap_or_default()
    }
}

/// `/orders/{id}/print/labels`. Asks with GET: `volumes`, `size`.
#[derive(Template)]
#[template(path = "papers/labels.html")]
pub struct VolumeLabels<'a> {
    pub s: RenderContext,
    pub company: &'a str,
    pub order: &'a OrderSummary,
    pub volumes: i32,
    pub size: LabelSize,
}

impl VolumeLabels<'_> {
    fn places(&self) -> std::ops::RangeInclusive<i32> {
        1..=self.volumes
    }

    /// "Volume 1 de 3"
    fn place(&self, place: &i32) -> String {
        let (n, of) = (place.to_string(), self.volumes.to_string());
        self.s.lang.t_with("papers.volume", &[("n", &n), ("of", &of)])
    }

    fn sizes(&self) -> [LabelSize; 2] {
        LabelSize::ALL
    }

    fn size_word(&self, size: &LabelSize) -> String {
        self.s.lang.t(&format!("papers.size.{}", size.code())).into_owned()
    }

    fn is(&self, size: &LabelSize) -> bool {
        self.size == *size
    }
}
