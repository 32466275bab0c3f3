//! Kinds of events. Every change that a screen shows is one of these.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::topic::{Topic, Topics};
use crate::ids::{ItemId, OrderId, PersonId};

/// Whether a kind stands in an order's timeline, and whether its author can undo it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Timeline {
    Absent,
    Told,
    Undoable,
}

use Timeline::{Absent, Told, Undoable};

macro_rules! kinds {
    ($($name:ident = $code:literal, [$($topic:ident),*], $timeline:ident;)*) => {
        /// A kind of event, in the past tense: it has been committed. The code stands in the feed, in history and
        /// in the catalogue.
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

            /// What every event of this kind changes on screens.
            pub fn topics(self) -> Topics {
                match self { $(EventKind::$name => Topics::of(&[$(Topic::$topic),*])),* }
            }

            fn timeline(self) -> Timeline {
                match self { $(EventKind::$name => $timeline),* }
            }
        }
    };
}

// Code, topics, and whether it stands in an order's timeline.
kinds! {
    OrderImported = "order_imported", [Card, Place, Counters, Order, Drafts], Told;
    OrderRevised = "order_revised", [Card, Place, Order, Drafts, Purchasing, Shelf, Needs], Told;
    OrderChanged = "order_changed", [Card, Place, Head, Purchasing], Undoable;
    OrderUrgent = "order_urgent", [Card, Place, Head, Purchasing], Undoable;
    OrderNotUrgent = "order_not_urgent", [Card, Place, Head, Purchasing], Undoable;
    DueChanged = "due_changed", [Card, Head, Purchasing], Undoable;
    NoteAdded = "note_added", [Card, Head, Purchasing], Undoable;
    NoteChanged = "note_changed", [Card, Head, Purchasing], Undoable;
    NoteRemoved = "note_removed", [Card, Head, Purchasing], Undoable;
    ItemPicked = "item_picked", [Card, Line], Undoable;
    ItemUnpicked = "item_unpicked", [Card, Line], Undoable;
    ItemReturned = "item_returned", [Card, Line, Closed, Shelf], Undoable;
    ItemShort = "item_short", [Card, Line], Undoable;
    ItemUnshort = "item_unshort", [Card, Line], Undoable;
    ItemRequested = "item_requested", [Card, Line, Purchasing], Undoable;
    ItemWithdrawn = "item_withdrawn", [Card, Line, Purchasing], Undoable;
    ItemOrdered = "item_ordered", [Card, Line, Purchasing], Undoable;
    ItemUnordered = "item_unordered", [Card, Line, Purchasing], Undoable;
    ItemReceived = "item_received", [Card, Line, Purchasing], Undoable;
    ItemUnreceived = "item_unreceived", [Card, Line, Purchasing], Undoable;
    ItemNotFound = "item_not_found", [Card, Line, Purchasing], Undoable;
    ItemSubstituted = "item_substituted", [Card, Line], Undoable;
    ItemUnsubstituted = "item_unsubstituted", [Card, Line, Closed, Shelf], Undoable;
    ReplacementAgreed = "replacement_agreed", [Card, Line], Undoable;
    ReplacementWithdrawn = "replacement_withdrawn", [Card, Line], Undoable;
    ShortageAnswered = "shortage_answered", [Card, Line, Needs], Undoable;
    PurchaseSettled = "purchase_settled", [Card, Line, Purchasing], Undoable;
    LocationChanged = "location_changed", [Card, Location], Undoable;
    // The topics of the undone kind are added: see `NewEvent::undoing`.
    ActionUndone = "action_undone", [Card], Told;
    OrderFinished = "order_finished", [Card, Place, Counters, Order, Closed, Needs], Told;
    OrderReopened = "order_reopened", [Card, Place, Counters, Order, Closed, Purchasing, Shelf, Needs], Told;
    OrderCanceled = "order_canceled", [Card, Place, Counters, Order, Closed, Purchasing, Shelf, Needs], Told;
    OrderLeft = "order_left", [Head, Closed], Undoable;
    OrderNotLeft = "order_not_left", [Head, Closed], Undoable;
    ItemAdjusted = "item_adjusted", [Head, Closed], Undoable;
    ItemNotAdjusted = "item_not_adjusted", [Head, Closed], Undoable;
    // A claim began or ended without a pick.
    ClaimChanged = "claim_changed", [Card, Head], Absent;
    // Somebody saw an entry of the history; whose claim it is, it lasts on.
    ChangeSeen = "change_seen", [Card, Head], Absent;
    OrderHandedOver = "order_handed_over", [Card, Order, Drafts, Purchasing, Needs], Undoable;
    // The stock's part of a purchase, or when goods are to come.
    PurchaseChanged = "purchase_changed", [Purchasing], Absent;
    OrdersHandedOver = "orders_handed_over", [Owners, People, Purchasing, Needs], Absent;
    // A file said where goods lie.
    LocationsChanged = "locations_changed", [Location], Absent;
    // Closed orders of a customer were anonymised.
    CustomerAnonymised = "customer_anonymised", [Order, Drafts, Closed, Purchasing, Shelf], Absent;
    DraftsChanged = "drafts_changed", [Drafts], Absent;
    PeopleChanged = "people_changed", [People], Absent;
    AccessChanged = "access_changed", [People], Absent;
    // Only the person's own screens look otherwise.
    ThemeChanged = "theme_changed", [], Absent;
    SettingsChanged = "settings_changed", [Settings], Absent;
    // Permissions of roles: everybody's access is checked again.
    PermissionsChanged = "permissions_changed", [Settings], Absent;
    // A wall was paired, renamed or revoked.
    WallsChanged = "walls_changed", [Walls], Absent;
    // Purchases that were expected by yesterday are late from now on.
    DayStarted = "day_started", [Counters, Closed, Purchasing, Needs], Absent;
}

impl EventKind {
    /// Whether it stands in an order's timeline.
    pub fn is_told(self) -> bool {
        self.timeline() != Absent
    }

    /// Whether it happens to a finished order.
    pub fn is_of_finished(self) -> bool {
        use EventKind::{ItemAdjusted, ItemNotAdjusted, OrderLeft, OrderNotLeft};
        matches!(self, OrderLeft | OrderNotLeft | ItemAdjusted | ItemNotAdjusted)
    }

    /// Whether only the pages of its person are other ones after it.
    pub fn concerns_one_person(self) -> bool {
        matches!(self, EventKind::AccessChanged | EventKind::ThemeChanged)
    }

    /// Whether who did it can take it back.
    pub fn can_be_undone(self) -> bool {
        self.timeline() == Undoable
    }
}

/// An event about to be committed.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub kind: EventKind,
    pub order_id: Option<OrderId>,
    pub item_id: Option<ItemId>,
    /// Whose access or theme changed; only with [`EventKind::AccessChanged`] and [`EventKind::ThemeChanged`].
    pub person_id: Option<PersonId>,
    pub actor_id: Option<PersonId>,
    /// The entry of the order's history that belongs to it.
    pub version: Option<i64>,
    pub topics: Topics,
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
            topics: kind.topics(),
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

    /// It takes back an event of this kind.
    pub fn undoing(mut self, kind: EventKind) -> Self {
        self.topics = self.topics | kind.topics();
        self
    }

    /// What is bought, or to be bought, changed with it.
    pub fn changes_purchases(self, changes: bool) -> Self {
        self.changes_topic(Topic::Purchasing, changes)
    }

    /// What is to go back to the shelf changed with it.
    pub fn changes_shelf(self, changes: bool) -> Self {
        self.changes_topic(Topic::Shelf, changes)
    }

    /// What waits for an answer changed with it.
    pub fn changes_needs(self, changes: bool) -> Self {
        self.changes_topic(Topic::Needs, changes)
    }

    /// Which orders are whose changed with it: a seller came or went.
    pub fn changes_owners(self, changes: bool) -> Self {
        self.changes_topic(Topic::Owners, changes)
    }

    fn changes_topic(mut self, topic: Topic, changes: bool) -> Self {
        if changes {
            self.topics = self.topics | Topics::of(&[topic]);
        }
        self
    }
}

/// An event as every replica reads it. `item_id` is None where several lines, or none, changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub n: i64,
    pub tag: i64,
    /// None: a kind of a newer build.
    pub kind: Option<EventKind>,
    pub order_id: Option<OrderId>,
    pub item_id: Option<ItemId>,
    pub person_id: Option<PersonId>,
    /// The entry of the order's history that belongs to it.
    pub version: Option<i64>,
    pub topics: Topics,
    /// When it was decided, by the clock of whoever wrote it.
    pub at: Timestamp,
}

/// What an event's payload column holds.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payload {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Where they are missing, anything may have changed.
    #[serde(default = "anything")]
    pub topics: Topics,
}

impl Payload {
    /// An unreadable payload means that anything may have changed.
    pub fn from_stored(payload: serde_json::Value) -> Self {
        let unreadable = Self { person_id: None, version: None, topics: anything() };
        serde_json::from_value(payload).unwrap_or(unreadable)
    }
}

fn anything() -> Topics {
    Topics::UNKNOWN
}
