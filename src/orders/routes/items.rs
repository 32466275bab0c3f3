//! Forms of a line: pick, put back, mark short.

use serde::Deserialize;

use super::amount::Amount;
use super::commands::OrderForm;
use crate::error::{AppError, Result};
use crate::ids::{ItemId, OrderId};
use crate::orders::actions::OrderContext;
use crate::orders::actions::items::{MarkShort, PickItem, ReturnItem, UnmarkShort, UnpickItem};
use crate::orders::actions::pick_all::PickAll;
use crate::orders::actions::pick_and_short::PickAndShort;

#[derive(Debug, Deserialize)]
pub(super) struct PickForm {
    #[serde(flatten)]
    amount: Amount,
}

impl OrderForm for PickForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = PickItem<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::OrderPath) -> Result<PickItem<'a>> {
        Ok(PickItem { on, item_id, quantity: self.amount.read()? })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct PickAllForm {}

impl OrderForm for PickAllForm {
    type OrderPath = OrderId;
    type Command<'a> = PickAll<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<PickAll<'a>> {
        Ok(PickAll { on })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct UnpickForm {
    #[serde(flatten)]
    amount: Amount,
    /// The pick that the screen showed as the last one.
    pick: Option<i32>,
}

impl OrderForm for UnpickForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = UnpickItem<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::OrderPath) -> Result<UnpickItem<'a>> {
        // A page of a build that named neither: nobody knows which pick it showed.
        if self.amount.is_empty() && self.pick.is_none() {
            return Err(AppError::conflict("conflict.item_changed"));
        }
        Ok(UnpickItem { on, item_id, quantity: self.amount.read()?, pick: self.pick })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ReturnForm {
    #[serde(flatten)]
    amount: Amount,
}

impl OrderForm for ReturnForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = ReturnItem<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::OrderPath) -> Result<ReturnItem<'a>> {
        Ok(ReturnItem { on, item_id, quantity: self.amount.read()? })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ShortForm {
    /// A code of the list of reasons.
    #[serde(default)]
    reason: String,
    #[serde(default)]
    text: String,
}

impl OrderForm for ShortForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = MarkShort<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::OrderPath) -> Result<MarkShort<'a>> {
        Ok(MarkShort { on, item_id, code: self.reason.clone(), text: self.text.clone() })
    }
}

/// `quantity` is picked, `short` is what is left of the rest that the screen showed, in the same notation.
#[derive(Debug, Deserialize)]
pub(super) struct PickAndShortForm {
    #[serde(flatten)]
    amount: Amount,
    #[serde(default)]
    short: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    text: String,
}

impl OrderForm for PickAndShortForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = PickAndShort<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::OrderPath) -> Result<PickAndShort<'a>> {
        let (picked, short) = (self.amount.read()?, self.amount.read_beside("short", &self.short)?);
        Ok(PickAndShort { on, item_id, picked, short, code: self.reason.clone(), text: self.text.clone() })
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct UnshortForm {}

impl OrderForm for UnshortForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = UnmarkShort<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::OrderPath) -> Result<UnmarkShort<'a>> {
        Ok(UnmarkShort { on, item_id })
    }
}
