//! What screens show. The same functions serve the page, the live change and the catch-up.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::{AppError, Result};
use crate::ids::{CompanyId, ItemId, NoteId, OrderId, PackagingId, PersonId, ShippingId};
use crate::orders::indicators::Span;
use crate::orders::item::{ItemState, Replacement, RestState};
use crate::orders::model::{
    ClosedOrder, Closing, Counts, Item, LastChange, Note, OrderState, OrderSummary, PackagingOption,
    RevisedCounts, ShippingOption, TimelineEntry, Totals, split_reference,
};

/// Open orders in the board's order: urgent first, then oldest first.
pub async fn list_open_ids(
    db: &mut PgConnection,
    company_id: CompanyId,
    limit: i64,
    offset: i64,
) -> Result<Vec<OrderId>> {
    let ids = sqlx::query_scalar!(
        "select id from orders where company_id = $1 and state = 'open'
         order by urgent desc, imported_at, id limit $2 offset $3",
        company_id.0,
        limit,
        offset
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(OrderId).collect())
}

/// An open order with what filters look at.
#[derive(Debug)]
pub struct OpenOrder {
    pub id: OrderId,
    pub seller_id: PersonId,
    pub counts: Counts,
}

/// Every open order with its counts, in the board's order: filters by status need them all.
pub async fn list_open_counts(db: &mut PgConnection, company_id: CompanyId) -> Result<Vec<OpenOrder>> {
    let rows = sqlx::query!(
        r#"select o.id, o.seller_id, count(*) filter (where i.quantity > 0 or i.to_return > 0) as "lines!",
             count(*) filter (where i.quantity > 0 and i.to_return = 0 and (i.picked = i.quantity or i.rest_state in ('substituted', 'short'))) as "settled!",
             count(*) filter (where i.picked + i.to_return > 0) as "touched!",
             count(*) filter (where i.picked < i.quantity and (i.rest_state = 'pending' or i.received > 0)) as "pickable!",
             count(*) filter (where i.picked < i.quantity and i.rest_state in ('purchase_requested', 'purchase_ordered')) as "in_purchase!"
           from orders o join order_items i on i.company_id = o.company_id and i.order_id = o.id
           where o.company_id = $1 and o.state = 'open'
           group by o.company_id, o.id
           order by o.urgent desc, o.imported_at, o.id"#,
        company_id.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| OpenOrder {
            id: OrderId(row.id),
            seller_id: PersonId(row.seller_id),
            counts: Counts {
                lines: row.lines,
                settled: row.settled,
                touched: row.touched,
                pickable: row.pickable,
                in_purchase: row.in_purchase,
                ..Counts::default()
            },
        })
        .collect())
}

/// The summaries of some orders, in the order of `ids`; ids that do not exist are left out.
pub async fn list_summaries(
    db: &mut PgConnection,
    company_id: CompanyId,
    ids: &[OrderId],
) -> Result<Vec<OrderSummary>> {
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
        company_id.0,
        &wanted
    )
    .fetch_all(&mut *db)
    .await?;
    let noted: Vec<Uuid> = rows.iter().filter(|row| row.has_notes).map(|row| row.id).collect();
    let mut notes = list_notes(db, company_id, &noted).await?;
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
pub async fn get_summary(db: &mut PgConnection, company_id: CompanyId, id: OrderId) -> Result<OrderSummary> {
    list_summaries(db, company_id, &[id]).await?.pop().ok_or(AppError::NotFound)
}

async fn list_notes(
    db: &mut PgConnection,
    company_id: CompanyId,
    orders: &[Uuid],
) -> Result<HashMap<OrderId, Vec<Note>>> {
    let mut notes: HashMap<OrderId, Vec<Note>> = HashMap::new();
    if orders.is_empty() {
        return Ok(notes);
    }
    let rows = sqlx::query!(
        "select n.id, n.order_id, n.text, n.version, n.at, n.author_id, p.name as author
         from order_notes n join people p on p.company_id = $1 and p.id = n.author_id
         where n.company_id = $1 and n.order_id = any($2) and n.removed_at is null order by n.at, n.id",
        company_id.0,
        orders
    )
    .fetch_all(db)
    .await?;
    for row in rows {
        notes.entry(OrderId(row.order_id)).or_default().push(Note {
            id: NoteId(row.id),
            text: row.text,
            author_id: PersonId(row.author_id),
            author: row.author,
            version: row.version,
            at: row.at.to_jiff(),
        });
    }
    Ok(notes)
}

/// The lines of an order in the quote's order; with `only`, just those, also where they have left the order.
pub async fn list_items(
    db: &mut PgConnection,
    company_id: CompanyId,
    order_id: OrderId,
    only: Option<&[ItemId]>,
) -> Result<Vec<Item>> {
    let only: Option<Vec<Uuid>> = only.map(|ids| ids.iter().map(|id| id.0).collect());
    let rows = sqlx::query!(
        r#"select i.id, i.position, i.code, i.description, i.unit, i.unit_price_cents, i.total_cents, i.quantity, i.picked, i.to_return,
             i.rest_state, i.ordered, i.received, i.not_found, i.replacement, i.replacement_quantity, i.reason, i.off_quote, i.version,
             h.kind as "kind?", h.quantity as "moved?", h.actor_id as "actor_id?", h.at as "at?", p.name as "actor?"
           from order_items i
           left join order_history h on h.company_id = $1 and h.order_id = i.order_id and h.version = i.version and i.version > 0
           left join people p on p.company_id = $1 and p.id = h.actor_id
           where i.company_id = $1 and i.order_id = $2 and case when $3::uuid[] is null then i.quantity > 0 or i.to_return > 0 else i.id = any($3) end
           order by i.position"#,
        company_id.0,
        order_id.0,
        only.as_deref()
    )
    .fetch_all(db)
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
            })
        })
        .collect()
}

/// Entries of an order's history, newest first; with `only`, just those versions and what they took back.
pub async fn list_timeline(
    db: &mut PgConnection,
    company_id: CompanyId,
    order_id: OrderId,
    only: Option<&[i64]>,
) -> Result<Vec<TimelineEntry>> {
    let rows = sqlx::query!(
        r#"select h.version, h.kind, h.quantity, h.at, h.detail ->> 'text' as text, h.undone_by is not null as "undone!",
             h.detail -> 'revision' -> 'counts' as "revised: Json<RevisedCounts>", p.name as actor, i.description as "description?", d.revision as "document?"
           from order_history h
           join people p on p.company_id = $1 and p.id = h.actor_id
           left join order_items i on i.company_id = $1 and i.id = h.item_id
           left join order_documents d on d.company_id = $1 and d.order_id = $2
             and d.revision = case when h.kind = 'order_imported' then 1 else (h.detail -> 'revision' ->> 'document')::integer end
           where h.company_id = $1 and h.order_id = $2 and ($3::bigint[] is null or h.version = any($3) or h.undone_by = any($3))
           order by h.version desc limit 1000"#,
        company_id.0,
        order_id.0,
        only
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TimelineEntry {
            version: row.version,
            kind: row.kind,
            actor: row.actor,
            at: row.at.to_jiff(),
            item: row.description.map(|description| split_reference(&description).0.to_owned()),
            quantity: row.quantity,
            text: row.text,
            undone: row.undone,
            revised: row.revised.map(|Json(counts)| counts),
            document: row.document,
        })
        .collect())
}

/// How many orders are open, and how many were finished since `since`.
pub async fn get_totals(
    db: &mut PgConnection,
    company_id: CompanyId,
    since: Timestamp,
) -> Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select (select count(*) from orders where company_id = $1 and state = 'open') as "open!",
             (select count(*) from orders where company_id = $1 and state = 'finished' and closed_at >= $2) as "finished!""#,
        company_id.0,
        since.to_sqlx() as _
    )
    .fetch_one(db)
    .await?;
    Ok((row.open, row.finished))
}

/// Spans that an average is made of, at most; beyond it the newest.
const MOST_SPANS: i64 = 5000;

/// How long each order took that was finished since `since`.
pub async fn list_finished_spans(
    db: &mut PgConnection,
    company_id: CompanyId,
    since: Timestamp,
) -> Result<Vec<Span>> {
    let rows = sqlx::query!(
        r#"select imported_at, closed_at as "closed_at!" from orders
           where company_id = $1 and state = 'finished' and closed_at >= $2 order by closed_at desc, id limit $3"#,
        company_id.0,
        since.to_sqlx() as _,
        MOST_SPANS
    )
    .fetch_all(db)
    .await?;
    let span = |imported: jiff_sqlx::Timestamp, closed: jiff_sqlx::Timestamp| Span {
        imported_at: imported.to_jiff(),
        closed_at: closed.to_jiff(),
    };
    Ok(rows.into_iter().map(|row| span(row.imported_at, row.closed_at)).collect())
}

/// The newest finished and canceled orders.
pub async fn list_closed(
    db: &mut PgConnection,
    company_id: CompanyId,
    limit: i64,
) -> Result<Vec<ClosedOrder>> {
    let ids = sqlx::query_scalar!(
        "select id from orders where company_id = $1 and state <> 'open' order by closed_at desc, id limit $2",
        company_id.0,
        limit
    )
    .fetch_all(&mut *db)
    .await?;
    let ids: Vec<OrderId> = ids.into_iter().map(OrderId).collect();
    let summaries = list_summaries(db, company_id, &ids).await?;
    Ok(summaries
        .into_iter()
        .filter_map(|order| {
            Some(ClosedOrder {
                id: order.id,
                number: order.number,
                customer: order.customer,
                seller: order.seller,
                state: order.state,
                quote_date: order.quote_date,
                closed: order.closed?,
                counts: order.counts,
                all_returned: order.all_returned,
            })
        })
        .collect())
}

/// Shipping options that may be chosen, each with the packaging it allows; `chosen` is listed though hidden.
pub async fn list_shipping_options(
    db: &mut PgConnection,
    company_id: CompanyId,
    chosen: Option<ShippingId>,
) -> Result<Vec<ShippingOption>> {
    let rows = sqlx::query!(
        r#"select s.id, s.name, s.makes_urgent,
             array(select packaging_id from shipping_packagings a where a.company_id = $1 and a.shipping_id = s.id) as "packagings!"
           from shipping_options s where s.company_id = $1 and (not s.hidden or s.id = $2) order by s.position, s.name"#,
        company_id.0,
        chosen.map(|id| id.0)
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ShippingOption {
            id: ShippingId(row.id),
            name: row.name,
            makes_urgent: row.makes_urgent,
            packagings: row.packagings.into_iter().map(PackagingId).collect(),
        })
        .collect())
}

/// Packaging options that may be chosen.
pub async fn list_packaging_options(
    db: &mut PgConnection,
    company_id: CompanyId,
    chosen: Option<PackagingId>,
) -> Result<Vec<PackagingOption>> {
    let rows = sqlx::query!(
        "select id, name from packaging_options where company_id = $1 and (not hidden or id = $2) order by position, name",
        company_id.0,
        chosen.map(|id| id.0)
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| PackagingOption { id: PackagingId(row.id), name: row.name }).collect())
}

/// People who sell and are active, and those who still have open orders.
pub async fn list_sellers(db: &mut PgConnection, company_id: CompanyId) -> Result<Vec<(PersonId, String)>> {
    let rows = sqlx::query!(
        "select id, name from people p where company_id = $1 and ((active and 'seller' = any(roles))
           or exists (select from orders o where o.company_id = $1 and o.seller_id = p.id and o.state = 'open'))
         order by name, id",
        company_id.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (PersonId(row.id), row.name)).collect())
}

pub(super) fn state(code: &str) -> Result<OrderState> {
    OrderState::from_code(code).ok_or_else(|| AppError::internal(format!("unknown order state {code}")))
}

pub(super) fn rest_state(code: &str) -> Result<RestState> {
    RestState::from_code(code).ok_or_else(|| AppError::internal(format!("unknown rest state {code}")))
}

pub async fn order_exists(db: &mut PgConnection, company_id: CompanyId, id: OrderId) -> Result<bool> {
    let exists = sqlx::query_scalar!(
        r#"select exists (select from orders where company_id = $1 and id = $2) as "exists!""#,
        company_id.0,
        id.0
    )
    .fetch_one(db)
    .await?;
    Ok(exists)
}
