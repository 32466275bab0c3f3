//! The form of "Vi", which the script sends: no page has it before something changes.

use serde::Deserialize;

use super::commands::OrderForm;
use crate::command::Done;
use crate::error::{AppError, Result};
use crate::ids::OrderId;
use crate::orders::actions::OrderContext;
use crate::orders::actions::seen::SeeChanges;

/// Changes that one tap may be about; the script sends the newest.
const MOST: usize = 100;

/// `versions`: of the entries, with spaces between them.
#[derive(Debug, Deserialize)]
pub(super) struct SeenForm {
    versions: String,
}

impl OrderForm for SeenForm {
    type OrderPath = OrderId;
    type Command<'a> = SeeChanges<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<SeeChanges<'a>> {
        let read: std::result::Result<Vec<i64>, _> =
            self.versions.split_whitespace().map(str::parse).collect();
        let versions = read.ok().filter(|versions| (1..=MOST).contains(&versions.len()));
        let versions = versions.ok_or_else(|| AppError::invalid("error.form_unreadable"))?;
        Ok(SeeChanges { on, versions })
    }

    /// Nothing is said: what could be undone before the alarm came stands in that place again.
    fn answer(&self, done: Done) -> Done {
        Done { message: None, ..done }
    }
}
