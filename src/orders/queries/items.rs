//! The lines of an order.

use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::ids::{ItemId, OrderId, PersonId};
use crate::orders::item::{ItemState, Replacement, RestState};
use crate::orders::model::{Item, LastChange, LastPick};

/// The lines of an order in the quote's order; with `only`, just those, also where they have left the order.
pub async fn list_items(tx: &mut CompanyTx, order_id: OrderId, only: Option<&[ItemId]>) -> Result<Vec<Item>> {
    let only: Option<Vec<Uuid>> = only.map(|ids| ids.iter().map(|id| id.0).collect());
    let rows = sqlx::query!(
        r#"select i.id, i.position, i.code, i.description, i.unit, i.unit_price_cents, i.total_cents, i.quantity, i.picked, i.to_return,
             i.rest_state, i.ordered, i.received, i.not_found, i.replacement, i.replacement_quantity, i.reason, i.off_quote, i.version,
             h.kind as "kind?", h.quantity as "moved?", h.actor_id as "actor_id?", h.at as "at?", p.name as "actor?",
             k.seq as "last_seq?", k.quantity as "last_picked?"
           from order_items i
           left join order_history h on h.company_id = $1 and h.order_id = i.order_id and h.version = i.version and i.version > 0
           left join people p on p.company_id = $1 and p.id = h.actor_id
           left join lateral (select seq, quantity from item_picks where company_id = $1 and order_id = $2 and item_id = i.id
             and i.picked + i.to_return > 0 order by seq desc limit 1) k on true
           where i.company_id = $1 and i.order_id = $2 and case when $3::uuid[] is null then i.quantity > 0 or i.to_return > 0 else i.id = any($3) end
           order by i.position"#,
        tx.company_id().0,
        order_id.0,
        only.as_deref()
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let last_change = match (row.kind, row.actor_id, row.actor, row.at) {
                (Some(kind), Some(by), Some(by_name), Some(at)) => Some(LastChange {
                    version: row.version,
                    kind,
                    quantity: row.moved,
                    by: PersonId(by),
                    by_name,
                    at: at.to_jiff(),
                }),
                _ => None,
            };
            let replacement = row
                .replacement
                .zip(row.replacement_quantity)
                .map(|(text, quantity)| Replacement { text, quantity });
            Ok(Item {
                id: ItemId(row.id),
                position: row.position,
                code: row.code,
                description: row.description,
                unit: row.unit,
                unit_price_cents: row.unit_price_cents,
                total_cents: row.total_cents,
                state: ItemState {
                    quantity: row.quantity,
                    picked: row.picked,
                    to_return: row.to_return,
                    rest_state: rest_state(&row.rest_state)?,
                    ordered: row.ordered,
                    received: row.received,
                    not_found: row.not_found,
                    replacement,
                    reason: row.reason,
                    off_quote: row.off_quote,
                },
                last_change,
                last_pick: row
                    .last_seq
                    .zip(row.last_picked)
                    .map(|(seq, quantity)| LastPick { seq, quantity }),
            })
        })
        .collect()
}

/// Writes a line's new state; `version` is that of the entry that changed it.
pub async fn update_item(tx: &mut CompanyTx, item_id: ItemId, state: &ItemState, version: i64) -> Result<()> {
    sqlx::query!(
        "update order_items set quantity = $3, picked = $4, to_return = $5, rest_state = $6, ordered = $7, received = $8,
           not_found = $9, replacement = $10, replacement_quantity = $11, reason = $12, version = $13, off_quote = $14
         where company_id = $1 and id = $2",
        tx.company_id().0,
        item_id.0,
        state.quantity,
        state.picked,
        state.to_return,
        state.rest_state.code(),
        state.ordered,
        state.received,
        state.not_found,
        state.replacement.as_ref().map(|replacement| replacement.text.as_str()),
        state.replacement.as_ref().map(|replacement| replacement.quantity),
        state.reason,
        version,
        state.off_quote
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) fn rest_state(code: &str) -> Result<RestState> {
    RestState::from_code(code).ok_or_else(|| AppError::internal(format!("unknown rest state {code}")))
}
