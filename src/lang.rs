//! The language of a screen and the one catalogue (`locales/*.yml`) it is read from.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A language that the catalogue has in full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Lang {
    #[default]
    #[serde(rename = "pt-BR")]
    PtBr,
    #[serde(rename = "en")]
    En,
}

impl Lang {
    pub const ALL: [Lang; 2] = [Lang::PtBr, Lang::En];

    /// The tag for `<html lang>`, the catalogue and the `people.language` column.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::PtBr => "pt-BR",
            Lang::En => "en",
        }
    }

    /// The language of a stored tag, if it is supported.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Lang::ALL.into_iter().find(|lang| lang.tag() == tag)
    }

    /// The first supported language of an `Accept-Language` header; otherwise Portuguese.
    pub fn from_accept_language(header: &str) -> Self {
        header
            .split(',')
            .find_map(|range| {
                let tag = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
                match tag.split('-').next() {
                    Some("pt") => Some(Lang::PtBr),
                    Some("en") => Some(Lang::En),
                    _ => None,
                }
            })
            .unwrap_or_default()
    }

    /// The sentence or word stored under `key`.
    pub fn t(self, key: &str) -> Cow<'_, str> {
        crate::_rust_i18n_translate(self.tag(), key)
    }

    /// The sentence under `key` with each `%{name}` replaced by its value.
    pub fn t_with(self, key: &str, values: &[(&str, &str)]) -> String {
        let mut text = self.t(key).into_owned();
        for (name, value) in values {
            text = text.replace(&format!("%{{{name}}}"), &isolated(value));
        }
        text
    }

    /// The sentence under `key.one` or `key.other`, by `count`, with `%{count}` replaced.
    pub fn count(self, key: &str, count: i64) -> String {
        let form = if count == 1 { "one" } else { "other" };
        self.t_with(&format!("{key}.{form}"), &[("count", &count.to_string())])
    }
}

/// Isolates a value whose writing direction could reorder the words around it.
fn isolated(value: &str) -> Cow<'_, str> {
    let turns = |letter: char| {
        matches!(
            letter,
            '\u{590}'..='\u{8ff}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
                | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}'
        )
    };
    if value.contains(turns) { Cow::Owned(format!("\u{2068}{value}\u{2069}")) } else { Cow::Borrowed(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_runs_from_right_to_left_does_not_turn_its_sentence_around() {
        let say = |name: &str| Lang::PtBr.t_with("people.created", &[("name", name)]);
        assert!(say("Ana Souza").contains("Ana Souza") && !say("Ana Souza").contains('\u{2068}'));
        for name in ["\u{202e}anA", "\u{645}\u{62d}\u{645}\u{62f}", "A\u{200f}"] {
            assert!(say(name).contains(&format!("\u{2068}{name}\u{2069}")), "{name:?}");
        }
    }
}
