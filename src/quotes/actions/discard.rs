//! A draft that nobody wants.

use super::On;
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::{EventKind, NewEvent};
use crate::quotes::queries::drafts;

#[derive(Debug)]
pub struct DiscardDraft<'a> {
    pub on: On<'a>,
}

impl Command for DiscardDraft<'_> {
    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let company_id = tx.company_id();
        let draft = self.on.lock(tx).await?;
        drafts::delete_draft(tx, company_id, draft.id).await?;
        Ok(Change::Happened(NewEvent::new(EventKind::DraftsChanged, self.on.actor.person_id)))
    }
}
