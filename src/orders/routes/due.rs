//! The form of an order's deadline.

use jiff::civil::{Date, Time};
use serde::Deserialize;

use super::commands::OrderForm;
use crate::error::{AppError, Result};
use crate::ids::OrderId;
use crate::orders::actions::OrderContext;
use crate::orders::actions::orders::ChangeDue;
use crate::orders::deadline;
use crate::page::CompanyTime;

/// `day`: what was tapped, a day, `none`, or `date`: the one that was typed.
#[derive(Debug, Deserialize)]
pub(super) struct DueForm {
    #[serde(default)]
    day: String,
    #[serde(default)]
    date: String,
    #[serde(default)]
    time: String,
}

impl OrderForm for DueForm {
    type OrderPath = OrderId;
    type Command<'a> = ChangeDue<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<ChangeDue<'a>> {
        if self.day == "none" {
            return Ok(ChangeDue { on, due_at: None });
        }
        let unread = || AppError::field("due", "orders.error.due_unread");
        let day = if self.day == "date" { &self.date } else { &self.day };
        let day: Date = day.trim().parse().map_err(|_| unread())?;
        let time: Time = self.time.trim().parse().map_err(|_| unread())?;
        let calendar = CompanyTime::from(&on.actor.company).calendar();
        let due_at = deadline::instant(calendar, day, time).ok_or_else(unread)?;
        Ok(ChangeDue { on, due_at: Some(due_at) })
    }
}
