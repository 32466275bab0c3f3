//! Queries for sessions. Their age is judged by the caller; the table only records it.

mod end;
mod find;

pub use end::{
    delete_old_sessions, delete_session, delete_session_by_key, delete_sessions_of, end_all_sessions,
    end_claim,
};
pub use find::{FoundSession, find_session, list_sessions};

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use uuid::Uuid;

use crate::db::PooledConnection;
use crate::error::Result;
use crate::ids::{CompanyId, PersonId, SessionId};

/// Remembers that sessions are in use; those seen after `unless_after` stay as they are. Another request, or
/// another replica, that is doing the same is not waited for.
pub async fn touch_sessions(
    db: &mut PooledConnection,
    ids: &[Uuid],
    now: Timestamp,
    unless_after: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update sessions set last_seen_at = $2 where key in (
           select key from sessions where id = any($1) and last_seen_at < $3 for update skip locked)",
        ids,
        now.to_sqlx() as _,
        unless_after.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A session about to begin.
#[derive(Debug)]
pub struct NewSession<'a> {
    pub key: &'a [u8],
    pub id: SessionId,
    pub company_id: CompanyId,
    pub person_id: PersonId,
    /// The hash that the PIN was checked against: reset in the meantime, the session does not begin.
    pub pin_hash: &'a str,
    /// The device it belongs to, where that is known.
    pub device: Option<&'a [u8]>,
    pub now: Timestamp,
}

/// Begins a session, or gives the person's running one its new key. False: the person's PIN or state has
/// changed since it was checked. The row lock makes a reset wait, so that it sees, and ends, this session.
pub async fn insert_session(db: &mut PooledConnection, new: &NewSession<'_>) -> Result<bool> {
    let done = sqlx::query!(
        "insert into sessions
           (key, id, company_id, person_id, created_at, last_seen_at, proven_at, touched_at, device_key)
         select $1, $2, p.company_id, p.id, $6, $6, $6, $6, $7 from (
           select company_id, id from people
           where company_id = $3 and id = $4 and active and pin_hash = $5 for share
         ) p
         on conflict on constraint sessions_id_key do update set key = excluded.key,
           created_at = excluded.created_at, last_seen_at = excluded.last_seen_at,
           proven_at = excluded.proven_at, touched_at = excluded.touched_at,
           device_key = coalesce(excluded.device_key, sessions.device_key),
           renew = false, old_key = null, old_key_until = null
         where sessions.company_id = excluded.company_id and sessions.person_id = excluded.person_id",
        new.key,
        new.id.0,
        new.company_id.0,
        new.person_id.0,
        new.pin_hash,
        new.now.to_sqlx() as _,
        new.device
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes a session's key away, while its row stays for the new one: open sockets do not notice.
pub async fn update_session_keyless(db: &mut PooledConnection, id: SessionId, nobody_s: &[u8]) -> Result<()> {
    sqlx::query!("update sessions set key = $2, old_key = null where id = $1", id.0, nobody_s)
        .execute(db)
        .await?;
    Ok(())
}

/// Gives a session a new key in place of `old`, which serves until then. False: it has another key already.
pub async fn update_session_renewed(
    db: &mut PooledConnection,
    id: SessionId,
    old: &[u8],
    new: &[u8],
    until: Timestamp,
) -> Result<bool> {
    let done = sqlx::query!(
        "update sessions set key = $3, old_key = $2, old_key_until = $4, renew = false
         where id = $1 and key = $2 and renew",
        id.0,
        old,
        new,
        until.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Asks for new keys for all sessions of a person.
pub async fn update_sessions_renew(
    db: &mut PooledConnection,
    company_id: CompanyId,
    person_id: PersonId,
) -> Result<()> {
    sqlx::query!(
        "update sessions set renew = true where company_id = $1 and person_id = $2",
        company_id.0,
        person_id.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Remembers that a person has just touched the session's device.
pub async fn update_session_touched(db: &mut PooledConnection, id: SessionId, now: Timestamp) -> Result<()> {
    sqlx::query!("update sessions set touched_at = $2 where id = $1", id.0, now.to_sqlx() as _)
        .execute(db)
        .await?;
    Ok(())
}

/// Binds a session to the device it is used on.
pub async fn update_session_device(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: SessionId,
    device: &[u8],
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update sessions set device_key = $3, touched_at = $4 where company_id = $1 and id = $2",
        company_id.0,
        id.0,
        device,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}
