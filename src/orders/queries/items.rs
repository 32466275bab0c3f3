//! Queries for the lines of an order.

use rust_decimal::Decimal;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::EventKind;
use crate::ids::{ItemId, OrderId};
use crate::orders::item::{ItemState, Reason, Replacement, RestState};
use crate::orders::model::{Item, LastChange, LastPick};
use crate::orders::queries::order::LockedOrder;

/// A line with the entry of the history that changed it last, and its last pick.
struct ItemRow {
    id: Uuid,
    position: i32,
    code: String,
    description: String,
    unit: String,
    unit_price: Decimal,
    total_cents: i64,
    quantity: Decimal,
    picked: Decimal,
    to_return: Decimal,
    rest_state: RestState,
    ordered: Decimal,
    received: Decimal,
    not_found: Decimal,
    unanswered: Decimal,
    sends_without: bool,
    replacement: Option<String>,
    replacement_quantity: Option<Decimal>,
    replacement_code: Option<String>,
    replacement_unit: Option<String>,
    replacement_agreed: bool,
    reason_code: Option<String>,
    reason_text: Option<String>,
    off_quote: bool,
    version: i64,
    kind: Option<String>,
    moved: Option<Decimal>,
    at: Option<jiff_sqlx::Timestamp>,
    actor: Option<String>,
    last_seq: Option<i32>,
    last_picked: Option<Decimal>,
    location: Option<String>,
}

impl ItemRow {
    fn into_item(self) -> Item {
        let last_change = match (self.kind, self.actor, self.at) {
            (Some(kind), Some(by_name), Some(at)) => Some(LastChange {
                version: self.version,
                kind: EventKind::from_code(&kind),
                quantity: self.moved,
                by_name,
                at: at.to_jiff(),
            }),
            _ => None,
        };
        let replacement =
            self.replacement.zip(self.replacement_quantity).map(|(text, quantity)| Replacement {
                code: self.replacement_code,
                unit: self.replacement_unit,
                text,
                quantity,
                agreed: self.replacement_agreed,
            });
        Item {
            id: ItemId(self.id),
            position: self.position,
            code: self.code,
            description: self.description,
            unit: self.unit,
            // As the papers write it: numeric(18, 6) always answers six decimals.
            unit_price: self.unit_price.normalize(),
            total_cents: self.total_cents,
            state: ItemState {
                quantity: self.quantity,
                picked: self.picked,
                to_return: self.to_return,
                rest_state: self.rest_state,
                ordered: self.ordered,
                received: self.received,
                not_found: self.not_found,
                unanswered: self.unanswered,
                sends_without: self.sends_without,
                replacement,
                reason: read_reason(self.reason_code, self.reason_text),
                off_quote: self.off_quote,
            },
            last_change,
            location: self.location,
            last_pick: self.last_seq.zip(self.last_picked).map(|(seq, quantity)| LastPick { seq, quantity }),
        }
    }
}

fn read_reason(code: Option<String>, text: Option<String>) -> Option<Reason> {
    (code.is_some() || text.is_some()).then_some(Reason { code, text })
}

/// The lines of an order in the quote's order; with `only`, just those, also where they have left the order.
pub async fn list_items(tx: &mut CompanyTx, order_id: OrderId, only: Option<&[ItemId]>) -> Result<Vec<Item>> {
    let only: Option<Vec<Uuid>> = only.map(|ids| ids.iter().map(|id| id.0).collect());
    let rows = sqlx::query_as!(
        ItemRow,
        r#"select i.id,
             i.position,
             i.code,
             i.description,
             i.unit,
             i.unit_price,
             i.total_cents,
             i.quantity,
             i.picked,
             i.to_return,
             i.rest_state as "rest_state: RestState",
             i.ordered,
             i.received,
             i.not_found,
             i.unanswered,
             i.sends_without,
             i.replacement,
             i.replacement_quantity,
             i.replacement_code,
             i.replacement_unit,
             i.replacement_agreed,
             i.reason_code,
             i.reason_text,
             i.off_quote,
             i.version,
             h.kind as "kind?",
             h.quantity as "moved?",
             h.at as "at?",
             p.name as "actor?",
             k.seq as "last_seq?",
             k.quantity as "last_picked?",
             l.location as "location?"
           from order_items i
           left join order_history h on h.company_id = $1 and h.order_id = i.order_id and h.version = i.version and i.version > 0
           left join people p on p.company_id = $1 and p.id = h.actor_id
           left join shelf_locations l on l.company_id = $1 and l.code = i.code and l.unit = i.unit
           left join lateral (
             select seq, quantity from item_picks
             where company_id = $1 and order_id = $2 and item_id = i.id and i.is_touched
             order by seq desc limit 1
           ) k on true
           where i.company_id = $1 and i.order_id = $2 and case when $3::uuid[] is null then i.is_listed else i.id = any($3) end
           order by i.position"#,
        tx.company_id().0,
        order_id.0,
        only.as_deref()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(ItemRow::into_item).collect())
}

/// Writes the new state of a line of a locked order, as changed by the entry that comes next.
pub async fn update_item(
    tx: &mut CompanyTx,
    order: &LockedOrder,
    item_id: ItemId,
    state: &ItemState,
) -> Result<()> {
    let replacement = state.replacement.as_ref();
    sqlx::query!(
        "update order_items set quantity = $3, picked = $4, to_return = $5, rest_state = $6, ordered = $7, received = $8,
           not_found = $9, replacement = $10, replacement_quantity = $11, reason_code = $12, version = $13, off_quote = $14,
           reason_text = $16, unanswered = $17, sends_without = $18, replacement_code = $19, replacement_unit = $20,
           replacement_agreed = $21
         where company_id = $1 and id = $2 and order_id = $15",
        tx.company_id().0,
        item_id.0,
        state.quantity,
        state.picked,
        state.to_return,
        state.rest_state.code(),
        state.ordered,
        state.received,
        state.not_found,
        replacement.map(|replacement| replacement.text.as_str()),
        replacement.map(|replacement| replacement.quantity),
        state.reason.as_ref().and_then(|reason| reason.code.as_deref()),
        order.next_version(),
        state.off_quote,
        order.id.0,
        state.reason.as_ref().and_then(|reason| reason.text.as_deref()),
        state.unanswered,
        state.sends_without,
        replacement.and_then(|replacement| replacement.code.as_deref()),
        replacement.and_then(|replacement| replacement.unit.as_deref()),
        replacement.is_some_and(|replacement| replacement.agreed)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
