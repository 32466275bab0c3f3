//! Queries for sign-in, before anybody is known: run as the gate role.

use std::time::Duration;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use uuid::Uuid;

use super::guesses::tally;
use crate::auth::model::OpenCompany;
use crate::auth::model::limits::{ACCOUNT_WINDOW, DAY, SHARED_WINDOW, Tallies};
use crate::db::PooledConnection;
use crate::error::Result;
use crate::html::Look;
use crate::ids::{CompanyId, PersonId};

struct CompanyRow {
    id: Uuid,
    code: String,
    name: String,
    login_digits: i16,
    pin_digits: i16,
    pin_enters: bool,
    settings: String,
}

impl From<CompanyRow> for OpenCompany {
    fn from(row: CompanyRow) -> Self {
        OpenCompany {
            id: CompanyId(row.id),
            code: row.code,
            name: row.name,
            login_digits: u8::try_from(row.login_digits).unwrap_or_default(),
            pin_digits: u8::try_from(row.pin_digits).unwrap_or_default(),
            pin_enters: row.pin_enters,
            look: Look::stored(&row.settings),
        }
    }
}

/// The open company with this code.
pub async fn find_company(db: &mut PooledConnection, code: &str) -> Result<Option<OpenCompany>> {
    let found = sqlx::query_as!(
        CompanyRow,
        r#"select
          id,
          code,
          name,
          login_digits,
          pin_digits,
          pin_digits >= longest_pin_digits as "pin_enters!",
          company_settings(id)::text as "settings!"
        from companies where code = $1 and closed_at is null"#,
        code
    )
    .fetch_optional(db)
    .await?;
    Ok(found.map(OpenCompany::from))
}

/// The open company, if there is exactly one.
pub async fn find_only_company(db: &mut PooledConnection) -> Result<Option<OpenCompany>> {
    let mut open = sqlx::query_as!(
        CompanyRow,
        r#"select
          id,
          code,
          name,
          login_digits,
          pin_digits,
          pin_digits >= longest_pin_digits as "pin_enters!",
          company_settings(id)::text as "settings!"
        from companies where closed_at is null order by id limit 2"#
    )
    .fetch_all(db)
    .await?;
    let only = if open.len() == 1 { open.pop() } else { None };
    Ok(only.map(OpenCompany::from))
}

/// Somebody with a number in a company.
#[derive(Clone, Debug)]
pub struct Account {
    pub person_id: PersonId,
    pub number: String,
    pub name: String,
    pub pin_hash: String,
    pub pin_must_change: bool,
    /// Whether this person has signed in on this device before.
    pub known_device: bool,
}

/// The active person with a number, or with an id.
pub async fn find_account(
    db: &mut PooledConnection,
    company_id: CompanyId,
    number: Option<&str>,
    person_id: Option<PersonId>,
    device: Option<&[u8]>,
) -> Result<Option<Account>> {
    let row = sqlx::query!(
        r#"select
             p.id,
             p.number,
             p.name,
             p.pin_hash,
             p.pin_must_change,
             exists (select from known_devices d where d.company_id = p.company_id and d.person_id = p.id
               and d.device_key = $4) as "known_device!"
           from people p
           where p.company_id = $1 and p.active and (p.number = $2 or ($2 is null and p.id = $3))"#,
        company_id.0,
        number,
        person_id.map(|id| id.0),
        device
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Account {
        person_id: PersonId(row.id),
        number: row.number,
        name: row.name,
        pin_hash: row.pin_hash,
        pin_must_change: row.pin_must_change,
        known_device: row.known_device,
    }))
}

/// Serialises sign-ins of a company while they count failures and add their own.
pub async fn lock_failures(db: &mut PooledConnection, company_id: CompanyId) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", format!("sign-in {company_id}"))
        .execute(db)
        .await?;
    Ok(())
}

/// Whose failures are counted.
#[derive(Clone, Copy, Debug)]
pub struct FailureKey<'a> {
    pub number: &'a str,
    pub address: &'a str,
    /// [`crate::auth::client::Device::key`] of the device, if the person has used it before.
    pub known_device: Option<&'a [u8]>,
}

/// Failures before `now`, for [`crate::auth::model::limits::wait`].
pub async fn get_tallies(
    db: &mut PooledConnection,
    company_id: CompanyId,
    key: FailureKey<'_>,
    now: Timestamp,
) -> Result<Tallies> {
    let row = sqlx::query!(
        r#"select
             count(*) filter (where number = $2 and device_key is not distinct from $4 and at > $5) as "account!",
             max(at) filter (where number = $2 and device_key is not distinct from $4 and at > $5) as account_last,
             count(*) filter (where number = $2 and device_key is not distinct from $4) as "account_day!",
             count(*) filter (where device_key = $4 and at > $5) as "device!",
             max(at) filter (where device_key = $4 and at > $5) as device_last,
             count(*) filter (where not known_device) as "company_day!",
             count(*) filter (where address = $3 and not known_device and at > $6) as "address!",
             max(at) filter (where address = $3 and not known_device and at > $6) as address_last,
             count(distinct number) filter (where not known_device and at > $6) as "numbers!",
             max(at) filter (where not known_device and at > $6) as numbers_last
           from sign_in_failures where company_id = $1 and at > $7"#,
        company_id.0,
        key.number,
        key.address,
        key.known_device,
        (now - ACCOUNT_WINDOW).to_sqlx() as _,
        (now - SHARED_WINDOW).to_sqlx() as _,
        (now - DAY).to_sqlx() as _
    )
    .fetch_one(db)
    .await?;
    Ok(Tallies {
        account: tally(row.account, row.account_last),
        account_day: tally(row.account_day, None),
        device: tally(row.device, row.device_last),
        address: tally(row.address, row.address_last),
        numbers: tally(row.numbers, row.numbers_last),
        company_day: tally(row.company_day, None),
    })
}

pub async fn insert_failure(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: Uuid,
    key: FailureKey<'_>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into sign_in_failures (company_id, id, number, address, known_device, device_key, at)
         values ($1, $2, $3, $4, $5::bytea is not null, $5, $6)",
        company_id.0,
        id,
        key.number,
        key.address,
        key.known_device,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes back the failure that was written ahead of a PIN that was right.
pub async fn delete_failure(db: &mut PooledConnection, company_id: CompanyId, id: Uuid) -> Result<()> {
    sqlx::query!("delete from sign_in_failures where company_id = $1 and id = $2", company_id.0, id)
        .execute(db)
        .await?;
    Ok(())
}

/// Forgets a person's own slips at a device once the PIN was right there.
pub async fn delete_failures_at_device(
    db: &mut PooledConnection,
    company_id: CompanyId,
    number: &str,
    device: &[u8],
) -> Result<()> {
    sqlx::query!(
        "delete from sign_in_failures where company_id = $1 and number = $2 and device_key = $3",
        company_id.0,
        number,
        device
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets all failures on somebody's account: the PIN is another one now.
pub async fn delete_failures_of(
    db: &mut PooledConnection,
    company_id: CompanyId,
    person_id: PersonId,
) -> Result<()> {
    sqlx::query!("select forget_sign_in_failures($1, $2)", company_id.0, person_id.0).execute(db).await?;
    Ok(())
}

/// Remembers that this person has signed in on this device. False: the PIN is another one than `pin_hash`, which was checked, or
/// the person is not active any more. The row lock makes a reset wait, so that it sees, and forgets, this device. Of a shared
/// device the day is noted as well: it outlives whoever proved a PIN there.
pub async fn upsert_known_device(
    db: &mut PooledConnection,
    company_id: CompanyId,
    (person_id, pin_hash): (PersonId, &str),
    device: &[u8],
    now: Timestamp,
) -> Result<bool> {
    let known = sqlx::query_scalar!(
        r#"with known as (
             insert into known_devices (company_id, person_id, device_key, last_used_at)
             select p.company_id, p.id, $3, $4 from (
               select company_id, id from people
               where company_id = $1 and id = $2 and active and pin_hash = $5 for no key update
             ) p
             on conflict on constraint known_devices_pkey do update set last_used_at = excluded.last_used_at
             returning company_id, device_key, last_used_at
           ), shared as (
             update shared_devices s set last_used_at = k.last_used_at from known k
             where s.company_id = k.company_id and s.device_key = k.device_key
               and s.last_used_at < k.last_used_at - interval '1 day'
           )
           select true as "known!" from known"#,
        company_id.0,
        person_id.0,
        device,
        now.to_sqlx() as _,
        pin_hash
    )
    .fetch_optional(db)
    .await?;
    Ok(known.is_some())
}

/// Deletes up to `batch` failures that no longer count.
pub async fn delete_old_attempts(db: &mut PooledConnection, kept: Duration, batch: i64) -> Result<u64> {
    let done = sqlx::query!(
        "delete from sign_in_failures where ctid = any(array(
           select ctid from sign_in_failures where at < now() - make_interval(secs => $1) limit $2))",
        kept.as_secs_f64(),
        batch
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Deletes up to `batch` devices that are no longer used.
pub async fn delete_old_devices(db: &mut PooledConnection, kept: Duration, batch: i64) -> Result<u64> {
    let done = sqlx::query!(
        "delete from known_devices where ctid = any(array(
           select ctid from known_devices where last_used_at < now() - make_interval(secs => $1) limit $2))",
        kept.as_secs_f64(),
        batch
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Deletes up to `batch` marks of shared devices on which nobody proves a PIN any more.
pub async fn delete_old_shared_devices(db: &mut PooledConnection, kept: Duration, batch: i64) -> Result<u64> {
    let done = sqlx::query!(
        "delete from shared_devices where ctid = any(array(
           select ctid from shared_devices where last_used_at < now() - make_interval(secs => $1) limit $2))",
        kept.as_secs_f64(),
        batch
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
