//! Queries for companies, run by the operator (command line or set-up page): see `db::operator`.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use uuid::Uuid;

use super::model::{ListedCompany, NewShipping};
use crate::db::PooledConnection;
use crate::error::Result;
use crate::ids::{CompanyId, PackagingId, PersonId, ShippingId};

/// Serialises set-ups.
pub async fn lock_set_up(db: &mut PooledConnection) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('set-up', 0))").execute(db).await?;
    Ok(())
}

pub async fn insert_company(
    db: &mut PooledConnection,
    id: CompanyId,
    name: &str,
    code: &str,
    time_zone: &str,
) -> Result<()> {
    sqlx::query!(
        "insert into companies (id, name, code, time_zone) values ($1, $2, $3, $4)",
        id.0,
        name,
        code,
        time_zone
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn list_companies(db: &mut PooledConnection) -> Result<Vec<ListedCompany>> {
    let rows = sqlx::query!(
        r#"select
          id,
          code,
          name,
          time_zone,
          login_digits,
          pin_digits,
          closed_at is not null as "closed!",
          (select count(*) from people p where p.company_id = c.id and p.active) as "people!"
        from companies c order by code"#
    )
    .fetch_all(db)
    .await?;
    let listed = rows.into_iter().map(|row| ListedCompany {
        id: CompanyId(row.id),
        code: row.code,
        name: row.name,
        time_zone: row.time_zone,
        login_digits: u8::try_from(row.login_digits).unwrap_or_default(),
        pin_digits: u8::try_from(row.pin_digits).unwrap_or_default(),
        closed: row.closed,
        people: row.people,
    });
    Ok(listed.collect())
}

/// None: there is no such company.
pub async fn update_company_name(
    db: &mut PooledConnection,
    code: &str,
    name: &str,
) -> Result<Option<CompanyId>> {
    let id = sqlx::query_scalar!("update companies set name = $2 where code = $1 returning id", code, name)
        .fetch_optional(db)
        .await?;
    Ok(id.map(CompanyId))
}

/// Its name, its zone and the code of its counter customer; the digits of a PIN, and the minutes of a shared device.
pub async fn update_company_row(
    db: &mut PooledConnection,
    id: CompanyId,
    (name, time_zone, counter_customer_code): (&str, &str, &str),
    (login_digits, pin_digits, shared_idle_minutes): (i16, i16, i16),
) -> Result<()> {
    sqlx::query!(
        "update companies set name = $2, time_zone = $3, counter_customer_code = $4, pin_digits = $5,
           shared_idle_minutes = $6, login_digits = $7
         where id = $1",
        id.0,
        name,
        time_zone,
        counter_customer_code,
        pin_digits,
        shared_idle_minutes,
        login_digits
    )
    .execute(db)
    .await?;
    Ok(())
}

/// None: there is no such company.
pub async fn update_company_shared_idle(
    db: &mut PooledConnection,
    code: &str,
    minutes: i16,
) -> Result<Option<CompanyId>> {
    let id = sqlx::query_scalar!(
        "update companies set shared_idle_minutes = $2 where code = $1 returning id",
        code,
        minutes
    )
    .fetch_optional(db)
    .await?;
    Ok(id.map(CompanyId))
}

/// None: there is no such open company.
pub async fn update_company_closed(
    db: &mut PooledConnection,
    code: &str,
    now: Timestamp,
) -> Result<Option<CompanyId>> {
    let id = sqlx::query_scalar!(
        "update companies set closed_at = $2 where code = $1 and closed_at is null returning id",
        code,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(id.map(CompanyId))
}

/// Those who have a session, to be told that it has ended.
pub async fn list_people_with_sessions(
    db: &mut PooledConnection,
    company_id: CompanyId,
) -> Result<Vec<PersonId>> {
    let ids =
        sqlx::query_scalar!("select distinct person_id from sessions where company_id = $1", company_id.0)
            .fetch_all(db)
            .await?;
    Ok(ids.into_iter().map(PersonId).collect())
}

pub async fn insert_packaging(
    db: &mut PooledConnection,
    company_id: CompanyId,
    name: &str,
    position: i16,
) -> Result<PackagingId> {
    let id = PackagingId::new();
    sqlx::query!(
        "insert into packaging_options (company_id, id, name, position) values ($1, $2, $3, $4)",
        company_id.0,
        id.0,
        name,
        position
    )
    .execute(db)
    .await?;
    Ok(id)
}

pub async fn insert_shipping(
    db: &mut PooledConnection,
    company_id: CompanyId,
    new: &NewShipping<'_>,
) -> Result<ShippingId> {
    let id = ShippingId::new();
    let packaging: Vec<Uuid> = new.packaging.iter().map(|id| id.0).collect();
    sqlx::query!(
        "insert into shipping_options (company_id, id, name, position, makes_urgent, due_minute)
         values ($1, $2, $3, $4, $5, $6)",
        company_id.0,
        id.0,
        new.name,
        new.position,
        new.makes_urgent,
        new.due_minute
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into shipping_packagings (company_id, shipping_id, packaging_id) select $1, $2, unnest($3::uuid[])",
        company_id.0,
        id.0,
        &packaging
    )
    .execute(db)
    .await?;
    Ok(id)
}

pub async fn update_shipping_time(
    db: &mut PooledConnection,
    company_id: CompanyId,
    name: &str,
    minute: i16,
) -> Result<()> {
    sqlx::query!(
        "update shipping_options set due_minute = $3 where company_id = $1 and name = $2",
        company_id.0,
        name,
        minute
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether somebody can administer anything at all.
pub async fn has_admin(db: &mut PooledConnection) -> Result<bool> {
    let has = sqlx::query_scalar!(
        r#"select exists (select from people p join companies c on c.id = p.company_id
             where p.active and 'admin' = any(p.roles) and c.closed_at is null) as "has!""#
    )
    .fetch_one(db)
    .await?;
    Ok(has)
}
