//! What a company looks like.

use std::borrow::Borrow;
use std::fmt;

use askama::Template;

use super::TABS;
use crate::html::{FormState, Layout, Nav};
use crate::settings::model::changes::LastChange;
use crate::settings::model::colour::Colour;
use crate::settings::model::look::{CompanyLook, LookPart, PictureKind};

/// `/settings/look`. Posts to `…/colours`: `accent`, `night` (`#rrggbb`, or nothing); to `…/words`: `title`, `text`; to
/// `…/picture/{kind}` as a file: `file`; to `…/picture/{kind}/remove`. Every form carries `version`.
#[derive(Template)]
#[template(path = "settings/look.html")]
pub struct LookPage<'a> {
    pub layout: &'a Layout,
    pub look: &'a CompanyLook,
    pub given: FormState<'a>,
}

impl LookPage<'_> {
    const PATH: &'static str = "/settings/look";

    fn nav(&self) -> Nav {
        Nav::Settings
    }

    fn last(&self, part: impl Borrow<LookPart>) -> Option<LastChange> {
        self.look.last(*part.borrow()).cloned()
    }

    fn last_picture(&self, kind: impl Borrow<PictureKind>) -> Option<LastChange> {
        self.last(LookPart::Picture(*kind.borrow()))
    }

    /// The address of a picture's form below `/settings`.
    fn form(&self, kind: impl Borrow<PictureKind>) -> String {
        format!("look/picture/{}", kind.borrow().code())
    }

    /// What a colour's field says.
    fn colour(&self, field: &str, set: impl Borrow<Option<Colour>>) -> String {
        self.given.value(
            "look/colours",
            field,
            set.borrow().map(|colour| colour.to_string()).unwrap_or_default(),
        )
    }

    fn word(&self, field: &str, set: &Option<String>) -> String {
        self.given.value("look/words", field, set.as_deref().unwrap_or_default())
    }
}

/// A company's colours as a style sheet: `tokens.css` and `dark.css` take them where they are there.
#[derive(Debug)]
pub struct ColourSheet {
    pub day: Option<Colour>,
    pub night: Option<Colour>,
}

impl fmt::Display for ColourSheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(":root{")?;
        for (name, colour) in [("day", self.day), ("night", self.night)] {
            if let Some(colour) = colour {
                write!(f, "--accent-{name}:{colour};")?;
            }
        }
        f.write_str("}")
    }
}
