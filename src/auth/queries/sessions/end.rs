//! How sessions end: by signing out, by an administrator, by age, after a restore.

use std::time::Duration;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;

use crate::auth::queries::events::SecurityEvent;
use crate::db::PooledConnection;
use crate::error::Result;
use crate::ids::{CompanyId, OrderId, PersonId, SessionId};

pub async fn delete_session_by_key(db: &mut PooledConnection, key: &[u8]) -> Result<()> {
    sqlx::query!("delete from sessions where key = $1", key).execute(db).await?;
    Ok(())
}

/// Ends the person's claim, as signing out does; answers the order that was held, if any.
pub async fn end_claim(
    db: &mut PooledConnection,
    company_id: CompanyId,
    person_id: PersonId,
    now: Timestamp,
) -> Result<Option<OrderId>> {
    let order_id = sqlx::query_scalar!(
        "update order_claims set ended_at = least(lapses_at, greatest($3, began_at))
         where company_id = $1 and person_id = $2 and ended_at is null returning order_id",
        company_id.0,
        person_id.0,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(order_id.map(OrderId))
}

/// Ends one session of the company. False: it had ended.
pub async fn delete_session(db: &mut PooledConnection, company_id: CompanyId, id: SessionId) -> Result<bool> {
    let done = sqlx::query!("delete from sessions where company_id = $1 and id = $2", company_id.0, id.0)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a person's sessions, except for one that may stay. Answers how many ended.
pub async fn delete_sessions_of(
    db: &mut PooledConnection,
    company_id: CompanyId,
    person_id: PersonId,
    but: Option<SessionId>,
) -> Result<u64> {
    let done = sqlx::query!(
        "delete from sessions where company_id = $1 and person_id = $2 and id is distinct from $3",
        company_id.0,
        person_id.0,
        but.map(|id| id.0)
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Deletes up to `batch` sessions that are too old, with a security event for each.
pub async fn delete_old_sessions(
    db: &mut PooledConnection,
    absolute: Duration,
    idle: Duration,
    batch: i64,
) -> Result<u64> {
    let done = sqlx::query!(
        "with ended as (
           delete from sessions where key = any(array(
             select key from sessions
             where created_at < now() - make_interval(secs => $1) or last_seen_at < now() - make_interval(secs => $2)
             limit $4))
           returning company_id, person_id, last_seen_at, created_at < now() - make_interval(secs => $1) as too_old
         )
         insert into security_events (company_id, id, kind, person_id, detail, at)
         select company_id, gen_random_uuid(), $3, person_id,
           jsonb_build_object('why', case when too_old then 'age' else 'idle' end, 'last_seen_at', last_seen_at), now()
         from ended",
        absolute.as_secs_f64(),
        idle.as_secs_f64(),
        SecurityEvent::SessionEnded.code(),
        batch
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Ends all sessions of all companies after a restore, with a security event for each. Answers how many ended.
pub async fn end_all_sessions(db: &mut PooledConnection) -> Result<u64> {
    let done = sqlx::query!(
        "with ended as (delete from sessions returning company_id, person_id, last_seen_at)
         insert into security_events (company_id, id, kind, person_id, detail, at)
         select company_id, gen_random_uuid(), $1, person_id,
           jsonb_build_object('why', 'restore', 'last_seen_at', last_seen_at), now()
         from ended",
        SecurityEvent::SessionEnded.code()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
