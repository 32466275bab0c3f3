//! The page of an error, and the one for a device without a network.

use askama::Template;

use crate::html::{Layout, Nav};

/// Any refusal that is a whole page: 403, 404, 409, 422, 429, 503, 507 and 500.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    pub layout: &'a Layout,
    pub status: u16,
    /// The sentence for a person; None: the usual one of the status.
    pub sentence: Option<&'a str>,
    /// Where "back" leads.
    pub back: &'a str,
    /// The PIN is asked for, and then `back` is shown.
    pub asks_pin: bool,
}

impl ErrorPage<'_> {
    fn nav(&self) -> Nav {
        Nav::Elsewhere
    }

    /// The key of what the button says: it does not always lead to the board.
    fn back_word(&self) -> &'static str {
        if self.back == "/" { "error.back" } else { "app.back" }
    }

    /// The key of the status in the catalogue: `error.404.title`, `error.404.help`.
    fn word(&self, part: &str) -> String {
        let code = match self.status {
            400 | 422 => "422",
            401 | 403 => "403",
            404 | 405 | 410 => "404",
            409 => "409",
            413 => "413",
            429 => "429",
            502..=504 => "503",
            507 => "507",
            _ => "500",
        };
        self.layout.ctx.lang.t(&format!("error.{code}.{part}")).into_owned()
    }
}

/// What a browser without a network shows for a page that it has no copy of. It says nothing about anybody.
#[derive(Template)]
#[template(path = "away.html")]
pub struct AwayPage<'a> {
    pub layout: &'a Layout,
}

impl AwayPage<'_> {
    fn nav(&self) -> Nav {
        Nav::Elsewhere
    }
}
