//! Making an order out of a confirmed quote.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::Result;
use crate::ids::{CompanyId, ItemId, OrderId, PackagingId, PersonId, ShippingId};

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
    pub items: Vec<NewItem>,
}

#[derive(Clone, Debug)]
pub struct NewItem {
    pub code: String,
    pub description: String,
    pub unit: String,
    pub quantity: Decimal,
    pub unit_price_cents: i64,
    pub total_cents: i64,
}

/// Inserts the order and its lines, numbered in the quote's order.
pub async fn insert_order(
    db: &mut PgConnection,
    company_id: CompanyId,
    order: &NewOrder,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into orders (company_id, id, number, customer_code, customer, seller_id, imported_by, quote_date, shipping_id,
           packaging_id, total_cents, discount_cents, payable_cents, values_mismatch_reason, urgent, imported_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        company_id.0,
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
        now.to_sqlx() as _
    )
    .execute(&mut *db)
    .await?;
    let ids: Vec<Uuid> = order.items.iter().map(|_| ItemId::new().0).collect();
    let codes: Vec<String> = order.items.iter().map(|item| item.code.clone()).collect();
    let descriptions: Vec<String> = order.items.iter().map(|item| item.description.clone()).collect();
    let units: Vec<String> = order.items.iter().map(|item| item.unit.clone()).collect();
    let quantities: Vec<Decimal> = order.items.iter().map(|item| item.quantity).collect();
    let prices: Vec<i64> = order.items.iter().map(|item| item.unit_price_cents).collect();
    let totals: Vec<i64> = order.items.iter().map(|item| item.total_cents).collect();
    sqlx::query!(
        "insert into order_items (company_id, id, order_id, position, code, description, unit, quantity, unit_price_cents, total_cents)
         select $1, id, $2, position, code, description, unit, quantity, price, total
         from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::bigint[], $9::bigint[])
           with ordinality as line(id, code, description, unit, quantity, price, total, position)",
        company_id.0,
        order.id.0,
        &ids,
        &codes,
        &descriptions,
        &units,
        &quantities,
        &prices,
        &totals
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Keeps the PDF beside the order.
pub async fn insert_document(
    db: &mut PgConnection,
    company_id: CompanyId,
    order_id: OrderId,
    file_name: &str,
    sha256: &[u8],
    pdf: &[u8],
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into order_documents (company_id, order_id, revision, file_name, sha256, pdf, at)
         values ($1, $2, (select coalesce(max(revision), 0) + 1 from order_documents where company_id = $1 and order_id = $2), $3, $4, $5, $6)",
        company_id.0,
        order_id.0,
        file_name,
        sha256,
        pdf,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}
