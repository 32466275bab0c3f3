//! Applies a newer quote to an open order, in one transaction.

use super::import::order_words;
use super::items::change_line;
use super::notes::{note_text, require_room};
use super::{Entry, OrderContext};
use crate::actor::Permission;
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::feed::{EventKind, NewEvent};
use crate::ids::{DraftId, ItemId};
use crate::orders::deadline::after_shipping;
use crate::orders::history::{Detail, Header, LineChange, RevisionDetail, Snapshot, SnapshotChange};
use crate::orders::item::ItemState;
use crate::orders::item::allocation::Flow;
use crate::orders::model::RevisedCounts;
use crate::orders::queries::documents::{self, Document};
use crate::orders::queries::import::{self, NewItem, NewOrder};
use crate::orders::queries::order::LockedOrder;
use crate::orders::queries::revise::{self as queries, Base};
use crate::orders::queries::{items, notes, search};
use crate::orders::revise::{Fate, NewerLine, RevisedLine, Revision, revise};

/// A quote that is to change an order. The id and the importer of `quote` are not used.
#[derive(Debug)]
pub struct NewerQuote<'a> {
    pub quote: &'a NewOrder,
    pub document: Document<'a>,
    pub draft_id: DraftId,
    pub note: &'a str,
    /// The fingerprint of the difference that the person saw.
    pub seen: Option<&'a str>,
}

impl Base {
    /// How the quote's lines change those of the order.
    pub fn revised(&self, quote: &NewOrder) -> Revision<'_> {
        let lines = (1..).zip(&quote.items);
        let wanted: Vec<NewerLine> = lines.map(|(position, item)| wanted(position, item)).collect();
        revise(&self.items, &wanted)
    }

    /// The header of the order afterwards. A quote without a number leaves the order its own.
    pub fn revised_header(&self, quote: &NewOrder) -> Header {
        let before = &self.header;
        let ships_otherwise = before.shipping_id != quote.shipping_id;
        Header {
            number: quote.number.clone().or_else(|| before.number.clone()),
            customer_code: quote.customer_code.clone(),
            customer: quote.customer.clone(),
            seller_id: quote.seller_id,
            quote_date: quote.quote_date,
            shipping_id: quote.shipping_id,
            packaging_id: quote.packaging_id,
            total_cents: quote.total_cents,
            discount_cents: quote.discount_cents,
            payable_cents: quote.payable_cents,
            values_mismatch_reason: quote.values_mismatch_reason.clone(),
            urgent: before.urgent || (ships_otherwise && quote.urgent),
            due_at: match ships_otherwise {
                true => after_shipping(before.due_at, self.brings_due, quote.due_at),
                false => before.due_at,
            },
        }
    }

    /// Identifies a difference. The form of the preview sends it back, so that no other difference is applied than the one that
    /// was seen.
    pub fn fingerprint(&self, revision: &Revision<'_>) -> String {
        revision.fingerprint(&(self.id, Header { urgent: false, due_at: None, ..self.header.clone() }))
    }
}

fn wanted(position: i32, item: &NewItem) -> NewerLine {
    let snapshot = Snapshot {
        position,
        code: item.code.clone(),
        description: item.description.clone(),
        unit: item.unit.clone(),
        unit_price: item.unit_price,
        total_cents: item.total_cents,
    };
    NewerLine { quantity: item.quantity, snapshot }
}

/// Applies the difference that the person saw; if it is another one by now, nothing is applied. It takes the permission to
/// change the order. A number that another order has is refused by the index `orders_number_key`. Answers the event of the
/// change.
pub async fn revise_order(
    tx: &mut CompanyTx,
    on: OrderContext<'_>,
    newer: &NewerQuote<'_>,
) -> Result<NewEvent> {
    let order = on.lock_open(tx, Permission::ChangeOrder).await?;
    let base = queries::get_base(tx, order.id).await?;
    let revision = base.revised(newer.quote);
    if newer.seen != Some(base.fingerprint(&revision).as_str()) {
        let sentence = Sentence::new("conflict.revision_changed");
        return Err(AppError::Conflict(sentence.text("number", base.label())));
    }
    let header = base.revised_header(newer.quote);
    queries::update_header(tx, &order, &header).await?;
    let (moved, snapshots) = write_lines(tx, &order, &revision, newer.quote).await?;
    let number = newer.quote.number.as_deref();
    let kept =
        documents::insert_document(tx, order.id, number, &newer.document, Some(newer.draft_id), on.now);
    let document = kept.await?;
    let note = newer.note.trim();
    if !note.is_empty() {
        require_room(tx, order.id).await?;
        notes::insert_note(tx, order.id, on.actor.person_id, note_text(note)?, on.now).await?;
    }
    update_words(tx, &base, &header, &revision).await?;
    let counts = RevisedCounts {
        new: revision.count(&[Fate::New]),
        changed: revision.count(&[Fate::Changed]),
        gone: revision.count(&[Fate::Leaves, Fate::Stays]),
        returns: revision.count_returns(),
        number_before: base.header.number.clone().filter(|_| base.header.number != header.number),
    };
    let told = RevisionDetail { counts, header_before: base.header.clone(), header, snapshots, document };
    let detail = Detail { revision: Some(told), ..moved };
    on.record_event(tx, &order, Entry::order(EventKind::OrderRevised, &detail)).await
}

/// Writes every line. Answers what changed, before and after: the states of lines with their allocations, and what the quote
/// says of them.
async fn write_lines(
    tx: &mut CompanyTx,
    order: &LockedOrder,
    revision: &Revision<'_>,
    quote: &NewOrder,
) -> Result<(Detail, Vec<SnapshotChange>)> {
    let stays = |line: &&RevisedLine<'_>| line.fate != Fate::Leaves;
    let known: Vec<(ItemId, &Snapshot)> = revision
        .lines
        .iter()
        .filter(stays)
        .filter_map(|line| Some((line.item?.id, &line.snapshot)))
        .collect();
    let last = revision.lines.iter().map(|line| line.snapshot.position).max().unwrap_or_default();
    queries::update_snapshots(tx, order, &known, last).await?;
    let (mut told, mut snapshots) = (Detail::default(), Vec::new());
    for line in revision.changes() {
        let Some(item) = line.item else { continue };
        let moved = change_line(tx, order.id, item, line.after.clone(), Flow::Displaced).await?;
        items::update_item(tx, order, item.id, &line.after).await?;
        told.lines.extend(moved.lines);
        told.allocations.extend(moved.allocations);
        let after = (line.fate != Fate::Leaves).then(|| line.snapshot.clone());
        snapshots.push(SnapshotChange { item: item.id, before: Some(Snapshot::of(item)), after });
    }
    let fresh: Vec<&RevisedLine<'_>> = revision.lines.iter().filter(|line| line.item.is_none()).collect();
    // The quote's lines come first and in its order.
    let new: Vec<(i32, &NewItem)> = (1..)
        .zip(&quote.items)
        .zip(&revision.lines)
        .filter(|(_, line)| line.item.is_none())
        .map(|(new, _)| new)
        .collect();
    let ids = import::insert_items(tx, order.id, &new, order.next_version()).await?;
    for (id, line) in ids.into_iter().zip(fresh) {
        told.lines.push(LineChange { item: id, before: ItemState::absent(), after: line.after.clone() });
        snapshots.push(SnapshotChange { item: id, before: None, after: Some(line.snapshot.clone()) });
    }
    Ok((told, snapshots))
}

/// The order is found by what it says now, and by the numbers it had.
async fn update_words(
    tx: &mut CompanyTx,
    base: &Base,
    header: &Header,
    revision: &Revision<'_>,
) -> Result<()> {
    let items = base.items.iter().map(|item| (item.code.as_str(), item.description.as_str()));
    let before = order_words(None, &base.header.customer_code, &base.header.customer, items);
    let lines = revision.lines.iter().filter(|line| line.fate != Fate::Leaves);
    let lines = lines.map(|line| (line.snapshot.code.as_str(), line.snapshot.description.as_str()));
    let now = order_words(header.number.as_deref(), &header.customer_code, &header.customer, lines);
    let numbers = documents::list_numbers(tx, base.id).await?;
    let gone: Vec<String> =
        before.into_iter().filter(|word| !now.contains(word) && !numbers.contains(word)).collect();
    search::delete_words(tx, base.id, &gone).await?;
    search::insert_words(tx, base.id, &now).await
}
