//! Queries for marks on finished orders: left, and adjusted in the ERP.

use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{ItemId, OrderId, PersonId};
use crate::orders::difference::{StoredTick, Taken, Tick};
use crate::orders::history::Departure;
use crate::orders::queries::order::{self, LockedOrder};

pub async fn find_departure(tx: &mut CompanyTx, order: &LockedOrder) -> Result<Option<Departure>> {
    let row = sqlx::query!(
        "select left_at, left_by from orders where company_id = $1 and id = $2",
        tx.company_id().0,
        order.id.0
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(row.left_at.zip(row.left_by).map(|(at, by)| Departure { at: at.to_jiff(), by: PersonId(by) }))
}

/// Writes the mark, and the lists that the order stands in.
pub async fn update_departure(
    tx: &mut CompanyTx,
    order: &LockedOrder,
    departure: Option<Departure>,
) -> Result<()> {
    sqlx::query!(
        "update orders set left_at = $3, left_by = $4 where company_id = $1 and id = $2",
        tx.company_id().0,
        order.id.0,
        departure.map(|departure| departure.at.to_sqlx()) as _,
        departure.map(|departure| departure.by.0)
    )
    .execute(&mut **tx)
    .await?;
    order::write_marks(tx, order).await
}

/// The ticks of an order, also those that no longer fit.
pub async fn list_ticks(tx: &mut CompanyTx, order_id: OrderId) -> Result<Vec<StoredTick>> {
    let rows = sqlx::query!(
        "select
           a.item_id,
           a.quantity,
           a.sent,
           a.replacement,
           a.replacement_quantity,
           a.done_at,
           a.done_by,
           p.name
         from order_adjustments a join people p on p.company_id = $1 and p.id = a.done_by
         where a.company_id = $1 and a.order_id = $2",
        tx.company_id().0,
        order_id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let taken = |(text, quantity)| Taken { text, quantity };
    Ok(rows
        .into_iter()
        .map(|row| StoredTick {
            item_id: ItemId(row.item_id),
            tick: Tick {
                quantity: row.quantity,
                sent: row.sent,
                replacement: row.replacement.zip(row.replacement_quantity).map(taken),
                at: row.done_at.to_jiff(),
                by: PersonId(row.done_by),
            },
            by_name: row.name,
        })
        .collect())
}

/// Writes the tick of each line, or takes it away, and then the lists that the order stands in.
pub async fn write_ticks(
    tx: &mut CompanyTx,
    order: &LockedOrder,
    ticks: impl IntoIterator<Item = (ItemId, Option<&Tick>)>,
) -> Result<()> {
    let (mut gone, mut ticked): (Vec<Uuid>, Vec<(ItemId, &Tick)>) = (Vec::new(), Vec::new());
    for (item_id, tick) in ticks {
        gone.push(item_id.0);
        ticked.extend(tick.map(|tick| (item_id, tick)));
    }
    sqlx::query!(
        "delete from order_adjustments where company_id = $1 and order_id = $2 and item_id = any($3)",
        tx.company_id().0,
        order.id.0,
        &gone
    )
    .execute(&mut **tx)
    .await?;
    for (item_id, tick) in ticked {
        let replacement = tick.replacement.as_ref();
        sqlx::query!(
            "insert into order_adjustments (company_id, order_id, item_id, quantity, sent, replacement, replacement_quantity,
               done_at, done_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            tx.company_id().0,
            order.id.0,
            item_id.0,
            tick.quantity,
            tick.sent,
            replacement.map(|replacement| replacement.text.as_str()),
            replacement.map(|replacement| replacement.quantity),
            tick.at.to_sqlx() as _,
            tick.by.0
        )
        .execute(&mut **tx)
        .await?;
    }
    order::write_marks(tx, order).await
}
