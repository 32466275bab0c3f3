//! What an entry of an order's history keeps: enough to tell it, to count it and to take it back.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::item::{ItemState, StandingPick};
use crate::ids::{ItemId, PersonId};

/// The `detail` column.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Detail {
    /// Each line before and after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineChange>,
    /// Picks that the entry added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub picks_added: Vec<PickRecord>,
    /// Picks that it took back or lowered, as they stood before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub picks_before: Vec<PickRecord>,
    /// A reason, a note, the name of an option: what the timeline tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What a text replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_before: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LineChange {
    pub item: ItemId,
    pub before: ItemState,
    pub after: ItemState,
}

/// A pick that stands, or stood.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PickRecord {
    pub seq: i32,
    pub person_id: PersonId,
    pub quantity: Decimal,
    pub before: ItemState,
    pub at: Timestamp,
}

impl PickRecord {
    pub fn standing(&self) -> StandingPick {
        StandingPick { seq: self.seq, quantity: self.quantity, before: self.before.clone() }
    }
}

impl Detail {
    pub fn line(item: ItemId, before: ItemState, after: ItemState) -> Self {
        Self { lines: vec![LineChange { item, before, after }], ..Self::default() }
    }

    pub fn text(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }
}
