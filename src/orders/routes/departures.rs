//! The forms of a finished order: left, and adjusted in the ERP.

use serde::Deserialize;

use super::commands::OrderForm;
use crate::command::Done;
use crate::error::{AppError, Result, Sentence};
use crate::ids::{ItemId, OrderId};
use crate::orders::actions::OrderContext;
use crate::orders::actions::departures::{MarkLeft, TickAdjusted};

/// `yes` or `no`, and nothing else.
fn wanted(text: &str) -> Result<bool> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(AppError::invalid("error.form_unreadable")),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct LeftForm {
    left: String,
}

impl OrderForm for LeftForm {
    type OrderPath = OrderId;
    type Command<'a> = MarkLeft<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<MarkLeft<'a>> {
        Ok(MarkLeft { on, left: wanted(&self.left)? })
    }

    fn answer(&self, done: Done) -> Done {
        if self.left == "no" { done.say(Sentence::new("done.not_left")) } else { done }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct AdjustedForm {
    /// Absent: every line that differs.
    item: Option<ItemId>,
    done: String,
}

impl OrderForm for AdjustedForm {
    type OrderPath = OrderId;
    type Command<'a> = TickAdjusted<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<TickAdjusted<'a>> {
        Ok(TickAdjusted { on, item_id: self.item, done: wanted(&self.done)? })
    }

    fn answer(&self, done: Done) -> Done {
        if self.done == "no" { done.say(Sentence::new("done.not_adjusted")) } else { done }
    }
}
