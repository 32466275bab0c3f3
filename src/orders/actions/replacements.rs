//! Substitution, agreed replacements, and answers for missing units.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::OrderContext;
use super::items::{RestChange, change_locked, change_rest, get_item, refuse_parts, refuse_parts_of};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::feed::EventKind;
use crate::html::text::{length, visible};
use crate::ids::{ItemId, OrderId};
use crate::orders::commands;
use crate::orders::history::Told;
use crate::orders::item::{Answer, Replacement};
use crate::orders::model::Item;
use crate::orders::queries::shelf;
use crate::orders::status::OrderState;

/// Goods as typed.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// As they are called, at most 200 characters; empty: by their code.
    pub text: String,
    /// Code and unit, each at most 40 characters; empty: nobody said.
    pub code: String,
    pub unit: String,
    pub quantity: Decimal,
}

impl Named {
    fn read(&self) -> Result<Replacement> {
        let [text, code, unit] = [&self.text, &self.code, &self.unit].map(|typed| typed.trim());
        let name = if visible(text) { text } else { code };
        if !visible(name) || length(name) > 200 {
            return Err(AppError::field("text", "orders.error.replacement_needed"));
        }
        for (field, typed) in [("code", code), ("unit", unit)] {
            if length(typed) > 40 {
                return Err(AppError::field(field, "orders.error.replacement_code_long"));
            }
        }
        let known = |typed: &str| visible(typed).then(|| typed.to_owned());
        Ok(Replacement {
            code: known(code),
            unit: known(unit),
            text: name.to_owned(),
            quantity: self.quantity,
            agreed: false,
        })
    }
}

/// Refuses a fraction of other goods that are counted. What was agreed is taken as it was agreed: it may have followed a rest
/// that is measured.
pub(super) fn refuse_parts_in_place(item: &Item, with: &Replacement) -> Result<()> {
    let is_it = |had: &Replacement| had.is_of(with) && had.quantity == with.quantity;
    match with.unit.as_deref() {
        _ if item.state.replacement.as_ref().is_some_and(is_it) => Ok(()),
        Some(unit) if unit == item.unit => refuse_parts(item, with.quantity),
        Some(unit) => refuse_parts_of(unit, with.quantity),
        None => Ok(()),
    }
}

/// Other goods are in the box in place of the rest.
#[derive(Debug)]
pub struct SubstituteItem<'a> {
    pub on: OrderContext<'a>,
    pub item_id: ItemId,
    /// The rest that the screen showed.
    pub rest: Decimal,
    pub with: Named,
}

/// The other goods are out of the box again; those of a canceled order are back on the shelf.
#[derive(Debug)]
pub struct UnsubstituteItem<'a> {
    pub on: OrderContext<'a>,
    pub item_id: ItemId,
}

/// What became of goods that were in a line's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutOfBox {
    /// The order is canceled: nothing is swapped back, they are on the shelf again.
    Shelved,
}

/// The customer takes other goods in place of the rest.
#[derive(Debug)]
pub struct AgreeReplacement<'a> {
    pub on: OrderContext<'a>,
    pub item_id: ItemId,
    /// The rest that the screen showed.
    pub rest: Decimal,
    pub with: Named,
}

/// The customer takes no other goods after all.
#[derive(Debug)]
pub struct WithdrawReplacement<'a> {
    pub on: OrderContext<'a>,
    pub item_id: ItemId,
}

/// What is to be done about missing units.
#[derive(Clone, Debug)]
pub enum Said {
    Swap(Named),
    Buy { wished_on: Option<Date> },
    Without,
}

impl Said {
    fn read(&self) -> Result<(Answer, Option<Date>)> {
        Ok(match self {
            Said::Swap(with) => (Answer::Swap(Replacement { agreed: true, ..with.read()? }), None),
            Said::Buy { wished_on } => (Answer::Buy, *wished_on),
            Said::Without => (Answer::Without, None),
        })
    }
}

/// Answers for the missing units that the screen showed. The first answer wins.
#[derive(Debug)]
pub struct AnswerShortage<'a> {
    pub on: OrderContext<'a>,
    pub item_id: ItemId,
    pub units: Decimal,
    pub said: Said,
}

impl Command for SubstituteItem<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let with = self.with.read()?;
        let change = RestChange {
            permission: commands::SUBSTITUTE_ITEM.permission,
            item_id: self.item_id,
            kind: EventKind::ItemSubstituted,
            quantity: None,
            told: Some(Told::Replacement(with.clone())),
        };
        change_rest(tx, self.on, change, |item| item.state.substitute(self.rest, &with)).await
    }
}

impl Command for UnsubstituteItem<'_> {
    /// None: the line waits for its own goods again.
    type Output = Option<OutOfBox>;

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change<Option<OutOfBox>>> {
        let permission = commands::UNSUBSTITUTE_ITEM.permission;
        let order = self.on.lock_unfinished(tx, permission).await?;
        if order.state == OrderState::Canceled {
            let item = get_item(tx, self.on, self.item_id).await?;
            if item.state.in_place().is_some() && item.state.held().is_zero() {
                shelf::delete_mark_with_last(tx, &order, item.id).await?;
            }
        }
        let (item_id, kind) = (self.item_id, EventKind::ItemUnsubstituted);
        let change = RestChange { permission, item_id, kind, quantity: None, told: None };
        let Change { output: (), events, writes } =
            change_locked(tx, self.on, &order, change, |item| item.state.unsubstitute()).await?;
        let output = (order.state == OrderState::Canceled).then_some(OutOfBox::Shelved);
        Ok(Change { output, events, writes })
    }
}

impl Command for AgreeReplacement<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let with = Replacement { agreed: true, ..self.with.read()? };
        let change = RestChange {
            permission: commands::AGREE_REPLACEMENT.permission,
            item_id: self.item_id,
            kind: EventKind::ReplacementAgreed,
            quantity: None,
            told: Some(Told::Replacement(with.clone())),
        };
        change_rest(tx, self.on, change, |item| item.state.agree_replacement(self.rest, &with)).await
    }
}

impl Command for WithdrawReplacement<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let change = RestChange {
            permission: commands::WITHDRAW_REPLACEMENT.permission,
            item_id: self.item_id,
            kind: EventKind::ReplacementWithdrawn,
            quantity: None,
            told: None,
        };
        change_rest(tx, self.on, change, |item| item.state.withdraw_replacement()).await
    }
}

impl Command for AnswerShortage<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let (answer, wished_on) = self.said.read()?;
        let change = RestChange {
            permission: commands::ANSWER_SHORTAGE.permission,
            item_id: self.item_id,
            kind: EventKind::ShortageAnswered,
            quantity: Some(self.units),
            told: Some(Told::answer(&answer, wished_on)),
        };
        change_rest(tx, self.on, change, |item| item.state.answer(self.units, &answer)).await
    }
}
