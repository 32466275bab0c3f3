//! The colours of a screen: light, dark, or as the device has them.

use serde::{Deserialize, Serialize};

use crate::lang::Lang;

/// What a person chose. Paper is always light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the device is, by night and by day.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    /// The word in `people.theme`, in forms, in the cookie and in the catalogue.
    pub fn code(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Theme::ALL.into_iter().find(|theme| theme.code() == code)
    }

    pub fn name(self, lang: &Lang) -> String {
        lang.t(&format!("theme.{}", self.code())).into_owned()
    }

    /// When `dark.css` applies: a browser that holds back the first paint for a sheet does so for one that applies.
    pub fn dark_when(self) -> &'static str {
        match self {
            Theme::System => "screen and (prefers-color-scheme: dark)",
            Theme::Light => "not all",
            Theme::Dark => "screen",
        }
    }

    /// What the browser draws itself, before any sheet is there: the ground, fields, scroll bars.
    pub fn scheme(self) -> &'static str {
        match self {
            Theme::System => "light dark",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}
