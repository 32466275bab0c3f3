//! The view of the permissions matrix.

use askama::Template;

use super::TABS;
use crate::actor::{Grant, Overrides, Permission, Role};
use crate::html::{FormState, Layout, Nav};
use crate::settings::model::changes::LastChange;
use crate::settings::model::permissions::Cell;

/// `/settings/permissions`. Posts to itself: for each cell `PERMISSION.ROLE` (`no`, `finished`, `own`, `yes`) and
/// `was.PERMISSION.ROLE` (what it showed), `version`, `v`.
#[derive(Template)]
#[template(path = "settings/permissions.html")]
pub struct PermissionsPage<'a> {
    pub layout: &'a Layout,
    pub overrides: &'a Overrides,
    pub last: Option<LastChange>,
    pub given: FormState<'a>,
    /// The PIN was not proven recently: the page asks for it first.
    pub needs_pin: bool,
}

/// A cell as it is drawn.
pub struct PermissionCell {
    pub name: String,
    pub role: Role,
    pub set: Grant,
    /// What the form says; it differs from what is set in a form that was given back.
    pub chosen: Grant,
    pub default: Grant,
    pub choices: Vec<Grant>,
}

impl PermissionsPage<'_> {
    const PATH: &'static str = "/settings/permissions";

    fn nav(&self) -> Nav {
        Nav::Settings
    }

    fn cells(&self, permission: &Permission) -> Vec<PermissionCell> {
        let permission = *permission;
        Role::ALL.map(|role| self.cell(permission, role)).into()
    }

    fn cell(&self, permission: Permission, role: Role) -> PermissionCell {
        let name = Cell::name(permission, role);
        let set = self.overrides.grant(permission, role);
        let typed = self.given.typed("permissions", &name).and_then(Grant::from_code);
        let (chosen, default) = (typed.unwrap_or(set), permission.grant(role));
        PermissionCell { name, role, set, chosen, default, choices: permission.choices() }
    }

    /// What a cell would have, where somebody set another grant: "padrão: Não".
    fn default_word(&self, cell: &PermissionCell) -> Option<String> {
        let word = self.grant_word(&cell.default);
        let words = self.layout.ctx.lang.t_with("settings.permissions.default", &[("grant", &word)]);
        (cell.set != cell.default).then_some(words)
    }

    fn grant_word(&self, grant: &Grant) -> String {
        self.layout.ctx.lang.t(&format!("grant.{}", grant.code())).into_owned()
    }

    fn permission_word(&self, permission: &Permission) -> String {
        self.layout.ctx.lang.t(&format!("permission.{}", permission.code())).into_owned()
    }
}
