//! Turns a file that was read into a draft.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::actor::Permission;
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::feed::{EventKind, NewEvent};
use crate::ids::DraftId;
use crate::quotes::queries::drafts::{self, Kept, NewDraft};

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Drafts of one person, and their bytes: nobody confirms more in a day.
const OWN: Kept = Kept { files: 300, bytes: 500 << 20 };
/// Drafts of a company with the papers of a day's orders: ten times its busiest day.
const ALL: Kept = Kept { files: 5_000, bytes: 4 << 30 };

/// Refuses a file if too much is kept with it; both amounts include it. What is kept costs everybody's disk space.
fn require_room(own: Kept, all: Kept) -> Result<()> {
    if own.files > OWN.files || own.bytes > OWN.bytes {
        return Err(AppError::invalid("upload.too_many_drafts"));
    }
    if all.files > ALL.files || all.bytes > ALL.bytes {
        let sentence = Sentence::new("upload.too_many_of_company");
        return Err(AppError::TooMany { sentence, retry_after: 60 * 60 });
    }
    Ok(())
}

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
        let (own, all) = drafts::get_kept(tx, importer_id, self.now - DAY).await?;
        require_room(own, all)?;
        let event = NewEvent::new(EventKind::DraftsChanged, importer_id);
        Ok(Change::happened(StoredDraft { draft_id: Some(self.draft.id), known: false }, event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_too_many_is_refused_and_so_is_a_byte_too_many() {
        let none = Kept::default();
        assert!(require_room(OWN, ALL).is_ok());
        for over in [Kept { files: OWN.files + 1, ..none }, Kept { bytes: OWN.bytes + 1, ..none }] {
            assert_eq!(require_room(over, none).unwrap_err().retry_after(), None, "{over:?}");
        }
        for over in [Kept { files: ALL.files + 1, ..none }, Kept { bytes: ALL.bytes + 1, ..none }] {
            assert_eq!(require_room(none, over).unwrap_err().retry_after(), Some(3600), "{over:?}");
        }
    }
}
