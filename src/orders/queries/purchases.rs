//! Queries for purchases and their allocations to lines.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::ids::{ItemId, OrderId, PersonId, PurchaseId};
use crate::orders::history::AllocationChange;
use crate::orders::item::RestState;
use crate::orders::item::allocation::Allocation;

/// What was bought for one line, the oldest purchase first.
pub async fn list_allocations(tx: &mut CompanyTx, item_id: ItemId) -> Result<Vec<Allocation>> {
    let rows = sqlx::query!(
        "select purchase_id,
           ordered,
           received,
           used,
           displaced,
           to_return,
           canceled,
           stocked,
           returned
         from purchase_allocations
         where company_id = $1 and item_id = $2 order by purchase_id",
        tx.company_id().0,
        item_id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Allocation {
            purchase: PurchaseId(row.purchase_id),
            ordered: row.ordered,
            received: row.received,
            used: row.used,
            displaced: row.displaced,
            to_return: row.to_return,
            canceled: row.canceled,
            stocked: row.stocked,
            returned: row.returned,
        })
        .collect())
}

/// Writes the allocations of lines of a locked order.
pub async fn write_allocations(
    tx: &mut CompanyTx,
    order_id: OrderId,
    changes: &[AllocationChange],
) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        r#"with changes as (
             select item, "before", "after" from jsonb_to_recordset($3) as c (item uuid, "before" jsonb, "after" jsonb)
           ), gone as (
             delete from purchase_allocations a using changes c
             where a.company_id = $1 and c."after" is null and a.item_id = c.item
               and a.purchase_id = (c."before" ->> 'purchase')::uuid
           )
           insert into purchase_allocations (company_id, order_id, item_id, purchase_id, ordered, received, used, displaced, to_return,
             canceled, stocked, returned)
           select $1, $2, c.item, n.purchase, n.ordered, n.received, n.used, n.displaced, n.to_return, n.canceled, n.stocked, n.returned
           from changes c cross join lateral jsonb_to_record(c."after") as n (purchase uuid, ordered numeric, received numeric,
             used numeric, displaced numeric, to_return numeric, canceled numeric, stocked numeric, returned numeric)
           where c."after" is not null
           on conflict (company_id, purchase_id, item_id) do update set ordered = excluded.ordered, received = excluded.received,
             used = excluded.used, displaced = excluded.displaced, to_return = excluded.to_return, canceled = excluded.canceled,
             stocked = excluded.stocked, returned = excluded.returned"#,
        tx.company_id().0,
        order_id.0,
        Json(changes) as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Goods that were bought at once.
#[derive(Debug)]
pub struct NewPurchase<'a> {
    pub id: PurchaseId,
    pub code: &'a str,
    pub unit: &'a str,
    pub description: &'a str,
    pub supplier: Option<&'a str>,
    pub cost_cents: Option<i64>,
    pub expected_on: Option<Date>,
    pub surplus: Decimal,
    pub by: PersonId,
    pub at: Timestamp,
}

pub async fn insert_purchase(tx: &mut CompanyTx, purchase: &NewPurchase<'_>) -> Result<()> {
    sqlx::query!(
        "with made as (
           insert into purchases (company_id, id, code, unit, description, supplier, cost_cents, expected_on, bought_by, bought_at, surplus)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         )
         insert into purchase_expectations (company_id, purchase_id, at, expected_on, said_by)
         select $1, $2, $10, $8, $9 where $8::date is not null",
        tx.company_id().0,
        purchase.id.0,
        purchase.code,
        purchase.unit,
        purchase.description,
        purchase.supplier,
        purchase.cost_cents,
        purchase.expected_on.map(ToSqlx::to_sqlx) as _,
        purchase.by.0,
        purchase.at.to_sqlx() as _,
        purchase.surplus
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes the stock's part from those of the purchases that were taken back for every line, unless some of it was settled. The
/// purchase stays, though of nothing: whoever gave up its units for another order may take that back.
pub async fn update_empty(tx: &mut CompanyTx, ids: &[PurchaseId]) -> Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query!(
        "update purchases p set surplus = 0 where p.company_id = $1 and p.id = any($2)
           and not exists (select from purchase_allocations a where a.company_id = $1 and a.purchase_id = p.id)
           and not exists (select from surplus_settlements s where s.company_id = $1 and s.purchase_id = p.id)",
        tx.company_id().0,
        &ids
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Other open orders that may ask for the same goods, in the order of their ids, and what is to happen with the goods there: the
/// state of their rest, and how many units of it wait for an answer.
pub async fn list_same_goods(
    tx: &mut CompanyTx,
    order_id: OrderId,
    code: &str,
    unit: &str,
) -> Result<Vec<(OrderId, RestState, Decimal)>> {
    let rows = sqlx::query!(
        r#"select distinct
             i.order_id,
             i.rest_state as "rest_state: RestState",
             i.unanswered
           from order_items i
           join orders o on o.company_id = $1 and o.id = i.order_id and o.state = 'open'
           where i.company_id = $1 and i.code = $2 and i.is_requestable and i.unit = $3 and i.order_id <> $4
           order by i.order_id limit 300"#,
        tx.company_id().0,
        code,
        unit,
        order_id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (OrderId(row.order_id), row.rest_state, row.unanswered)).collect())
}

/// The lines of an order that may ask for these goods, answered or not.
pub async fn list_requestable(
    tx: &mut CompanyTx,
    order_id: OrderId,
    code: &str,
    unit: &str,
) -> Result<Vec<ItemId>> {
    let ids = sqlx::query_scalar!(
        "select id from order_items
         where company_id = $1 and order_id = $2 and code = $3 and unit = $4 and is_requestable order by position",
        tx.company_id().0,
        order_id.0,
        code,
        unit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids.into_iter().map(ItemId).collect())
}

/// Writes when the goods are to come, and that it was said.
pub async fn expect_purchase(
    tx: &mut CompanyTx,
    id: PurchaseId,
    expected_on: Option<Date>,
    by: PersonId,
    at: Timestamp,
) -> Result<()> {
    let done = sqlx::query!(
        "with said as (
           update purchases set expected_on = $3 where company_id = $1 and id = $2 returning id
         )
         insert into purchase_expectations (company_id, purchase_id, at, expected_on, said_by)
         select $1, id, $5, $3, $4 from said",
        tx.company_id().0,
        id.0,
        expected_on.map(ToSqlx::to_sqlx) as _,
        by.0,
        at.to_sqlx() as _
    )
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 { Err(AppError::NotFound) } else { Ok(()) }
}
