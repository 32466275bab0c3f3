//! Queries for claims of orders. The functions `hold_order` and `next_order` of the schema make them.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{OrderId, PersonId};
use crate::orders::claim::lapses_at;
use crate::orders::queries::order::LockedOrder;

/// The result of claiming the next order.
#[derive(Debug)]
pub struct NextClaim {
    pub order_id: OrderId,
    /// The order that the person held before, and not any more.
    pub given_up: Option<OrderId>,
    /// The person did not hold it already.
    pub begun: bool,
}

/// Chooses and claims in one statement. Two people who ask at once never get the same order.
pub async fn claim_next_order(
    tx: &mut CompanyTx,
    person_id: PersonId,
    now: Timestamp,
) -> Result<Option<NextClaim>> {
    let row = sqlx::query!(
        r#"select order_id as "order_id!", given_up, begun as "begun!" from next_order($1, $2, $3, $4)"#,
        tx.company_id().0,
        person_id.0,
        now.to_sqlx() as _,
        lapses_at(now).to_sqlx() as _
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| NextClaim {
        order_id: OrderId(row.order_id),
        given_up: row.given_up.map(OrderId),
        begun: row.begun,
    }))
}

/// A command of the person that writes no entry of the history: if the person holds the order, the claim lasts on.
pub async fn renew_claim(
    tx: &mut CompanyTx,
    order: &LockedOrder,
    person_id: PersonId,
    now: Timestamp,
) -> Result<()> {
    sqlx::query_scalar!(
        "select hold_order($1, $2, $3, $4, $5, false)",
        tx.company_id().0,
        order.id.0,
        person_id.0,
        now.to_sqlx() as _,
        lapses_at(now).to_sqlx() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

/// Ends the person's claim on an order that the person passes over, and offers it to that person later only. Answers whether
/// there was a claim.
pub async fn skip_order(
    tx: &mut CompanyTx,
    order_id: OrderId,
    person_id: PersonId,
    now: Timestamp,
) -> Result<bool> {
    let ended = sqlx::query_scalar!(
        r#"with ended as (
             update order_claims set ended_at = least(lapses_at, greatest($4, began_at)), skipped_until = $5
             where company_id = $1 and order_id = $2 and person_id = $3 and ended_at is null returning order_id
           ), passed as (
             insert into order_claims (company_id, order_id, person_id, began_at, last_at, lapses_at, ended_at, skipped_until)
             select $1, id, $3, $4, $4, $4, $4, $5 from orders
             where company_id = $1 and id = $2 and not exists (select from ended)
             on conflict do nothing
           )
           select exists (select from ended) as "ended!""#,
        tx.company_id().0,
        order_id.0,
        person_id.0,
        now.to_sqlx() as _,
        lapses_at(now).to_sqlx() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(ended)
}

/// Ends all claims of a closed order.
pub async fn end_claims(tx: &mut CompanyTx, order: &LockedOrder, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update order_claims set ended_at = least(lapses_at, greatest($3, began_at))
         where company_id = $1 and order_id = $2 and ended_at is null",
        tx.company_id().0,
        order.id.0,
        now.to_sqlx() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends the claims that have lapsed, each when it lapsed. Answers how many.
pub async fn end_lapsed_claims(tx: &mut CompanyTx) -> Result<u64> {
    let done = sqlx::query!(
        "update order_claims set ended_at = lapses_at where company_id = $1 and ended_at is null and lapses_at < now()",
        tx.company_id().0
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Deletes up to `batch` records of skipped orders, a day after they last counted.
pub async fn delete_old_skips(tx: &mut CompanyTx, batch: i64) -> Result<u64> {
    let done = sqlx::query!(
        "delete from order_claims where company_id = $1 and ctid = any(array(
           select ctid from order_claims
           where company_id = $1 and ended_at = began_at and lapses_at = began_at
             and skipped_until < now() - interval '1 day'
           limit $2))",
        tx.company_id().0,
        batch
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}
