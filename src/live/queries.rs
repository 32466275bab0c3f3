//! Queries for presence (leases of seconds) and for access of open sockets.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use crate::db::{CompanyTx, PooledConnection};
use crate::error::Result;
use crate::ids::{OrderId, PersonId};

/// Renews the leases of those who have an order open, and clears away those that ran out.
pub async fn upsert_leases(
    tx: &mut CompanyTx,
    pairs: &[(OrderId, PersonId)],
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    let orders: Vec<Uuid> = pairs.iter().map(|(order, _)| order.0).collect();
    let people: Vec<Uuid> = pairs.iter().map(|(_, person)| person.0).collect();
    sqlx::query!(
        "with ended as (delete from presence_leases where company_id = $1 and expires_at < $4)
         insert into presence_leases (company_id, order_id, person_id, expires_at)
         select $1, o, p, $5 from unnest($2::uuid[], $3::uuid[]) as pair(o, p) order by o, p
         on conflict (company_id, order_id, person_id) do update set expires_at = excluded.expires_at",
        tx.company_id().0,
        &orders,
        &people,
        now.to_sqlx() as _,
        expires_at.to_sqlx() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets who has which order open, after a restore.
pub async fn delete_all_leases(db: &mut PooledConnection) -> Result<()> {
    sqlx::query!("delete from presence_leases").execute(db).await?;
    Ok(())
}

/// Names at work on each order at this moment.
pub async fn list_present(tx: &mut CompanyTx, now: Timestamp) -> Result<Vec<(OrderId, String)>> {
    let rows = sqlx::query!(
        "select l.order_id, p.name from presence_leases l join people p on p.company_id = $1 and p.id = l.person_id
         where l.company_id = $1 and l.expires_at >= $2 order by l.order_id, p.name",
        tx.company_id().0,
        now.to_sqlx() as _
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (OrderId(row.order_id), row.name)).collect())
}

/// Of these people, those who are active; nobody where the company is closed.
pub async fn list_active_people(tx: &mut CompanyTx, people: &[PersonId]) -> Result<HashSet<PersonId>> {
    let people: Vec<Uuid> = people.iter().map(|person| person.0).collect();
    let rows = sqlx::query_scalar!(
        "select p.id from people p join companies c on c.id = p.company_id
         where p.company_id = $1 and p.id = any($2) and p.active and c.closed_at is null",
        tx.company_id().0,
        &people
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(PersonId).collect())
}
