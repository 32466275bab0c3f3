//! SQL of working hours and days off.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;

use super::changes;
use crate::db::CompanyTx;
use crate::error::Result;
use crate::html::{Hours, Opening};
use crate::settings::model::changes::Part;
use crate::settings::model::hours::Holiday;

/// Hours that were set, the oldest first.
pub async fn list_hours(tx: &mut CompanyTx) -> Result<Vec<Hours>> {
    let rows = sqlx::query!(
        r#"select valid_from as "valid_from: jiff_sqlx::Date", starts, ends, lunch_starts, lunch_ends
           from work_hours where company_id = $1 order by valid_from"#,
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    let listed = rows.into_iter().map(|row| {
        let mut days = [Opening::default(); 7];
        for (day, (starts, ends)) in days.iter_mut().zip(row.starts.into_iter().zip(row.ends)) {
            *day = Opening(i64::from(starts), i64::from(ends));
        }
        let lunch = row.lunch_starts.zip(row.lunch_ends);
        let lunch = lunch.map(|(starts, ends)| Opening(i64::from(starts), i64::from(ends)));
        Hours { from: row.valid_from.to_jiff(), days, lunch }
    });
    Ok(listed.collect())
}

pub async fn write_hours(tx: &mut CompanyTx, hours: &Hours) -> Result<()> {
    let minute = |minute: i64| i16::try_from(minute).unwrap_or_default();
    let starts = hours.days.map(|day| minute(day.0));
    let ends = hours.days.map(|day| minute(day.1));
    let lunch = hours.lunch.map(|lunch| (minute(lunch.0), minute(lunch.1))).unzip();
    sqlx::query!(
        "insert into work_hours (company_id, valid_from, starts, ends, lunch_starts, lunch_ends)
         values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint work_hours_pkey do update set starts = excluded.starts, ends = excluded.ends,
           lunch_starts = excluded.lunch_starts, lunch_ends = excluded.lunch_ends",
        tx.company_id().0,
        hours.from.to_sqlx() as _,
        &starts[..],
        &ends[..],
        lunch.0,
        lunch.1
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn delete_hours(tx: &mut CompanyTx, from: Date) -> Result<()> {
    sqlx::query!(
        "delete from work_hours where company_id = $1 and valid_from = $2",
        tx.company_id().0,
        from.to_sqlx() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Days off, the oldest first.
pub async fn list_holidays(tx: &mut CompanyTx) -> Result<Vec<Holiday>> {
    let mut changed = changes::list_newest(tx, Part::Holidays).await?;
    let rows = sqlx::query!(
        r#"select day as "day: jiff_sqlx::Date", name from holidays where company_id = $1 order by day"#,
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    let listed = rows.into_iter().map(|row| {
        let day = row.day.to_jiff();
        Holiday { day, name: row.name, last: changed.remove(&day.to_string()) }
    });
    Ok(listed.collect())
}

pub async fn insert_holiday(tx: &mut CompanyTx, day: Date, name: &str) -> Result<()> {
    sqlx::query!(
        "insert into holidays (company_id, day, name) values ($1, $2, $3)",
        tx.company_id().0,
        day.to_sqlx() as _,
        name
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn delete_holiday(tx: &mut CompanyTx, day: Date) -> Result<()> {
    sqlx::query!(
        "delete from holidays where company_id = $1 and day = $2",
        tx.company_id().0,
        day.to_sqlx() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
