//! Discards a draft, and restores a discarded one.

use super::DraftContext;
use crate::actor::Permission;
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::{EventKind, NewEvent};
use crate::quotes::queries::drafts;

/// Take a draft off the lists. Whoever did can have it back until it would have been cleared away.
#[derive(Debug)]
pub struct DiscardDraft<'a> {
    pub on: DraftContext<'a>,
}

impl Command for DiscardDraft<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let draft = self.on.lock(tx).await?;
        drafts::update_draft_discarded(tx, draft.id, self.on.actor.person_id, self.on.now).await?;
        Ok(NewEvent::new(EventKind::DraftsChanged, self.on.actor.person_id).into())
    }
}

/// Have a draft back that one discarded oneself.
#[derive(Debug)]
pub struct RestoreDraft<'a> {
    pub on: DraftContext<'a>,
}

impl Command for RestoreDraft<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        tx.require(Permission::ImportQuote)?;
        let by = self.on.actor.person_id;
        if drafts::update_draft_restored(tx, self.on.draft_id, by).await? {
            return Ok(NewEvent::new(EventKind::DraftsChanged, by).into());
        }
        // It may be there already; else somebody else discarded it, or it was confirmed, or sent again.
        self.on.lock(tx).await?;
        Ok(Change::unchanged(()))
    }
}
