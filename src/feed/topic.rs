//! Topics: which parts of a company's screens an event changed.

use std::ops::{BitAnd, BitOr};

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! topics {
    ($($(#[$doc:meta])* $name:ident = $code:literal),* $(,)?) => {
        /// A part of what screens show. The code is stored with each event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Topic {
            $($(#[$doc])* $name),*
        }

        impl Topic {
            pub const ALL: &'static [Topic] = &[$(Topic::$name),*];

            pub fn code(self) -> &'static str {
                match self { $(Topic::$name => $code),* }
            }
        }
    };
}

topics! {
    /// An order's card.
    Card = "card",
    /// Which cards the board has, or their order.
    Place = "place",
    /// The figures above the board.
    Counters = "counters",
    /// One line of an order.
    Line = "line",
    /// What stands above an order's lines: its header, its notes.
    Head = "head",
    /// An order as a whole: what may be done with it, which lines it has.
    Order = "order",
    /// Drafts of quotes, and the orders that they are compared with.
    Drafts = "drafts",
    People = "people",
    /// The list of finished and canceled orders.
    Closed = "closed",
    /// What is to be bought, on the way, or to be settled by the buyer.
    Purchasing = "purchasing",
    /// What is to go back to the shelf, of all orders.
    Shelf = "shelf",
    /// Where goods lie. Every order that has them shows it, whichever order the event is of.
    Location = "location",
    /// Which lines wait for an answer.
    Needs = "needs",
    /// Who owns which order, and who can be given one.
    Owners = "owners",
    /// The company's settings: names of options, permissions, hours. They stand on every page.
    Settings = "settings",
    /// The screens on walls.
    Walls = "walls",
}

/// A set of topics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Topics(u32);

impl Topics {
    /// A topic of a newer build.
    pub const UNKNOWN: Topics = Topics(1 << 31);

    pub const fn of(topics: &[Topic]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < topics.len() {
            bits |= 1 << topics[at] as u32;
            at += 1;
        }
        Self(bits)
    }

    pub fn has(self, topic: Topic) -> bool {
        self.meets(Topics::of(&[topic]))
    }

    /// Whether the two have a topic in common.
    pub fn meets(self, other: Topics) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitAnd for Topics {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for Topics {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Serialize for Topics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(Topic::ALL.iter().filter(|topic| self.has(**topic)).map(|topic| topic.code()))
    }
}

/// Anything unknown to this build is [`Topics::UNKNOWN`].
impl<'de> Deserialize<'de> for Topics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Stored {
            Codes(Vec<String>),
            Other(IgnoredAny),
        }
        let Stored::Codes(codes) = Stored::deserialize(deserializer)? else { return Ok(Topics::UNKNOWN) };
        let known = |code: &String| Topic::ALL.iter().copied().find(|topic| topic.code() == code);
        let each = codes.iter().map(|code| known(code).map_or(Topics::UNKNOWN, |topic| Topics::of(&[topic])));
        Ok(each.fold(Topics::default(), Topics::bitor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_stored_as_words_and_a_word_of_a_newer_build_is_noticed() {
        let topics = Topics::of(&[Topic::Card, Topic::Owners]);
        let stored = serde_json::to_string(&topics).unwrap();
        assert_eq!(stored, r#"["card","owners"]"#);
        assert_eq!(serde_json::from_str::<Topics>(&stored).unwrap(), topics);
        let newer: Topics = serde_json::from_str(r#"["card","labels"]"#).unwrap();
        assert_eq!(newer, Topics::of(&[Topic::Card]) | Topics::UNKNOWN);
        assert_eq!(serde_json::from_str::<Topics>("7").unwrap(), Topics::UNKNOWN);
    }
}
