//! The place of goods in the warehouse: what is taken for one, and how places are sorted.

use crate::error::{AppError, Result};
use crate::html::folded;
use crate::html::text::{length, visible};

/// The longest place, as `maxlength` counts.
pub const LONGEST: usize = 16;

/// Goods and their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedGoods {
    pub code: String,
    pub unit: String,
    /// None: no place any more.
    pub location: Option<String>,
}

/// What was typed as a place; None: there is none. Spaces and line breaks inside of it are one space.
pub fn read(typed: &str) -> Result<Option<String>> {
    let location = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    match length(&location) {
        _ if !visible(&location) => Ok(None),
        0..=LONGEST => Ok(Some(location)),
        _ => Err(AppError::field("location", "location.too_long")),
    }
}

/// Sorts goods as one walks: those whose place is known by that, then the others, each by their `name`.
pub fn sort_key(location: Option<&str>, name: &str) -> String {
    match location {
        // A space comes before whatever a name begins with, and before what joins the words of a place.
        Some(location) => format!(" {} {name}", sort_words(location)),
        None => name.to_owned(),
    }
}

/// Sorts places as people count them: A-2 before A-10 and A-2-1 after A-2, whatever signs stand between the parts.
fn sort_words(location: &str) -> String {
    let mut words = Vec::new();
    for part in folded(location).split(|c: char| !c.is_alphanumeric()) {
        let mut rest = part;
        while let Some(first) = rest.chars().next() {
            let counts = first.is_ascii_digit();
            let end = rest.find(|c: char| c.is_ascii_digit() != counts).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            // A longer number is a greater one.
            let digits = word.trim_start_matches('0');
            words.push(if counts { format!("{:02}{digits}", digits.len()) } else { word.to_owned() });
            rest = after;
        }
    }
    words.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_sorted_as_people_count() {
        let sorted = [
            "3",
            "12",
            "A",
            "A-2",
            "A-2-1",
            "A 2.9",
            "a-2-10",
            "A-10",
            "A10-B",
            "B1",
            "B-02",
            "Chão",
            "Corredor 4",
        ];
        let words: Vec<String> = sorted.iter().map(|place| sort_words(place)).collect();
        assert!(words.is_sorted(), "{words:?}");
        for (one, same) in [("A-12-3", "a 12.3"), ("A-12-3", "A12/3"), ("B-02", "B2"), ("CHÃO", "chao")] {
            assert_eq!(sort_words(one), sort_words(same), "{one} and {same}");
        }
        assert_ne!(sort_words("A-1-12"), sort_words("A-11-2"));
        assert_eq!(sort_words("--"), "");
    }

    #[test]
    fn a_place_is_short_stands_on_one_line_and_is_none_where_nothing_is_seen() {
        let taken = |typed: &str| read(typed).unwrap();
        assert_eq!(taken(" A-12-3 ").as_deref(), Some("A-12-3"));
        assert_eq!(taken("Rua 4\r\n \tnível\u{a0}2").as_deref(), Some("Rua 4 nível 2"));
        for nothing in ["", "  \r\n", "\u{200b}", "\u{3164} \u{2800}"] {
            assert_eq!(taken(nothing), None, "{nothing:?}");
        }
        assert_eq!(taken(&"9".repeat(LONGEST)).map(|place| place.len()), Some(LONGEST));
        // Two units each, as the field counts.
        assert!(read(&"📦".repeat(LONGEST / 2)).is_ok() && read(&"📦".repeat(LONGEST / 2 + 1)).is_err());
        assert!(read(&"9".repeat(LONGEST + 1)).is_err());
    }
}
