//! Numbers as people type them: as the screen writes them, in the notation of its language. `static/js/numbers.js` reads
//! and writes the same; both are held to `tests/fixtures/numbers.json`.

use rust_decimal::Decimal;

use super::format::separators;
use crate::error::Sentence;
use crate::lang::Lang;

/// More digits than any amount has, and few enough that a product of two numbers cannot overflow a `Decimal`.
const MOST_WHOLE_DIGITS: usize = 12;
const MOST_DECIMALS: usize = 6;

/// Why a typed number is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    NotANumber,
    /// Ambiguous: the person is asked which reading is meant.
    Doubtful(Decimal, Decimal),
}

impl Unread {
    /// The sentence for `typed`; for an ambiguous number it shows both readings.
    pub fn sentence(self, typed: &str) -> Sentence {
        match self {
            Unread::NotANumber => Sentence::new("number.unread"),
            Unread::Doubtful(one, other) => Sentence::new("number.doubtful")
                .text("typed", typed.trim())
                .quantity("one", one)
                .quantity("other", other),
        }
    }
}

/// Reads a number that is not negative. What the screen writes means what it means there ("1.350" in Portuguese is a
/// thousand three hundred and fifty); a keypad that has only the other language's sign may be used where there is but
/// one reading ("1.5"); anything else is asked.
pub fn read_number(typed: &str, lang: Lang) -> Result<Decimal, Unread> {
    let typed = typed.trim();
    let own = in_notation(typed, lang);
    let other_lang = if lang == Lang::PtBr { Lang::En } else { Lang::PtBr };
    let other = in_notation(typed, other_lang);
    match (own, other) {
        // Quotes and habits are Brazilian: "1.350" typed into an English screen may mean either.
        (Some(own), Some(other)) if own != other && lang == Lang::En && typed.contains('.') => {
            Err(Unread::Doubtful(own, other))
        }
        (Some(own), _) => Ok(own),
        (None, Some(other)) => other_notation(typed, other, lang),
        (None, None) => Err(Unread::NotANumber),
    }
}

/// A number that only the other language writes so: taken where nothing else can be meant.
fn other_notation(typed: &str, value: Decimal, lang: Lang) -> Result<Decimal, Unread> {
    let (thousands, point) = separators(lang);
    let (whole, decimals) = typed.split_once(thousands).unwrap_or((typed, ""));
    let plain: String = typed.chars().filter(|sign| *sign != thousands).collect();
    let twice = typed.matches(point).count() > 1;
    let once = !typed.contains(point) && typed.matches(thousands).count() == 1;
    let sure = twice || (once && (decimals.len() < 3 || whole == "0"));
    if sure {
        return Ok(value);
    }
    match plain.replace(point, ".").parse() {
        Ok(own) => Err(Unread::Doubtful(own, value)),
        Err(_) => Err(Unread::NotANumber),
    }
}

fn in_notation(typed: &str, lang: Lang) -> Option<Decimal> {
    let (thousands, point) = separators(lang);
    let (whole, decimals) =
        typed.split_once(point).map_or((typed, None), |(whole, rest)| (whole, Some(rest)));
    let decimals = decimals.unwrap_or("0");
    let fits = !decimals.is_empty() && decimals.len() <= MOST_DECIMALS && all_digits(decimals);
    let whole = without_marks(whole, thousands).filter(|_| fits)?;
    format!("{whole}.{decimals}").parse::<Decimal>().ok().map(|value| value.normalize())
}

fn without_marks(whole: &str, thousands: char) -> Option<String> {
    let mut groups = whole.split(thousands);
    let first = groups.next().filter(|group| !group.is_empty() && all_digits(group))?;
    let marked = whole.len() > first.len();
    if marked && (first.len() > 3 || first.starts_with('0')) {
        return None;
    }
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || !all_digits(group) {
            return None;
        }
        digits.push_str(group);
    }
    (digits.len() <= MOST_WHOLE_DIGITS).then_some(digits)
}

/// The form that scripts, hidden fields and stored taps have: digits, and a point before decimals.
pub fn read_plain(text: &str) -> Option<Decimal> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let fits = |digits: &str, most: usize| (1..=most).contains(&digits.len()) && all_digits(digits);
    let plain = fits(whole, MOST_WHOLE_DIGITS) && fits(decimals, MOST_DECIMALS);
    text.parse().ok().filter(|_| plain)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::html::format;

    #[derive(Deserialize)]
    struct Case {
        typed: String,
        lang: Lang,
        #[serde(default)]
        number: Option<String>,
        #[serde(default)]
        either: Option<(String, String)>,
    }

    #[derive(Deserialize)]
    struct Table {
        read: Vec<Case>,
        written: Vec<(String, Lang, String)>,
    }

    fn table() -> Table {
        serde_json::from_str(include_str!("../../tests/fixtures/numbers.json")).unwrap()
    }

    #[test]
    fn a_typed_number_means_what_the_screen_writes_and_what_is_doubtful_is_asked() {
        for Case { typed, lang, number, either } in table().read {
            let decimal = |text: &String| text.parse::<Decimal>().unwrap();
            let wanted = match (&number, &either) {
                (Some(number), _) => Ok(decimal(number)),
                (None, Some((one, other))) => Err(Unread::Doubtful(decimal(one), decimal(other))),
                (None, None) => Err(Unread::NotANumber),
            };
            assert_eq!(read_number(&typed, lang), wanted, "{typed:?} in {lang:?}");
        }
    }

    #[test]
    fn what_the_screen_writes_is_read_as_what_it_is() {
        for (plain, lang, written) in table().written {
            let value: Decimal = plain.parse().unwrap();
            assert_eq!(format::quantity(lang, value), written);
            assert_eq!(read_number(&written, lang), Ok(value), "{written}");
        }
    }

    #[test]
    fn the_form_of_machines_is_nothing_but_digits_and_a_point() {
        assert_eq!(read_plain("1.125"), Some(Decimal::new(1125, 3)));
        assert_eq!(read_plain("30"), Some(Decimal::from(30)));
        assert_eq!(read_plain("123456789012.123456"), Some(Decimal::new(123_456_789_012_123_456, 6)));
        assert_eq!(read_plain("1234567890123"), None, "no amount has so many digits");
        assert_eq!(read_plain("1.1234567"), None, "nor so many decimals");
        for text in
            ["", "1_0", "1e2", "+5", "-5", "1,5", " 1", "1.", ".5", "1.2.3", "\u{661}\u{662}", "0x10", "inf"]
        {
            assert_eq!(read_plain(text), None, "{text}");
        }
    }
}
