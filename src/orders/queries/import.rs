//! Inserts an order from a confirmed quote.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{ItemId, OrderId, PackagingId, PersonId, ShippingId};

/// An order about to be made; money in cents.
#[derive(Clone, Debug)]
pub struct NewOrder {
    pub id: OrderId,
    pub number: Option<String>,
    pub customer_code: String,
    pub customer: String,
    pub seller_id: PersonId,
    pub imported_by: PersonId,
    pub quote_date: Date,
    pub shipping_id: ShippingId,
    pub packaging_id: PackagingId,
    pub total_cents: i64,
    pub discount_cents: i64,
    pub payable_cents: i64,
    pub values_mismatch_reason: Option<String>,
    pub urgent: bool,
    pub due_at: Option<Timestamp>,
    pub items: Vec<NewItem>,
}

#[derive(Clone, Debug)]
pub struct NewItem {
    pub code: String,
    pub description: String,
    pub unit: String,
    pub quantity: Decimal,
    /// In reais, with up to six decimals.
    pub unit_price: Decimal,
    pub total_cents: i64,
}

/// Inserts the order and its lines, numbered in the quote's order.
pub async fn insert_order(tx: &mut CompanyTx, order: &NewOrder, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "insert into orders (company_id, id, number, customer_code, customer, seller_id, imported_by, quote_date, shipping_id,
           packaging_id, total_cents, discount_cents, payable_cents, values_mismatch_reason, urgent, due_at, imported_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        tx.company_id().0,
        order.id.0,
        order.number,
        order.customer_code,
        order.customer,
        order.seller_id.0,
        order.imported_by.0,
        order.quote_date.to_sqlx() as _,
        order.shipping_id.0,
        order.packaging_id.0,
        order.total_cents,
        order.discount_cents,
        order.payable_cents,
        order.values_mismatch_reason,
        order.urgent,
        order.due_at.map(ToSqlx::to_sqlx) as _,
        now.to_sqlx() as _
    )
    .execute(&mut **tx)
    .await?;
    let lines: Vec<(i32, &NewItem)> = (1..).zip(&order.items).collect();
    insert_items(tx, order.id, &lines, 0).await?;
    Ok(())
}

/// Inserts lines at their places; `version` is that of the entry of the history that tells of them. Answers their ids.
pub async fn insert_items(
    tx: &mut CompanyTx,
    order_id: OrderId,
    lines: &[(i32, &NewItem)],
    version: i64,
) -> Result<Vec<ItemId>> {
    let ids: Vec<Uuid> = lines.iter().map(|_| ItemId::new().0).collect();
    let positions: Vec<i32> = lines.iter().map(|(position, _)| *position).collect();
    let codes: Vec<String> = lines.iter().map(|(_, item)| item.code.clone()).collect();
    let descriptions: Vec<String> = lines.iter().map(|(_, item)| item.description.clone()).collect();
    let units: Vec<String> = lines.iter().map(|(_, item)| item.unit.clone()).collect();
    let quantities: Vec<Decimal> = lines.iter().map(|(_, item)| item.quantity).collect();
    let prices: Vec<Decimal> = lines.iter().map(|(_, item)| item.unit_price).collect();
    let totals: Vec<i64> = lines.iter().map(|(_, item)| item.total_cents).collect();
    sqlx::query!(
        "insert into order_items (company_id, id, order_id, position, code, description, unit, quantity, unit_price,
           total_cents, version)
         select $1, id, $2, position, code, description, unit, quantity, price, total, $11
         from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::numeric[], $9::bigint[], $10::integer[])
           as line(id, code, description, unit, quantity, price, total, position)",
        tx.company_id().0,
        order_id.0,
        &ids,
        &codes,
        &descriptions,
        &units,
        &quantities,
        &prices,
        &totals,
        &positions,
        version
    )
    .execute(&mut **tx)
    .await?;
    Ok(ids.into_iter().map(ItemId).collect())
}
