//! Updates an order to a newer quote.

use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::html::format;
use crate::ids::{ItemId, OrderId, PackagingId, PersonId, ShippingId};
use crate::orders::history::{Header, Snapshot};
use crate::orders::model::Item;
use crate::orders::queries::items;
use crate::orders::queries::order::LockedOrder;

/// An order that a newer quote may change.
#[derive(Debug)]
pub struct Base {
    pub id: OrderId,
    pub header: Header,
    /// Whether its shipping option sets deadlines: then its deadline may have come from the option.
    pub brings_due: bool,
    pub items: Vec<Item>,
}

impl Base {
    /// "30567", or the customer and date of an order without a number.
    pub fn label(&self) -> String {
        let Header { number, customer, quote_date, .. } = &self.header;
        number.clone().unwrap_or_else(|| format!("{customer} · {}", format::date(*quote_date)))
    }
}

pub async fn get_base(tx: &mut CompanyTx, id: OrderId) -> Result<Base> {
    let (header, brings_due) = get_header(tx, id).await?;
    Ok(Base { id, header, brings_due, items: items::list_items(tx, id, None).await? })
}

/// The order's header, and whether its shipping option sets deadlines.
async fn get_header(tx: &mut CompanyTx, id: OrderId) -> Result<(Header, bool)> {
    let row = sqlx::query!(
        r#"select o.number,
             o.customer_code,
             o.customer,
             o.seller_id,
             o.quote_date,
             o.shipping_id,
             o.packaging_id,
             o.total_cents,
             o.discount_cents,
             o.payable_cents,
             o.values_mismatch_reason,
             o.urgent,
             o.due_at,
             s.due_minute is not null as "brings_due!"
           from orders o join shipping_options s on s.company_id = $1 and s.id = o.shipping_id
           where o.company_id = $1 and o.id = $2"#,
        tx.company_id().0,
        id.0
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(AppError::NotFound)?;
    let header = Header {
        number: row.number,
        customer_code: row.customer_code,
        customer: row.customer,
        seller_id: PersonId(row.seller_id),
        quote_date: row.quote_date.to_jiff(),
        shipping_id: ShippingId(row.shipping_id),
        packaging_id: PackagingId(row.packaging_id),
        total_cents: row.total_cents,
        discount_cents: row.discount_cents,
        payable_cents: row.payable_cents,
        values_mismatch_reason: row.values_mismatch_reason,
        urgent: row.urgent,
        due_at: row.due_at.map(jiff_sqlx::Timestamp::to_jiff),
    };
    Ok((header, row.brings_due))
}

/// Writes the header. A number that another order has is refused by the index `orders_number_key`.
pub async fn update_header(tx: &mut CompanyTx, order: &LockedOrder, header: &Header) -> Result<()> {
    sqlx::query!(
        "update orders set number = $3, customer_code = $4, customer = $5, seller_id = $6, quote_date = $7, shipping_id = $8,
           packaging_id = $9, total_cents = $10, discount_cents = $11, payable_cents = $12, values_mismatch_reason = $13, urgent = $14,
           due_at = $15
         where company_id = $1 and id = $2",
        tx.company_id().0,
        order.id.0,
        header.number,
        header.customer_code,
        header.customer,
        header.seller_id.0,
        header.quote_date.to_sqlx() as _,
        header.shipping_id.0,
        header.packaging_id.0,
        header.total_cents,
        header.discount_cents,
        header.payable_cents,
        header.values_mismatch_reason,
        header.urgent,
        header.due_at.map(ToSqlx::to_sqlx) as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes what the lines that stay say, and their places; `last` is the last place that is taken. Lines that have
/// left come after it. A place belongs to one line at every moment, so all go out of the way first.
pub async fn update_snapshots(
    tx: &mut CompanyTx,
    order: &LockedOrder,
    lines: &[(ItemId, &Snapshot)],
    last: i32,
) -> Result<()> {
    let ids: Vec<Uuid> = lines.iter().map(|(id, _)| id.0).collect();
    let positions: Vec<i32> = lines.iter().map(|(_, line)| line.position).collect();
    let codes: Vec<String> = lines.iter().map(|(_, line)| line.code.clone()).collect();
    let descriptions: Vec<String> = lines.iter().map(|(_, line)| line.description.clone()).collect();
    let units: Vec<String> = lines.iter().map(|(_, line)| line.unit.clone()).collect();
    let prices: Vec<Decimal> = lines.iter().map(|(_, line)| line.unit_price).collect();
    let totals: Vec<i64> = lines.iter().map(|(_, line)| line.total_cents).collect();
    sqlx::query!(
        "update order_items set position = -position where company_id = $1 and order_id = $2",
        tx.company_id().0,
        order.id.0
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "update order_items i set position = l.position, code = l.code, description = l.description, unit = l.unit,
           unit_price = l.price, total_cents = l.total
         from unnest($3::uuid[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::numeric[], $9::bigint[])
           as l(id, position, code, description, unit, price, total)
         where i.company_id = $1 and i.order_id = $2 and i.id = l.id",
        tx.company_id().0,
        order.id.0,
        &ids,
        &positions,
        &codes,
        &descriptions,
        &units,
        &prices,
        &totals
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "update order_items i set position = $3 + l.place
         from (select id, row_number() over (order by position desc)::integer as place
               from order_items where company_id = $1 and order_id = $2 and position < 0) l
         where i.company_id = $1 and i.order_id = $2 and i.id = l.id",
        tx.company_id().0,
        order.id.0,
        last
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
