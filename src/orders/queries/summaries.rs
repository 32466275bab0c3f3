//! An order as cards, heads and lists show it. The same function serves the page, the live change and the catch-up.

use std::collections::HashMap;

use uuid::Uuid;

use super::notes::list_notes;
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::ids::{OrderId, PackagingId, PersonId, ShippingId};
use crate::orders::model::{Closing, OrderSummary, Totals};
use crate::orders::status::{Counts, OrderState};

/// The summaries of some orders, in the order of `ids`; ids that do not exist are left out.
pub async fn list_summaries(tx: &mut CompanyTx, ids: &[OrderId]) -> Result<Vec<OrderSummary>> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select o.id, o.number, o.customer_code, o.customer, o.seller_id, s.name as seller, s.active as seller_active, o.imported_by, ib.name as importer, o.quote_date as quote_date,
             o.total_cents, o.discount_cents, o.payable_cents,
             o.shipping_id, sh.name as shipping, o.packaging_id, pk.name as packaging, o.state, o.urgent,
             o.values_mismatch_reason, o.imported_at, o.closed_at, o.closed_by, cb.name as "closed_by_name?", o.close_reason, o.volumes, o.version,
             c.lines as "lines!", c.settled as "settled!", c.touched as "touched!", c.pickable as "pickable!",
             c.in_purchase as "in_purchase!", c.arrived as "arrived!", c.short as "short!", c.substituted as "substituted!", c.to_return as "to_return!",
             exists (select from order_notes n where n.company_id = $1 and n.order_id = o.id and n.removed_at is null) as "has_notes!",
             array(select p.name from item_picks k join people p on p.company_id = $1 and p.id = k.person_id
                   where k.company_id = $1 and k.order_id = o.id group by p.id, p.name order by min(k.at)) as "picked_by!",
             (select max(h.at) from order_history h where h.company_id = $1 and h.order_id = o.id and c.settled = c.lines
                and (h.version = c.last_version or h.version > c.last_version and h.kind = 'order_reopened')) as ready_since,
             case when o.state = 'canceled' and c.touched = 0 then exists (
               select from order_history h where h.company_id = $1 and h.order_id = o.id and h.kind = 'item_returned' and h.undone_by is null
                 and h.version > (select max(k.version) from order_history k where k.company_id = $1 and k.order_id = o.id and k.kind = 'order_canceled')
             ) else false end as "all_returned!"
           from orders o
           join people s on s.company_id = $1 and s.id = o.seller_id
           join people ib on ib.company_id = $1 and ib.id = o.imported_by
           join shipping_options sh on sh.company_id = $1 and sh.id = o.shipping_id
           join packaging_options pk on pk.company_id = $1 and pk.id = o.packaging_id
           left join people cb on cb.company_id = $1 and cb.id = o.closed_by
           join lateral (
             select count(*) filter (where i.quantity > 0 or i.to_return > 0) as lines,
               count(*) filter (where i.quantity > 0 and i.to_return = 0 and (i.picked = i.quantity or i.rest_state in ('substituted', 'short'))) as settled,
               count(*) filter (where i.picked + i.to_return > 0) as touched,
               count(*) filter (where i.picked < i.quantity and (i.rest_state = 'pending' or i.received > 0)) as pickable,
               count(*) filter (where i.picked < i.quantity and i.rest_state in ('purchase_requested', 'purchase_ordered')) as in_purchase,
               count(*) filter (where i.picked < i.quantity and i.rest_state in ('purchase_requested', 'purchase_ordered') and i.received > 0) as arrived,
               count(*) filter (where i.picked < i.quantity and i.rest_state = 'short') as short,
               count(*) filter (where i.picked < i.quantity and i.rest_state = 'substituted') as substituted,
               count(*) filter (where i.to_return > 0) as to_return,
               max(i.version) as last_version
             from order_items i where i.company_id = $1 and i.order_id = o.id
           ) c on true
           where o.company_id = $1 and o.id = any($2)"#,
        tx.company_id().0,
        &wanted
    )
    .fetch_all(&mut **tx)
    .await?;
    let noted: Vec<Uuid> = rows.iter().filter(|row| row.has_notes).map(|row| row.id).collect();
    let mut notes = list_notes(tx, &noted).await?;
    let mut found: HashMap<OrderId, OrderSummary> = HashMap::with_capacity(rows.len());
    for row in rows {
        let id = OrderId(row.id);
        let closed = match (row.closed_at, row.closed_by) {
            (Some(at), Some(by)) => Some(Closing {
                at: at.to_jiff(),
                by: PersonId(by),
                by_name: row.closed_by_name.unwrap_or_default(),
                reason: row.close_reason,
                volumes: row.volumes,
            }),
            _ => None,
        };
        let summary = OrderSummary {
            id,
            number: row.number,
            customer_code: row.customer_code,
            customer: row.customer,
            seller_id: PersonId(row.seller_id),
            seller: row.seller,
            seller_active: row.seller_active,
            imported_by: PersonId(row.imported_by),
            importer: row.importer,
            totals: Totals {
                total: row.total_cents,
                discount: row.discount_cents,
                payable: row.payable_cents,
            },
            quote_date: row.quote_date.to_jiff(),
            shipping_id: ShippingId(row.shipping_id),
            shipping: row.shipping,
            packaging_id: PackagingId(row.packaging_id),
            packaging: row.packaging,
            state: state(&row.state)?,
            urgent: row.urgent,
            values_mismatch_reason: row.values_mismatch_reason,
            imported_at: row.imported_at.to_jiff(),
            counts: Counts {
                lines: row.lines,
                settled: row.settled,
                touched: row.touched,
                pickable: row.pickable,
                in_purchase: row.in_purchase,
                arrived: row.arrived,
                short: row.short,
                substituted: row.substituted,
                to_return: row.to_return,
            },
            notes: notes.remove(&id).unwrap_or_default(),
            picked_by: row.picked_by,
            ready_since: row.ready_since.map(jiff_sqlx::Timestamp::to_jiff),
            closed,
            all_returned: row.all_returned,
            version: row.version,
        };
        found.insert(id, summary);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// One order's summary.
pub async fn get_summary(tx: &mut CompanyTx, id: OrderId) -> Result<OrderSummary> {
    list_summaries(tx, &[id]).await?.pop().ok_or(AppError::NotFound)
}

pub async fn order_exists(tx: &mut CompanyTx, id: OrderId) -> Result<bool> {
    let exists = sqlx::query_scalar!(
        r#"select exists (select from orders where company_id = $1 and id = $2) as "exists!""#,
        tx.company_id().0,
        id.0
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(exists)
}

pub(super) fn state(code: &str) -> Result<OrderState> {
    OrderState::from_code(code).ok_or_else(|| AppError::internal(format!("unknown order state {code}")))
}
