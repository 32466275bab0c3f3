//! Commands on an order's notes: entries of their own, so that two writers never overwrite each other.

use super::{Entry, On};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::feed::EventKind;
use crate::ids::NoteId;
use crate::orders::history::Detail;
use crate::orders::queries::notes;
use crate::users::model::Permission;

#[derive(Debug)]
pub struct AddNote<'a> {
    pub on: On<'a>,
    pub text: String,
}

/// Change the note that the editor saw as `version`, or remove it (`text` None).
#[derive(Debug)]
pub struct ChangeNote<'a> {
    pub on: On<'a>,
    pub note_id: NoteId,
    pub version: i32,
    pub text: Option<String>,
}

impl Command for AddNote<'_> {
    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let company_id = tx.company_id();
        let order = self.on.lock_open(tx, Permission::AddNote).await?;
        let text = note_text(&self.text)?;
        notes::insert_note(tx, company_id, order.id, self.on.actor.person_id, text, self.on.now).await?;
        let detail = Detail::text(text);
        self.on.record(tx, &order, Entry::order(EventKind::NoteAdded, &detail)).await
    }
}

impl Command for ChangeNote<'_> {
    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let company_id = tx.company_id();
        let order = self.on.lock_open(tx, Permission::View).await?;
        let note = notes::find_note(tx, company_id, order.id, self.note_id).await?;
        let Some((stored, version, author_id)) = note else {
            return if self.text.is_none() { Ok(Change::Unchanged) } else { Err(AppError::NotFound) };
        };
        // One's own note may always be mended.
        if author_id != self.on.actor.person_id {
            crate::orders::access::require(self.on.actor, Permission::ChangeOrder, &order, self.on.now)?;
        }
        if version != self.version {
            return Err(AppError::conflict("conflict.note_changed"));
        }
        let text = self.text.as_deref().map(note_text).transpose()?;
        if text == Some(stored.as_str()) {
            return Ok(Change::Unchanged);
        }
        notes::update_note(tx, company_id, self.note_id, text, self.on.now).await?;
        let kind = if text.is_some() { EventKind::NoteChanged } else { EventKind::NoteRemoved };
        let detail = Detail {
            text: Some(text.unwrap_or(&stored).to_owned()),
            text_before: Some(stored.clone()),
            ..Detail::default()
        };
        self.on.record(tx, &order, Entry::order(kind, &detail)).await
    }
}

/// A note has 1 to 500 characters.
pub fn note_text(text: &str) -> Result<&str> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(AppError::field("text", "orders.error.note_empty")),
        1..=500 => Ok(text),
        _ => Err(AppError::field("text", "orders.error.note_too_long")),
    }
}
