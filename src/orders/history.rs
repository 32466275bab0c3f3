//! What an entry of an order's history keeps: enough to tell it, to count it and to take it back.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::item::allocation::Allocation;
use super::item::{ItemState, Reason, StandingPick};
use super::model::{Item, RevisedCounts};
use crate::ids::{ItemId, NoteId, PackagingId, PersonId, PurchaseId, ShippingId};

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
    /// Units of purchases that moved with the lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allocations: Vec<AllocationChange>,
    /// What the timeline tells besides. The columns `reason_code` and `reason_text` are made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
    /// What was chosen for the order as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderChange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<NoteChange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<SellerChange>,
    /// What a newer quote changed besides the state of lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionDetail>,
}

/// What an entry says besides who did what to which line. Names are those of the moment: history does not change with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Told {
    /// Of a shortage, a cancellation, a reopening, or values that do not add up.
    Reason(Reason),
    Volumes {
        volumes: i32,
    },
    Options {
        shipping: String,
        packaging: String,
    },
    Sellers {
        before: String,
        after: String,
    },
    /// Of a newer build.
    #[serde(other)]
    Unknown,
}

/// What people choose for an order as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFields {
    pub urgent: bool,
    pub shipping_id: ShippingId,
    pub packaging_id: PackagingId,
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

    fn overlaps(&self, other: &Self) -> bool {
        (self.turns_urgent() && other.turns_urgent()) || (self.ships_otherwise() && other.ships_otherwise())
    }

    /// `now` without what this changed: the rest stays as others have made it since.
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
        fields
    }
}

/// Whose order it was, and is.
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

impl RevisionDetail {
    fn order_change(&self) -> OrderChange {
        OrderChange { before: self.header_before.fields(), after: self.header.fields() }
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
}

impl Header {
    fn fields(&self) -> OrderFields {
        OrderFields { urgent: self.urgent, shipping_id: self.shipping_id, packaging_id: self.packaging_id }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LineChange {
    pub item: ItemId,
    pub before: ItemState,
    pub after: ItemState,
}

/// The units of a purchase that are a line's, before and after; None: there were none, there are none any more.
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

impl Detail {
    pub fn line(item: ItemId, before: ItemState, after: ItemState) -> Self {
        Self { lines: vec![LineChange { item, before, after }], ..Self::default() }
    }

    pub fn order(before: OrderFields, after: OrderFields) -> Self {
        Self { order: Some(OrderChange { before, after }), ..Self::default() }
    }

    pub fn note(id: NoteId, before: Option<&str>, after: Option<&str>) -> Self {
        let note = NoteChange { id, before: before.map(str::to_owned), after: after.map(str::to_owned) };
        Self { note: Some(note), ..Self::default() }
    }

    /// Whether it changed what buyers see: lines that are in purchase, or were, and units of purchases.
    pub fn changes_purchases(&self) -> bool {
        let bought = |line: &LineChange| line.before.is_in_purchase() || line.after.is_in_purchase();
        !self.allocations.is_empty() || self.lines.iter().any(bought)
    }

    /// Whether it keeps something that can be put back.
    pub fn restores(&self) -> bool {
        !self.lines.is_empty() || self.order.is_some() || self.note.is_some()
    }

    /// Whether it changed the same note, or the same of the order as a whole, as a later entry did. Lines know
    /// themselves who changed them last.
    pub fn meets(&self, later: &Detail) -> bool {
        let revised = later.revision.as_ref().map(RevisionDetail::order_change);
        let same_order = |change: &OrderChange| {
            let changes = later.order.iter().chain(&revised);
            changes.into_iter().any(|other| change.overlaps(other))
        };
        let same_note = |note: &NoteChange| later.note.as_ref().is_some_and(|other| other.id == note.id);
        self.order.as_ref().is_some_and(same_order) || self.note.as_ref().is_some_and(same_note)
    }

    pub fn told(told: Option<Told>) -> Self {
        Self { told, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_newer_build_tells_is_read_as_unknown_and_the_rest_of_the_entry_as_it_is() {
        let note = json!({ "id": NoteId::new(), "before": null, "after": "frágil" });
        let stored = json!({ "told": { "type": "of_a_newer_build", "words": ["x"] }, "note": note });
        let detail: Detail = serde_json::from_value(stored).unwrap();
        assert_eq!(detail.told, Some(Told::Unknown));
        assert!(detail.restores());
    }

    #[test]
    fn a_reason_lies_flat_where_the_columns_find_it() {
        let reason = Reason { code: Some("damaged".to_owned()), text: Some("molhou".to_owned()) };
        let detail = Detail::told(Some(Told::Reason(reason)));
        let told = json!({ "type": "reason", "code": "damaged", "text": "molhou" });
        assert_eq!(serde_json::to_value(detail).unwrap(), json!({ "told": told }));
    }
}
