//! Queries for pairing codes that are shown and not typed yet.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use uuid::Uuid;

use crate::db::{CompanyTx, PooledConnection};
use crate::error::Result;
use crate::ids::{CompanyId, PersonId, WallId};

/// Serialises screens that ask for a code: they are counted, and no two get the same.
pub async fn lock_codes(db: &mut PooledConnection) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('wall codes', 0))").execute(db).await?;
    Ok(())
}

/// The code of a screen that is still good after `until`.
pub async fn find_code(db: &mut PooledConnection, key: &[u8], until: Timestamp) -> Result<Option<String>> {
    let code = sqlx::query_scalar!(
        "select code from wall_codes where key = $1 and wall_id is null and expires_at > $2",
        key,
        until.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(code)
}

/// Codes from one address, and codes in all.
pub async fn count_codes(db: &mut PooledConnection, address: &str) -> Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select count(*) filter (where address = $1) as "here!", count(*) as "all!" from wall_codes"#,
        address
    )
    .fetch_one(db)
    .await?;
    Ok((row.here, row.all))
}

/// False: another screen has this code.
pub async fn insert_code(
    db: &mut PooledConnection,
    key: &[u8],
    code: &str,
    address: &str,
    expires_at: Timestamp,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into wall_codes (key, code, address, expires_at) values ($1, $2, $3, $4)
         on conflict on constraint wall_codes_code_key do nothing",
        key,
        code,
        address,
        expires_at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets the code that a screen has, for a new one.
pub async fn delete_code(db: &mut PooledConnection, key: &[u8]) -> Result<()> {
    sqlx::query!("delete from wall_codes where key = $1", key).execute(db).await?;
    Ok(())
}

/// Forgets the oldest code of the network that shows most of them; of IPv6 the site, which has as many networks as it likes.
/// False: nobody shows one.
pub async fn delete_crowding_code(db: &mut PooledConnection) -> Result<bool> {
    let done = sqlx::query!(
        "delete from wall_codes where key = (
           select key from (
             select key, expires_at, count(*) over (
               partition by case when address like '%/64' then host(set_masklen(address::inet, 48)::cidr) else address end
             ) as beside from wall_codes where wall_id is null) shown
           order by beside desc, expires_at limit 1)"
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn delete_old_codes(db: &mut PooledConnection, now: Timestamp) -> Result<()> {
    sqlx::query!("delete from wall_codes where expires_at <= $1", now.to_sqlx() as _).execute(db).await?;
    Ok(())
}

/// Forgets the codes of all screens, after a restore.
pub async fn delete_all_codes(db: &mut PooledConnection) -> Result<()> {
    sqlx::query!("delete from wall_codes").execute(db).await?;
    Ok(())
}

/// Whether a company may take a code, or has just taken it: the same form may come twice.
pub async fn is_code_for(
    db: &mut PooledConnection,
    company_id: CompanyId,
    code: &str,
    now: Timestamp,
) -> Result<bool> {
    let good = sqlx::query_scalar!(
        r#"select exists (select from wall_codes where code = $1 and expires_at > $2
             and (wall_id is null or company_id = $3)) as "good!""#,
        code,
        now.to_sqlx() as _,
        company_id.0
    )
    .fetch_one(db)
    .await?;
    Ok(good)
}

/// Takes a code for a wall of the company, and answers the key of its screen. None: there is no such code any more.
pub async fn take_code(
    tx: &mut CompanyTx,
    code: &str,
    id: WallId,
    now: Timestamp,
) -> Result<Option<Vec<u8>>> {
    let key = sqlx::query_scalar!(
        "select take_wall_code($1, $2, $3, $4)",
        tx.company_id().0,
        code,
        id.0,
        now.to_sqlx() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(key)
}

/// Serialises a company's administrators while their wrong codes are counted.
pub async fn lock_failures(db: &mut PooledConnection, company_id: CompanyId) -> Result<()> {
    let name = format!("wall codes of {company_id}");
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", name).execute(db).await?;
    Ok(())
}

/// When wrong codes were typed since a moment, oldest first.
pub async fn list_failures(
    db: &mut PooledConnection,
    company_id: CompanyId,
    since: Timestamp,
) -> Result<Vec<Timestamp>> {
    let times = sqlx::query_scalar!(
        r#"select at as "at: jiff_sqlx::Timestamp" from wall_code_failures
           where company_id = $1 and at > $2 order by at"#,
        company_id.0,
        since.to_sqlx() as _
    )
    .fetch_all(db)
    .await?;
    Ok(times.into_iter().map(jiff_sqlx::Timestamp::to_jiff).collect())
}

pub async fn insert_failure(
    db: &mut PooledConnection,
    company_id: CompanyId,
    person_id: PersonId,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into wall_code_failures (company_id, id, person_id, at) values ($1, $2, $3, $4)",
        company_id.0,
        Uuid::now_v7(),
        person_id.0,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete_old_failures(db: &mut PooledConnection, before: Timestamp) -> Result<()> {
    sqlx::query!("delete from wall_code_failures where at < $1", before.to_sqlx() as _).execute(db).await?;
    Ok(())
}
