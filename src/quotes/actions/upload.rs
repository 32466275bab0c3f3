//! A file that was read becomes a draft.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::Permission;
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::{EventKind, NewEvent};
use crate::ids::DraftId;
use crate::quotes::queries::drafts::{self, NewDraft};

/// Keep a file under Para conferir. A file that its importer has there already is no second draft.
#[derive(Debug)]
pub struct StoreDraft<'a> {
    pub draft: NewDraft<'a>,
    pub now: Timestamp,
}

/// Where the file is kept.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct StoredDraft {
    /// None: its draft was there, and was confirmed or discarded at this very moment.
    pub draft_id: Option<DraftId>,
    /// The importer has this very file there already.
    pub known: bool,
}

impl Command for StoreDraft<'_> {
    type Output = StoredDraft;

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change<StoredDraft>> {
        tx.require(Permission::ImportQuote)?;
        let NewDraft { importer_id, sha256, .. } = self.draft;
        drafts::delete_discarded_of_file(tx, importer_id, sha256).await?;
        if !drafts::insert_draft(tx, &self.draft, self.now).await? {
            let draft_id = drafts::find_draft_of_file(tx, importer_id, sha256).await?;
            return Ok(Change::unchanged(StoredDraft { draft_id, known: true }));
        }
        let event = NewEvent::new(EventKind::DraftsChanged, importer_id);
        Ok(Change::happened(StoredDraft { draft_id: Some(self.draft.id), known: false }, event))
    }
}
