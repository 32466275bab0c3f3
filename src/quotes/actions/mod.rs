//! Actions on drafts: save, correct, confirm, discard. `command::run` wraps each into its transaction.

pub(crate) mod confirm;
pub(crate) mod discard;
pub(crate) mod save;
pub(crate) mod upload;

use jiff::Timestamp;

use super::draft::{self, Draft, Edit, TooManyLines, correct, tidy};
use super::queries::drafts;
use crate::actor::{Actor, Permission};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::html::text::{length, visible};
use crate::ids::{DraftId, PersonId};
use crate::lang::Lang;

/// Who acts, on which draft, when.
#[derive(Clone, Copy, Debug)]
pub struct DraftContext<'a> {
    pub actor: &'a Actor,
    pub draft_id: DraftId,
    pub now: Timestamp,
}

/// Whose drafts an actor sees: the own ones, or (None) all.
pub fn scope(actor: &Actor) -> Option<PersonId> {
    if actor.can(Permission::Administer) { None } else { Some(actor.person_id) }
}

/// Whether the actor imports quotes at all.
pub fn require_import(actor: &Actor) -> Result<()> {
    if actor.can(Permission::ImportQuote) { Ok(()) } else { Err(AppError::Forbidden) }
}

/// A draft that is not there, or not for this person: nobody learns which.
pub fn gone() -> AppError {
    AppError::Gone(Sentence::new("draft.gone"))
}

impl DraftContext<'_> {
    async fn lock(&self, tx: &mut CompanyTx) -> Result<Draft> {
        tx.require(Permission::ImportQuote)?;
        let importer = if tx.can(Permission::Administer) { None } else { Some(self.actor.person_id) };
        drafts::lock_draft(tx, self.draft_id, importer).await?.ok_or_else(gone)
    }

    /// Locks the draft for a person who looked at `version` of it; refuses where it was changed since.
    async fn lock_version(&self, tx: &mut CompanyTx, version: i32) -> Result<Draft> {
        let draft = self.lock(tx).await?;
        if draft.version == version {
            return Ok(draft);
        }
        let changed = Sentence::new("draft.changed");
        Err(AppError::Conflict(changed.text("name", draft.changed_by).when(draft.changed_at, self.now)))
    }
}

/// What the form of a preview sent.
#[derive(Clone, Debug)]
pub struct Sent {
    pub fields: Vec<(String, String)>,
    /// How numbers were typed.
    pub lang: Lang,
}

/// The field that says that nothing else was sent.
const AS_KEPT: &str = "as_kept";

/// Longest note, and longest reason, in characters.
const NOTE: usize = 500;
const REASON: usize = 200;

impl Sent {
    pub fn get(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|(field, _)| field == name);
        field.map(|(_, value)| value.trim()).filter(|value| visible(value))
    }

    /// What a draft's own form says, for whoever confirms it without opening it.
    pub fn as_kept(version: i32, lang: Lang) -> Self {
        let fields = [("version", version.to_string()), (AS_KEPT, "yes".to_owned())];
        Self { fields: fields.map(|(name, value)| (name.to_owned(), value)).into(), lang }
    }

    /// Whether the draft was not opened.
    fn is_unseen(&self) -> bool {
        self.get(AS_KEPT).is_some()
    }

    fn version(&self) -> Result<i32> {
        let version = self.get("version").and_then(|version| version.parse().ok());
        version.ok_or_else(|| AppError::invalid("error.form_unreadable"))
    }

    fn id<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name).and_then(|value| value.parse().ok())
    }

    /// What the button that sent the form does, beside saving it.
    fn edit(&self) -> Option<Edit<'_>> {
        let remove = || self.get("remove").map(Edit::Remove);
        let add = || self.get("add").map(|_| Edit::Add(self.id("add_after")));
        let restore = || self.id("restore").map(Edit::Restore);
        let drop = || self.id("drop").map(Edit::Drop).or_else(|| self.id("keep").map(Edit::Keep));
        self.id("strike").map(Edit::Strike).or_else(restore).or_else(add).or_else(remove).or_else(drop)
    }

    /// Puts corrections and form into the draft.
    fn fill(&self, draft: &mut Draft) -> Result<()> {
        if self.is_unseen() {
            return Ok(());
        }
        let note: String = self.get("note").unwrap_or_default().chars().filter(|c| *c != '\0').collect();
        let reason = tidy(self.get("reason").unwrap_or_default());
        if length(&note) > NOTE {
            return Err(AppError::field("note", "orders.error.note_too_long"));
        }
        if length(&reason) > REASON {
            return Err(AppError::field("reason", "orders.error.reason_needed"));
        }
        correct(draft, &self.fields, self.lang);
        if let Some(edit) = self.edit() {
            draft::edit(draft, &edit).map_err(|TooManyLines| AppError::invalid("preview.too_many_lines"))?;
        }
        let form = &mut draft.form;
        form.shipping = self.id("shipping");
        form.packaging = self.id("packaging");
        form.seller = self.id("seller");
        form.replaces = self.id("replaces");
        form.remember_alias = Some(self.get("remember_alias") == Some("yes"));
        form.note = note.replace("\r\n", "\n");
        form.reason = reason;
        Ok(())
    }
}
