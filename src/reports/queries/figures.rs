//! What figures are made of: entries of the history and outcomes, as they were and not as lines stand now. Each statement
//! reads a span with both its ends.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::PersonId;
use crate::orders::indicators::Span;
use crate::orders::queries::board::list_rests;
use crate::reports::model::figures::Counted;
use crate::reports::model::people::{LONGEST_GAP_SECONDS, PersonFigures};

/// From an instant on, and until before another one.
#[derive(Clone, Copy, Debug)]
pub struct Within {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Statements of this transaction are given up sooner, and take no second processor from those who pick. What they sort and
/// group stays in memory, and they are not compiled: that pays for longer ones.
pub async fn yield_to_others(tx: &mut CompanyTx) -> Result<()> {
    sqlx::query!(
        "select set_config('statement_timeout', '3s', true) as time, set_config('work_mem', '16MB', true) as memory,
           set_config('max_parallel_workers_per_gather', '0', true) as help, set_config('jit', 'off', true) as compiled"
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

pub async fn count_orders(tx: &mut CompanyTx, within: Within) -> Result<Counted> {
    let row = sqlx::query!(
        r#"select f.orders as "orders!",
             f.lines as "lines!",
             f.whole as "whole!",
             c.created as "created!",
             c.finished as "finished!",
             c.canceled as "canceled!"
           from (
             select count(*) as orders, coalesce(sum(lines), 0) as lines, coalesce(sum(whole), 0) as whole
             from order_outcomes where company_id = $1 and state = 'finished' and closed_at >= $2 and closed_at < $3
           ) f, (
             select count(*) as created, count(*) filter (where state = 'finished') as finished,
               count(*) filter (where state = 'canceled') as canceled
             from orders where company_id = $1 and imported_at >= $2 and imported_at < $3
           ) c"#,
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Counted {
        finished: row.orders,
        lines: row.lines,
        whole: row.whole,
        created: row.created,
        created_finished: row.finished,
        created_canceled: row.canceled,
    })
}

/// When the orders of a span were imported and finished, the newest `most`.
pub async fn list_spans(tx: &mut CompanyTx, within: Within, most: i64) -> Result<Vec<Span>> {
    let rows = sqlx::query!(
        "select order_id, imported_at, closed_at, reopened from order_outcomes
         where company_id = $1 and state = 'finished' and closed_at >= $2 and closed_at < $3
         order by closed_at desc, order_id desc limit $4",
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _,
        most
    )
    .fetch_all(&mut **tx)
    .await?;
    let reopened: Vec<Uuid> = rows.iter().filter(|row| row.reopened).map(|row| row.order_id).collect();
    let mut rests = list_rests(tx, &reopened).await?;
    let spans = rows.into_iter().map(|row| Span {
        imported_at: row.imported_at.to_jiff(),
        closed_at: row.closed_at.to_jiff(),
        rests: rests.remove(&row.order_id).unwrap_or_default(),
    });
    Ok(spans.collect())
}

/// How many orders came and how many were finished between each two of the `bounds`.
pub async fn count_by_day(tx: &mut CompanyTx, bounds: &[Timestamp]) -> Result<Vec<(i64, i64)>> {
    let bounds: Vec<i64> = bounds.iter().map(|at| at.as_second()).collect();
    let days = sqlx::query!(
        r#"select (
             select count(*) from orders o where o.company_id = $1 and o.imported_at >= d.begins and o.imported_at < d.ends
           ) as "created!", (
             select count(*) from order_outcomes c
             where c.company_id = $1 and c.state = 'finished' and c.closed_at >= d.begins and c.closed_at < d.ends
           ) as "finished!"
           from (
             select to_timestamp(b.at) as begins, to_timestamp(lead(b.at) over (order by b.place)) as ends, b.place
             from unnest($2::bigint[]) with ordinality as b(at, place)
           ) d where d.ends is not null order by d.place"#,
        tx.company_id().0,
        &bounds
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(days.into_iter().map(|day| (day.created, day.finished)).collect())
}

/// What each person did, in the order of names; who did nothing is left out.
pub async fn list_people(tx: &mut CompanyTx, within: Within) -> Result<Vec<PersonFigures>> {
    let rows = sqlx::query!(
        r#"select p.id, p.name,
             a.lines as "lines!",
             a.units as "units!",
             a.orders as "orders!",
             a.picks as "picks!",
             a.undone as "undone!",
             a.active as "active!"
           from people p cross join lateral (
             select count(distinct h.item_id) filter (where h.picked) as lines,
               coalesce(sum(h.quantity) filter (where h.picked), 0) as units,
               count(distinct h.order_id) filter (where h.picked) as orders,
               count(*) filter (where h.kind = 'item_picked') as picks,
               count(*) filter (where h.kind = 'item_picked' and not h.picked) as undone,
               coalesce(sum(h.gap) filter (where h.gap <= $4), 0)::bigint as active,
               count(*) as actions
             from (
               select k.item_id, k.order_id, k.quantity, k.kind, k.kind = 'item_picked' and k.undone_by is null as picked,
                 extract(epoch from k.at - lag(k.at) over (order by k.at)) as gap
               from order_history k where k.company_id = $1 and k.actor_id = p.id and k.at >= $2 and k.at < $3
             ) h
           ) a
           where p.company_id = $1 and a.actions > 0 order by p.name, p.id"#,
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _,
        Decimal::from(LONGEST_GAP_SECONDS)
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| PersonFigures {
            id: Some(PersonId(row.id)),
            name: row.name,
            lines: row.lines,
            units: row.units,
            orders: row.orders,
            picks: row.picks,
            undone: row.undone,
            active_seconds: row.active,
        })
        .collect())
}

/// In how many orders something was picked.
pub async fn count_picked_orders(tx: &mut CompanyTx, within: Within) -> Result<i64> {
    let orders = sqlx::query_scalar!(
        r#"select count(distinct order_id) as "count!" from order_history
           where company_id = $1 and at >= $2 and at < $3 and kind = 'item_picked' and undone_by is null"#,
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(orders)
}

/// What happened to a product in a span.
#[derive(Clone, Debug)]
pub struct ProductMoves {
    pub code: String,
    pub description: String,
    pub unit: String,
    pub picked: Decimal,
    pub picked_lines: i64,
    pub requested: i64,
    pub substituted: i64,
    pub short: i64,
}

/// The products that were touched, at most `most`. From what happened, so that a shortage stays one when goods arrive.
pub async fn list_products(tx: &mut CompanyTx, within: Within, most: i64) -> Result<Vec<ProductMoves>> {
    let rows = sqlx::query!(
        r#"select i.code, i.unit,
             max(i.description) as "description!",
             coalesce(sum(m.picked), 0) as "picked!",
             count(*) filter (where m.picked > 0) as "picked_lines!",
             count(*) filter (where m.requested) as "requested!",
             count(*) filter (where m.substituted) as "substituted!",
             count(*) filter (where m.short) as "short!"
           from (
             select h.item_id, sum(h.quantity) filter (where h.kind = 'item_picked') as picked,
               bool_or(h.kind = 'item_requested') as requested,
               bool_or(h.kind = 'item_substituted') as substituted,
               bool_or(h.kind = 'item_short') as short
             from order_history h
             where h.company_id = $1 and h.at >= $2 and h.at < $3 and h.undone_by is null and h.item_id is not null
               and h.kind in ('item_picked', 'item_requested', 'item_substituted', 'item_short')
             group by h.item_id
           ) m
           -- By key, each: joined at will, all lines there are would be read for those of one day.
           cross join lateral (
             select l.code, l.unit, l.description from order_items l where l.company_id = $1 and l.id = m.item_id offset 0
           ) i
           group by i.code, i.unit order by count(*) desc, i.code, i.unit limit $4"#,
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _,
        most
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ProductMoves {
            code: row.code,
            description: row.description,
            unit: row.unit,
            picked: row.picked,
            picked_lines: row.picked_lines,
            requested: row.requested,
            substituted: row.substituted,
            short: row.short,
        })
        .collect())
}

/// A line of a finished order: what it is of, when it was imported and when it was settled.
#[derive(Clone, Debug)]
pub struct SettledLine {
    pub code: String,
    pub description: String,
    pub unit: String,
    pub imported_at: Timestamp,
    pub settled_at: Timestamp,
}

/// The lines of the orders that were finished in a span and never lay closed, the newest `most` of them.
pub async fn list_settled_lines(tx: &mut CompanyTx, within: Within, most: i64) -> Result<Vec<SettledLine>> {
    let rows = sqlx::query!(
        "select i.code, i.description, i.unit, c.imported_at, h.at
         from (
           select order_id, imported_at, closed_at from order_outcomes
           where company_id = $1 and state = 'finished' and closed_at >= $2 and closed_at < $3 and not reopened
           order by closed_at desc limit $4
         ) c
         join order_items i on i.company_id = $1 and i.order_id = c.order_id and i.is_settled
         join order_history h on h.company_id = $1 and h.order_id = c.order_id and h.version = i.version
         order by c.closed_at desc limit $4",
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _,
        most
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SettledLine {
            code: row.code,
            description: row.description,
            unit: row.unit,
            imported_at: row.imported_at.to_jiff(),
            settled_at: row.at.to_jiff(),
        })
        .collect())
}

/// How many picks there were in each quarter of an hour.
pub async fn list_quarters(tx: &mut CompanyTx, within: Within) -> Result<Vec<(Timestamp, i64)>> {
    let rows = sqlx::query!(
        r#"select date_bin('15 minutes', at, 'epoch') as "quarter!", count(*) as "picks!" from order_history
           where company_id = $1 and at >= $2 and at < $3 and kind = 'item_picked' and undone_by is null group by 1"#,
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.quarter.to_jiff(), row.picks)).collect())
}

/// Orders finished in a span for which something was bought, the newest `most` of them.
pub async fn list_bought_for(tx: &mut CompanyTx, within: Within, most: i64) -> Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar!(
        "select m.order_id from outcome_marks m
         join order_outcomes c on c.company_id = $1 and c.order_id = m.order_id and c.state = 'finished'
         where m.company_id = $1 and m.mark = 'purchase' and m.closed_at >= $2 and m.closed_at < $3
         order by m.closed_at desc limit $4",
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _,
        most
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids)
}
