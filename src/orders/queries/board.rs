//! Queries of the board and its header.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{OrderId, PersonId};
use crate::orders::chips::OpenOrder;
use crate::orders::indicators::Span;
use crate::orders::status::Counts;

/// Open orders in the board's order: urgent first, then oldest first.
pub async fn list_open_ids(tx: &mut CompanyTx, limit: i64, offset: i64) -> Result<Vec<OrderId>> {
    let ids = sqlx::query_scalar!(
        "select id from orders where company_id = $1 and state = 'open'
         order by urgent desc, imported_at, id limit $2 offset $3",
        tx.company_id().0,
        limit,
        offset
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids.into_iter().map(OrderId).collect())
}

/// Every open order with its counts, in the board's order: filters by status need them all.
pub async fn list_open_counts(tx: &mut CompanyTx) -> Result<Vec<OpenOrder>> {
    let rows = sqlx::query!(
        r#"select o.id,
             o.seller_id,
             o.urgent,
             o.due_at,
             count(*) filter (where i.is_listed) as "lines!",
             count(*) filter (where i.is_settled) as "settled!",
             count(*) filter (where i.is_touched or i.is_substituted) as "touched!",
             count(*) filter (where i.is_pickable) as "pickable!",
             count(*) filter (where i.is_in_purchase) as "in_purchase!",
             count(*) filter (where i.is_in_purchase and i.quantity - i.picked > i.received + i.not_found) as "coming!"
           from orders o join order_items i on i.company_id = o.company_id and i.order_id = o.id
           where o.company_id = $1 and o.state = 'open'
           group by o.company_id, o.id
           order by o.urgent desc, o.imported_at, o.id"#,
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| OpenOrder {
            id: OrderId(row.id),
            seller_id: PersonId(row.seller_id),
            urgent: row.urgent,
            due_at: row.due_at.map(jiff_sqlx::Timestamp::to_jiff),
            counts: Counts {
                lines: row.lines,
                settled: row.settled,
                touched: row.touched,
                pickable: row.pickable,
                in_purchase: row.in_purchase,
                coming: row.coming,
                ..Counts::default()
            },
        })
        .collect())
}

/// The open orders that a person sold, holds, or has picked from. Picks and claims are looked up order by order, however many
/// there are: Postgres never flattens a subquery that returns one row into a join.
pub async fn list_own_ids(
    tx: &mut CompanyTx,
    person_id: PersonId,
    now: Timestamp,
) -> Result<HashSet<OrderId>> {
    let ids = sqlx::query_scalar!(
        "select o.id from orders o
         where o.company_id = $1 and o.state = 'open' and (
           o.seller_id = $2
           or (select 1 from order_claims c
               where c.company_id = $1 and c.order_id = o.id and c.person_id = $2 and c.ended_at is null and c.lapses_at > $3
               limit 1) is not null
           or (select 1 from item_picks k where k.company_id = $1 and k.order_id = o.id and k.person_id = $2 limit 1) is not null
         )",
        tx.company_id().0,
        person_id.0,
        now.to_sqlx() as _
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids.into_iter().map(OrderId).collect())
}

/// How many orders are open, and how many were finished since `since`. A range with both ends is what Postgres expects to
/// be small when it plans without knowing the values.
pub async fn get_totals(tx: &mut CompanyTx, since: Timestamp) -> Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select (select count(*) from orders where company_id = $1 and state = 'open') as "open!",
             (select count(*) from orders
              where company_id = $1 and state = 'finished' and closed_at >= $2 and closed_at < 'infinity') as "finished!""#,
        tx.company_id().0,
        since.to_sqlx() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.open, row.finished))
}

/// The most spans that an average is made of, the newest.
const MOST_SPANS: i64 = 5000;

/// How long each order took that was finished since `since`.
pub async fn list_finished_spans(tx: &mut CompanyTx, since: Timestamp) -> Result<Vec<Span>> {
    let rows = sqlx::query!(
        r#"select id, imported_at, closed_at as "closed_at!" from orders
           where company_id = $1 and state = 'finished' and closed_at >= $2 order by closed_at desc, id limit $3"#,
        tx.company_id().0,
        since.to_sqlx() as _,
        MOST_SPANS
    )
    .fetch_all(&mut **tx)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut rests = list_rests(tx, &ids).await?;
    let mut span = |id: Uuid, imported: jiff_sqlx::Timestamp, closed: jiff_sqlx::Timestamp| Span {
        imported_at: imported.to_jiff(),
        closed_at: closed.to_jiff(),
        rests: rests.remove(&id).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(|row| span(row.id, row.imported_at, row.closed_at)).collect())
}

/// From when to when orders were closed before somebody reopened them. The index `order_history_reopened_idx` has only
/// reopened orders, which are few.
pub async fn list_rests(
    tx: &mut CompanyTx,
    orders: &[Uuid],
) -> Result<HashMap<Uuid, Vec<(Timestamp, Timestamp)>>> {
    let mut rests: HashMap<Uuid, Vec<(Timestamp, Timestamp)>> = HashMap::new();
    if orders.is_empty() {
        return Ok(rests);
    }
    let rows = sqlx::query!(
        r#"select h.order_id, c.at as closed_at, h.at as reopened_at
           from order_history h
           join lateral (
             select k.at from order_history k where k.company_id = $1 and k.order_id = h.order_id and k.version < h.version
               and k.kind in ('order_finished', 'order_canceled') order by k.version desc limit 1
           ) c on true
           where h.company_id = $1 and h.kind = 'order_reopened' and h.order_id = any($2)
           order by h.order_id, h.version"#,
        tx.company_id().0,
        orders
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in rows {
        rests.entry(row.order_id).or_default().push((row.closed_at.to_jiff(), row.reopened_at.to_jiff()));
    }
    Ok(rests)
}
