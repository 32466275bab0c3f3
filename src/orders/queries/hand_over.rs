//! Queries for orders that change their seller.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::EventKind;
use crate::ids::{OrderId, PersonId};
use crate::orders::history::Detail;
use crate::orders::queries::order::LockedOrder;

/// The open orders of a seller, locked.
pub async fn lock_open_orders(tx: &mut CompanyTx, seller_id: PersonId) -> Result<Vec<OrderId>> {
    let ids = sqlx::query_scalar!(
        "select id from orders where company_id = $1 and seller_id = $2 and state = 'open' order by id for no key update",
        tx.company_id().0,
        seller_id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids.into_iter().map(OrderId).collect())
}

pub async fn update_seller(tx: &mut CompanyTx, order: &LockedOrder, seller_id: PersonId) -> Result<()> {
    sqlx::query!(
        "update orders set seller_id = $3 where company_id = $1 and id = $2",
        tx.company_id().0,
        order.id.0,
        seller_id.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Gives locked orders to a seller, with an entry in the history of each.
pub async fn update_sellers(
    tx: &mut CompanyTx,
    ids: &[OrderId],
    seller_id: PersonId,
    actor_id: PersonId,
    detail: &Detail,
    at: Timestamp,
) -> Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query!(
        "with handed as (
           update orders set seller_id = $3, version = version + 1 where company_id = $1 and id = any($2) returning id, version
         )
         insert into order_history (company_id, order_id, version, kind, actor_id, detail, at, operation_id)
         select $1, id, version, $4, $5, $6, $7, $8 from handed",
        tx.company_id().0,
        &ids,
        seller_id.0,
        EventKind::OrderHandedOver.code(),
        actor_id.0,
        Json(detail) as _,
        at.to_sqlx() as _,
        tx.operation_id().map(|id| id.0)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
