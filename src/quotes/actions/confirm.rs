//! A draft becomes an order.

use super::{On, Sent};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::ids::OrderId;
use crate::orders::actions::import::{Document, import_order};
use crate::orders::queries::import::{NewItem, NewOrder};
use crate::quotes::around::{Around, Double, Settled};
use crate::quotes::draft::{Draft, Sheet, cents};
use crate::quotes::queries::{around, drafts};
use crate::users::model::{Permission, folded_name};

/// Make an order of the draft as the form of its preview says. The order has the draft's id: a draft becomes one
/// order at most, and an old link to it still leads somewhere.
#[derive(Debug)]
pub struct ConfirmDraft<'a> {
    pub on: On<'a>,
    pub sent: &'a Sent,
}

impl Command for ConfirmDraft<'_> {
    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let company_id = tx.company_id();
        let mut draft = self.on.lock_version(tx, self.sent.version()?).await?;
        self.sent.fill(&mut draft)?;
        let sheet = draft.sheet();
        let around = around::get_around(tx, company_id, &[(&draft, &sheet)]).await?;
        if let Some(taken @ Double::Number(_)) = around.double(&draft, &sheet) {
            return Err(AppError::Conflict(taken.sentence()));
        }
        let reason = self.accept(&draft, &sheet)?;
        let settled = settle(&around, &draft, &sheet)?;
        let pdf = drafts::find_draft_pdf(tx, company_id, draft.id, None).await?.unwrap_or_default();
        let document = Document { file_name: &draft.file_name, sha256: &draft.sha256, pdf: &pdf };
        let order = self.order(&draft, &sheet, settled, reason)?;
        let note = Some(draft.form.note.as_str());
        let change = import_order(tx, &order, Some(&document), note, self.on.now).await;
        let change = change.map_err(|error| number_taken(error, &order))?;
        self.remember(tx, &around, &draft, settled).await?;
        drafts::delete_draft(tx, company_id, draft.id).await?;
        Ok(change)
    }
}

impl ConfirmDraft<'_> {
    /// Whether the checks hold; else the reason for which an administrator accepts that they do not.
    fn accept(&self, draft: &Draft, sheet: &Sheet) -> Result<Option<String>> {
        if sheet.holds() {
            return Ok(None);
        }
        if !(sheet.may_be_accepted() && self.on.actor.can(Permission::Administer)) {
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
        settled: Settled<'_>,
        values_mismatch_reason: Option<String>,
    ) -> Result<NewOrder> {
        let quote = &sheet.quote;
        let cents = |reais| cents(reais).ok_or_else(|| AppError::invalid("preview.fix_first"));
        let items = quote.items.iter().map(|item| {
            Ok(NewItem {
                code: item.code.clone(),
                description: item.description.clone(),
                unit: item.unit.clone(),
                quantity: item.quantity,
                unit_price_cents: cents(item.unit_price)?,
                total_cents: cents(item.total)?,
            })
        });
        Ok(NewOrder {
            id: OrderId(draft.id.0),
            number: sheet.number().map(str::to_owned),
            customer_code: quote.customer_code.clone(),
            customer: quote.customer.clone(),
            seller_id: settled.seller,
            imported_by: self.on.actor.person_id,
            quote_date: quote.date,
            shipping_id: settled.shipping.id,
            packaging_id: settled.packaging,
            total_cents: cents(quote.total)?,
            discount_cents: cents(quote.discount)?,
            payable_cents: cents(quote.payable)?,
            values_mismatch_reason,
            urgent: settled.shipping.makes_urgent,
            items: items.collect::<Result<_>>()?,
        })
    }

    /// Keeps who the name on the paper is, unless it is somebody's own name or the box was cleared.
    async fn remember(
        &self,
        tx: &mut CompanyTx,
        around: &Around,
        draft: &Draft,
        settled: Settled<'_>,
    ) -> Result<()> {
        let name = &draft.reading.quote.seller;
        let folded = folded_name(name);
        if folded.is_empty() || around.is_name(name) || draft.form.remember_alias != Some(true) {
            return Ok(());
        }
        let company_id = tx.company_id();
        around::update_alias(tx, company_id, &folded, settled.seller).await
    }
}

fn settle<'a>(around: &'a Around, draft: &Draft, sheet: &Sheet) -> Result<Settled<'a>> {
    let chosen = around.chosen(draft, &sheet.quote);
    // A packaging that the shipping does not allow is told, not replaced by a proposal.
    let refused = draft.form.packaging.filter(|packaging| chosen.packaging != Some(*packaging));
    if chosen.shipping.is_some() && refused.is_some() {
        return Err(AppError::field("packaging", "orders.error.packaging_not_allowed"));
    }
    let missing = around.missing(chosen);
    let fields = missing.iter().map(|(field, key)| ((*field).to_owned(), Sentence::new(*key))).collect();
    let incomplete = || AppError::Invalid { sentence: Sentence::new("preview.form_wrong"), fields };
    around.settle(chosen).ok_or_else(incomplete)
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
