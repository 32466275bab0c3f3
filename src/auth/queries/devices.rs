//! Queries for devices: known ones and shared ones.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;

use crate::actor::Role;
use crate::auth::model::Present;
use crate::clock::Zone;
use crate::db::PooledConnection;
use crate::error::Result;
use crate::ids::{CompanyId, PersonId, SessionId};

/// Whether somebody of the company has signed in on this device.
pub async fn is_known(db: &mut PooledConnection, company_id: CompanyId, device: &[u8]) -> Result<bool> {
    let known = sqlx::query_scalar!(
        r#"select exists (select from known_devices where company_id = $1 and device_key = $2) as "known!""#,
        company_id.0,
        device
    )
    .fetch_one(db)
    .await?;
    Ok(known)
}

/// Whether a device of the company is shared, and somebody proved a PIN on it since a moment.
pub async fn is_shared_and_unlocked(
    db: &mut PooledConnection,
    company_id: CompanyId,
    device: &[u8],
    since: Timestamp,
) -> Result<bool> {
    let open = sqlx::query_scalar!(
        r#"select exists (select from shared_devices where company_id = $1 and device_key = $2)
             and exists (select from known_devices
               where company_id = $1 and device_key = $2 and last_used_at > $3) as "open!""#,
        company_id.0,
        device,
        since.to_sqlx() as _
    )
    .fetch_one(db)
    .await?;
    Ok(open)
}

/// Where the company is. By its name alone: not every Postgres knows the zones that this build knows.
pub async fn get_zone(db: &mut PooledConnection, company_id: CompanyId) -> Result<Zone> {
    let name = sqlx::query_scalar!("select time_zone from companies where id = $1", company_id.0)
        .fetch_one(db)
        .await?;
    Ok(Zone::named(&name))
}

/// Active people who signed in since midnight, or on this device since a moment; those of this device first, latest first.
pub async fn list_present(
    db: &mut PooledConnection,
    company_id: CompanyId,
    device: &[u8],
    midnight: Timestamp,
    since: Timestamp,
) -> Result<Vec<Present>> {
    let rows = sqlx::query!(
        r#"select
             p.id,
             p.name,
             p.roles,
             max(d.last_used_at) filter (where d.device_key = $2) as "here: jiff_sqlx::Timestamp"
           from known_devices d
           join people p on p.company_id = d.company_id and p.id = d.person_id
           where d.company_id = $1 and p.active
             and (d.last_used_at >= $3
               or (d.device_key = $2 and d.last_used_at > $4))
           group by p.id, p.name, p.roles, p.name_folded
           order by 4 desc nulls last, p.name_folded, p.id"#,
        company_id.0,
        device,
        midnight.to_sqlx() as _,
        since.to_sqlx() as _
    )
    .fetch_all(db)
    .await?;
    let present = rows.into_iter().map(|row| Present {
        id: PersonId(row.id),
        name: row.name,
        roles: row.roles.iter().filter_map(|code| Role::from_code(code)).collect(),
    });
    Ok(present.collect())
}

/// When each person of the company was seen last, on a device where the PIN was proven or in a session that goes on.
pub async fn list_last_seen(
    db: &mut PooledConnection,
    company_id: CompanyId,
) -> Result<HashMap<PersonId, Timestamp>> {
    let rows = sqlx::query!(
        r#"select person_id as "person_id!", max(at) as "at!: jiff_sqlx::Timestamp" from (
             select person_id, last_used_at as at from known_devices where company_id = $1
             union all select person_id, last_seen_at from sessions where company_id = $1
           ) seen group by person_id"#,
        company_id.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (PersonId(row.person_id), row.at.to_jiff())).collect())
}

/// Remembers that several people use a device.
pub async fn insert_shared_device(
    db: &mut PooledConnection,
    company_id: CompanyId,
    device: &[u8],
    set_by: PersonId,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into shared_devices (company_id, device_key, since, set_by) values ($1, $2, $3, $4)
         on conflict on constraint shared_devices_pkey do nothing",
        company_id.0,
        device,
        now.to_sqlx() as _,
        set_by.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets it; also that of the device the session was begun on, should the browser have lost its cookie.
pub async fn delete_shared_device(
    db: &mut PooledConnection,
    company_id: CompanyId,
    device: &[u8],
    session_id: SessionId,
) -> Result<()> {
    sqlx::query!(
        "delete from shared_devices where company_id = $1 and (device_key = $2
           or device_key = (select device_key from sessions where company_id = $1 and id = $3))",
        company_id.0,
        device,
        session_id.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets the devices of somebody: the next sign-in counts as one of a stranger.
pub async fn delete_known_devices(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: PersonId,
) -> Result<()> {
    sqlx::query!("delete from known_devices where company_id = $1 and person_id = $2", company_id.0, id.0)
        .execute(db)
        .await?;
    Ok(())
}
