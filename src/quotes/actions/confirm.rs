//! Confirms a draft: it becomes an order, or revises an open one.

use serde::{Deserialize, Serialize};

use super::{DraftContext, Sent};
use crate::actor::{Permission, folded_name};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::feed::NewEvent;
use crate::ids::OrderId;
use crate::orders::actions::import::{Document, import_order};
use crate::orders::actions::revise::{NewerQuote, revise_order};
use crate::orders::deadline::next_at;
use crate::orders::queries::import::NewOrder;
use crate::page::CompanyTime;
use crate::quotes::choices::{Choices, Chosen};
use crate::quotes::context::{Duplicate, ImportContext, ImportTarget};
use crate::quotes::draft::{Draft, Sheet};
use crate::quotes::queries::{context, drafts};
use crate::quotes::to_order;

/// Make an order of the draft as the form of its preview says, or change the open order that it aims at. A new order
/// has the draft's id: a draft becomes one order at most, and an old link to it still leads somewhere.
#[derive(Debug)]
pub struct ConfirmDraft<'a> {
    pub on: DraftContext<'a>,
    pub sent: &'a Sent,
}

/// The order that a draft became, or that it changed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ConfirmedOrder {
    pub order_id: OrderId,
    pub is_new: bool,
}

impl Command for ConfirmDraft<'_> {
    type Output = ConfirmedOrder;

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change<ConfirmedOrder>> {
        let mut draft = self.on.lock_version(tx, self.sent.version()?).await?;
        self.sent.fill(&mut draft)?;
        let sheet = draft.sheet();
        let mut context = context::get_context(tx, &[(&draft, &sheet)]).await?;
        // The list was drawn earlier: an order, or somebody else's draft, may double this one by now.
        if self.sent.is_unseen() && !context.needs_nobody(&draft, &sheet) {
            return Err(AppError::conflict("draft.look_first"));
        }
        let target = match context.target(&draft, &sheet) {
            ImportTarget::NewOrder => None,
            ImportTarget::Changes(order) => Some(order.id),
            ImportTarget::Finished(order) => {
                return Err(AppError::Conflict(Duplicate::Number(order).sentence()));
            }
            ImportTarget::Lost => return Err(AppError::conflict("preview.replaced_lost")),
        };
        let reason = self.accept(tx, &draft, &sheet)?;
        let pdf = drafts::find_draft_pdf(tx, draft.id, None).await?.unwrap_or_default();
        let document = Document { file_name: &draft.file_name, sha256: &draft.sha256, pdf: &pdf };
        let (confirmed, event, choices) = match target {
            None => {
                let choices = settle(&context, &draft, context.chosen(&draft, &sheet.quote))?;
                let order = self.order(&draft, &sheet, choices, reason)?;
                let note = Some(draft.form.note.as_str());
                let event = import_order(tx, &order, Some(&document), note, self.on.now).await;
                let event = event.map_err(|error| number_taken(error, &order))?;
                (ConfirmedOrder { order_id: order.id, is_new: true }, event, choices)
            }
            Some(order_id) => {
                let changed = self.change(tx, &mut context, &draft, &sheet, order_id, reason, document);
                let (event, choices) = changed.await?;
                (ConfirmedOrder { order_id, is_new: false }, event, choices)
            }
        };
        self.remember(tx, &context, &draft, choices).await?;
        drafts::delete_draft(tx, draft.id).await?;
        Ok(Change::happened(confirmed, event))
    }
}

impl ConfirmDraft<'_> {
    /// Applies the difference that the person saw to an open order.
    #[expect(clippy::too_many_arguments, reason = "the other half of one command")]
    async fn change(
        &self,
        tx: &mut CompanyTx,
        context: &mut ImportContext,
        draft: &Draft,
        sheet: &Sheet,
        order_id: OrderId,
        reason: Option<String>,
        document: Document<'_>,
    ) -> Result<(NewEvent, Choices)> {
        let seen = self.sent.get("seen");
        if seen.is_none()
            && let Some(taken @ Duplicate::Number(_)) = context.duplicate(draft, sheet)
        {
            return Err(AppError::Conflict(taken.sentence()));
        }
        let target = context::get_target(tx, order_id, context).await?;
        let chosen = context.chosen_over(draft, &sheet.quote, target.chosen());
        let choices = settle(context, draft, chosen)?;
        let quote = self.order(draft, sheet, choices, reason)?;
        let newer = NewerQuote { quote: &quote, document, draft_id: draft.id, note: &draft.form.note, seen };
        let on = crate::orders::actions::OrderContext { actor: self.on.actor, order_id, now: self.on.now };
        let event = revise_order(tx, on, &newer).await.map_err(|error| number_taken(error, &quote))?;
        Ok((event, choices))
    }

    /// Whether the checks hold; else the reason for which an administrator accepts that they do not.
    fn accept(&self, tx: &CompanyTx, draft: &Draft, sheet: &Sheet) -> Result<Option<String>> {
        if sheet.holds() {
            return Ok(None);
        }
        if !(sheet.may_be_accepted() && tx.can(Permission::Administer)) {
            return Err(AppError::invalid("preview.fix_first"));
        }
        if draft.form.reason.is_empty() {
            return Err(AppError::field("reason", "form.reason_required"));
        }
        Ok(Some(draft.form.reason.clone()))
    }

    fn order(
        &self,
        draft: &Draft,
        sheet: &Sheet,
        choices: Choices,
        reason: Option<String>,
    ) -> Result<NewOrder> {
        let order = to_order::order(draft, sheet, choices, self.on.actor.person_id, reason);
        let order = order.ok_or_else(|| AppError::invalid("preview.fix_first"))?;
        let calendar = CompanyTime::from(&self.on.actor.company).calendar();
        let due_at = choices.due_minute.and_then(|minute| next_at(calendar, minute, self.on.now));
        Ok(NewOrder { due_at, ..order })
    }

    /// Keeps who the name on the paper is, unless it is somebody's own name or the box was cleared.
    async fn remember(
        &self,
        tx: &mut CompanyTx,
        context: &ImportContext,
        draft: &Draft,
        choices: Choices,
    ) -> Result<()> {
        let name = &draft.reading.quote.seller;
        let folded = folded_name(name);
        if folded.is_empty() || context.is_name(name) || draft.form.remember_alias != Some(true) {
            return Ok(());
        }
        context::update_alias(tx, &folded, choices.seller).await
    }
}

fn settle(context: &ImportContext, draft: &Draft, chosen: Chosen) -> Result<Choices> {
    // A packaging that the shipping does not allow is told, not replaced by a proposal.
    let refused = draft.form.packaging.filter(|packaging| chosen.packaging != Some(*packaging));
    if chosen.shipping.is_some() && refused.is_some() {
        return Err(AppError::field("packaging", "orders.error.packaging_not_allowed"));
    }
    let missing = context.missing(chosen);
    let fields = missing.iter().map(|(field, key)| ((*field).to_owned(), Sentence::new(*key))).collect();
    let incomplete = || AppError::Invalid { sentence: Sentence::new("preview.form_wrong"), fields };
    context.settle(chosen).ok_or_else(incomplete)
}

/// Somebody else's order took the number at this very moment.
fn number_taken(error: AppError, order: &NewOrder) -> AppError {
    match (error, &order.number) {
        (AppError::Conflict(sentence), Some(number)) if sentence.key == "conflict.number_taken_plain" => {
            AppError::Conflict(Sentence::new("draft.open_number").text("number", number.clone()))
        }
        (other, _) => other,
    }
}
