//! Queries for walls. Paired ones belong to a company; codes belong to nobody yet and are read as the gate role.

pub(crate) mod codes;

use std::collections::HashSet;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use uuid::Uuid;

use crate::actor::{CompanySettings, Wall};
use crate::db::{Db, PooledConnection};
use crate::error::Result;
use crate::feed::Head;
use crate::ids::{CompanyId, PersonId, WallId};
use crate::walls::model::WallRow;

/// A wall, with its company as it is now, and how far the company's feed is.
#[derive(Debug)]
pub struct FoundWall {
    pub wall: Wall,
    pub last_seen_at: Timestamp,
    pub head: Head,
}

/// The wall that a key is of, if it was not revoked and its company is open.
pub async fn find_wall(db: &Db, key: [u8; 32]) -> Result<Option<FoundWall>> {
    let row = db
        .ask(move |db| {
            Box::pin(async move {
                let find = sqlx::query!(
                    r#"select
                      id as "id!",
                      company_id as "company_id!",
                      wall_name as "wall_name!",
                      last_seen_at as "last_seen_at!: jiff_sqlx::Timestamp",
                      code as "code!",
                      company_name as "company_name!",
                      time_zone as "time_zone!",
                      workday_starts_minute as "workday_starts_minute!",
                      workday_ends_minute as "workday_ends_minute!",
                      login_digits as "login_digits!",
                      pin_digits as "pin_digits!",
                      shared_idle_minutes as "shared_idle_minutes!",
                      epoch as "epoch!",
                      head as "head!",
                      tag as "tag!",
                      settings::text as "settings!"
                    from find_wall($1)"#,
                    key.as_slice()
                );
                find.fetch_optional(db).await
            })
        })
        .await?;
    Ok(row.map(|row| FoundWall {
        wall: Wall {
            id: WallId(row.id),
            name: row.wall_name,
            company_id: CompanyId(row.company_id),
            company: CompanySettings {
                code: row.code,
                name: row.company_name,
                time_zone: row.time_zone,
                workday_starts_minute: row.workday_starts_minute,
                workday_ends_minute: row.workday_ends_minute,
                login_digits: u8::try_from(row.login_digits).unwrap_or_default(),
                pin_digits: u8::try_from(row.pin_digits).unwrap_or_default(),
                shared_idle_minutes: row.shared_idle_minutes,
                settings: row.settings,
            },
        },
        last_seen_at: row.last_seen_at.to_jiff(),
        head: Head { epoch: row.epoch.into(), n: row.head, tag: row.tag },
    }))
}

/// The company of walls, as it is now; None: it is closed.
pub async fn find_company(db: &mut PooledConnection, id: CompanyId) -> Result<Option<CompanySettings>> {
    let row = sqlx::query!(
        r#"select code, name, time_zone, workday_starts_minute, workday_ends_minute, login_digits, pin_digits,
             shared_idle_minutes, company_settings(id)::text as "settings!"
           from companies where id = $1 and closed_at is null"#,
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| CompanySettings {
        code: row.code,
        name: row.name,
        time_zone: row.time_zone,
        workday_starts_minute: row.workday_starts_minute,
        workday_ends_minute: row.workday_ends_minute,
        login_digits: u8::try_from(row.login_digits).unwrap_or_default(),
        pin_digits: u8::try_from(row.pin_digits).unwrap_or_default(),
        shared_idle_minutes: row.shared_idle_minutes,
        settings: row.settings,
    }))
}

/// Of these walls, those that may still watch.
pub async fn list_paired(db: &mut PooledConnection, ids: &[WallId]) -> Result<HashSet<WallId>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let paired = sqlx::query_scalar!(
        "select w.id from walls w join companies c on c.id = w.company_id
         where w.id = any($1) and w.revoked_at is null and c.closed_at is null",
        &ids
    )
    .fetch_all(db)
    .await?;
    Ok(paired.into_iter().map(WallId).collect())
}

/// Remembers that walls are switched on; those seen after `unless_after` stay as they are.
pub async fn touch_walls(
    db: &mut PooledConnection,
    ids: &[WallId],
    now: Timestamp,
    unless_after: Timestamp,
) -> Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query!(
        "update walls set last_seen_at = $2 where (company_id, id) in (
           select company_id, id from walls where id = any($1) and last_seen_at < $3 for update skip locked)",
        &ids,
        now.to_sqlx() as _,
        unless_after.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The company's walls, by name.
pub async fn list_walls(db: &mut PooledConnection, company_id: CompanyId) -> Result<Vec<WallRow>> {
    let rows = sqlx::query!(
        r#"select
             w.id,
             w.name,
             w.paired_at as "paired_at: jiff_sqlx::Timestamp",
             p.name as paired_by,
             w.last_seen_at as "last_seen_at: jiff_sqlx::Timestamp"
           from walls w join people p on p.company_id = w.company_id and p.id = w.paired_by
           where w.company_id = $1 and w.revoked_at is null order by lower(w.name), w.id"#,
        company_id.0
    )
    .fetch_all(db)
    .await?;
    let walls = rows.into_iter().map(|row| WallRow {
        id: WallId(row.id),
        name: row.name,
        paired_at: row.paired_at.to_jiff(),
        paired_by: row.paired_by,
        last_seen_at: row.last_seen_at.to_jiff(),
    });
    Ok(walls.collect())
}

/// A wall about to be written.
#[derive(Debug)]
pub struct NewWall<'a> {
    pub id: WallId,
    pub name: &'a str,
    pub key: &'a [u8],
    pub paired_by: PersonId,
    pub now: Timestamp,
}

pub async fn insert_wall(db: &mut PooledConnection, company_id: CompanyId, new: &NewWall<'_>) -> Result<()> {
    sqlx::query!(
        "insert into walls (company_id, id, name, key, paired_by, paired_at, last_seen_at)
         values ($1, $2, $3, $4, $5, $6, $6)",
        company_id.0,
        new.id.0,
        new.name,
        new.key,
        new.paired_by.0,
        new.now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The name of a wall whose row is locked; None: there is none, or it was revoked.
pub async fn lock_wall(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: WallId,
) -> Result<Option<(String, bool)>> {
    let row = sqlx::query!(
        r#"select name, revoked_at is null as "paired!" from walls
           where company_id = $1 and id = $2 for no key update"#,
        company_id.0,
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.name, row.paired)))
}

pub async fn update_name(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: WallId,
    name: &str,
) -> Result<()> {
    sqlx::query!("update walls set name = $3 where company_id = $1 and id = $2", company_id.0, id.0, name)
        .execute(db)
        .await?;
    Ok(())
}

pub async fn update_revoked(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: WallId,
    by: PersonId,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update walls set revoked_by = $3, revoked_at = $4 where company_id = $1 and id = $2",
        company_id.0,
        id.0,
        by.0,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Revokes all walls of all companies; answers which they were.
pub async fn revoke_all_walls(db: &mut PooledConnection, now: Timestamp) -> Result<Vec<(CompanyId, String)>> {
    let revoked = sqlx::query!(
        "update walls set revoked_at = $1 where revoked_at is null returning company_id, name",
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await?;
    Ok(revoked.into_iter().map(|wall| (CompanyId(wall.company_id), wall.name)).collect())
}
