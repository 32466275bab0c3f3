//! Queries for the people of a company.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use crate::actor::{Role, folded_name};
use crate::db::PooledConnection;
use crate::error::Result;
use crate::ids::{CompanyId, PersonId};
use crate::people::model::{NewPerson, PersonRow};

struct Row {
    id: Uuid,
    number: String,
    name: String,
    roles: Vec<String>,
    active: bool,
    pin_must_change: bool,
    last_admin: bool,
    anonymised: bool,
    has_open_orders: bool,
}

impl From<Row> for PersonRow {
    fn from(row: Row) -> Self {
        PersonRow {
            id: PersonId(row.id),
            number: row.number,
            name: row.name,
            roles: roles(&row.roles),
            active: row.active,
            pin_must_change: row.pin_must_change,
            last_seen_at: None,
            last_admin: row.last_admin,
            anonymised: row.anonymised,
            has_open_orders: row.has_open_orders,
        }
    }
}

fn roles(codes: &[String]) -> Vec<Role> {
    codes.iter().filter_map(|code| Role::from_code(code)).collect()
}

fn codes(roles: &[Role]) -> Vec<String> {
    roles.iter().map(|role| role.code().to_owned()).collect()
}

/// All people of a company; active ones first.
pub async fn list_people(db: &mut PooledConnection, company_id: CompanyId) -> Result<Vec<PersonRow>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, number, name, roles, active, pin_must_change,
             (active and 'admin' = any(roles)
               and count(*) filter (where active and 'admin' = any(roles)) over () = 1) as "last_admin!",
             anonymised_at is not null as "anonymised!",
             id = any(array(
               select distinct o.seller_id from orders o where o.company_id = $1 and o.state = 'open'
             )) as "has_open_orders!"
           from people where company_id = $1 order by active desc, name_folded, id"#,
        company_id.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(PersonRow::from).collect())
}

/// Locks the active administrators, so that concurrent removals are serialised.
pub async fn lock_admins(db: &mut PooledConnection, company_id: CompanyId) -> Result<Vec<PersonId>> {
    let ids = sqlx::query_scalar!(
        "select id from people where company_id = $1 and active and 'admin' = any(roles)
         order by id for no key update",
        company_id.0
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(PersonId).collect())
}

/// A person whose row is locked.
#[derive(Debug)]
pub struct LockedPerson {
    pub name: String,
    pub roles: Vec<Role>,
    pub active: bool,
    pub anonymised: bool,
}

pub async fn lock_person(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: PersonId,
) -> Result<Option<LockedPerson>> {
    let row = sqlx::query!(
        r#"select name, roles, active, anonymised_at is not null as "anonymised!" from people
           where company_id = $1 and id = $2 for no key update"#,
        company_id.0,
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| LockedPerson {
        name: row.name,
        roles: roles(&row.roles),
        active: row.active,
        anonymised: row.anonymised,
    }))
}

/// What a person is called, and signs in with.
#[derive(Debug)]
pub struct PersonName {
    pub number: String,
    pub name: String,
}

pub async fn find_person(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: PersonId,
) -> Result<Option<PersonName>> {
    let person = sqlx::query_as!(
        PersonName,
        "select number, name from people where company_id = $1 and id = $2",
        company_id.0,
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(person)
}

/// How many open orders somebody is the seller of.
pub async fn count_open_orders(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: PersonId,
) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from orders where company_id = $1 and seller_id = $2 and state = 'open'"#,
        company_id.0,
        id.0
    )
    .fetch_one(db)
    .await?;
    Ok(count)
}

pub async fn find_person_by_number(
    db: &mut PooledConnection,
    company_id: CompanyId,
    number: &str,
) -> Result<Option<PersonId>> {
    let id = sqlx::query_scalar!(
        "select id from people where company_id = $1 and number = $2",
        company_id.0,
        number
    )
    .fetch_optional(db)
    .await?;
    Ok(id.map(PersonId))
}

/// The most digits of a number. A change of the rule waits for the transaction, and counts whoever it adds.
pub async fn lock_login_digits(db: &mut PooledConnection, company_id: CompanyId) -> Result<usize> {
    let digits =
        sqlx::query_scalar!("select login_digits from companies where id = $1 for share", company_id.0)
            .fetch_one(db)
            .await?;
    Ok(usize::try_from(digits).unwrap_or_default())
}

pub async fn insert_person(db: &mut PooledConnection, company_id: CompanyId, new: &NewPerson) -> Result<()> {
    sqlx::query!(
        "insert into people (company_id, id, number, name, name_folded, roles, pin_hash, pin_must_change, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        company_id.0,
        new.id.0,
        new.number,
        new.name,
        folded_name(&new.name),
        &codes(&new.roles),
        new.pin_hash,
        new.pin_must_change,
        new.created_by.map(|id| id.0)
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn update_roles(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: PersonId,
    roles: &[Role],
) -> Result<()> {
    sqlx::query!(
        "update people set roles = $3 where company_id = $1 and id = $2",
        company_id.0,
        id.0,
        &codes(roles)
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn update_active(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: PersonId,
    active: bool,
) -> Result<()> {
    sqlx::query!(
        "update people set active = $3 where company_id = $1 and id = $2",
        company_id.0,
        id.0,
        active
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How many have a number of more digits.
pub async fn count_longer_numbers(
    db: &mut PooledConnection,
    company_id: CompanyId,
    digits: i16,
) -> Result<i64> {
    let people = sqlx::query_scalar!(
        r#"select count(*) as "people!" from people
           where company_id = $1 and number ~ '^[0-9]' and length(number) > $2"#,
        company_id.0,
        i32::from(digits)
    )
    .fetch_one(db)
    .await?;
    Ok(people)
}

/// How many people were anonymised.
pub async fn count_anonymised(db: &mut PooledConnection, company_id: CompanyId) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from people where company_id = $1 and anonymised_at is not null"#,
        company_id.0
    )
    .fetch_one(db)
    .await?;
    Ok(count)
}

/// Takes a person's name and number away, here and where entries keep them.
pub async fn anonymise_person(
    db: &mut PooledConnection,
    company_id: CompanyId,
    id: PersonId,
    called: &str,
    at: Timestamp,
) -> Result<()> {
    sqlx::query!(
        r#"select anonymise_person($1, $2, $3, $4, $5) as "done: ()""#,
        company_id.0,
        id.0,
        called,
        folded_name(called),
        at.to_sqlx() as _
    )
    .fetch_one(db)
    .await?;
    Ok(())
}
