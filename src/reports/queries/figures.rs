//! What the figures of orders are made of: outcomes, as they were and not as lines stand now. Each statement reads a span
//! with both its ends.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::orders::indicators::Span;
use crate::orders::queries::board::list_rests;
use crate::reports::model::cover::{Days, Within};
use crate::reports::model::figures::Counted;

/// Statements of this transaction time out sooner and run without parallel workers, so that picking is not slowed
/// down. They sort and group in memory, and are not JIT-compiled, which pays only for longer ones.
pub async fn yield_to_others(tx: &mut CompanyTx) -> Result<()> {
    sqlx::query!(
        "select set_config('statement_timeout', '3s', true) as time, set_config('work_mem', '16MB', true) as memory,
           set_config('max_parallel_workers_per_gather', '0', true) as help, set_config('jit', 'off', true) as compiled"
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

/// Orders that were imported or finished in a span, and the lines of the latter.
pub async fn count_orders(tx: &mut CompanyTx, within: Within) -> Result<Counted> {
    let row = sqlx::query!(
        r#"select
               f.orders as "orders!",
               f.lines as "lines!",
               f.whole as "whole!",
               c.created as "created!"
             from (
             select count(*) as orders, coalesce(sum(lines), 0) as lines, coalesce(sum(whole), 0) as whole
             from order_outcomes where company_id = $1 and state = 'finished' and closed_at >= $2 and closed_at < $3
           ) f, (
             select count(*) as created from orders where company_id = $1 and imported_at >= $2 and imported_at < $3
           ) c"#,
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Counted {
        created: row.created,
        finished: row.orders,
        lines: row.lines,
        whole: row.whole,
        ..Counted::default()
    })
}

/// Of the orders that were imported in a span, those that are open and those that were canceled. They are few beside the
/// finished ones, which are the others; `offset 0` keeps to the lists that hold nothing else.
pub async fn count_unfinished(tx: &mut CompanyTx, within: Within) -> Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select (
             select count(*) from (select imported_at from orders where company_id = $1 and state = 'open' offset 0) o
             where o.imported_at >= $2 and o.imported_at < $3
           ) as "open!", (
             select count(*) from order_outcomes
             where company_id = $1 and state = 'canceled' and closed_at >= $2 and closed_at < 'infinity'
               and imported_at >= $2 and imported_at < $3
           ) as "canceled!""#,
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.open, row.canceled))
}

/// Of the orders that were finished in a span, those that had a deadline, and those of them that kept it.
pub async fn count_due(tx: &mut CompanyTx, within: Within) -> Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select count(*) as "due!", count(*) filter (where c.closed_at <= o.due_at) as "on_time!"
           from order_outcomes c cross join lateral (
             select k.due_at from orders k where k.company_id = $1 and k.id = c.order_id offset 0
           ) o
           where c.company_id = $1 and c.state = 'finished' and c.closed_at >= $2 and c.closed_at < $3 and o.due_at is not null"#,
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.due, row.on_time))
}

/// Open orders of which the deadline is past: from its instant on, as cards and walls say it.
pub async fn count_late(tx: &mut CompanyTx, now: Timestamp) -> Result<i64> {
    let late = sqlx::query_scalar!(
        r#"select count(*) as "count!" from orders where company_id = $1 and state = 'open' and due_at <= $2"#,
        tx.company_id().0,
        now.to_sqlx() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(late)
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

/// How many orders came and how many were finished, day by day.
pub async fn count_by_day(tx: &mut CompanyTx, days: &Days) -> Result<Vec<(i64, i64)>> {
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
        &days.seconds()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(days.into_iter().map(|day| (day.created, day.finished)).collect())
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

/// The lines of the orders that were finished in a span and never lay closed, the newest `most` of them. What was bought may
/// be settled long after the finish: the line was settled when it last changed before.
pub async fn list_settled_lines(tx: &mut CompanyTx, within: Within, most: i64) -> Result<Vec<SettledLine>> {
    let rows = sqlx::query!(
        r#"with closed as materialized (
           select order_id, imported_at, closed_at from order_outcomes
           where company_id = $1 and state = 'finished' and closed_at >= $2 and closed_at < $3 and not reopened
           order by closed_at desc, order_id limit $4
         ), lines as materialized (
           select c.order_id, c.imported_at, c.closed_at, i.id, i.version, i.code, i.description, i.unit
           from closed c cross join lateral (
             select l.id, l.version, l.code, l.description, l.unit from order_items l
             where l.company_id = $1 and l.order_id = c.order_id and l.is_settled order by l.position
           ) i limit $4
         ), entries as materialized (
           -- All of an order at once: asked one by one they take three times as long.
           select c.order_id, e.version, e.kind, e.at from closed c cross join lateral (
             select h.version, h.kind, h.at from order_history h where h.company_id = $1 and h.order_id = c.order_id offset 0
           ) e
         )
         select l.code, l.description, l.unit, l.imported_at,
           case when e.at <= l.closed_at and e.kind not in ('purchase_settled', 'action_undone') then e.at
             else coalesce((
               select max(h.at) from order_history h
               cross join lateral jsonb_to_recordset(h.detail -> 'lines') as changed (item uuid, before jsonb, after jsonb)
               where h.company_id = $1 and h.order_id = l.order_id and h.at <= l.closed_at
                 and changed.item = l.id and changed.before <> changed.after
             ), least(e.at, l.closed_at)) end as "at!"
         from lines l join entries e on e.order_id = l.order_id and e.version = l.version"#,
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

/// Orders finished in a span, the newest `most` of them.
pub async fn list_finished(tx: &mut CompanyTx, within: Within, most: i64) -> Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar!(
        "select order_id from order_outcomes
         where company_id = $1 and state = 'finished' and closed_at >= $2 and closed_at < $3
         order by closed_at desc, order_id desc limit $4",
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _,
        most
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids)
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
