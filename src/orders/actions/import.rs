//! Turns a confirmed quote into an order.

use super::notes::note_text;
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::{EventKind, NewEvent};
use crate::html;
use crate::html::text::visible;
use crate::orders::history::{Detail, Told};
use crate::orders::item::Reason;
use crate::orders::model::split_reference;
use crate::orders::queries::documents;
pub use crate::orders::queries::documents::Document;
use crate::orders::queries::history::{self, NewEntry};
use crate::orders::queries::import::{self, NewOrder};
use crate::orders::queries::notes;
use crate::orders::queries::search;
use jiff::Timestamp;

/// Writes order, lines, document, notes, search words and the first entry of its history. A number that another
/// order takes meanwhile is refused by the index `orders_number_key`. Answers the event of the import.
pub async fn import_order(
    tx: &mut CompanyTx,
    order: &NewOrder,
    document: Option<&Document<'_>>,
    note: Option<&str>,
    now: Timestamp,
) -> Result<NewEvent> {
    import::insert_order(tx, order, now).await?;
    if let Some(document) = document {
        let number = order.number.as_deref();
        documents::insert_document(tx, order.id, number, document, None, now).await?;
    }
    if let Some(note) = note.map(str::trim).filter(|note| visible(note)) {
        notes::insert_note(tx, order.id, order.imported_by, note_text(note)?, now).await?;
    }
    search::insert_words(tx, order.id, &words(order)).await?;
    let reason = order.values_mismatch_reason.as_deref();
    let detail = Detail::told(reason.map(|reason| Told::Reason(Reason::text(reason))));
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
    history::insert_history(tx, &entry).await?;
    Ok(NewEvent::new(EventKind::OrderImported, order.imported_by).order(order.id).version(1))
}

fn words(order: &NewOrder) -> Vec<String> {
    let lines = order.items.iter().map(|item| (item.code.as_str(), item.description.as_str()));
    order_words(order.number.as_deref(), &order.customer_code, &order.customer, lines)
}

/// What an order is found by: number, customer, product codes, and the words of the references.
pub(super) fn order_words<'a>(
    number: Option<&str>,
    customer_code: &str,
    customer: &str,
    lines: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<String> {
    let mut words: Vec<String> = number.into_iter().flat_map(code_words).collect();
    words.extend(code_words(customer_code));
    words.extend(search_words(customer));
    for (code, description) in lines {
        words.extend(code_words(code));
        words.extend(code_words(split_reference(description).0));
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// The words by which a code is found: its parts, the whole without its signs ("CJ-42" is "cj42" as well), and each of
/// these without leading zeros.
pub(in crate::orders) fn code_words(code: &str) -> Vec<String> {
    let mut words = search_words(code);
    for name in code.split_whitespace() {
        words.push(search_words(name).concat().chars().take(LONGEST_WORD).collect());
    }
    let short: Vec<String> = words.iter().map(|word| word.trim_start_matches('0').to_owned()).collect();
    words.extend(short);
    words.retain(|word| !word.is_empty());
    words
}

const LONGEST_WORD: usize = 40;

/// The folded words of a text, as they are stored and as a search splits what was typed.
pub fn search_words(text: &str) -> Vec<String> {
    html::format::folded(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(LONGEST_WORD).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Case {
        text: String,
        typed: String,
        found: bool,
    }

    /// Finds as the index does: each typed word is the beginning of a stored one.
    fn finds(text: &str, typed: &str) -> bool {
        let stored = code_words(text);
        let words = search_words(typed);
        !words.is_empty()
            && words.iter().all(|word| stored.iter().any(|other| other.starts_with(word.as_str())))
    }

    #[test]
    fn codes_are_found_whole_in_parts_and_without_leading_zeros() {
        let table: Vec<Case> =
            serde_json::from_str(include_str!("../../../tests/fixtures/folding.json")).unwrap();
        for Case { text, typed, found } in table {
            assert_eq!(finds(&text, &typed), found, "{typed:?} in {text:?}");
        }
    }
}
