//! Commands on an order's notes: entries of their own, so that two writers never overwrite each other.

use super::{Entry, OrderContext};
use crate::actor::Permission;
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::feed::EventKind;
use crate::html::text::{length, visible};
use crate::ids::{NoteId, OrderId};
use crate::orders::access;
use crate::orders::commands;
use crate::orders::history::Detail;
use crate::orders::queries::history::{self, LaterEntry};
use crate::orders::queries::notes::{self, StoredNote};

#[derive(Debug)]
pub struct AddNote<'a> {
    pub on: OrderContext<'a>,
    pub text: String,
}

/// Change the note that the editor saw as `version`, or remove it (`text` None).
#[derive(Debug)]
pub struct ChangeNote<'a> {
    pub on: OrderContext<'a>,
    pub note_id: NoteId,
    pub version: i32,
    pub text: Option<String>,
}

impl Command for AddNote<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock_open(tx, commands::ADD_NOTE.permission).await?;
        let text = note_text(&self.text)?;
        require_room(tx, order.id).await?;
        let id = notes::insert_note(tx, order.id, self.on.actor.person_id, text, self.on.now).await?;
        let detail = Detail::note(id, None, Some(text));
        self.on.record(&order, Entry::order(EventKind::NoteAdded, &detail))
    }
}

impl Command for ChangeNote<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock_open(tx, Permission::View).await?;
        let found = notes::find_note(tx, order.id, self.note_id).await?;
        let note = found.ok_or(AppError::NotFound)?;
        // The author may always change a note.
        if note.author_id != self.on.actor.person_id {
            access::require(
                tx,
                self.on.actor.person_id,
                commands::CHANGE_NOTE.permission,
                &order,
                self.on.now,
            )?;
        }
        if note.removed && self.text.is_none() {
            return Ok(Change::unchanged(()));
        }
        if note.removed || note.version != self.version {
            return Err(self.conflict(tx, &note).await?);
        }
        let text = self.text.as_deref().map(note_text).transpose()?;
        if text == Some(note.text.as_str()) {
            return Ok(Change::unchanged(()));
        }
        notes::update_note(tx, &order, self.note_id, text, self.on.now).await?;
        let kind = if text.is_some() { EventKind::NoteChanged } else { EventKind::NoteRemoved };
        let detail = Detail::note(self.note_id, Some(&note.text), text);
        self.on.record(&order, Entry::order(kind, &detail))
    }
}

impl ChangeNote<'_> {
    /// Who changed or removed the note before this editor saved, and when.
    async fn conflict(&self, tx: &mut CompanyTx, note: &StoredNote) -> Result<AppError> {
        let later = history::list_later(tx, self.on.order_id, 0).await?;
        let of_the_note =
            |entry: &&LaterEntry| entry.detail.note.as_ref().is_some_and(|change| change.id == self.note_id);
        let sentence = match (later.iter().find(of_the_note), note.removed) {
            (Some(by), removed) => {
                let key = if removed { "conflict.note_removed_by" } else { "conflict.note_changed_by" };
                Sentence::new(key).text("name", by.actor.clone()).when(by.at, self.on.now)
            }
            // Changed by a build that did not write down which note it was.
            (None, true) => Sentence::new("conflict.note_removed"),
            (None, false) => Sentence::new("conflict.note_changed"),
        };
        Ok(AppError::Conflict(sentence))
    }
}

/// Notes that an order may have: every screen of the order carries them all.
const MOST_NOTES: i64 = 100;

/// Refuses one note more than an order may have.
pub async fn require_room(tx: &mut CompanyTx, order_id: OrderId) -> Result<()> {
    let notes = notes::count_notes(tx, order_id).await?;
    if notes < MOST_NOTES { Ok(()) } else { Err(AppError::field("text", "orders.error.too_many_notes")) }
}

/// A note has 1 to 500 characters.
pub fn note_text(text: &str) -> Result<&str> {
    let text = text.trim();
    match length(text) {
        _ if !visible(text) => Err(AppError::field("text", "orders.error.note_empty")),
        1..=500 => Ok(text),
        _ => Err(AppError::field("text", "orders.error.note_too_long")),
    }
}
