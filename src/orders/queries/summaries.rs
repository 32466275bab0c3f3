//! An order as cards, heads and lists show it. The same function serves the page, the live change and the catch-up.

use std::collections::HashMap;

use sqlx::Row as _;
use sqlx::types::Json;
use uuid::Uuid;

use super::notes::list_notes;
use crate::db::{CompanyTx, Db};
use crate::error::{AppError, Result};
use crate::ids::{CompanyId, OrderId, PackagingId, PersonId, ShippingId};
use crate::orders::claim::Holder;
use crate::orders::model::{Closing, Note, OrderSummary, Totals};
use crate::orders::status::{Counts, OrderState};

struct SummaryRow {
    id: Uuid,
    number: Option<String>,
    customer_code: String,
    customer: String,
    seller_id: Uuid,
    seller: String,
    seller_active: bool,
    imported_by: Uuid,
    importer: String,
    quote_date: jiff_sqlx::Date,
    total_cents: i64,
    discount_cents: i64,
    payable_cents: i64,
    shipping_id: Uuid,
    shipping: String,
    packaging_id: Uuid,
    packaging: String,
    state: OrderState,
    urgent: bool,
    values_mismatch_reason: Option<String>,
    imported_at: jiff_sqlx::Timestamp,
    due_at: Option<jiff_sqlx::Timestamp>,
    closed_at: Option<jiff_sqlx::Timestamp>,
    closed_by: Option<Uuid>,
    closed_by_name: Option<String>,
    close_reason: Option<String>,
    volumes: Option<i32>,
    left_at: Option<jiff_sqlx::Timestamp>,
    left_by: Option<String>,
    to_adjust: i64,
    lines: i64,
    settled: i64,
    touched: i64,
    pickable: i64,
    in_purchase: i64,
    coming: i64,
    arrived: i64,
    short: i64,
    unanswered: i64,
    substituted: i64,
    to_return: i64,
    has_notes: bool,
    picked_by: Vec<String>,
    holders: Json<Vec<Holder>>,
    ready_since: Option<jiff_sqlx::Timestamp>,
    all_returned: bool,
}

impl SummaryRow {
    fn into_summary(self, notes: Vec<Note>) -> OrderSummary {
        let closed = match (self.closed_at, self.closed_by) {
            (Some(at), Some(by)) => Some(Closing {
                at: at.to_jiff(),
                by: PersonId(by),
                by_name: self.closed_by_name.unwrap_or_default(),
                reason: self.close_reason,
                volumes: self.volumes,
            }),
            _ => None,
        };
        OrderSummary {
            id: OrderId(self.id),
            number: self.number,
            customer_code: self.customer_code,
            customer: self.customer,
            seller_id: PersonId(self.seller_id),
            seller: self.seller,
            seller_active: self.seller_active,
            imported_by: PersonId(self.imported_by),
            importer: self.importer,
            totals: Totals {
                total: self.total_cents,
                discount: self.discount_cents,
                payable: self.payable_cents,
            },
            quote_date: self.quote_date.to_jiff(),
            shipping_id: ShippingId(self.shipping_id),
            shipping: self.shipping,
            packaging_id: PackagingId(self.packaging_id),
            packaging: self.packaging,
            state: self.state,
            urgent: self.urgent,
            values_mismatch_reason: self.values_mismatch_reason,
            imported_at: self.imported_at.to_jiff(),
            due_at: self.due_at.map(jiff_sqlx::Timestamp::to_jiff),
            counts: Counts {
                lines: self.lines,
                settled: self.settled,
                touched: self.touched,
                pickable: self.pickable,
                in_purchase: self.in_purchase,
                coming: self.coming,
                arrived: self.arrived,
                short: self.short,
                unanswered: self.unanswered,
                substituted: self.substituted,
                to_return: self.to_return,
            },
            notes,
            picked_by: self.picked_by,
            holders: self.holders.0,
            ready_since: self.ready_since.map(jiff_sqlx::Timestamp::to_jiff),
            closed,
            left: self.left_at.map(|at| (at.to_jiff(), self.left_by.unwrap_or_default())),
            to_adjust: self.to_adjust,
            all_returned: self.all_returned,
        }
    }
}

/// The summaries of some orders, in the order of `ids`; ids that do not exist are left out.
#[expect(clippy::too_many_lines, reason = "one statement, one column a line")]
pub async fn list_summaries(tx: &mut CompanyTx, ids: &[OrderId]) -> Result<Vec<OrderSummary>> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        SummaryRow,
        r#"select o.id,
             o.number,
             o.customer_code,
             o.customer,
             o.seller_id,
             s.name as seller,
             s.active as seller_active,
             o.imported_by,
             ib.name as importer,
             o.quote_date,
             o.total_cents,
             o.discount_cents,
             o.payable_cents,
             o.shipping_id,
             sh.name as shipping,
             o.packaging_id,
             pk.name as packaging,
             o.state as "state: OrderState",
             o.urgent,
             o.values_mismatch_reason,
             o.imported_at,
             o.due_at,
             o.closed_at,
             o.closed_by,
             cb.name as "closed_by_name?",
             o.close_reason,
             o.volumes,
             o.left_at,
             (select p.name from people p where p.company_id = $1 and p.id = o.left_by) as left_by,
             case when o.state = 'finished' then open_adjustments($1, o.id) else 0 end as "to_adjust!",
             c.lines as "lines!",
             c.settled as "settled!",
             c.touched as "touched!",
             c.pickable as "pickable!",
             c.in_purchase as "in_purchase!",
             c.coming as "coming!",
             c.arrived as "arrived!",
             c.short as "short!",
             c.unanswered as "unanswered!",
             c.substituted as "substituted!",
             c.to_return as "to_return!",
             exists (
               select from order_notes n where n.company_id = $1 and n.order_id = o.id and n.removed_at is null
             ) as "has_notes!",
             array(
               select p.name from item_picks k join people p on p.company_id = $1 and p.id = k.person_id
               where k.company_id = $1 and k.order_id = o.id group by p.id, p.name order by min(k.at)
             ) as "picked_by!",
             (
               select coalesce(jsonb_agg(jsonb_build_object(
                   'person_id', p.id, 'name', p.name, 'since', c.began_at, 'until', c.lapses_at) order by c.began_at), '[]')
               from order_claims c join people p on p.company_id = $1 and p.id = c.person_id
               where c.company_id = $1 and c.order_id = o.id and c.ended_at is null
             ) as "holders!: Json<Vec<Holder>>",
             (
               -- What the buyer or the ERP is told of a line afterwards, and where its goods lie, makes it no younger.
               select h.at from order_history h
               where h.company_id = $1 and h.order_id = o.id and c.settled = c.lines
                 and (h.kind in ('order_imported', 'order_revised', 'order_reopened')
                   or h.item_id is not null and h.kind not in ('purchase_settled', 'item_adjusted', 'item_not_adjusted')
                     and not h.detail ? 'location')
               order by h.version desc limit 1
             ) as "ready_since?",
             case when o.state = 'canceled' and c.touched = 0 then exists (
               select from order_history h
               where h.company_id = $1 and h.order_id = o.id and h.kind in ('item_returned', 'item_unsubstituted') and h.undone_by is null
                 and h.version > (
                   select max(k.version) from order_history k
                   where k.company_id = $1 and k.order_id = o.id and k.kind = 'order_canceled'
                 )
             ) else false end as "all_returned!"
           from orders o
           join people s on s.company_id = $1 and s.id = o.seller_id
           join people ib on ib.company_id = $1 and ib.id = o.imported_by
           join shipping_options sh on sh.company_id = $1 and sh.id = o.shipping_id
           join packaging_options pk on pk.company_id = $1 and pk.id = o.packaging_id
           left join people cb on cb.company_id = $1 and cb.id = o.closed_by
           join lateral (
             select count(*) filter (where i.is_listed) as lines,
               count(*) filter (where i.is_settled) as settled,
               count(*) filter (where i.is_touched or i.is_substituted) as touched,
               count(*) filter (where i.is_pickable) as pickable,
               count(*) filter (where i.is_in_purchase) as in_purchase,
               count(*) filter (where i.is_in_purchase and i.quantity - i.picked > i.received + i.not_found) as coming,
               count(*) filter (where i.has_arrived) as arrived,
               count(*) filter (where i.is_short) as short,
               count(*) filter (where i.unanswered > 0) as unanswered,
               count(*) filter (where i.is_substituted) as substituted,
               count(*) filter (where i.must_return) as to_return
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
        let notes = notes.remove(&id).unwrap_or_default();
        found.insert(id, row.into_summary(notes));
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// One order's summary.
pub async fn get_summary(tx: &mut CompanyTx, id: OrderId) -> Result<OrderSummary> {
    list_summaries(tx, &[id]).await?.pop().ok_or(AppError::NotFound)
}

/// Whether the company has the order: one round trip, for whoever opens a screen waits for it.
pub async fn order_exists(db: &Db, company_id: CompanyId, id: OrderId) -> Result<bool> {
    let question =
        format!("select exists (select from orders where company_id = '{company_id}' and id = '{id}')");
    let (_ended, mut answers) = db.snapshot(company_id, &[question]).await?;
    let row = answers.pop().and_then(|mut rows| rows.pop()).ok_or(AppError::Unavailable(None))?;
    Ok(row.try_get(0)?)
}
