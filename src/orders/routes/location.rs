//! The form of the place of goods.

use serde::Deserialize;

use super::commands::OrderForm;
use crate::command::Done;
use crate::error::{Result, Sentence};
use crate::ids::{ItemId, OrderId};
use crate::orders::actions::OrderContext;
use crate::orders::actions::location::SetLocation;
use crate::orders::location;

/// Each may be empty: no place.
#[derive(Debug, Deserialize)]
pub(super) struct LocationForm {
    #[serde(default)]
    location: String,
    /// The place that the screen showed.
    #[serde(default)]
    shown: String,
}

impl OrderForm for LocationForm {
    type OrderPath = (OrderId, ItemId);
    type Command<'a> = SetLocation<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::OrderPath) -> Result<SetLocation<'a>> {
        let shown = Some(self.shown.clone()).filter(|shown| !shown.is_empty());
        Ok(SetLocation { on, item_id, shown, location: location::read(&self.location)? })
    }

    fn answer(&self, done: Done) -> Done {
        match location::read(&self.location) {
            Ok(None) => done.say(Sentence::new("done.location_cleared")),
            _ => done,
        }
    }
}
