//! Why lines are short.

use askama::Template;

use super::TABS;
use crate::html::{FormState, Layout, Nav};
use crate::settings::model::reasons::Reason;

/// `/settings/reasons`. Posts to itself and to `/settings/reasons/{code}`: `name`, `version`; to `…/{code}/hidden`: `hidden`
/// (`yes`, `no`); to `…/{code}/place`: `place` (from 1). Every form carries `v`.
#[derive(Template)]
#[template(path = "settings/reasons.html")]
pub struct ReasonsPage<'a> {
    pub layout: &'a Layout,
    pub reasons: &'a [Reason],
    pub given: FormState<'a>,
}

impl ReasonsPage<'_> {
    const PATH: &'static str = "/settings/reasons";

    fn nav(&self) -> Nav {
        Nav::Settings
    }

    /// A form's address below `/settings`.
    fn form(&self, reason: &Reason) -> String {
        format!("reasons/{}", reason.reason.code)
    }
}
