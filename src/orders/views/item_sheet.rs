//! The sheet of a line: every command on it, and what each begins with.

use std::borrow::Borrow;
use std::collections::HashMap;

use askama::Template;
use rust_decimal::Decimal;

use super::words::{reason_words, replacement_words};
use crate::html::format::plain_quantity;
use crate::html::{FormState, RenderContext};
use crate::ids::{ItemId, OrderId};
use crate::orders::item::{Decision, ItemStatus, Replacement, RestState};
use crate::orders::model::{Item, OrderSummary};
use crate::orders::status::OrderState;

/// The sheet of one line: who changed it and when, and every command on it. Inside `#item-sheet`.
pub struct ItemSheet<'a> {
    pub ctx: RenderContext,
    pub order: &'a OrderSummary,
    pub item: &'a Item,
    pub given: FormState<'a>,
    /// Other open orders that want these goods.
    pub others: &'a [OrderId],
    /// What the customer took in place of these goods the last time.
    pub last: Option<&'a Replacement>,
}

/// `/orders/{id}/sheets`: the sheet of every line, each in a `<template data-sheet="ID">`.
#[derive(Template)]
#[template(path = "orders/_sheets.html")]
pub struct SheetsFragment<'a> {
    pub ctx: RenderContext,
    pub order: &'a OrderSummary,
    pub items: &'a [Item],
    pub last: &'a HashMap<ItemId, Replacement>,
}

impl SheetsFragment<'_> {
    fn sheets(&self) -> impl Iterator<Item = ItemSheet<'_>> {
        let (ctx, order, last) = (self.ctx, self.order, self.last);
        self.items.iter().map(move |item| ItemSheet {
            ctx,
            order,
            item,
            given: FormState::default(),
            others: &[],
            last: last.get(&item.id),
        })
    }
}

/// What the sheet offers about buying the goods.
impl ItemSheet<'_> {
    pub(super) fn can_request(&self) -> bool {
        matches!(self.item.state.request_purchase(), Ok(Decision::Becomes(_)))
    }

    pub(super) fn request_key(&self) -> &'static str {
        if self.item.state.is_in_purchase() { "item.request_again" } else { "item.request" }
    }

    pub(super) fn other_orders(&self) -> String {
        self.others.iter().map(OrderId::to_string).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn others_count(&self) -> i64 {
        i64::try_from(self.others.len()).unwrap_or(i64::MAX)
    }

    pub(super) fn can_withdraw(&self) -> bool {
        self.has_rest() && self.item.state.rest_state == RestState::PurchaseRequested
    }

    /// Whether units can be marked as bought, also ones that were not found before.
    pub(super) fn can_buy(&self) -> bool {
        self.item.state.is_in_purchase() && self.item.state.ordered < self.item.state.rest()
    }

    /// How many units the form offers: those that the buyer is asked for, else those that were not found.
    pub(super) fn buy_first(&self) -> Decimal {
        let state = &self.item.state;
        if state.to_buy().is_zero() { state.rest() - state.ordered } else { state.to_buy() }
    }

    pub(super) fn can_miss(&self) -> bool {
        !self.item.state.to_buy().is_zero()
    }

    pub(super) fn can_receive(&self) -> bool {
        !self.item.state.on_the_way().is_zero()
    }

    pub(super) fn has_arrived(&self) -> bool {
        !self.item.state.received.is_zero()
    }
}

/// What the sheet offers about other goods in place of these, and about missing units.
impl ItemSheet<'_> {
    pub(super) fn is_swap(&self) -> bool {
        self.status() == ItemStatus::Swap
    }

    pub(super) fn is_substituted(&self) -> bool {
        self.has_rest() && self.item.state.rest_state == RestState::Substituted
    }

    pub(super) fn is_unanswered(&self) -> bool {
        !self.item.state.unanswered.is_zero()
    }

    /// Whether something was agreed that can be withdrawn.
    pub(super) fn is_agreed(&self) -> bool {
        self.can_pick() && self.item.state.replacement.is_some()
    }

    /// Of the forms that share their fields, the one that was sent without script and not accepted.
    pub(super) fn swap_form(&self) -> String {
        let forms = ["agree", "answer", "substitute"].map(|verb| self.form(verb));
        let [.., usual] = &forms;
        forms.iter().find(|form| self.given.is(form)).unwrap_or(usual).clone()
    }

    /// The command of "the customer takes it": an answer where units wait for one, else an agreement.
    pub(super) fn agree_verb(&self) -> &'static str {
        if self.is_unanswered() { "answer" } else { "agree" }
    }

    /// How many units the other goods are to replace: those that are missing.
    pub(super) fn swap_units(&self) -> Decimal {
        if self.is_unanswered() { self.item.state.unanswered } else { self.item.state.rest() }
    }

    /// What the customer took the last time, offered where nothing is agreed yet.
    pub(super) fn last(&self) -> Option<&Replacement> {
        self.last.filter(|_| self.can_pick() && self.item.state.replacement.is_none())
    }

    /// "Da última vez: CB15 · 5 UN"
    pub(super) fn last_words(&self, last: &Replacement) -> String {
        let goods = self.goods(&Replacement { quantity: self.swap_units(), ..last.clone() });
        self.ctx.lang.t_with("item.swap_last", &[("goods", &goods)])
    }

    pub(super) fn goods(&self, replacement: &Replacement) -> String {
        replacement_words(&self.ctx, replacement)
    }
}

impl ItemSheet<'_> {
    /// A form of the sheet, as [`FormState`] names it.
    pub(super) fn form(&self, verb: &str) -> String {
        format!("items/{}/{verb}", self.item.id)
    }

    /// The quantity that a form begins with, as the screen writes it.
    pub(super) fn begins_with(&self, verb: &str, usual: impl Borrow<Decimal>) -> String {
        let typed = self.given.typed(self.form(verb), "quantity");
        typed.map_or_else(|| self.ctx.quantity(usual), str::to_owned)
    }

    pub(super) fn is_open(&self) -> bool {
        self.order.state == OrderState::Open
    }

    pub(super) fn has_rest(&self) -> bool {
        !self.item.state.rest().is_zero()
    }

    pub(super) fn can_pick(&self) -> bool {
        self.has_rest() && self.item.state.rest_state != RestState::Substituted
    }

    pub(super) fn can_short(&self) -> bool {
        self.can_pick() && !self.is_short()
    }

    pub(super) fn is_short(&self) -> bool {
        self.has_rest() && self.item.state.rest_state == RestState::Short
    }

    /// Whether picked units can be put back: not before those that have to go back, nor before goods that stand for the rest.
    pub(super) fn is_picked(&self) -> bool {
        !self.item.state.picked.is_zero() && !self.returns() && !self.is_substituted()
    }

    /// Why nothing can be done with the line.
    pub(super) fn closed_key(&self) -> &'static str {
        if self.order.state == OrderState::Canceled { "item.canceled" } else { "item.finished" }
    }

    pub(super) fn returns(&self) -> bool {
        self.order.state != OrderState::Finished && !self.to_return().is_zero()
    }

    /// What is in the box in place of the line's goods and must go back to the shelf.
    pub(super) fn others_to_return(&self) -> Option<&Replacement> {
        self.item.others_to_shelf(self.order.state)
    }

    pub(super) fn status(&self) -> ItemStatus {
        self.item.status(self.order.state)
    }

    pub(super) fn plain(&self, value: impl Borrow<Decimal>) -> String {
        plain_quantity(*value.borrow())
    }

    pub(super) fn to_return(&self) -> Decimal {
        self.item.to_shelf(self.order.state)
    }

    /// The last pick in words, and as its form names it.
    pub(super) fn last_pick(&self) -> Option<(i32, String, String)> {
        let last = self.item.last_pick?;
        Some((last.seq, plain_quantity(last.quantity), self.ctx.quantity(last.quantity)))
    }

    /// Where the goods lie; empty where nobody has said.
    pub(super) fn location(&self) -> &str {
        self.item.location.as_deref().unwrap_or_default()
    }

    pub(super) fn location_key(&self) -> &'static str {
        if self.item.location.is_some() { "location.change" } else { "location.set" }
    }

    /// By how much one press of the stepper goes.
    pub(super) fn step(&self) -> &'static str {
        if self.item.counts_in_pieces() { "1" } else { "0.1" }
    }

    /// The finest amount that may be typed; an odd rest may always be sent as it is.
    pub(super) fn finest(&self) -> &'static str {
        if self.item.moves_whole() { "1" } else { "0.001" }
    }

    /// What the company's sheet offers: code and word.
    pub(super) fn reasons(&self) -> Vec<(String, String)> {
        let lang = self.ctx.lang;
        self.ctx.reasons.get().offered().map(|reason| (reason.code.clone(), reason.word(lang))).collect()
    }

    pub(super) fn reason(&self) -> Option<String> {
        self.item.state.reason.as_ref().map(|reason| reason_words(self.ctx.reasons, self.ctx.lang, reason))
    }

    /// "João separou às 14:32"
    pub(super) fn last_change(&self) -> Option<String> {
        let change = self.item.last_change.as_ref()?;
        let told = change.kind.filter(|kind| kind.is_told());
        let key = told.map_or("changed.other".to_owned(), |kind| format!("changed.{}", kind.code()));
        let when = self.ctx.when(&change.at);
        Some(self.ctx.lang.t_with(&key, &[("name", &change.by_name), ("when", &when)]))
    }
}
