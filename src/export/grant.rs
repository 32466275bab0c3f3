//! Who may take a file away: whoever has the permission and has proven the PIN lately. The audit tells it.

use crate::actor::{Actor, Permission};
use crate::auth::actions::exports::note_export;
use crate::auth::client::Client;
use crate::auth::step_up;
use crate::error::Result;
use crate::page::Visitor;
use crate::state::AppState;

/// What can be taken away as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    Figures,
    History,
    Purchases,
    Audit,
}

impl Export {
    /// The word in the audit.
    fn code(self) -> &'static str {
        match self {
            Export::Figures => "figures",
            Export::History => "history",
            Export::Purchases => "purchases",
            Export::Audit => "audit",
        }
    }

    /// What it takes, all of it.
    fn needs(self) -> &'static [Permission] {
        match self {
            Export::Figures | Export::History => &[Permission::Export],
            Export::Purchases => &[Permission::Export, Permission::Receive],
            Export::Audit => &[Permission::Administer],
        }
    }
}

/// Leave to take a file away. No file is written without it, and only [`grant`] gives it.
#[derive(Debug)]
pub struct Granted<'a> {
    pub actor: &'a Actor,
    _only_here: (),
}

/// Gives leave, and tells the audit.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] without the permission, [`crate::error::AppError::StepUp`] where the PIN was not
/// proven lately.
pub async fn grant<'a>(
    state: &AppState,
    visitor: &'a Visitor,
    client: &Client,
    export: Export,
) -> Result<Granted<'a>> {
    let actor = visitor.actor()?;
    step_up::require(state, actor, export.needs())?;
    note_export(state, actor, &client.source, export.code()).await?;
    Ok(Granted { actor, _only_here: () })
}
