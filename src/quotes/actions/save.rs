//! Saves corrections and choices of a draft.

use super::{DraftContext, Sent};
use crate::actor::folded_name;
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::{EventKind, NewEvent};
use crate::quotes::draft::Draft;
use crate::quotes::queries::{context, drafts};

/// Keep what the form of a preview says.
#[derive(Debug)]
pub struct SaveDraft<'a> {
    pub on: DraftContext<'a>,
    pub sent: &'a Sent,
}

impl Command for SaveDraft<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let stored = self.on.lock_version(tx, self.sent.version()?).await?;
        let mut draft = stored.clone();
        self.sent.fill(&mut draft)?;
        let for_all = self.sent.get("all") == Some("yes");
        let others = if for_all { self.choose_for_others(tx, &draft).await? } else { false };
        let changed = (&draft.corrections, &draft.form) != (&stored.corrections, &stored.form);
        if changed {
            self.update(tx, &draft).await?;
        }
        if !changed && !others {
            return Ok(Change::unchanged(()));
        }
        Ok(NewEvent::new(EventKind::DraftsChanged, self.on.actor.person_id).into())
    }
}

impl SaveDraft<'_> {
    async fn update(&self, tx: &mut CompanyTx, draft: &Draft) -> Result<()> {
        drafts::update_draft(tx, draft, self.on.actor.person_id, self.on.now).await
    }

    /// Shipping and packaging of this draft for all of the actor's drafts; its seller only where the paper names
    /// the same one, or nobody who is known. True: something changed.
    async fn choose_for_others(&self, tx: &mut CompanyTx, model: &Draft) -> Result<bool> {
        let own = Some(self.on.actor.person_id);
        let mut changed = false;
        for listed in drafts::list_drafts(tx, own).await? {
            if listed.id == model.id {
                continue;
            }
            let Some(stored) = drafts::lock_draft(tx, listed.id, own).await? else { continue };
            let mut draft = stored.clone();
            draft.form.shipping = model.form.shipping.or(draft.form.shipping);
            draft.form.packaging = model.form.packaging.or(draft.form.packaging);
            if self.takes_seller(tx, &draft, model).await? {
                draft.form.seller = model.form.seller.or(draft.form.seller);
            }
            if draft.form != stored.form {
                self.update(tx, &draft).await?;
                changed = true;
            }
        }
        Ok(changed)
    }

    async fn takes_seller(&self, tx: &mut CompanyTx, draft: &Draft, model: &Draft) -> Result<bool> {
        let named = |draft: &Draft| folded_name(&draft.reading.quote.seller);
        if named(draft) == named(model) {
            return Ok(true);
        }
        let sheet = draft.sheet();
        let context = context::get_context(tx, &[(draft, &sheet)]).await?;
        Ok(draft.form.seller.is_none() && context.named_seller(&sheet.quote).is_none())
    }
}
