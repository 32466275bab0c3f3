//! SQL of devices, and of doors that are knocked at before a company is known.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::Result;
use crate::ids::CompanyId;
use crate::users::limits::{Door, Tally};

/// Whether somebody of the company has signed in on this device.
pub async fn is_known(db: &mut PgConnection, company_id: CompanyId, device: &[u8]) -> Result<bool> {
    let known = sqlx::query_scalar!(
        r#"select exists (select from known_devices where company_id = $1 and device_key = $2) as "known!""#,
        company_id.0,
        device
    )
    .fetch_one(db)
    .await?;
    Ok(known)
}

/// Makes those who knock at a door from one address take turns.
pub async fn lock_door(db: &mut PgConnection, door: Door, address: &str) -> Result<()> {
    let name = format!("door {} {address}", door.code());
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", name).execute(db).await?;
    Ok(())
}

/// Failures at a door from one address since a moment.
pub async fn get_door_tally(
    db: &mut PgConnection,
    door: Door,
    address: &str,
    since: Timestamp,
) -> Result<Tally> {
    let row = sqlx::query!(
        r#"select count(*) as "count!", max(at) as last from door_failures
           where door = $1 and address = $2 and at > $3"#,
        door.code(),
        address,
        since.to_sqlx() as _
    )
    .fetch_one(db)
    .await?;
    let last: Option<jiff_sqlx::Timestamp> = row.last;
    Ok(Tally { count: row.count, last_at: last.map(jiff_sqlx::Timestamp::to_jiff) })
}

pub async fn insert_door_failure(
    db: &mut PgConnection,
    id: Uuid,
    door: Door,
    address: &str,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into door_failures (id, door, address, at) values ($1, $2, $3, $4)",
        id,
        door.code(),
        address,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Clears away failures that no longer count.
pub async fn delete_old_door_failures(db: &mut PgConnection, before: Timestamp) -> Result<()> {
    sqlx::query!("delete from door_failures where at < $1", before.to_sqlx() as _).execute(db).await?;
    Ok(())
}
