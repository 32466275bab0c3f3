//! Converts a draft into a new order or a revision. Pure.

use super::choices::{Choices, Chosen};
use super::draft::{Draft, Sheet, cents, unit_price};
use crate::ids::{OrderId, PersonId};
use crate::orders::model::OrderSummary;
use crate::orders::queries::import::{NewItem, NewOrder};
use crate::orders::queries::revise::Base;

/// The open order that a draft is about to change.
#[derive(Debug)]
pub struct Target {
    pub summary: OrderSummary,
    pub base: Base,
}

impl Target {
    /// What the form proposes: what the order has.
    pub fn chosen(&self) -> Chosen {
        Chosen {
            shipping: Some(self.base.header.shipping_id),
            packaging: Some(self.base.header.packaging_id),
            seller: Some(self.base.header.seller_id),
        }
    }
}

/// The order that the draft would become, with the draft's id. None: an amount is too large.
pub fn order(
    draft: &Draft,
    sheet: &Sheet,
    choices: Choices,
    imported_by: PersonId,
    values_mismatch_reason: Option<String>,
) -> Option<NewOrder> {
    let quote = &sheet.quote;
    let items = quote.items.iter().map(|item| {
        Some(NewItem {
            code: item.code.clone(),
            description: item.description.clone(),
            unit: item.unit.clone(),
            quantity: item.quantity,
            unit_price: unit_price(item.unit_price)?,
            total_cents: cents(item.total)?,
        })
    });
    Some(NewOrder {
        id: OrderId(draft.id.0),
        number: sheet.number().map(str::to_owned),
        customer_code: quote.customer_code.clone(),
        customer: quote.customer.clone(),
        seller_id: choices.seller,
        imported_by,
        quote_date: quote.date,
        shipping_id: choices.shipping,
        packaging_id: choices.packaging,
        total_cents: cents(quote.total)?,
        discount_cents: cents(quote.discount)?,
        payable_cents: cents(quote.payable)?,
        values_mismatch_reason,
        urgent: choices.urgent,
        due_at: None,
        items: items.collect::<Option<_>>()?,
    })
}
