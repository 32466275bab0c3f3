//! The form of the permissions matrix, cell by cell.

use std::collections::BTreeMap;

use crate::actor::{Grant, Overrides, Permission, Role};
use crate::error::{AppError, Result, Sentence, Word};

/// A cell of the form: what it showed, and what it says now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    pub permission: Permission,
    pub role: Role,
    pub was: Grant,
    pub wanted: Grant,
}

impl Cell {
    /// `pick.seller` for the field, `was.pick.seller` for what it showed.
    pub fn name(permission: Permission, role: Role) -> String {
        format!("{}.{}", permission.code(), role.code())
    }

    /// The cells of a form that differ from what it showed. Untouched cells are ignored, so two people who
    /// set different cells never undo each other.
    pub fn read(fields: &BTreeMap<String, String>) -> Result<Vec<Self>> {
        let mut cells = Vec::new();
        for permission in Permission::ALL {
            for role in Role::ALL {
                let name = Self::name(permission, role);
                let Some(wanted) = fields.get(&name) else { continue };
                let choices = permission.choices();
                let known = |code: &String| Grant::from_code(code).filter(|grant| choices.contains(grant));
                let was = fields.get(&format!("was.{name}")).and_then(known);
                match (was, known(wanted)) {
                    (Some(was), Some(wanted)) if was != wanted => {
                        cells.push(Self { permission, role, was, wanted });
                    }
                    (Some(_), Some(_)) => {}
                    _ => return Err(AppError::invalid("error.form_unreadable")),
                }
            }
        }
        Ok(cells)
    }
}

/// The first cell that somebody else has changed since the form was read, to something else than is wanted.
pub fn crossed(cells: &[Cell], now: &Overrides) -> Option<Cell> {
    let differs = |cell: &&Cell| {
        let set = now.grant(cell.permission, cell.role);
        set != cell.was && set != cell.wanted
    };
    cells.iter().find(differs).copied()
}

/// "Separar, Separador(a): não", for the sentence of a conflict.
pub fn truth(cell: Cell, now: &Overrides) -> Sentence {
    let said = |prefix: &str, code: &str| Word::Said(format!("{prefix}.{code}"));
    Sentence::new("settings.conflict.permission")
        .with("permission", said("permission", cell.permission.code()))
        .with("role", said("role", cell.role.code()))
        .with("now", said("grant", now.grant(cell.permission, cell.role).code()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;

    fn form(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn only_what_was_changed_in_the_form_is_wanted() {
        let cells = Cell::read(&form(&[
            ("pick.picker", "no"),
            ("was.pick.picker", "yes"),
            ("buy.buyer", "yes"),
            ("was.buy.buyer", "yes"),
        ]))
        .unwrap();
        let cell =
            Cell { permission: Permission::Pick, role: Role::Picker, was: Grant::Yes, wanted: Grant::No };
        assert_eq!(cells, [cell]);
        for wrong in [
            form(&[("pick.picker", "own"), ("was.pick.picker", "yes")]),
            form(&[("pick.picker", "no")]),
            form(&[("administer.admin", "no"), ("was.administer.admin", "yes")]),
            form(&[("view.picker", "no"), ("was.view.picker", "yes")]),
        ] {
            assert!(Cell::read(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn cells_cross_where_both_wanted_something_else() {
        let cell =
            Cell { permission: Permission::Cancel, role: Role::Picker, was: Grant::No, wanted: Grant::Yes };
        let set = |granted: &str| Overrides::from_stored(&[format!("cancel picker {granted}")]);
        assert_eq!(crossed(&[cell], &Overrides::default()), None);
        assert_eq!(crossed(&[cell], &set("yes")), None, "it is as wanted already");
        assert_eq!(crossed(&[cell], &set("own")), Some(cell));
        let said = truth(cell, &set("own")).say(Lang::PtBr, crate::clock::Zone::UTC);
        assert!(said.contains("Cancelar pedidos") && said.contains("Separador(a)"), "{said}");
    }

    #[test]
    fn every_permission_and_grant_has_a_word() {
        for lang in Lang::ALL {
            let keys = Permission::ALL.map(|permission| format!("permission.{}", permission.code()));
            let grants = Grant::ALL.map(|grant| format!("grant.{}", grant.code()));
            for key in keys.iter().chain(&grants) {
                assert_ne!(lang.t(key), *key, "{key} is in no file of locales/");
            }
        }
    }
}
