//! What a company looks like: its logo, its colours, and what its board says while it is empty.

use std::borrow::Cow;
use std::sync::LazyLock;

use askama::Template;
use askama::filters::HtmlSafe;
use serde::Deserialize;
use uuid::Uuid;

use super::kept::{Kept, MOST, Setting, Texts};
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

impl Setting for Look {
    fn texts() -> &'static Texts<Self> {
        static TEXTS: LazyLock<Texts<Look>> = LazyLock::new(|| Texts::new(MOST));
        &TEXTS
    }

    fn unset() -> Self {
        Self::default()
    }
}

impl Look {
    /// What a company has set, as `company_settings` tells it.
    pub fn stored(settings: &str) -> Kept<Look> {
        Kept::of(settings, || {
            let Stored { look } = serde_json::from_str(settings).unwrap_or_default();
            look
        })
    }

    /// That of the app, where no company is known.
    pub fn usual() -> Kept<Look> {
        Self::stored("{}")
    }

    fn picture(&self, class: &'static str, facts: &Option<PictureFacts>) -> Option<Picture> {
        Some(Picture { class, company: self.company, facts: facts.clone()? })
    }
}

impl Kept<Look> {
    /// The address of the style sheet with its colours.
    pub fn colours(self) -> Option<String> {
        let look = self.get();
        let plain = |colour: &Option<String>| colour.as_deref().map(|colour| colour.replace('#', ""));
        let (day, night) = (plain(&look.accent), plain(&look.night));
        (day.is_some() || night.is_some())
            .then(|| format!("/colours/{}-{}", day.unwrap_or_default(), night.unwrap_or_default()))
    }

    /// What an empty board says.
    pub fn empty_title(self, lang: &Lang) -> Cow<'static, str> {
        self.get().empty_title.clone().map_or_else(|| lang.t("board.empty_title"), Cow::Owned)
    }

    pub fn empty_text(self, lang: &Lang) -> Cow<'static, str> {
        self.get().empty_text.clone().map_or_else(|| lang.t("board.empty_text"), Cow::Owned)
    }

    pub fn logo(self) -> Option<Picture> {
        let look = self.get();
        look.picture("logo", &look.logo)
    }

    /// What an empty board shows.
    pub fn empty(self) -> Option<Picture> {
        let look = self.get();
        look.picture("empty-picture", &look.empty)
    }
}

/// An image of a company's. What it shows is said beside it: nothing is read aloud twice.
#[derive(Template)]
#[template(
    source = r#"<img class="{{ class }}" src="/pictures/{{ company }}/{{ facts.hash }}"
      width="{{ facts.width }}" height="{{ facts.height }}" alt="">"#,
    ext = "html"
)]
pub struct Picture {
    class: &'static str,
    company: Uuid,
    facts: PictureFacts,
}

impl HtmlSafe for Picture {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_that_has_set_nothing_looks_as_the_app_does() {
        let look = Look::usual();
        assert!(look.colours().is_none() && look.logo().is_none() && look.empty().is_none());
        assert_eq!(Look::stored(r#"{"look": {"of a newer build": [1]}}"#).get(), look.get());
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
