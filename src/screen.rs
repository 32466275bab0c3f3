//! Screens: what a page can subscribe to, and what each topic of an event does to it.

use std::fmt;
use std::str::FromStr;

use crate::actor::{Actor, Permission};
use crate::feed::{Event, Topic, Topics};
use crate::ids::OrderId;

/// A screen that a page subscribes to. Its text form is `data-screen`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Screen {
    /// The unfiltered first page of the board.
    Board,
    /// A filtered, searched or later page of the board.
    FilteredBoard,
    Order(OrderId),
    /// The board on a wall: paired devices see it, and people who look at what these see.
    Wall,
    /// The import page with its drafts, and the preview of one.
    Quotes,
    People,
    /// Finished and canceled orders, searched and filtered.
    History,
    /// What is to buy, on the way, or to be settled, and what was bought.
    Purchasing,
    /// What is to go back to the shelf, of all orders.
    Returns,
    /// The figures of a period.
    Reports,
    /// What the company has set.
    Settings,
    /// Shortages that wait for the visitor's answer, and purchases that wait for a buyer.
    Needs,
    /// The screens on walls, as administrators see them.
    Walls,
    /// What happened, as an auditor reads it.
    Audit,
    /// The orders of a customer who is to be forgotten.
    Anonymise,
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

/// The declaration of a screen.
struct Row {
    /// Its word in `data-screen` and in metrics; of a screen of one thing, the part before the id.
    name: &'static str,
    /// The permissions to watch it: one of them is enough.
    permissions: &'static [Permission],
    /// Topics answered with fragments.
    fragments: Topics,
    /// Topics for which the page is fetched again.
    refetch: Topics,
}

impl Row {
    const fn new(
        name: &'static str,
        permissions: &'static [Permission],
        fragments: &[Topic],
        refetch: &[Topic],
    ) -> Self {
        Self { name, permissions, fragments: Topics::of(fragments), refetch: Topics::of(refetch) }
    }
}

impl Screen {
    /// The screens without an id.
    pub const WITHOUT_ID: [Screen; 14] = [
        Screen::Board,
        Screen::FilteredBoard,
        Screen::Wall,
        Screen::Quotes,
        Screen::People,
        Screen::History,
        Screen::Purchasing,
        Screen::Returns,
        Screen::Reports,
        Screen::Settings,
        Screen::Needs,
        Screen::Walls,
        Screen::Audit,
        Screen::Anonymise,
    ];

    /// Name, permissions, topics answered with fragments, topics for which the page is fetched again.
    #[rustfmt::skip]
    const fn row(self) -> Row {
        use Permission::{Administer, Answer, Buy, ImportQuote, Receive, SettlePurchase, View};
        use Topic::{Card, Closed, Counters, Drafts, Head, Line, Location, Needs};
        use Topic::{Order, Owners, People, Place, Purchasing, Settings, Shelf, Walls};
        match self {
            Screen::Board => Row::new("board", &[View], &[Card, Place, Counters], &[Owners]),
            Screen::FilteredBoard => Row::new("board-filtered", &[View], &[], &[Card, Place, Counters, Owners]),
            Screen::Wall => Row::new("board-wall", &[View], &[Card, Place, Counters], &[Walls]),
            Screen::Order(_) => Row::new("order", &[View], &[Line, Location, Head], &[Order, Owners]),
            Screen::Quotes => Row::new("quotes", &[ImportQuote], &[], &[Drafts, Owners]),
            Screen::People => Row::new("people", &[Administer], &[], &[People]),
            Screen::History => Row::new("history", &[View], &[], &[Closed, Shelf]),
            Screen::Purchasing => Row::new("purchasing", &[Receive], &[], &[Purchasing]),
            Screen::Returns => Row::new("returns", &[View], &[], &[Shelf, Location]),
            Screen::Reports => Row::new("reports", &[View], &[], &[Counters]),
            Screen::Settings => Row::new("settings", &[Administer], &[], &[Settings, Location]),
            Screen::Needs => Row::new("needs", &[Answer, Buy, SettlePurchase], &[], &[Needs, Purchasing, Owners]),
            Screen::Walls => Row::new("walls", &[Administer], &[], &[Walls]),
            Screen::Audit => Row::new("audit", &[Administer], &[], Topic::ALL),
            Screen::Anonymise => Row::new("anonymise", &[Administer], &[], &[Place, Closed]),
        }
    }

    /// What the event does to this screen.
    pub fn effect(self, event: &Event) -> Effect {
        let Row { fragments, refetch, .. } = self.row();
        let topics = match (self, event.order_id) {
            // Events of another order do not concern this one, except changes of owners, and of goods that both may have.
            (Screen::Order(own), Some(about)) if about != own => {
                event.topics & (Topics::of(&[Topic::Owners, Topic::Location]) | Topics::UNKNOWN)
            }
            _ => event.topics,
        };
        // Lines without a line's id are several.
        let of_lines = Topics::of(&[Topic::Line, Topic::Location]);
        let many_lines = topics.meets(of_lines) && event.item_id.is_none() && fragments.meets(of_lines);
        // What a company has set stands on every page.
        let always = Topics::of(&[Topic::Settings]) | Topics::UNKNOWN;
        if topics.meets(refetch | always) || many_lines {
            Effect::Refetch
        } else if topics.meets(fragments) {
            Effect::Fragments
        } else {
            Effect::Nothing
        }
    }

    pub fn is_allowed(self, actor: &Actor) -> bool {
        self.row().permissions.iter().any(|permission| actor.can(*permission))
    }

    /// The word for metrics: without ids.
    pub fn name(self) -> &'static str {
        self.row().name
    }
}

impl fmt::Display for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Screen::Order(id) => write!(f, "{}:{id}", self.name()),
            other => f.write_str(other.name()),
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
        if let Some(screen) = Screen::WITHOUT_ID.into_iter().find(|screen| screen.name() == text) {
            return Ok(screen);
        }
        let (name, id) = text.split_once(':').ok_or(ScreenError)?;
        let screen = id.parse().map(Screen::Order).map_err(|_| ScreenError)?;
        if screen.name() == name { Ok(screen) } else { Err(ScreenError) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::feed::EventKind;
    use crate::ids::ItemId;

    fn event(kind: EventKind, order_id: Option<OrderId>) -> Event {
        Event {
            n: 1,
            tag: 1,
            kind: Some(kind),
            order_id,
            item_id: order_id.map(|_| ItemId::new()),
            person_id: None,
            version: None,
            topics: kind.topics(),
            at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn all(order_id: OrderId) -> impl Iterator<Item = Screen> {
        Screen::WITHOUT_ID.into_iter().chain([Screen::Order(order_id)])
    }

    #[test]
    fn every_topic_is_something_to_a_screen_and_every_kind_of_event_too() {
        let order_id = OrderId::new();
        for topic in Topic::ALL {
            let shown = |screen: Screen| {
                let Row { fragments, refetch, .. } = screen.row();
                fragments.has(*topic) || refetch.has(*topic)
            };
            assert!(all(order_id).any(shown), "no screen shows {}", topic.code());
        }
        // Of how one person sees them, screens are told by whose they are.
        for kind in EventKind::ALL.iter().filter(|kind| **kind != EventKind::ThemeChanged) {
            let about = event(*kind, Some(order_id));
            let touches = |screen: Screen| screen.effect(&about) != Effect::Nothing;
            assert!(all(order_id).any(touches), "no screen is told of {}", kind.code());
        }
    }

    #[test]
    fn an_order_s_screen_is_not_touched_by_another_order() {
        let mine = OrderId::new();
        let screen = Screen::Order(mine);
        let (own, other) = (Some(mine), Some(OrderId::new()));
        assert_eq!(screen.effect(&event(EventKind::ItemPicked, own)), Effect::Fragments);
        assert_eq!(screen.effect(&event(EventKind::ItemPicked, other)), Effect::Nothing);
        // The same goods may be on it.
        assert_eq!(screen.effect(&event(EventKind::LocationChanged, other)), Effect::Fragments);
        let seller_left = Event {
            topics: Topics::of(&[Topic::People, Topic::Owners]),
            ..event(EventKind::AccessChanged, None)
        };
        assert_eq!(screen.effect(&seller_left), Effect::Refetch);
        assert_eq!(Screen::History.effect(&seller_left), Effect::Nothing);
    }

    #[test]
    fn what_a_day_makes_late_is_shown_when_it_begins() {
        let begins = event(EventKind::DayStarted, None);
        for screen in [Screen::Needs, Screen::Purchasing] {
            assert_eq!(screen.effect(&begins), Effect::Refetch, "{screen}");
        }
        assert!(begins.topics.has(Topic::Needs), "the badge of every page is told");
    }

    #[test]
    fn an_event_of_a_newer_build_touches_what_its_topics_say() {
        let mine = OrderId::new();
        let picked = event(EventKind::ItemPicked, Some(mine));
        let known = Event { kind: None, ..picked.clone() };
        for screen in all(mine) {
            assert_eq!(screen.effect(&known), screen.effect(&picked), "{screen}");
            let unknown = Event { topics: Topics::UNKNOWN, ..known.clone() };
            assert_eq!(screen.effect(&unknown), Effect::Refetch, "{screen}");
        }
        let several = Event { item_id: None, ..picked };
        assert_eq!(Screen::Order(mine).effect(&several), Effect::Refetch);
        assert_eq!(Screen::Board.effect(&several), Effect::Fragments);
    }

    #[test]
    fn every_screen_is_read_from_its_name() {
        for screen in all(OrderId::new()) {
            assert_eq!(screen.to_string().parse(), Ok(screen));
        }
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
