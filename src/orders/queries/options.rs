//! Queries for the choices of an order: shipping, packaging, sellers.

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{PackagingId, PersonId, ShippingId};
use crate::orders::model::{OrderChoices, PackagingOption, ShippingOption};

/// Shipping options that may be chosen, each with the packaging it allows; `chosen` is listed though hidden.
pub async fn list_shipping_options(
    tx: &mut CompanyTx,
    chosen: Option<ShippingId>,
) -> Result<Vec<ShippingOption>> {
    let rows = sqlx::query!(
        r#"select
          s.id,
          s.name,
          s.makes_urgent,
          s.due_minute,
          array(select packaging_id from shipping_packagings a
            where a.company_id = $1 and a.shipping_id = s.id and a.allowed) as "packagings!"
        from shipping_options s where s.company_id = $1 and (not s.hidden or s.id = $2) order by s.position, s.name"#,
        tx.company_id().0,
        chosen.map(|id| id.0)
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ShippingOption {
            id: ShippingId(row.id),
            name: row.name,
            makes_urgent: row.makes_urgent,
            due_minute: row.due_minute,
            packagings: row.packagings.into_iter().map(PackagingId).collect(),
        })
        .collect())
}

/// Packaging options that may be chosen.
pub async fn list_packaging_options(
    tx: &mut CompanyTx,
    chosen: Option<PackagingId>,
) -> Result<Vec<PackagingOption>> {
    let rows = sqlx::query!(
        "select id, name from packaging_options where company_id = $1 and (not hidden or id = $2) order by position, name",
        tx.company_id().0,
        chosen.map(|id| id.0)
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| PackagingOption { id: PackagingId(row.id), name: row.name }).collect())
}

/// The choices for an order that has these at the moment.
pub async fn get_order_choices(
    tx: &mut CompanyTx,
    shipping: ShippingId,
    packaging: PackagingId,
) -> Result<OrderChoices> {
    let shippings = list_shipping_options(tx, Some(shipping)).await?;
    let packagings = list_packaging_options(tx, Some(packaging)).await?;
    let rows = sqlx::query!(
        "select id, name from people where company_id = $1 and active and 'seller' = any(roles) order by name, id",
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    let sellers = rows.into_iter().map(|row| (PersonId(row.id), row.name)).collect();
    Ok(OrderChoices { shippings, packagings, sellers })
}

/// People who sell and are active, and those who still have open orders.
pub async fn list_sellers(tx: &mut CompanyTx) -> Result<Vec<(PersonId, String)>> {
    let rows = sqlx::query!(
        "select id, name from people p where company_id = $1 and ((active and 'seller' = any(roles))
           or exists (select from orders o where o.company_id = $1 and o.seller_id = p.id and o.state = 'open'))
         order by name, id",
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (PersonId(row.id), row.name)).collect())
}
