//! Whether a text has anything visible in it, and how long it is.

/// The length of a text as `maxlength` counts it: in UTF-16 code units, a line break as one. So what a field
/// lets in is never refused for its length.
pub fn length(text: &str) -> usize {
    let breaks = text.as_bytes().windows(2).filter(|pair| pair == b"\r\n").count();
    text.encode_utf16().count() - breaks
}

/// False for text that is blank on every screen: spaces, controls, marks of direction, fillers and joiners alone.
pub fn visible(text: &str) -> bool {
    text.chars().any(|letter| !letter.is_whitespace() && !letter.is_control() && !is_blank(letter))
}

/// Letters without a shape of their own (Unicode's default ignorables), and those whose shape is empty.
pub(super) fn is_blank(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Case {
        text: String,
        times: usize,
        length: usize,
    }

    #[test]
    fn a_text_is_as_long_as_its_field_says() {
        let table: Vec<Case> =
            serde_json::from_str(include_str!("../../tests/fixtures/lengths.json")).unwrap();
        for Case { text, times, length: expected } in table {
            assert_eq!(length(&text.repeat(times)), expected, "{text:?} × {times}");
        }
    }

    #[test]
    fn a_text_of_nothing_visible_is_nothing() {
        for text in [
            "",
            "  \t\r\n",
            "\u{a0}\u{2003}",
            "\u{200b}",
            "\u{2800}",
            "\u{3164}",
            "\u{115f}\u{1160}",
            "\u{ad}",
            "\u{feff}",
            "\u{200e}\u{202e}",
            "\u{2060}\u{2064}",
            "\u{ffa0}",
            "\u{fe0f}",
            "\u{e0020}",
            "\u{0}",
            " \u{200b} \u{3164}\n",
        ] {
            assert!(!visible(text), "{text:?}");
        }
        for text in ["a", ".", "\u{200b}x", "\u{645}", "\u{2764}\u{fe0f}", "\u{fffd}"] {
            assert!(visible(text), "{text:?}");
        }
    }
}
