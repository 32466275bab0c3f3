//! The one table of which event touches which screen, and how.

use std::fmt;
use std::str::FromStr;

use crate::actor::{Actor, Permission};
use crate::feed::{Event, EventKind};
use crate::ids::OrderId;

/// Something a page subscribes to. The text is `data-screen`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Screen {
    /// The unfiltered first page of the board.
    Board,
    /// A filtered, searched or later page of the board.
    FilteredBoard,
    Order(OrderId),
    /// The import page with its drafts, and the preview of one.
    Quotes,
    People,
    /// Finished and canceled orders.
    Closed,
}

/// What an event does to a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    Nothing,
    /// Its fragments are sent.
    Fragments,
    /// The page is fetched again: it is personal, filtered, or changes as a whole.
    Refetch,
}

use Effect::{Fragments, Nothing, Refetch};

/// What one kind of event does to: the board, a narrowed board, the order it is about, quotes, people, closed.
/// What is about no order in particular is about every order. A kind that is missing here fails a test.
const TABLE: &[(EventKind, [Effect; 6])] = &[
    (EventKind::OrderImported, [Fragments, Refetch, Refetch, Refetch, Nothing, Nothing]),
    (EventKind::OrderRevised, [Fragments, Refetch, Refetch, Refetch, Nothing, Nothing]),
    (EventKind::OrderChanged, [Fragments, Refetch, Fragments, Nothing, Nothing, Nothing]),
    (EventKind::OrderUrgent, [Fragments, Refetch, Fragments, Nothing, Nothing, Nothing]),
    (EventKind::OrderNotUrgent, [Fragments, Refetch, Fragments, Nothing, Nothing, Nothing]),
    (EventKind::NoteAdded, [Fragments, Refetch, Fragments, Nothing, Nothing, Nothing]),
    (EventKind::NoteChanged, [Fragments, Refetch, Fragments, Nothing, Nothing, Nothing]),
    (EventKind::NoteRemoved, [Fragments, Refetch, Fragments, Nothing, Nothing, Nothing]),
    (EventKind::ItemPicked, [Fragments, Refetch, Fragments, Nothing, Nothing, Nothing]),
    (EventKind::ItemUnpicked, [Fragments, Refetch, Fragments, Nothing, Nothing, Nothing]),
    (EventKind::ItemReturned, [Fragments, Refetch, Fragments, Nothing, Nothing, Refetch]),
    (EventKind::ItemShort, [Fragments, Refetch, Fragments, Nothing, Nothing, Nothing]),
    (EventKind::ItemUnshort, [Fragments, Refetch, Fragments, Nothing, Nothing, Nothing]),
    (EventKind::ActionUndone, [Fragments, Refetch, Fragments, Nothing, Nothing, Refetch]),
    (EventKind::OrderFinished, [Fragments, Refetch, Refetch, Nothing, Nothing, Refetch]),
    (EventKind::OrderReopened, [Fragments, Refetch, Refetch, Nothing, Nothing, Refetch]),
    (EventKind::OrderCanceled, [Fragments, Refetch, Refetch, Nothing, Nothing, Refetch]),
    (EventKind::OrderHandedOver, [Fragments, Refetch, Refetch, Refetch, Nothing, Nothing]),
    (EventKind::OrdersHandedOver, [Refetch, Refetch, Refetch, Refetch, Refetch, Nothing]),
    (EventKind::DraftsChanged, [Nothing, Nothing, Nothing, Refetch, Nothing, Nothing]),
    (EventKind::PeopleChanged, [Nothing, Nothing, Nothing, Nothing, Refetch, Nothing]),
    (EventKind::AccessChanged, [Nothing, Nothing, Nothing, Nothing, Refetch, Nothing]),
    (EventKind::DayStarted, [Fragments, Refetch, Nothing, Nothing, Nothing, Refetch]),
];

impl Screen {
    /// What the event does to this screen. An event of a newer build is unknown here: look at everything.
    pub fn effect(self, event: &Event) -> Effect {
        let Some(kind) = event.kind else { return Refetch };
        let Some((_, row)) = TABLE.iter().find(|(known, _)| *known == kind) else { return Refetch };
        let [board, filtered, order, quotes, people, closed] = *row;
        match self {
            // Who may do what with an order, and who is offered as its seller.
            Screen::Board | Screen::FilteredBoard | Screen::Order(_) | Screen::Quotes
                if event.changes_owners =>
            {
                Refetch
            }
            Screen::Board => board,
            Screen::FilteredBoard => filtered,
            Screen::Order(id) if event.order_id.is_none_or(|about| about == id) => order,
            Screen::Order(_) => Nothing,
            Screen::Quotes => quotes,
            Screen::People => people,
            Screen::Closed => closed,
        }
    }

    /// What a person must be allowed to do to watch this screen. Whether an order exists is asked of the database.
    pub fn permission(self) -> Permission {
        match self {
            Screen::Board | Screen::FilteredBoard | Screen::Order(_) | Screen::Closed => Permission::View,
            Screen::Quotes => Permission::ImportQuote,
            Screen::People => Permission::Administer,
        }
    }

    pub fn is_allowed(self, actor: &Actor) -> bool {
        actor.can(self.permission())
    }

    /// The word for metrics: without ids.
    pub fn kind(self) -> &'static str {
        match self {
            Screen::Board => "board",
            Screen::FilteredBoard => "board-filtered",
            Screen::Order(_) => "order",
            Screen::Quotes => "quotes",
            Screen::People => "people",
            Screen::Closed => "closed",
        }
    }
}

impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Screen::Order(id) => write!(f, "order:{id}"),
            other => f.write_str(other.kind()),
        }
    }
}

/// The text names no screen.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a screen")]
pub struct ScreenError;

impl FromStr for Screen {
    type Err = ScreenError;

    fn from_str(text: &str) -> Result<Self, ScreenError> {
        match text {
            "board" => Ok(Screen::Board),
            "board-filtered" => Ok(Screen::FilteredBoard),
            "quotes" => Ok(Screen::Quotes),
            "people" => Ok(Screen::People),
            "closed" => Ok(Screen::Closed),
            other => {
                let id = other.strip_prefix("order:").ok_or(ScreenError)?;
                id.parse().map(Screen::Order).map_err(|_| ScreenError)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_kind_of_event_has_its_row() {
        for kind in EventKind::ALL {
            let rows = TABLE.iter().filter(|(known, _)| known == kind).count();
            assert_eq!(rows, 1, "{} needs exactly one row in the table of screens", kind.code());
        }
    }

    #[test]
    fn an_order_s_screen_is_not_touched_by_another_order() {
        let mine = OrderId::new();
        let event = |order_id| Event {
            n: 1,
            tag: 1,
            kind: Some(EventKind::ItemPicked),
            order_id,
            item_id: None,
            person_id: None,
            version: None,
            changes_owners: false,
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        assert_eq!(Screen::Order(mine).effect(&event(Some(mine))), Effect::Fragments);
        assert_eq!(Screen::Order(mine).effect(&event(Some(OrderId::new()))), Effect::Nothing);
        let seller_left = Event { changes_owners: true, ..event(None) };
        assert_eq!(Screen::Order(mine).effect(&seller_left), Effect::Refetch);
        assert_eq!(Screen::Closed.effect(&seller_left), Effect::Nothing);
    }

    proptest! {
        #[test]
        fn any_text_is_a_screen_or_an_error(text in ".{0,60}") {
            if let Ok(screen) = text.parse::<Screen>() {
                prop_assert_eq!(screen.to_string().to_lowercase(), text.to_lowercase());
            }
        }
    }
}
