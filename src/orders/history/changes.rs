//! What an entry changed, before and after: enough to take it back.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::ids::{ItemId, NoteId, PackagingId, PersonId, PurchaseId, ShippingId};
use crate::orders::difference::Tick;
use crate::orders::item::allocation::Allocation;
use crate::orders::item::{ItemState, StandingPick};

/// What people choose for an order as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFields {
    pub urgent: bool,
    pub shipping_id: ShippingId,
    pub packaging_id: PackagingId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct OrderChange {
    pub before: OrderFields,
    pub after: OrderFields,
}

impl OrderChange {
    fn turns_urgent(&self) -> bool {
        self.before.urgent != self.after.urgent
    }

    fn ships_otherwise(&self) -> bool {
        let of = |fields: OrderFields| (fields.shipping_id, fields.packaging_id);
        of(self.before) != of(self.after)
    }

    fn is_due_otherwise(&self) -> bool {
        self.before.due_at != self.after.due_at
    }

    pub(super) fn overlaps(&self, other: &Self) -> bool {
        (self.turns_urgent() && other.turns_urgent())
            || (self.ships_otherwise() && other.ships_otherwise())
            || (self.is_due_otherwise() && other.is_due_otherwise())
    }

    /// `now` with the fields that this changed as they were before. Fields that others changed later stay.
    #[must_use]
    pub fn taken_back(&self, now: OrderFields) -> OrderFields {
        let mut fields = now;
        if self.turns_urgent() {
            fields.urgent = self.before.urgent;
        }
        if self.ships_otherwise() {
            fields.shipping_id = self.before.shipping_id;
            fields.packaging_id = self.before.packaging_id;
        }
        if self.is_due_otherwise() {
            fields.due_at = self.before.due_at;
        }
        fields
    }
}

/// When a finished order left the warehouse, and who recorded it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    pub at: Timestamp,
    pub by: PersonId,
}

/// None: it is here.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct DepartureChange {
    pub before: Option<Departure>,
    pub after: Option<Departure>,
}

/// None: the line waits to be entered into the ERP.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TickChange {
    pub item: ItemId,
    pub before: Option<Tick>,
    pub after: Option<Tick>,
}

/// Where goods lie, before and after; None: nowhere that was said.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LocationChange {
    pub code: String,
    pub unit: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// Which change of the place of these goods it was. They are of many orders, so the order's history does not say.
    pub version: i64,
}

/// The seller before and after.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct SellerChange {
    pub before: PersonId,
    pub after: PersonId,
}

/// A note before and after; None: there was none, there is none any more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NoteChange {
    pub id: NoteId,
    pub before: Option<String>,
    pub after: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LineChange {
    pub item: ItemId,
    pub before: ItemState,
    pub after: ItemState,
}

/// What a line has of a purchase, before and after; None: it had nothing, it has nothing any more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AllocationChange {
    pub item: ItemId,
    pub before: Option<Allocation>,
    pub after: Option<Allocation>,
}

impl AllocationChange {
    /// What changed between the two, which have the same purchases in the same order.
    pub fn between(item: ItemId, before: Vec<Allocation>, after: Vec<Allocation>) -> Vec<Self> {
        let pairs = before.into_iter().zip(after).filter(|(before, after)| before != after);
        let change = |(before, after): (Allocation, Allocation)| {
            let after = Some(after).filter(|after| !after.quantity().is_zero());
            Self { item, before: Some(before), after }
        };
        pairs.map(change).collect()
    }

    pub fn purchase(&self) -> Option<PurchaseId> {
        self.before.as_ref().or(self.after.as_ref()).map(|one| one.purchase)
    }

    #[must_use]
    pub fn reversed(self) -> Self {
        Self { item: self.item, before: self.after, after: self.before }
    }
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
