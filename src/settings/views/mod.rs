//! Views of settings.

pub(crate) mod company;
pub(crate) mod hours;
pub(crate) mod locations;
pub(crate) mod look;
pub(crate) mod options;
pub(crate) mod permissions;
pub(crate) mod reasons;

use super::model::changes::{self, LastChange};
use crate::html::RenderContext;

/// The pages, in the order of their tabs: address, word.
pub const TABS: &[(&str, &str)] = &[
    ("/settings", "settings.tab.options"),
    ("/settings/reasons", "settings.tab.reasons"),
    ("/settings/locations", "settings.tab.locations"),
    ("/settings/hours", "settings.tab.hours"),
    ("/settings/company", "settings.tab.company"),
    ("/settings/look", "settings.tab.look"),
    ("/settings/permissions", "settings.tab.permissions"),
    ("/walls", "walls.title"),
    ("/audit", "audit.title"),
];

/// The version that a form is read with.
fn version(last: &Option<LastChange>) -> i64 {
    changes::version(last.as_ref())
}

/// "Mudado por Ana às 14:32"; None for what nobody has changed.
fn changed(s: &RenderContext, last: &Option<LastChange>) -> Option<String> {
    let last = last.as_ref()?;
    Some(s.lang.t_with("settings.changed", &[("name", &last.by), ("when", &s.when(&last.at))]))
}
