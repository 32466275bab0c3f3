//! The session behind a cookie, with its person and company.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use uuid::Uuid;

use crate::actor::{Actor, CompanySettings, Overrides, Role, SessionFacts};
use crate::db::{Db, PooledConnection};
use crate::error::Result;
use crate::feed::Head;
use crate::ids::{CompanyId, PersonId, SessionId};
use crate::lang::Lang;
use crate::theme::Theme;

/// A session, with the person and the company as they are now, and how far the company's feed is.
#[derive(Debug)]
pub struct FoundSession {
    pub actor: Actor,
    pub last_seen_at: Timestamp,
    pub head: Head,
}

/// A row of the join, with its codes unparsed.
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
    theme: Option<String>,
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
    granted: Vec<String>,
    settings: String,
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
            settings: row.settings,
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
            overrides: Overrides::from_stored(&row.granted),
            language: row.language.as_deref().and_then(Lang::from_tag),
            theme: row.theme.as_deref().and_then(Theme::from_code).unwrap_or_default(),
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
                    r#"select
                      id as "id!",
                      company_id as "company_id!",
                      person_id as "person_id!",
                      created_at as "created_at!",
                      last_seen_at as "last_seen_at!",
                      proven_at as "proven_at!",
                      touched_at as "touched_at!",
                      renew as "renew!",
                      shared as "shared!",
                      number as "number!",
                      person_name as "person_name!",
                      roles as "roles!",
                      language,
                      theme,
                      pin_must_change as "pin_must_change!",
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
                      granted as "granted!",
                      settings::text as "settings!"
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
        r#"select
           s.id,
           s.company_id,
           s.person_id,
           s.created_at,
           s.last_seen_at,
           s.proven_at,
           coalesce(s.touched_at, s.proven_at) as "touched_at!",
           s.renew,
           exists (select from shared_devices d where d.company_id = s.company_id
             and d.device_key = s.device_key) as "shared!",
           p.number,
           p.name as person_name,
           p.roles,
           p.language,
           p.theme,
           p.pin_must_change,
           c.code,
           c.name as company_name,
           c.time_zone,
           c.workday_starts_minute,
           c.workday_ends_minute,
           c.login_digits,
           c.pin_digits,
           c.shared_idle_minutes,
           feed_epoch(h.epoch) as "epoch!",
           h.head,
           h.tag,
           array(select g.permission || ' ' || g.role || ' ' || g.granted from permission_grants g
             where g.company_id = s.company_id) as "granted!",
           company_settings(s.company_id)::text as "settings!"
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
