//! What can happen. Every change of anything a screen shows is one of these.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{ItemId, OrderId, PersonId};

macro_rules! kinds {
    ($($name:ident = $code:literal),* $(,)?) => {
        /// Past tense: it has been committed. The code is the word in the feed, in history and in the catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum EventKind {
            $(#[serde(rename = $code)] $name),*
        }

        impl EventKind {
            pub const ALL: &'static [EventKind] = &[$(EventKind::$name),*];

            pub fn code(self) -> &'static str {
                match self { $(EventKind::$name => $code),* }
            }

            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(EventKind::$name),)* _ => None }
            }
        }
    };
}

kinds! {
    OrderImported = "order_imported",
    OrderRevised = "order_revised",
    OrderChanged = "order_changed",
    OrderUrgent = "order_urgent",
    OrderNotUrgent = "order_not_urgent",
    NoteAdded = "note_added",
    NoteChanged = "note_changed",
    NoteRemoved = "note_removed",
    ItemPicked = "item_picked",
    ItemUnpicked = "item_unpicked",
    ItemReturned = "item_returned",
    ItemShort = "item_short",
    ItemUnshort = "item_unshort",
    ActionUndone = "action_undone",
    OrderFinished = "order_finished",
    OrderReopened = "order_reopened",
    OrderCanceled = "order_canceled",
    OrderHandedOver = "order_handed_over",
    OrdersHandedOver = "orders_handed_over",
    DraftsChanged = "drafts_changed",
    PeopleChanged = "people_changed",
    AccessChanged = "access_changed",
    DayStarted = "day_started",
}

/// An event about to be committed.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub kind: EventKind,
    pub order_id: Option<OrderId>,
    pub item_id: Option<ItemId>,
    /// Whose access changed; only with [`EventKind::AccessChanged`].
    pub person_id: Option<PersonId>,
    pub actor_id: Option<PersonId>,
    /// The entry of the order's history that belongs to it.
    pub version: Option<i64>,
    /// Which orders are whose changed with it: a seller came or went.
    pub changes_owners: bool,
}

impl NewEvent {
    pub fn new(kind: EventKind, actor_id: PersonId) -> Self {
        Self { actor_id: Some(actor_id), ..Self::by_clock(kind) }
    }

    /// Nobody did it: time passed.
    pub fn by_clock(kind: EventKind) -> Self {
        Self {
            kind,
            order_id: None,
            item_id: None,
            person_id: None,
            actor_id: None,
            version: None,
            changes_owners: false,
        }
    }

    pub fn order(mut self, order_id: OrderId) -> Self {
        self.order_id = Some(order_id);
        self
    }

    pub fn item(mut self, item_id: Option<ItemId>) -> Self {
        self.item_id = item_id;
        self
    }

    pub fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    pub fn person(mut self, person_id: PersonId) -> Self {
        self.person_id = Some(person_id);
        self
    }

    pub fn changes_owners(mut self, changes: bool) -> Self {
        self.changes_owners = changes;
        self
    }
}

/// An event as every replica reads it. `item_id` is None where several lines, or none, changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub n: i64,
    pub tag: i64,
    /// None: a kind of a newer build; every screen of the company is told to look.
    pub kind: Option<EventKind>,
    pub order_id: Option<OrderId>,
    pub item_id: Option<ItemId>,
    pub person_id: Option<PersonId>,
    /// The entry of the order's history that belongs to it.
    pub version: Option<i64>,
    /// Which orders are whose changed with it.
    pub changes_owners: bool,
    /// When it was decided, by the clock of whoever wrote it.
    pub at: Timestamp,
}

/// What an event's payload column holds.
#[derive(Default, Serialize, Deserialize)]
pub struct Payload {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub changes_owners: bool,
}
