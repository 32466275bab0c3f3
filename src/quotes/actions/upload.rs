//! A file that was read becomes a draft.

use jiff::Timestamp;

use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::{EventKind, NewEvent};
use crate::quotes::queries::drafts::{self, NewDraft};

/// Keep a file under Para conferir. A file that its importer has there already is no second draft.
#[derive(Debug)]
pub struct StoreDraft<'a> {
    pub draft: NewDraft<'a>,
    pub now: Timestamp,
}

impl Command for StoreDraft<'_> {
    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let NewDraft { importer_id, sha256, .. } = self.draft;
        drafts::delete_discarded_of_file(tx, importer_id, sha256).await?;
        if !drafts::insert_draft(tx, &self.draft, self.now).await? {
            return Ok(Change::Unchanged);
        }
        Ok(Change::Happened(NewEvent::new(EventKind::DraftsChanged, self.draft.importer_id)))
    }
}
