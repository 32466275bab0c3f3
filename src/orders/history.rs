//! What an entry of an order's history keeps: enough to tell it, to count it and to take it back.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::item::{ItemState, StandingPick};
use super::model::{Item, RevisedCounts};
use crate::ids::{ItemId, PackagingId, PersonId, ShippingId};

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
    /// What a newer quote changed besides the state of lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionDetail>,
}

/// What a newer quote did to an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RevisionDetail {
    pub counts: RevisedCounts,
    pub header_before: Header,
    pub header: Header,
    /// What each line that changed said, and says; None: it was not there, it is no longer there.
    pub snapshots: Vec<SnapshotChange>,
    /// The revision of the order's documents that holds the quote.
    pub document: i32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SnapshotChange {
    pub item: ItemId,
    pub before: Option<Snapshot>,
    pub after: Option<Snapshot>,
}

/// What a line of a quote says, without its quantity; money in cents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub position: i32,
    pub code: String,
    pub description: String,
    pub unit: String,
    pub unit_price_cents: i64,
    pub total_cents: i64,
}

impl Snapshot {
    pub fn of(item: &Item) -> Self {
        Self {
            position: item.position,
            code: item.code.clone(),
            description: item.description.clone(),
            unit: item.unit.clone(),
            unit_price_cents: item.unit_price_cents,
            total_cents: item.total_cents,
        }
    }

    /// Without its place, for comparing what it says.
    #[must_use]
    pub fn unplaced(&self) -> Self {
        Self { position: 0, ..self.clone() }
    }
}

/// What a quote and its form say about the order as a whole; money in cents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    pub number: Option<String>,
    pub customer_code: String,
    pub customer: String,
    pub seller_id: PersonId,
    pub quote_date: Date,
    pub shipping_id: ShippingId,
    pub packaging_id: PackagingId,
    pub total_cents: i64,
    pub discount_cents: i64,
    pub payable_cents: i64,
    pub values_mismatch_reason: Option<String>,
    pub urgent: bool,
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
