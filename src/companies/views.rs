//! The view of the one-time page.

use askama::Template;

use crate::html::{FieldErrors, Layout, Nav};

/// `/set-up`, once, with the token that the server printed. Posts to `/set-up`: `token`, `company_name`,
/// `company_code`, `time_zone` (these three only where no company exists), `name`, `number`, `pin`, `pin_again`.
#[derive(Template)]
#[template(path = "users/set_up.html")]
pub struct SetUpPage<'a> {
    pub layout: &'a Layout,
    /// The token was right; else it is asked for, what was typed before waits in hidden fields, and no company is named.
    pub is_open: bool,
    pub token: &'a str,
    /// The name of the company that exists already; None: it is created here.
    pub existing: Option<&'a str>,
    pub company_name: &'a str,
    pub company_code: &'a str,
    pub time_zone: &'a str,
    pub name: &'a str,
    pub number: &'a str,
    pub errors: &'a FieldErrors,
}

impl SetUpPage<'_> {
    /// What was typed, but for PINs.
    fn typed(&self) -> [(&'static str, &str); 5] {
        [
            ("company_name", self.company_name),
            ("company_code", self.company_code),
            ("time_zone", self.time_zone),
            ("name", self.name),
            ("number", self.number),
        ]
    }

    fn button(&self) -> &'static str {
        if self.is_open { "set_up.button" } else { "set_up.next" }
    }

    fn nav(&self) -> Nav {
        Nav::Elsewhere
    }
}
