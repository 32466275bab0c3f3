//! Permissions of a company's roles.

use serde_json::{Map, Value};

use super::{By, Changed};
use crate::actor::Grant;
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::{EventKind, NewEvent};
use crate::settings::model::changes::{Part, check_read, version};
use crate::settings::model::permissions::{Cell, crossed, truth};
use crate::settings::queries::changes::list_newest;
use crate::settings::queries::permissions;

/// Sets cells of the table. It holds for every open session from its next request on, and every open screen is told.
#[derive(Debug)]
pub struct SetPermissions<'a> {
    pub by: By<'a>,
    /// The version that the form was read with.
    pub read: i64,
    pub cells: Vec<Cell>,
}

impl Command for SetPermissions<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        self.by.begin(tx).await?;
        let now = permissions::get_overrides(tx).await?;
        let subject = Part::Permissions.code();
        let last = list_newest(tx, Part::Permissions).await?.remove(subject);
        if let Some(cell) = crossed(&self.cells, &now) {
            check_read(self.read, last.as_ref(), truth(cell, &now), self.by.now)?;
        }
        let (mut before, mut after) = (Map::new(), Map::new());
        for cell in &self.cells {
            let set = now.grant(cell.permission, cell.role);
            if set != cell.wanted {
                permissions::set_grant(tx, cell.permission, cell.role, cell.wanted).await?;
                before.insert(Cell::name(cell.permission, cell.role), as_json(set));
                after.insert(Cell::name(cell.permission, cell.role), as_json(cell.wanted));
            }
        }
        if after.is_empty() {
            return Ok(Change::unchanged(()));
        }
        let changed = Changed {
            part: Part::Permissions,
            subject,
            version: version(last.as_ref()),
            before: Some(before.into()),
            after: after.into(),
        };
        self.by.record(tx, changed).await?;
        Ok(NewEvent::new(EventKind::PermissionsChanged, self.by.actor.person_id).into())
    }
}

fn as_json(grant: Grant) -> Value {
    grant.code().into()
}
