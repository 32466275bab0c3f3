//! What a company looks like: its logo, its colours, and what its board says while it is empty.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use askama::Template;
use askama::filters::HtmlSafe;
use serde::Deserialize;
use uuid::Uuid;

use crate::lang::Lang;

/// A picture of the company's, as its table has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PictureFacts {
    /// Of its bytes: another picture has another address.
    pub hash: String,
    pub width: i16,
    pub height: i16,
}

/// Where nothing is set, it is as the app is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Look {
    company: Uuid,
    /// `#rrggbb`, by day and by night.
    accent: Option<String>,
    night: Option<String>,
    empty_title: Option<String>,
    empty_text: Option<String>,
    logo: Option<PictureFacts>,
    empty: Option<PictureFacts>,
}

#[derive(Default, Deserialize)]
struct Stored {
    #[serde(default)]
    look: Look,
}

impl Look {
    /// What a company has set, as `company_settings` tells it; each is read once and kept, see `Schedule::stored`.
    pub fn stored(settings: &str) -> &'static Look {
        static KEPT: Mutex<Option<HashMap<String, &'static Look>>> = Mutex::new(None);
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.get_or_insert_default();
        if let Some(look) = kept.get(settings).copied() {
            return look;
        }
        let Stored { look } = serde_json::from_str(settings).unwrap_or_default();
        kept.entry(settings.to_owned()).or_insert(Box::leak(Box::new(look)))
    }

    /// That of the app, where no company is known.
    pub fn usual() -> &'static Look {
        Self::stored("{}")
    }

    /// The address of the style sheet with its colours.
    pub fn colours(&self) -> Option<String> {
        let plain = |colour: &Option<String>| colour.as_deref().map(|colour| colour.replace('#', ""));
        let (day, night) = (plain(&self.accent), plain(&self.night));
        (day.is_some() || night.is_some())
            .then(|| format!("/colours/{}-{}", day.unwrap_or_default(), night.unwrap_or_default()))
    }

    /// What an empty board says.
    pub fn empty_title(&self, lang: &Lang) -> Cow<'_, str> {
        self.empty_title.as_deref().map_or_else(|| lang.t("board.empty_title"), Cow::Borrowed)
    }

    pub fn empty_text(&self, lang: &Lang) -> Cow<'_, str> {
        self.empty_text.as_deref().map_or_else(|| lang.t("board.empty_text"), Cow::Borrowed)
    }

    pub fn logo(&self) -> Option<Picture<'_>> {
        self.picture("logo", self.logo.as_ref()?)
    }

    /// What an empty board shows.
    pub fn empty(&self) -> Option<Picture<'_>> {
        self.picture("empty-picture", self.empty.as_ref()?)
    }

    fn picture<'a>(&self, class: &'static str, facts: &'a PictureFacts) -> Option<Picture<'a>> {
        Some(Picture { class, company: self.company, facts })
    }
}

/// An image of a company's. What it shows is said beside it: nothing is read aloud twice.
#[derive(Template)]
#[template(
    source = r#"<img class="{{ class }}" src="/pictures/{{ company }}/{{ facts.hash }}"
      width="{{ facts.width }}" height="{{ facts.height }}" alt="">"#,
    ext = "html"
)]
pub struct Picture<'a> {
    class: &'static str,
    company: Uuid,
    facts: &'a PictureFacts,
}

impl HtmlSafe for Picture<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_that_has_set_nothing_looks_as_the_app_does() {
        let look = Look::usual();
        assert!(look.colours().is_none() && look.logo().is_none() && look.empty().is_none());
        assert_eq!(Look::stored(r#"{"look": {"of a newer build": [1]}}"#), look);
    }

    #[test]
    fn colours_and_pictures_have_addresses_that_change_with_them() {
        let set = r##"{"look": {"company": "0198c0de-0000-7000-8000-000000000001", "accent": "#1b4fb5", "night": "#8fb0ff",
            "logo": {"hash": "ab12", "width": 480, "height": 120}}}"##;
        let look = Look::stored(set);
        assert_eq!(look.colours().as_deref(), Some("/colours/1b4fb5-8fb0ff"));
        let logo = look.logo().unwrap().render().unwrap();
        assert!(logo.contains("src=\"/pictures/0198c0de-0000-7000-8000-000000000001/ab12\""), "{logo}");
        assert!(logo.contains("width=\"480\" height=\"120\""), "{logo}");
        assert_eq!(
            Look::stored(r##"{"look": {"night": "#8fb0ff"}}"##).colours().as_deref(),
            Some("/colours/-8fb0ff")
        );
    }
}
