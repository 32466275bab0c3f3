//! A confirmed quote becomes an order.

use super::notes::note_text;
use crate::command::Change;
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::{EventKind, NewEvent};
use crate::html;
use crate::orders::history::Detail;
use crate::orders::model::split_reference;
use crate::orders::queries::import::{self, NewOrder};
use crate::orders::queries::search;
use crate::orders::queries::write::{self, NewEntry};
use jiff::Timestamp;

/// The PDF behind an order.
#[derive(Debug)]
pub struct Document<'a> {
    pub file_name: &'a str,
    pub sha256: &'a [u8],
    pub pdf: &'a [u8],
}

/// Writes order, lines, document, notes, search words and the first entry of its history. A number that an
/// order already has is refused by the index `orders_number_key`, at this very moment.
pub async fn import_order(
    tx: &mut CompanyTx,
    order: &NewOrder,
    document: Option<&Document<'_>>,
    note: Option<&str>,
    now: Timestamp,
) -> Result<Change> {
    let company_id = tx.company_id();
    import::insert_order(tx, company_id, order, now).await?;
    if let Some(Document { file_name, sha256, pdf }) = document {
        import::insert_document(tx, company_id, order.id, file_name, sha256, pdf, now).await?;
    }
    if let Some(note) = note.map(str::trim).filter(|note| !note.is_empty()) {
        write::insert_note(tx, company_id, order.id, order.imported_by, note_text(note)?, now).await?;
    }
    search::insert_words(tx, company_id, order.id, &words(order)).await?;
    let detail = Detail { text: order.values_mismatch_reason.clone(), ..Detail::default() };
    let entry = NewEntry {
        order_id: order.id,
        version: 1,
        kind: EventKind::OrderImported,
        item_id: None,
        quantity: None,
        actor_id: order.imported_by,
        detail: &detail,
        undoes: None,
        at: now,
    };
    write::insert_history(tx, company_id, &entry).await?;
    Ok(Change::Happened(
        NewEvent::new(EventKind::OrderImported, order.imported_by).order(order.id).version(1),
    ))
}

/// What the order is found by: number, customer, product codes, and the words of the references.
fn words(order: &NewOrder) -> Vec<String> {
    let mut words: Vec<String> = order.number.iter().cloned().collect();
    words.push(order.customer_code.clone());
    words.extend(search_words(&order.customer));
    for item in &order.items {
        words.push(item.code.clone());
        words.extend(search_words(split_reference(&item.description).0));
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// The folded words of a text, as they are stored and as a search splits what was typed.
pub fn search_words(text: &str) -> Vec<String> {
    html::format::folded(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(40).collect())
        .collect()
}
