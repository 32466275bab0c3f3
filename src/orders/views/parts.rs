//! The parts of the picking screen that are no line: bar, head, notes, finish. Each is a fragment of its own.

use askama::Template;
use askama::filters::HtmlSafe;

use super::words::{reason_words, replacement_words};
use crate::html::{FormState, RenderContext};
use crate::orders::item::{ItemStatus, Replacement};
use crate::orders::model::{Item, Note, OrderSummary};
use crate::orders::status::OrderState;

/// The sticky line: number, customer, status, progress. `#order-bar`; changes with every pick.
#[derive(Template)]
#[template(path = "orders/_bar.html")]
pub struct BarFragment<'a> {
    pub ctx: RenderContext,
    pub order: &'a OrderSummary,
}

impl HtmlSafe for BarFragment<'_> {}

impl BarFragment<'_> {
    /// How many lines have units that must go back to the shelf.
    fn to_shelf(&self) -> i64 {
        self.order.counts.to_shelf(self.order.state)
    }

    /// Lines with units that nobody has answered; of a closed order nobody will.
    fn unanswered(&self) -> i64 {
        if self.order.state == OrderState::Open { self.order.counts.unanswered } else { 0 }
    }

    /// Nobody picks a canceled order: what goes back to the shelf would be progress backwards.
    fn makes_progress(&self) -> bool {
        self.order.state != OrderState::Canceled
    }
}

/// The order's facts and what can be done with it as a whole. `#order-head`; changes with urgent, shipping, closing.
///
/// Posts to `/orders/{id}/urgent` (`urgent`: `yes` or `no`, `v`).
#[derive(Template)]
#[template(path = "orders/_head.html")]
pub struct HeadFragment<'a> {
    pub ctx: RenderContext,
    pub order: &'a OrderSummary,
}

impl HtmlSafe for HeadFragment<'_> {}

impl HeadFragment<'_> {
    fn is_open(&self) -> bool {
        self.order.state == OrderState::Open
    }

    /// A finished order is reopened, a canceled one is restored.
    fn reopen_key(&self) -> &'static str {
        if self.order.state == OrderState::Canceled { "order.restore_button" } else { "order.reopen_button" }
    }
}

/// The order's notes with the forms to add, change and remove one. `#order-notes`.
///
/// Posts to `/orders/{id}/notes` (`text`, `v`) and `/orders/{id}/notes/{note}` (`text`, `version`, `v`; the button
/// `remove=yes` removes the note instead).
#[derive(Template)]
#[template(path = "orders/_notes.html")]
pub struct NotesFragment<'a> {
    pub ctx: RenderContext,
    pub order: &'a OrderSummary,
    pub given: FormState<'a>,
}

impl HtmlSafe for NotesFragment<'_> {}

impl NotesFragment<'_> {
    fn form(&self, note: &Note) -> String {
        format!("notes/{}", note.id)
    }

    fn is_open(&self) -> bool {
        self.order.state == OrderState::Open
    }
}

/// Finishing: the button, or why it is not possible yet, and the dialog that lists what is missing; of a closed order, what
/// comes next. `#finish-bar`.
///
/// Posts to `/orders/{id}/finish` (`volumes`, may be empty, `v`).
#[derive(Template)]
#[template(path = "orders/_finish.html")]
pub struct FinishFragment<'a> {
    pub ctx: RenderContext,
    pub order: &'a OrderSummary,
    pub items: &'a [Item],
    /// Without script: the dialog is drawn open.
    pub open: bool,
    pub given: FormState<'a>,
}

impl HtmlSafe for FinishFragment<'_> {}

impl FinishFragment<'_> {
    fn is_open(&self) -> bool {
        self.order.state == OrderState::Open
    }

    fn is_finished(&self) -> bool {
        self.order.state == OrderState::Finished
    }

    fn is_canceled(&self) -> bool {
        self.order.state == OrderState::Canceled
    }

    /// How many lines have units that must go back to the shelf.
    fn to_shelf(&self) -> i64 {
        self.order.counts.to_shelf(self.order.state)
    }

    /// Whether nothing can be picked at the moment.
    fn nothing_to_pick(&self) -> bool {
        self.order.counts.pickable == 0
    }

    /// Why the order cannot be finished yet.
    fn refusal(&self) -> Option<String> {
        let refusal = self.order.counts.finish_refusal()?;
        Some(refusal.sentence().say(self.ctx.lang, self.ctx.calendar.zone))
    }

    fn with_status(&self, status: ItemStatus) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.state.status() == status)
    }

    /// Short ones that were answered.
    fn missing(&self) -> impl Iterator<Item = &Item> {
        self.with_status(ItemStatus::Short)
    }

    fn unanswered(&self) -> impl Iterator<Item = &Item> {
        self.with_status(ItemStatus::Unanswered)
    }

    fn lines(&self, items: usize) -> i64 {
        i64::try_from(items).unwrap_or(i64::MAX)
    }

    fn goods(&self, with: &Replacement) -> String {
        replacement_words(&self.ctx, with)
    }

    fn substituted(&self) -> impl Iterator<Item = &Item> {
        self.with_status(ItemStatus::Substituted)
    }

    fn reason(&self, item: &Item) -> Option<String> {
        item.state.reason.as_ref().map(|reason| reason_words(self.ctx.reasons, self.ctx.lang, reason))
    }
}
