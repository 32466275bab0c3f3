//! Queries that add up spans, and the parts of a new one.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use uuid::Uuid;

use super::spans::bounds;
use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::PersonId;
use crate::orders::indicators::Sum;
use crate::reports::model::cover::Within;
use crate::reports::model::figures::{Counted, Figures};
use crate::reports::model::people::PersonFigures;
use crate::reports::model::work::{ProductFigures, ProductKey, Work};

/// The figures of orders, and in how many something was picked.
pub async fn sum_figures(tx: &mut CompanyTx, spans: &[Within]) -> Result<(Figures, i64)> {
    let (begins, ends) = bounds(spans);
    let row = sqlx::query!(
        r#"select coalesce(sum(s.picked_orders), 0)::bigint as "picked_orders!",
             coalesce(sum(s.created), 0)::bigint as "created!",
             coalesce(sum(s.finished), 0)::bigint as "finished!",
             coalesce(sum(s.lines), 0)::bigint as "lines!",
             coalesce(sum(s.whole), 0)::bigint as "whole!",
             coalesce(sum(s.order_minutes), 0)::bigint as "order_minutes!",
             coalesce(sum(s.order_wall), 0)::bigint as "order_wall!",
             coalesce(sum(s.outside), 0)::bigint as "outside!",
             coalesce(sum(s.waited), 0)::bigint as "waited!",
             coalesce(sum(s.waited_minutes), 0)::bigint as "waited_minutes!",
             coalesce(sum(s.waited_wall), 0)::bigint as "waited_wall!",
             coalesce(sum(s.timed_orders), 0)::bigint as "timed_orders!",
             coalesce(sum(s.picking_minutes), 0)::bigint as "picking_minutes!",
             coalesce(sum(s.picking_wall), 0)::bigint as "picking_wall!",
             coalesce(sum(s.due), 0)::bigint as "due!",
             coalesce(sum(s.on_time), 0)::bigint as "on_time!"
           from unnest($2::bigint[], $3::bigint[]) as k(begins, ends)
           join report_spans s on s.company_id = $1 and s.begins = to_timestamp(k.begins) and s.ends = to_timestamp(k.ends)"#,
        tx.company_id().0,
        &begins,
        &ends
    )
    .fetch_one(&mut **tx)
    .await?;
    let counted = Counted {
        created: row.created,
        finished: row.finished,
        lines: row.lines,
        whole: row.whole,
        ..Counted::default()
    };
    let figures = Figures {
        counted,
        order_time: Sum { minutes: row.order_minutes, orders: row.finished },
        order_wall: row.order_wall,
        outside: row.outside,
        waiting: Sum { minutes: row.waited_minutes, orders: row.waited },
        waiting_wall: row.waited_wall,
        picking: Sum { minutes: row.picking_minutes, orders: row.timed_orders },
        picking_wall: row.picking_wall,
        due: row.due,
        on_time: row.on_time,
    };
    Ok((figures, row.picked_orders))
}

/// What was done in the spans, added to `work`.
pub async fn add_work(tx: &mut CompanyTx, spans: &[Within], work: &mut Work) -> Result<()> {
    let (begins, ends) = bounds(spans);
    add_people(tx, (&begins, &ends), work).await?;
    add_products(tx, (&begins, &ends), work).await?;
    let hours = sqlx::query!(
        r#"select
             h.weekday,
             h.hour,
             sum(h.picks)::bigint as "picks!"
           from unnest($2::bigint[], $3::bigint[]) as k(begins, ends)
           cross join lateral (
             select r.* from report_hours r
             where r.company_id = $1 and r.begins = to_timestamp(k.begins) and r.ends = to_timestamp(k.ends) offset 0
           ) h
           group by h.weekday, h.hour"#,
        tx.company_id().0,
        &begins,
        &ends
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in hours {
        let place = |n: i16| usize::try_from(n).unwrap_or(usize::MAX);
        work.hours.add(place(row.weekday), place(row.hour), row.picks);
    }
    Ok(())
}

async fn add_people(tx: &mut CompanyTx, (begins, ends): (&[i64], &[i64]), work: &mut Work) -> Result<()> {
    let rows = sqlx::query!(
        r#"select p.person_id,
             sum(p.lines)::bigint as "lines!",
             sum(p.units) as "units!",
             sum(p.orders)::bigint as "orders!",
             sum(p.picks)::bigint as "picks!",
             sum(p.undone)::bigint as "undone!",
             sum(p.active_seconds)::bigint as "active!"
           from unnest($2::bigint[], $3::bigint[]) as k(begins, ends)
           cross join lateral (
             select r.* from report_people r
             where r.company_id = $1 and r.begins = to_timestamp(k.begins) and r.ends = to_timestamp(k.ends) offset 0
           ) p
           group by p.person_id"#,
        tx.company_id().0,
        begins,
        ends
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in rows {
        let figures = PersonFigures {
            lines: row.lines,
            units: row.units,
            orders: row.orders,
            picks: row.picks,
            undone: row.undone,
            active_seconds: row.active,
            ..PersonFigures::default()
        };
        work.add_person(PersonId(row.person_id), &figures);
    }
    Ok(())
}

async fn add_products(tx: &mut CompanyTx, (begins, ends): (&[i64], &[i64]), work: &mut Work) -> Result<()> {
    let rows = sqlx::query!(
        r#"select
             p.code,
             p.unit,
             max(p.description) as "description!",
             sum(p.picked_thousandths)::bigint as "picked_thousandths!",
             sum(p.picked_lines) as "picked_lines!",
             sum(p.requested) as "requested!",
             sum(p.substituted) as "substituted!",
             sum(p.short) as "short!",
             sum(p.stood_in) as "stood_in!",
             sum(p.settled) as "settled!",
             sum(p.settled_minutes)::bigint as "minutes!"
           from unnest($2::bigint[], $3::bigint[]) as k(begins, ends)
           -- Span by span, each a range of the key: joined at will, all the rows there are would be read.
           cross join lateral (
             select r.* from report_products r
             where r.company_id = $1 and r.begins = to_timestamp(k.begins) and r.ends = to_timestamp(k.ends) offset 0
           ) p
           group by p.code, p.unit"#,
        tx.company_id().0,
        begins,
        ends
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in rows {
        let figures = ProductFigures {
            description: row.description,
            picked: Decimal::new(row.picked_thousandths, 3),
            picked_lines: row.picked_lines,
            requested: row.requested,
            substituted: row.substituted,
            short: row.short,
            stood_in: row.stood_in,
            time: Sum { minutes: row.minutes, orders: row.settled },
        };
        work.add_product(ProductKey { code: row.code, unit: row.unit }, &figures);
    }
    Ok(())
}

/// Quantities have three places at most.
fn thousandths(quantity: Decimal) -> i64 {
    (quantity * Decimal::ONE_THOUSAND).to_i64().unwrap_or(i64::MAX)
}

/// Inserts the parts of a span whose own row is there.
pub async fn insert_work(tx: &mut CompanyTx, span: Within, work: &Work) -> Result<()> {
    insert_people(tx, span, work).await?;
    insert_products(tx, span, work).await?;
    let hours: Vec<_> = work.hours.worked().collect();
    let small = |n: &usize| i16::try_from(*n).unwrap_or_default();
    sqlx::query!(
        "insert into report_hours (company_id, begins, ends, weekday, hour, picks)
         select $1, to_timestamp($2::bigint), to_timestamp($3::bigint), h.* from unnest($4::smallint[], $5::smallint[], $6::bigint[]) h",
        tx.company_id().0,
        span.from.as_second(),
        span.until.as_second(),
        &hours.iter().map(|(day, ..)| small(day)).collect::<Vec<_>>(),
        &hours.iter().map(|(_, hour, _)| small(hour)).collect::<Vec<_>>(),
        &hours.iter().map(|(.., picks)| *picks).collect::<Vec<_>>()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn insert_people(tx: &mut CompanyTx, span: Within, work: &Work) -> Result<()> {
    let ids: Vec<Uuid> = work.people.keys().map(|id| id.0).collect();
    let units: Vec<Decimal> = work.people.values().map(|person| person.units).collect();
    let of = |n: fn(&PersonFigures) -> i64| work.people.values().map(n).collect::<Vec<i64>>();
    sqlx::query!(
        "insert into report_people (company_id, begins, ends, person_id, lines, units, orders, picks, undone, active_seconds)
         select $1, to_timestamp($2::bigint), to_timestamp($3::bigint), p.*
         from unnest($4::uuid[], $5::bigint[], $6::numeric[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[]) p",
        tx.company_id().0,
        span.from.as_second(),
        span.until.as_second(),
        &ids,
        &of(|person| person.lines),
        &units,
        &of(|person| person.orders),
        &of(|person| person.picks),
        &of(|person| person.undone),
        &of(|person| person.active_seconds)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn insert_products(tx: &mut CompanyTx, span: Within, work: &Work) -> Result<()> {
    let mut products: Vec<(&ProductKey, &ProductFigures)> = work.products.iter().collect();
    products.sort_by_key(|(key, _)| *key);
    let text =
        |of: fn(&ProductKey) -> &String| products.iter().map(|(key, _)| of(key).clone()).collect::<Vec<_>>();
    let of = |n: fn(&ProductFigures) -> i64| products.iter().map(|(_, it)| n(it)).collect::<Vec<i64>>();
    let descriptions: Vec<String> = products.iter().map(|(_, it)| it.description.clone()).collect();
    sqlx::query!(
        "insert into report_products (company_id, begins, ends, code, unit, description, picked_thousandths, picked_lines,
           requested, substituted, short, stood_in, settled, settled_minutes)
         select $1, to_timestamp($2::bigint), to_timestamp($3::bigint), p.*
         from unnest($4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
           $12::bigint[], $13::bigint[], $14::bigint[]) p",
        tx.company_id().0,
        span.from.as_second(),
        span.until.as_second(),
        &text(|key| &key.code),
        &text(|key| &key.unit),
        &descriptions,
        &of(|it| thousandths(it.picked)),
        &of(|it| it.picked_lines),
        &of(|it| it.requested),
        &of(|it| it.substituted),
        &of(|it| it.short),
        &of(|it| it.stood_in),
        &of(|it| it.time.orders),
        &of(|it| it.time.minutes)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
