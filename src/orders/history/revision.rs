//! What a newer quote did to an order.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::changes::{OrderChange, OrderFields};
use crate::ids::{ItemId, PackagingId, PersonId, ShippingId};
use crate::orders::model::{Item, RevisedCounts};

/// What a newer quote did to an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RevisionDetail {
    pub counts: RevisedCounts,
    pub header_before: Header,
    pub header: Header,
    /// What the quote said, and says, of each line that changed; None: the line was not there, or is no longer there.
    pub snapshots: Vec<SnapshotChange>,
    /// The revision of the order's documents that holds the quote.
    pub document: i32,
}

impl RevisionDetail {
    pub(super) fn order_change(&self) -> OrderChange {
        OrderChange { before: self.header_before.fields(), after: self.header.fields() }
    }

    pub(super) fn changes_seller(&self) -> bool {
        self.header_before.seller_id != self.header.seller_id
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SnapshotChange {
    pub item: ItemId,
    pub before: Option<Snapshot>,
    pub after: Option<Snapshot>,
}

/// What a line of a quote says, without its quantity; the price in reais, the total in cents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub position: i32,
    pub code: String,
    pub description: String,
    pub unit: String,
    pub unit_price: Decimal,
    pub total_cents: i64,
}

impl Snapshot {
    pub fn of(item: &Item) -> Self {
        Self {
            position: item.position,
            code: item.code.clone(),
            description: item.description.clone(),
            unit: item.unit.clone(),
            unit_price: item.unit_price,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
}

impl Header {
    pub(super) fn fields(&self) -> OrderFields {
        OrderFields {
            urgent: self.urgent,
            shipping_id: self.shipping_id,
            packaging_id: self.packaging_id,
            due_at: self.due_at,
        }
    }
}
