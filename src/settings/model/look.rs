//! What a company looks like, as administrators set it: its colours, and what its board says while it is empty.

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive as _;

use super::changes::LastChange;
use super::colour::{Colour, DAY, LEAST_CONTRAST, NIGHT};
use crate::error::{AppError, Result, Sentence};
use crate::html::PictureFacts;
use crate::html::text::visible;

/// The colour of buttons and marks. None: the app's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Colours {
    pub day: Option<Colour>,
    /// None: made of that of the day.
    pub night: Option<Colour>,
}

impl Colours {
    /// As they were typed; an empty field is none. What cannot be read on its ground is refused with how far it is from it.
    pub fn read(day: &str, night: &str) -> Result<Self> {
        let mut wrong = Vec::new();
        let day = one("accent", day, (DAY, "settings.look.too_light"), &mut wrong);
        let night = one("night", night, (NIGHT, "settings.look.too_dark"), &mut wrong);
        refuse(wrong).map(|()| Self { day, night })
    }

    /// What screens have by night.
    pub fn by_night(self) -> Option<Colour> {
        self.night.or_else(|| self.day.map(Colour::by_night))
    }
}

fn one(
    field: &str,
    typed: &str,
    (ground, too_near): (Colour, &'static str),
    wrong: &mut Vec<(String, Sentence)>,
) -> Option<Colour> {
    if typed.trim().is_empty() {
        return None;
    }
    let Some(colour) = Colour::parse(typed) else {
        wrong.push((field.to_owned(), Sentence::new("settings.look.colour_wrong")));
        return None;
    };
    let contrast = colour.contrast(ground);
    if contrast < LEAST_CONTRAST {
        // Rounded down: what is refused never reads as enough.
        let tenths = |ratio: f64| Decimal::from_f64((ratio * 10.0).floor() / 10.0).unwrap_or_default();
        let sentence = Sentence::new(too_near).text("colour", colour.to_string());
        let sentence = sentence.quantity("contrast", tenths(contrast));
        wrong.push((field.to_owned(), sentence.quantity("least", tenths(LEAST_CONTRAST))));
    }
    Some(colour)
}

/// What an empty board says. None: the words of the app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmptyWords {
    pub title: Option<String>,
    pub text: Option<String>,
}

const TITLE: usize = 60;
const TEXT: usize = 200;

impl EmptyWords {
    pub fn read(title: &str, text: &str) -> Result<Self> {
        let said = |typed: &str| Some(typed.trim().to_owned()).filter(|typed| visible(typed));
        let words = Self { title: said(title), text: said(text) };
        let is_long =
            |said: &Option<String>, most| said.as_ref().is_some_and(|said| said.chars().count() > most);
        let long = [
            ("title", is_long(&words.title, TITLE), "settings.look.title_long"),
            ("text", is_long(&words.text, TEXT), "settings.look.text_long"),
        ];
        let wrong = long.into_iter().filter(|(_, long, _)| *long);
        refuse(wrong.map(|(field, _, key)| (field.to_owned(), Sentence::new(key))).collect())?;
        Ok(words)
    }
}

fn refuse(fields: Vec<(String, Sentence)>) -> Result<()> {
    match fields.first() {
        None => Ok(()),
        Some((_, sentence)) => Err(AppError::Invalid { sentence: sentence.clone(), fields }),
    }
}

/// What a picture is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureKind {
    /// Beside the company's name.
    Logo,
    /// Where a board is empty.
    Empty,
}

impl PictureKind {
    /// The word in the table and in addresses.
    pub fn code(self) -> &'static str {
        match self {
            PictureKind::Logo => "logo",
            PictureKind::Empty => "empty",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [PictureKind::Logo, PictureKind::Empty].into_iter().find(|kind| kind.code() == code)
    }

    /// Twice what screens show: they have two points where a style sheet has one.
    pub fn most(self) -> (u32, u32) {
        match self {
            PictureKind::Logo => (480, 160),
            PictureKind::Empty => (640, 480),
        }
    }
}

/// A picture as it is kept and served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub hash: String,
    /// PNG, or JPEG where nothing of it is transparent and that is smaller.
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
    pub width: i16,
    pub height: i16,
}

/// What of the look is set at once, and has a version of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookPart {
    Colours,
    Words,
    Picture(PictureKind),
}

impl LookPart {
    /// Its subject in the table of changes.
    pub fn code(self) -> &'static str {
        match self {
            LookPart::Colours => "colours",
            LookPart::Words => "words",
            LookPart::Picture(kind) => kind.code(),
        }
    }
}

/// Everything that is set, with who set it.
#[derive(Clone, Debug, Default)]
pub struct CompanyLook {
    pub colours: Colours,
    pub words: EmptyWords,
    pub logo: Option<PictureFacts>,
    pub empty: Option<PictureFacts>,
    /// By [`LookPart::code`].
    pub last: std::collections::HashMap<String, LastChange>,
}

impl CompanyLook {
    pub fn picture(&self, kind: PictureKind) -> Option<&PictureFacts> {
        match kind {
            PictureKind::Logo => self.logo.as_ref(),
            PictureKind::Empty => self.empty.as_ref(),
        }
    }

    pub fn last(&self, part: LookPart) -> Option<&LastChange> {
        self.last.get(part.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(day: &str, night: &str) -> Vec<(String, String)> {
        match Colours::read(day, night) {
            Ok(colours) => panic!("{colours:?}"),
            Err(AppError::Invalid { fields, .. }) => {
                fields.into_iter().map(|(field, sentence)| (field, sentence.key.into_owned())).collect()
            }
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_colour_is_taken_where_it_can_be_read_by_day_and_by_night() {
        let colours = Colours::read("#1b4fb5", "").unwrap();
        assert!(colours.by_night().unwrap().contrast(NIGHT) >= LEAST_CONTRAST);
        assert_eq!(Colours::read(" ", "").unwrap(), Colours::default());
        assert_eq!(Colours::read("", "#8fb0ff").unwrap().by_night(), Colour::parse("#8fb0ff"));
        let pairs = |found: Vec<(String, String)>| -> Vec<String> {
            found.into_iter().map(|(field, key)| format!("{field} {key}")).collect()
        };
        assert_eq!(pairs(wrong("#ffe600", "")), ["accent settings.look.too_light"]);
        assert_eq!(
            pairs(wrong("blue", "#1b4fb5")),
            ["accent settings.look.colour_wrong", "night settings.look.too_dark"]
        );
    }

    #[test]
    fn empty_words_are_the_app_s_and_long_ones_are_refused() {
        assert_eq!(EmptyWords::read(" ", "\n").unwrap(), EmptyWords::default());
        assert_eq!(EmptyWords::read("\u{200b}", "\u{3164} \u{2800}").unwrap(), EmptyWords::default());
        assert_eq!(EmptyWords::read(" Bom trabalho ", "").unwrap().title.as_deref(), Some("Bom trabalho"));
        assert!(EmptyWords::read(&"é".repeat(TITLE), &"x".repeat(TEXT)).is_ok());
        assert!(EmptyWords::read(&"é".repeat(TITLE + 1), "").is_err());
        assert!(EmptyWords::read("", &"x".repeat(TEXT + 1)).is_err());
    }
}
