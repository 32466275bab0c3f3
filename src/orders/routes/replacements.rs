//! The forms of replacements, and of answers for missing units.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::amount::Amount;
use super::commands::{Answered, OrderForm};
use super::purchases::typed_date;
use crate::command::Done;
use crate::error::{AppError, Result, Sentence};
use crate::html::number::read_plain;
use crate::ids::{ItemId, OrderId};
use crate::orders::actions::OrderContext;
use crate::orders::actions::replacements::{
    AgreeReplacement, AnswerShortage, Named, OutOfBox, Said, SubstituteItem, UnsubstituteItem,
    WithdrawReplacement,
};
use crate::orders::commands;

/// Other goods, as typed or as a button names them; `quantity` is how many of them.
#[derive(Debug, Default, Deserialize)]
struct Goods {
    #[serde(flatten)]
    amount: Amount,
    #[serde(default)]
    text: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    unit: String,
}

impl Goods {
    fn read(&self) -> Result<Named> {
        let quantity = self.amount.read()?;
        Ok(Named { text: self.text.clone(), code: self.code.clone(), unit: self.unit.clone(), quantity })
    }
}

/// An amount that the page wrote into its form.
fn shown(amount: &str) -> Result<Decimal> {
    read_plain(amount).ok_or_else(|| AppError::invalid("error.form_unreadable"))
}

#[derive(Debug, Deserialize)]
pub(super) struct SubstituteForm {
    #[serde(flatten)]
    goods: Goods,
    /// The rest that the screen showed.
    rest: String,
}

impl OrderForm for SubstituteForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = SubstituteItem<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::OrderPath) -> Result<SubstituteItem<'a>> {
        Ok(SubstituteItem { on, item_id, rest: shown(&self.rest)?, with: self.goods.read()? })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct UnsubstituteForm {}

impl OrderForm for UnsubstituteForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = UnsubstituteItem<'a>;

    fn command<'a>(
        &self,
        on: OrderContext<'a>,
        (_, item_id): Self::OrderPath,
    ) -> Result<UnsubstituteItem<'a>> {
        Ok(UnsubstituteItem { on, item_id })
    }
}

impl Answered for Option<OutOfBox> {
    fn done(&self) -> Option<&'static str> {
        self.map(|OutOfBox::Shelved| commands::RETURN_ITEM.done)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct AgreeForm {
    #[serde(flatten)]
    goods: Goods,
    /// The rest that the screen showed.
    rest: String,
}

impl OrderForm for AgreeForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = AgreeReplacement<'a>;

    fn command<'a>(
        &self,
        on: OrderContext<'a>,
        (_, item_id): Self::OrderPath,
    ) -> Result<AgreeReplacement<'a>> {
        Ok(AgreeReplacement { on, item_id, rest: shown(&self.rest)?, with: self.goods.read()? })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct UnagreeForm {}

impl OrderForm for UnagreeForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = WithdrawReplacement<'a>;

    fn command<'a>(
        &self,
        on: OrderContext<'a>,
        (_, item_id): Self::OrderPath,
    ) -> Result<WithdrawReplacement<'a>> {
        Ok(WithdrawReplacement { on, item_id })
    }
}

/// `answer` is `swap` (with the goods), `buy` (with `expected`, or without) or `without`.
#[derive(Debug, Deserialize)]
pub(super) struct AnswerForm {
    #[serde(flatten)]
    goods: Goods,
    /// The unanswered units that the screen showed.
    units: String,
    answer: String,
    /// `2025-10-22`, or empty.
    #[serde(default)]
    expected: String,
    /// `needs`: the form stands there.
    #[serde(default)]
    from: String,
}

impl OrderForm for AnswerForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = AnswerShortage<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::OrderPath) -> Result<AnswerShortage<'a>> {
        let said = match self.answer.as_str() {
            "swap" => Said::Swap(self.goods.read()?),
            "buy" => Said::Buy { wished_on: typed_date(&self.expected)? },
            "without" => Said::Without,
            _ => return Err(AppError::invalid("error.form_unreadable")),
        };
        Ok(AnswerShortage { on, item_id, units: shown(&self.units)?, said })
    }

    fn answer(&self, done: Done) -> Done {
        let done = match self.answer.as_str() {
            "swap" => done.say(Sentence::new("done.answered_swap")),
            "buy" => done.say(Sentence::new("done.answered_buy")),
            _ => done.say(Sentence::new("done.answered_without")),
        };
        if self.from == "needs" { Done { back: "/needs".to_owned(), ..done } } else { done }
    }
}
