//! Who may take a file away: whoever has the permission and has proven the PIN lately. The audit tells it.

use crate::actor::{Actor, Permission};
use crate::auth::actions::exports::note_export;
use crate::auth::client::Client;
use crate::auth::{session, step_up};
use crate::error::{AppError, Result};
use crate::ids::SessionId;
use crate::page::Visitor;
use crate::state::AppState;

/// What can be taken away as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    Figures,
    History,
    Purchases,
    Audit,
    /// Where goods lie.
    Locations,
}

impl Export {
    /// The word in the audit.
    fn code(self) -> &'static str {
        match self {
            Export::Figures => "figures",
            Export::History => "history",
            Export::Purchases => "purchases",
            Export::Audit => "audit",
            Export::Locations => "locations",
        }
    }

    /// What it takes, all of it.
    fn needs(self) -> &'static [Permission] {
        match self {
            Export::Figures | Export::History => &[Permission::Export],
            Export::Purchases => &[Permission::Export, Permission::Receive],
            Export::Audit | Export::Locations => &[Permission::Administer],
        }
    }
}

/// Leave to take a file away. No file is written without it, and only [`grant`] gives it.
#[derive(Debug)]
pub struct Granted<'a> {
    pub actor: &'a Actor,
    lasting: Lasting,
}

/// What leave to take a long file depends on: a slow line takes it for as long as it likes, and its rows are read meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Lasting {
    session_id: SessionId,
    needs: &'static [Permission],
}

impl Granted<'_> {
    pub fn lasting(&self) -> Lasting {
        self.lasting
    }
}

impl Lasting {
    /// Fails once the session has ended, or its person has lost the permission.
    pub async fn check(self, state: &AppState) -> Result<()> {
        let found = session::check_sessions(&state.db, &state.clock, &[self.session_id], &[]).await?;
        let actor = found.into_iter().find_map(|(_, actor)| actor).ok_or(AppError::SignedOut)?;
        let may = self.needs.iter().all(|permission| actor.can(*permission));
        if may { Ok(()) } else { Err(AppError::Forbidden) }
    }
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
    let lasting = Lasting { session_id: actor.session.id, needs: export.needs() };
    Ok(Granted { actor, lasting })
}
