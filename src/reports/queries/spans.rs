//! Queries for spans: which exist, what they hold, and what invalidates them.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::clock::Zone;
use crate::db::CompanyTx;
use crate::error::Result;
use crate::html::{Schedule, WorkCalendar};
use crate::reports::model::cover::Within;
use crate::reports::model::figures::Figures;

/// A span, and by which rules it was made.
#[derive(Clone, Debug)]
pub struct MadeSpan {
    pub within: Within,
    pub rules: String,
}

/// The spans that lie in a stretch, without those in which something has changed since they were made.
pub async fn list_made(tx: &mut CompanyTx, within: Within) -> Result<Vec<MadeSpan>> {
    let rows = sqlx::query!(
        "select s.begins, s.ends, s.rules from report_spans s
         where s.company_id = $1 and s.begins >= $2 and s.begins < $3 and s.ends <= $3
           and not exists (select from report_changes c where c.company_id = $1 and c.at >= s.begins and c.at < s.ends)",
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _
    )
    .fetch_all(&mut **tx)
    .await?;
    let made = rows.into_iter().map(|row| MadeSpan {
        within: Within { from: row.begins.to_jiff(), until: row.ends.to_jiff() },
        rules: row.rules,
    });
    Ok(made.collect())
}

/// Where a company is, and when it works.
pub async fn get_calendar(tx: &mut CompanyTx) -> Result<WorkCalendar> {
    let row = sqlx::query!(
        r#"select
          time_zone,
          workday_starts_minute,
          workday_ends_minute,
          company_settings(id)::text as "settings!"
        from companies where id = $1"#,
        tx.company_id().0
    )
    .fetch_one(&mut **tx)
    .await?;
    let (starts, ends) = (i64::from(row.workday_starts_minute), i64::from(row.workday_ends_minute));
    Ok(WorkCalendar {
        zone: Zone::named(&row.time_zone),
        schedule: Schedule::stored(starts, ends, &row.settings),
    })
}

/// When the first entry of the history was made.
pub async fn find_first_entry(tx: &mut CompanyTx) -> Result<Option<Timestamp>> {
    let first = sqlx::query_scalar!(
        "select at from order_history where company_id = $1 order by at limit 1",
        tx.company_id().0
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(first.map(jiff_sqlx::Timestamp::to_jiff))
}

/// Until the transaction ends nobody else makes or deletes spans of this company; false: somebody does.
pub async fn lock_spans(tx: &mut CompanyTx) -> Result<bool> {
    let locked = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended('report_spans ' || $1::uuid::text, 0)) as "locked!""#,
        tx.company_id().0
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(locked)
}

/// Deletes what changed, and the spans in which it did.
pub async fn delete_outdated(tx: &mut CompanyTx) -> Result<()> {
    sqlx::query!(
        "with changes as (
           delete from report_changes where company_id = $1 returning at
         )
         delete from report_spans s using changes c
         where s.company_id = $1 and s.begins <= c.at and s.begins > c.at - interval '32 days' and s.ends > c.at",
        tx.company_id().0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes the spans that were made by rules that hold no longer.
pub async fn delete_spans(tx: &mut CompanyTx, spans: &[Within]) -> Result<()> {
    let (begins, ends) = bounds(spans);
    sqlx::query!(
        "delete from report_spans s using unnest($2::bigint[], $3::bigint[]) as k(begins, ends)
         where s.company_id = $1 and s.begins = to_timestamp(k.begins) and s.ends = to_timestamp(k.ends)",
        tx.company_id().0,
        &begins,
        &ends
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Both ends of each, in seconds: local midnights have no parts of one.
pub fn bounds(spans: &[Within]) -> (Vec<i64>, Vec<i64>) {
    spans.iter().map(|span| (span.from.as_second(), span.until.as_second())).unzip()
}

/// A span to be kept.
#[derive(Debug)]
pub struct NewSpan<'a> {
    pub within: Within,
    pub rules: &'a str,
    pub made_at: Timestamp,
    pub picked_orders: i64,
    pub figures: &'a Figures,
}

/// Inserts a span. False: it is there already, or something in it changed meanwhile.
pub async fn insert_span(tx: &mut CompanyTx, span: &NewSpan<'_>) -> Result<bool> {
    let figures = span.figures;
    let inserted = sqlx::query!(
        "insert into report_spans (company_id, begins, ends, rules, made_at, picked_orders, created, finished, lines, whole,
           order_minutes, order_wall, outside, waited, waited_minutes, waited_wall, timed_orders,
           picking_minutes, picking_wall, due, on_time)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
         on conflict do nothing",
        tx.company_id().0,
        span.within.from.to_sqlx() as _,
        span.within.until.to_sqlx() as _,
        span.rules,
        span.made_at.to_sqlx() as _,
        span.picked_orders,
        figures.counted.created,
        figures.counted.finished,
        figures.counted.lines,
        figures.counted.whole,
        figures.order_time.minutes,
        figures.order_wall,
        figures.outside,
        figures.waiting.orders,
        figures.waiting.minutes,
        figures.waiting_wall,
        figures.picking.orders,
        figures.picking.minutes,
        figures.picking_wall,
        figures.due,
        figures.on_time
    )
    .execute(&mut **tx)
    .await?;
    Ok(inserted.rows_affected() == 1)
}
