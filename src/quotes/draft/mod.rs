//! Drafts: what was read, what a person corrected, and what counts now. Pure.

pub(crate) mod field;
pub(crate) mod lines;
pub(crate) mod sheet;

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Reading;
use crate::ids::{DraftId, OrderId, PackagingId, PersonId, ShippingId};
use crate::lang::Lang;

pub use field::{Fault, Field, tidy};
use field::{MOST_MONEY, PRICE_DECIMALS};
pub use lines::SheetLine;
pub use sheet::{Settled, Sheet};

/// An uploaded quote that nobody has confirmed yet.
#[derive(Clone, Debug)]
pub struct Draft {
    pub id: DraftId,
    pub importer: String,
    pub file_name: String,
    pub sha256: Vec<u8>,
    pub reading: Reading,
    pub corrections: Corrections,
    pub form: DraftForm,
    pub version: i32,
    pub created_at: Timestamp,
    /// Who made the newest version, and when.
    pub changed_by: String,
    pub changed_at: Timestamp,
}

impl Draft {
    /// The paper with its corrections.
    pub fn sheet(&self) -> Sheet {
        Sheet::new(&self.reading, &self.corrections)
    }
}

/// What a person has chosen so far; what is missing is proposed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftForm {
    pub shipping: Option<ShippingId>,
    pub packaging: Option<PackagingId>,
    pub seller: Option<PersonId>,
    /// Whether the seller's name on the paper is remembered; None: not asked yet.
    pub remember_alias: Option<bool>,
    pub note: String,
    /// Why a paper that does not add up is accepted.
    pub reason: String,
    /// The open order that the quote takes the place of; None: a new order.
    pub replaces: Option<OrderId>,
}

/// Corrected cells by the name of their form field; lines that were added, as `added-n1` with the number of the item
/// they stand below; what was struck out, as `struck-2` by its place among the leftovers; and items that were dropped, as
/// `dropped-3`.
pub type Corrections = BTreeMap<String, Correction>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// As machines write it: a point before decimals, ISO dates. What cannot be understood stays as it was typed.
    pub text: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub misread: bool,
}

/// Reais as cents; None where they do not fit.
pub fn cents(reais: Decimal) -> Option<i64> {
    let cents = reais.checked_mul(Decimal::ONE_HUNDRED)?.normalize();
    if cents.scale() == 0 { i64::try_from(cents).ok() } else { None }
}

/// A price as an order keeps it; None where it has more than six decimals, or is no price of goods.
pub fn unit_price(reais: Decimal) -> Option<Decimal> {
    let price = reais.normalize();
    (price.scale() <= PRICE_DECIMALS && price.abs() <= MOST_MONEY).then_some(price)
}

/// A reading as it can be kept: without anything invisible.
pub fn tidied(mut reading: Reading) -> Reading {
    let quote = &mut reading.quote;
    let head = [&mut quote.number, &mut quote.customer_code, &mut quote.customer, &mut quote.seller];
    let cells =
        quote.items.iter_mut().flat_map(|item| [&mut item.code, &mut item.description, &mut item.unit]);
    let leftovers = reading.leftovers.iter_mut().map(|leftover| &mut leftover.text);
    for text in head.into_iter().chain(cells).chain(leftovers).chain(&mut reading.text) {
        if text.contains(char::is_control) {
            *text = tidy(text);
        }
    }
    reading
}

/// Reads the cells that a form sent; what equals the paper is no correction.
pub fn correct(draft: &mut Draft, sent: &[(String, String)], lang: Lang) {
    let sheet = draft.sheet();
    let cells =
        sheet.head.iter().chain(sheet.lines.iter().flat_map(|line| &line.fields)).chain(&sheet.totals);
    for field in cells {
        let Some((_, typed)) = sent.iter().find(|(name, _)| *name == field.name) else { continue };
        let correction = field.kind.read(typed, lang);
        let as_read =
            !correction.misread && (correction.text == field.read || correction.text == tidy(&field.read));
        if as_read {
            draft.corrections.remove(&field.name);
        } else {
            draft.corrections.insert(field.name.clone(), correction);
        }
    }
}

/// What a button of the form does to something that was not read, or to the lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit<'a> {
    /// Settle a leftover: it is no item, or right as it was read.
    Strike(usize),
    /// Take that back.
    Restore(usize),
    /// An empty line below this item; none: at the end.
    Add(Option<u32>),
    /// Take an added line away.
    Remove(&'a str),
    /// Take an item out of the quote; only one that something on the paper makes doubtful.
    Drop(u32),
    /// Take that back.
    Keep(u32),
}

/// Applies an edit; answers the name of the line that it added, if it added one. `Err`: the quote has as many lines as it
/// may have.
pub fn edit(draft: &mut Draft, edit: &Edit<'_>) -> Result<Option<String>, TooManyLines> {
    match edit {
        Edit::Strike(at) => {
            let stops = at.checked_sub(1).and_then(|at| draft.reading.leftovers.get(at));
            if stops.is_some_and(|leftover| leftover.kind.stops()) {
                draft.corrections.retain(|name, _| !name.starts_with(&format!("line-p{at}-")));
                let struck = Correction { text: String::new(), misread: false };
                draft.corrections.insert(format!("struck-{at}"), struck);
            }
        }
        Edit::Restore(at) => {
            draft.corrections.remove(&format!("struck-{at}"));
        }
        Edit::Add(after) => {
            let name = lines::add(&draft.reading, &mut draft.corrections, *after);
            return name.map(Some).ok_or(TooManyLines);
        }
        Edit::Remove(name) => lines::remove(&mut draft.corrections, name),
        Edit::Drop(line) => {
            if draft.reading.may_drop(*line) {
                let dropped = Correction { text: String::new(), misread: false };
                draft.corrections.insert(lines::dropped(&line.to_string()), dropped);
            }
        }
        Edit::Keep(line) => {
            draft.corrections.remove(&lines::dropped(&line.to_string()));
        }
    }
    Ok(None)
}

/// A quote may have no more lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyLines;

#[cfg(test)]
mod tests;
