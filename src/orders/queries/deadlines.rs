//! Queries for the times of shipping options, and for the orders that follow them.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::ids::{OrderId, ShippingId};

/// The minute of the day until which the option's orders are to leave; None: no matter when.
pub async fn find_due_minute(tx: &mut CompanyTx, id: ShippingId) -> Result<Option<i16>> {
    let row = sqlx::query!(
        "select due_minute from shipping_options where company_id = $1 and id = $2",
        tx.company_id().0,
        id.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.ok_or(AppError::NotFound)?.due_minute)
}

/// The option's open orders that are not late, and their deadlines: those that a change of its time is offered to.
pub async fn list_due_orders(
    tx: &mut CompanyTx,
    id: ShippingId,
    now: Timestamp,
) -> Result<Vec<(OrderId, Option<Timestamp>)>> {
    let rows = sqlx::query!(
        r#"select id, due_at as "due_at: jiff_sqlx::Timestamp" from orders
           where company_id = $1 and state = 'open' and shipping_id = $2 and (due_at is null or due_at > $3) order by id"#,
        tx.company_id().0,
        id.0,
        now.to_sqlx() as _
    )
    .fetch_all(&mut **tx)
    .await?;
    let due = |at: Option<jiff_sqlx::Timestamp>| at.map(jiff_sqlx::Timestamp::to_jiff);
    Ok(rows.into_iter().map(|row| (OrderId(row.id), due(row.due_at))).collect())
}
