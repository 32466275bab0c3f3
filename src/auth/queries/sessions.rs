//! SQL of sessions. Who looks judges their age; the table only remembers.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use uuid::Uuid;

use super::events::SecurityEvent;
use crate::actor::{Actor, CompanySettings, Role, SessionFacts};
use crate::db::{Db, PooledConnection};
use crate::error::Result;
use crate::feed::Head;
use crate::ids::{CompanyId, OrderId, PersonId, SessionId};
use crate::lang::Lang;

/// A session, with the person and the company as they are now, and how far the company's feed is.
#[derive(Debug)]
pub struct FoundSession {
    pub actor: Actor,
    pub last_seen_at: Timestamp,
    pub head: Head,
}

/// One row of the join, before its words are understood.
struct SessionRow {
    id: Uuid,
    company_id: Uuid,
    person_id: Uuid,
    created_at: jiff_sqlx::Timestamp,
    last_seen_at: jiff_sqlx::Timestamp,
    proven_at: jiff_sqlx::Timestamp,
    touched_at: jiff_sqlx::Timestamp,
    renew: bool,
    shared: bool,
    number: String,
    person_name: String,
    roles: Vec<String>,
    language: Option<String>,
    pin_must_change: bool,
    code: String,
    company_name: String,
    time_zone: String,
    workday_starts_minute: i16,
    workday_ends_minute: i16,
    login_digits: i16,
    pin_digits: i16,
    shared_idle_minutes: i16,
    epoch: String,
    head: i64,
    tag: i64,
}

impl From<SessionRow> for FoundSession {
    fn from(row: SessionRow) -> Self {
        let company = CompanySettings {
            code: row.code,
            name: row.company_name,
            time_zone: row.time_zone,
            workday_starts_minute: row.workday_starts_minute,
            workday_ends_minute: row.workday_ends_minute,
            login_digits: u8::try_from(row.login_digits).unwrap_or_default(),
            pin_digits: u8::try_from(row.pin_digits).unwrap_or_default(),
            shared_idle_minutes: row.shared_idle_minutes,
        };
        let session = SessionFacts {
            id: SessionId(row.id),
            created_at: row.created_at.to_jiff(),
            proven_at: row.proven_at.to_jiff(),
            shared: row.shared,
            touched_at: row.touched_at.to_jiff(),
            renew: row.renew,
        };
        let actor = Actor {
            company_id: CompanyId(row.company_id),
            person_id: PersonId(row.person_id),
            number: row.number,
            name: row.person_name,
            roles: row.roles.iter().filter_map(|code| Role::from_code(code)).collect(),
            language: row.language.as_deref().and_then(Lang::from_tag),
            pin_must_change: row.pin_must_change,
            company,
            session,
        };
        let head = Head { epoch: row.epoch.into(), n: row.head, tag: row.tag };
        FoundSession { actor, last_seen_at: row.last_seen_at.to_jiff(), head }
    }
}

/// The session behind a cookie, if its person is active and the company open. The key before the last serves a
/// little longer.
pub async fn find_session(db: &Db, key: [u8; 32], now: Timestamp) -> Result<Option<FoundSession>> {
    let found = db
        .ask(move |db| {
            Box::pin(async move {
                let find = sqlx::query_as!(
                    SessionRow,
                    r#"select id as "id!", company_id as "company_id!", person_id as "person_id!", created_at as "created_at!",
                       last_seen_at as "last_seen_at!", proven_at as "proven_at!", touched_at as "touched_at!",
                       renew as "renew!", shared as "shared!", number as "number!", person_name as "person_name!",
                       roles as "roles!", language, pin_must_change as "pin_must_change!", code as "code!",
                       company_name as "company_name!", time_zone as "time_zone!",
                       workday_starts_minute as "workday_starts_minute!", workday_ends_minute as "workday_ends_minute!",
                       login_digits as "login_digits!", pin_digits as "pin_digits!",
                       shared_idle_minutes as "shared_idle_minutes!", epoch as "epoch!", head as "head!", tag as "tag!"
                     from find_session($1, $2)"#,
                    key.as_slice(),
                    now.to_sqlx() as _
                );
                find.fetch_optional(db).await
            })
        })
        .await?;
    Ok(found.map(FoundSession::from))
}

/// The same for many open sockets at once.
pub async fn list_sessions(db: &mut PooledConnection, ids: &[Uuid]) -> Result<Vec<FoundSession>> {
    let rows = sqlx::query_as!(
        SessionRow,
        r#"select s.id, s.company_id, s.person_id, s.created_at, s.last_seen_at, s.proven_at,
           coalesce(s.touched_at, s.proven_at) as "touched_at!", s.renew,
           exists (select from shared_devices d where d.company_id = s.company_id
             and d.device_key = s.device_key) as "shared!",
           p.number, p.name as person_name, p.roles, p.language, p.pin_must_change,
           c.code, c.name as company_name, c.time_zone, c.workday_starts_minute, c.workday_ends_minute,
           c.login_digits, c.pin_digits, c.shared_idle_minutes,
           feed_epoch(h.epoch) as "epoch!", h.head, h.tag
         from sessions s
         join people p on p.company_id = s.company_id and p.id = s.person_id
         join companies c on c.id = s.company_id
         join feed_heads h on h.company_id = s.company_id
         where s.id = any($1) and p.active and c.closed_at is null"#,
        ids
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(FoundSession::from).collect())
}

/// Remembers that sessions are in use; those seen after `unless_after` stay as they are. Another request, or
/// another replica, that is just doing the same is not waited for.
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

pub async fn delete_session_by_key(db: &mut PooledConnection, key: &[u8]) -> Result<()> {
    sqlx::query!("delete from sessions where key = $1", key).execute(db).await?;
    Ok(())
}

/// Whoever signs out picks nothing any more: the order that the person held, if any.
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

/// Ends a person's sessions, but for one that may stay. How many ended.
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

/// Clears away sessions that have ended by age, and tells of each: nobody came back with its cookie.
pub async fn delete_old_sessions(
    db: &mut PooledConnection,
    created_before: Timestamp,
    seen_before: Timestamp,
    now: Timestamp,
) -> Result<u64> {
    let done = sqlx::query!(
        "with ended as (
           delete from sessions where created_at < $1 or last_seen_at < $2
           returning company_id, person_id, last_seen_at, created_at < $1 as too_old
         )
         insert into security_events (company_id, id, kind, person_id, detail, at)
         select company_id, gen_random_uuid(), $3, person_id,
           jsonb_build_object('why', case when too_old then 'age' else 'idle' end, 'last_seen_at', last_seen_at), $4
         from ended",
        created_before.to_sqlx() as _,
        seen_before.to_sqlx() as _,
        SecurityEvent::SessionEnded.code(),
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
