//! What the company is called, where it is, and the rules of its sign-in.

use askama::Template;

use super::TABS;
use crate::html::{FormState, Layout, Nav};
use crate::settings::model::changes::LastChange;
use crate::settings::model::company::Company;

/// Zones that the field offers; any other IANA name can be typed.
const ZONES: [&str; 12] = [
    "America/Araguaina",
    "America/Bahia",
    "America/Belem",
    "America/Cuiaba",
    "America/Fortaleza",
    "America/Manaus",
    "America/Noronha",
    "America/Porto_Velho",
    "America/Recife",
    "America/Rio_Branco",
    "America/Sao_Paulo",
    "Europe/Lisbon",
];

/// `/settings/company`. Posts to itself: `name`, `time_zone`, `counter` (a customer code), `login_digits`, `pin_digits`, `idle` (minutes),
/// `version`, `v`.
#[derive(Template)]
#[template(path = "settings/company.html")]
pub struct CompanyPage<'a> {
    pub layout: &'a Layout,
    /// None: the PIN was not proven recently, and the page asks for it first.
    pub company: Option<Company>,
    pub last: Option<LastChange>,
    pub given: FormState<'a>,
}

impl CompanyPage<'_> {
    const PATH: &'static str = "/settings/company";

    fn nav(&self) -> Nav {
        Nav::Settings
    }
}
