//! The forms of a finished order: left, and adjusted in the ERP.

use serde::Deserialize;

use super::commands::OrderForm;
use crate::command::Done;
use crate::error::{Result, Sentence};
use crate::extract::YesNo;
use crate::ids::{ItemId, OrderId};
use crate::orders::actions::OrderContext;
use crate::orders::actions::departures::{MarkLeft, TickAdjusted};

#[derive(Debug, Deserialize)]
pub(super) struct LeftForm {
    left: YesNo,
}

impl OrderForm for LeftForm {
    type OrderPath = OrderId;
    type Command<'a> = MarkLeft<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<MarkLeft<'a>> {
        Ok(MarkLeft { on, left: matches!(self.left, YesNo::Yes) })
    }

    fn answer(&self, done: Done) -> Done {
        match self.left {
            YesNo::Yes => done,
            YesNo::No => done.say(Sentence::new("done.not_left")),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct AdjustedForm {
    /// Absent: every line that differs.
    item: Option<ItemId>,
    done: YesNo,
}

impl OrderForm for AdjustedForm {
    type OrderPath = OrderId;
    type Command<'a> = TickAdjusted<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<TickAdjusted<'a>> {
        Ok(TickAdjusted { on, item_id: self.item, done: matches!(self.done, YesNo::Yes) })
    }

    fn answer(&self, done: Done) -> Done {
        match self.done {
            YesNo::Yes => done,
            YesNo::No => done.say(Sentence::new("done.not_adjusted")),
        }
    }
}
