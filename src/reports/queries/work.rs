//! What was done, from the entries of the history: counted day by day, as it was and not as lines stand now. Each statement
//! reads days with the bounds of all of them; for a single day it does not look for the day of each row, which would take as
//! long as the rest.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::PersonId;
use crate::reports::model::cover::Days;
use crate::reports::model::people::{LONGEST_GAP_SECONDS, PersonFigures};
use crate::reports::model::work::{ProductFigures, ProductKey};

/// What each person did; who did nothing is left out.
pub async fn list_people(tx: &mut CompanyTx, days: &Days) -> Result<Vec<(PersonId, PersonFigures)>> {
    let within = days.within();
    let rows = sqlx::query!(
        r#"select a.actor_id,
             sum(a.lines)::bigint as "lines!",
             sum(a.units) as "units!",
             sum(a.orders)::bigint as "orders!",
             sum(a.picks)::bigint as "picks!",
             sum(a.undone)::bigint as "undone!",
             sum(a.active)::bigint as "active!"
           from (
             select h.actor_id, h.day,
               count(distinct h.item_id) filter (where h.picked) as lines,
               coalesce(sum(h.quantity) filter (where h.picked), 0) as units,
               count(distinct h.order_id) filter (where h.picked) as orders,
               count(*) filter (where h.is_pick) as picks,
               count(*) filter (where h.is_pick and not h.picked) as undone,
               coalesce(sum(h.gap) filter (where h.gap <= $5), 0)::bigint as active
             from (
               select e.*, extract(epoch from e.at - lag(e.at) over (partition by e.actor_id, e.day order by e.at)) as gap
               from (
                 select k.actor_id, k.item_id, k.order_id, k.quantity, k.at,
                   k.kind = 'item_picked' as is_pick,
                   k.kind = 'item_picked' and k.undone_by is null as picked,
                   case when $6 then 0
                     else width_bucket(k.at, (select array_agg(to_timestamp(b) order by b) from unnest($4::bigint[]) b)) end as day
                 from order_history k where k.company_id = $1 and k.at >= $2 and k.at < $3
               ) e
             ) h group by h.actor_id, h.day
           ) a group by a.actor_id"#,
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _,
        &days.seconds(),
        Decimal::from(LONGEST_GAP_SECONDS),
        days.is_one()
    )
    .fetch_all(&mut **tx)
    .await?;
    let person = rows.into_iter().map(|row| {
        let figures = PersonFigures {
            id: None,
            name: String::new(),
            lines: row.lines,
            units: row.units,
            orders: row.orders,
            picks: row.picks,
            undone: row.undone,
            active_seconds: row.active,
        };
        (PersonId(row.actor_id), figures)
    });
    Ok(person.collect())
}

/// What people are called, in the order of names.
pub async fn list_names(tx: &mut CompanyTx, ids: &[Uuid]) -> Result<Vec<(PersonId, String)>> {
    let rows = sqlx::query!(
        r#"select id as "id!", name as "name!" from people_as_told($1) where id = any($2) order by name, id"#,
        tx.company_id().0,
        ids
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (PersonId(row.id), row.name)).collect())
}

/// In how many orders something was picked; an order counts once a day.
pub async fn count_picked_orders(tx: &mut CompanyTx, days: &Days) -> Result<i64> {
    let within = days.within();
    let orders = sqlx::query_scalar!(
        r#"select coalesce(sum(d.orders), 0)::bigint as "count!" from (
             select count(distinct h.order_id) as orders from order_history h
             where h.company_id = $1 and h.at >= $2 and h.at < $3 and h.kind = 'item_picked' and h.undone_by is null
             group by case when $5 then 0
               else width_bucket(h.at, (select array_agg(to_timestamp(b) order by b) from unnest($4::bigint[]) b)) end
           ) d"#,
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _,
        &days.seconds(),
        days.is_one()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(orders)
}

/// The products that were touched, at most `most`. From what happened, so that a shortage stays one when goods arrive. Who
/// answers a shortage with "buy" asks for a purchase.
pub async fn list_products(
    tx: &mut CompanyTx,
    days: &Days,
    most: i64,
) -> Result<Vec<(ProductKey, ProductFigures)>> {
    let within = days.within();
    let rows = sqlx::query!(
        r#"select
               i.code,
               i.unit,
               max(i.description collate "C") as "description!",
               coalesce(sum(m.picked), 0) as "picked!",
               count(*) filter (where m.picked > 0) as "picked_lines!",
               count(*) filter (where m.requested) as "requested!",
               count(*) filter (where m.substituted) as "substituted!",
               count(*) filter (where m.short) as "short!"
             from (
             select h.item_id,
               sum(h.quantity) filter (where h.kind = 'item_picked') as picked,
               bool_or(h.kind in ('item_requested', 'shortage_answered')) as requested,
               bool_or(h.kind = 'item_substituted') as substituted,
               bool_or(h.kind = 'item_short') as short
             from order_history h
             where h.company_id = $1 and h.at >= $2 and h.at < $3 and h.undone_by is null and h.item_id is not null
               and (h.kind in ('item_picked', 'item_requested', 'item_substituted', 'item_short')
                 or h.kind = 'shortage_answered' and h.detail #>> '{told,answer}' = 'buy')
             group by h.item_id, case when $6 then 0
               else width_bucket(h.at, (select array_agg(to_timestamp(b) order by b) from unnest($4::bigint[]) b)) end
           ) m
           -- By key, each: joined at will, all lines there are would be read for those of one day.
           cross join lateral (
             select l.code, l.unit, l.description from order_items l where l.company_id = $1 and l.id = m.item_id offset 0
           ) i
           group by i.code, i.unit order by count(*) desc, i.code, i.unit limit $5"#,
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _,
        &days.seconds(),
        most,
        days.is_one()
    )
    .fetch_all(&mut **tx)
    .await?;
    let product = rows.into_iter().map(|row| {
        let figures = ProductFigures {
            description: row.description,
            picked: row.picked,
            picked_lines: row.picked_lines,
            requested: row.requested,
            substituted: row.substituted,
            short: row.short,
            ..ProductFigures::default()
        };
        (ProductKey { code: row.code, unit: row.unit }, figures)
    });
    Ok(product.collect())
}

/// What stood in for other goods, at most `most` of it: by code and unit where they are known, else as it was called. A line
/// that was substituted counts once a day.
pub async fn list_substitutes(
    tx: &mut CompanyTx,
    days: &Days,
    most: i64,
) -> Result<Vec<(ProductKey, ProductFigures)>> {
    let within = days.within();
    let rows = sqlx::query!(
        r#"select
               s.code as "code!",
               s.unit as "unit!",
               max(s.text collate "C") as "description!",
               count(*) as "times!"
             from (
             select distinct h.item_id, coalesce(r.given ->> 'code', r.given ->> 'text') as code,
               coalesce(r.given ->> 'unit', '') as unit, r.given ->> 'text' as text,
               case when $6 then 0
                 else width_bucket(h.at, (select array_agg(to_timestamp(b) order by b) from unnest($4::bigint[]) b)) end as day
             from order_history h cross join lateral (select h.detail #> '{lines,0,after,replacement}' as given) r
             where h.company_id = $1 and h.at >= $2 and h.at < $3 and h.undone_by is null and h.kind = 'item_substituted'
               and r.given ->> 'text' is not null
           ) s group by s.code, s.unit order by count(*) desc, s.code, s.unit limit $5"#,
        tx.company_id().0,
        within.from.to_sqlx() as _,
        within.until.to_sqlx() as _,
        &days.seconds(),
        most,
        days.is_one()
    )
    .fetch_all(&mut **tx)
    .await?;
    let substitute = rows.into_iter().map(|row| {
        let figures =
            ProductFigures { description: row.description, stood_in: row.times, ..ProductFigures::default() };
        (ProductKey { code: row.code, unit: row.unit }, figures)
    });
    Ok(substitute.collect())
}

/// How many picks there were in each quarter of an hour.
pub async fn list_quarters(tx: &mut CompanyTx, days: &Days) -> Result<Vec<(Timestamp, i64)>> {
    let within = days.within();
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
