//! Entries of an order's history: enough to tell, count and undo them.

mod changes;
mod revision;

pub use changes::{
    AllocationChange, Departure, DepartureChange, LineChange, LocationChange, NoteChange, OrderChange,
    OrderFields, PickRecord, SellerChange, TickChange,
};
pub use revision::{Header, RevisionDetail, Snapshot, SnapshotChange};

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::item::allocation::Allocation;
use super::item::{Answer, ItemState, Reason, Replacement};
use crate::ids::{ItemId, NoteId};

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
    /// What else the timeline tells. The columns `reason_code` and `reason_text` are made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
    /// What was chosen for the order as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderChange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<NoteChange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<SellerChange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departure: Option<DepartureChange>,
    /// Lines that were entered into the ERP, or were not after all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ticks: Vec<TickChange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationChange>,
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
    /// None: there is no deadline any more.
    Due {
        due_at: Option<Timestamp>,
    },
    Sellers {
        before: String,
        after: String,
    },
    /// What is sent in place of a line, or was agreed to be.
    Replacement(Replacement),
    /// What was said of missing units, and for when they are wished.
    Answer {
        answer: String,
        replacement: Option<Replacement>,
        wished_on: Option<Date>,
    },
    /// Where the goods of a line lie; None: nowhere that was said.
    Location {
        before: Option<String>,
        after: Option<String>,
    },
    /// Of a newer build.
    #[serde(other)]
    Unknown,
}

impl Told {
    pub fn answer(answer: &Answer, wished_on: Option<Date>) -> Self {
        let replacement = match answer {
            Answer::Swap(with) => Some(with.clone()),
            Answer::Buy | Answer::Without => None,
        };
        Told::Answer { answer: answer.code().to_owned(), replacement, wished_on }
    }

    /// The other goods that it is about.
    pub fn replacement(&self) -> Option<&Replacement> {
        match self {
            Told::Replacement(with) | Told::Answer { replacement: Some(with), .. } => Some(with),
            _ => None,
        }
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

    /// Whether it changed what is to go back to the shelf.
    pub fn changes_shelf(&self) -> bool {
        let came_back = |one: &Option<Allocation>| {
            one.as_ref().map_or((Decimal::ZERO, Decimal::ZERO), |one| (one.to_return, one.returned))
        };
        let goods = |change: &AllocationChange| came_back(&change.before) != came_back(&change.after);
        self.lines.iter().any(|line| line.before.to_return != line.after.to_return)
            || self.allocations.iter().any(goods)
    }

    /// Whether it changed what waits for an answer.
    pub fn changes_needs(&self) -> bool {
        self.lines.iter().any(|line| line.before.unanswered != line.after.unanswered)
    }

    /// Whether it has anything to restore.
    pub fn restores(&self) -> bool {
        !self.lines.is_empty() || self.location.is_some() || self.is_of_the_whole()
    }

    /// Whether it changed more than lines.
    pub fn is_of_the_whole(&self) -> bool {
        self.order.is_some()
            || self.note.is_some()
            || self.seller.is_some()
            || self.departure.is_some()
            || !self.ticks.is_empty()
    }

    /// Whether a later entry, a newer quote among them, changed the same note, or the same fields of the order as a whole.
    /// Lines are left out: each line has the entry that changed it last.
    pub fn meets(&self, later: &Detail) -> bool {
        let revised = later.revision.as_ref().map(RevisionDetail::order_change);
        let sold_otherwise =
            later.seller.is_some() || later.revision.as_ref().is_some_and(RevisionDetail::changes_seller);
        let same_order = |change: &OrderChange| {
            let changes = later.order.iter().chain(&revised);
            changes.into_iter().any(|other| change.overlaps(other))
        };
        let same_note = |note: &NoteChange| later.note.as_ref().is_some_and(|other| other.id == note.id);
        let same_tick = |tick: &TickChange| later.ticks.iter().any(|other| other.item == tick.item);
        self.order.as_ref().is_some_and(same_order)
            || self.note.as_ref().is_some_and(same_note)
            || self.seller.is_some() && sold_otherwise
            || self.departure.is_some() && later.departure.is_some()
            || self.ticks.iter().any(same_tick)
    }

    #[must_use]
    pub fn telling(self, told: Option<Told>) -> Self {
        Self { told, ..self }
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
