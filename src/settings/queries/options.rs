//! Queries for shipping and packaging options.

use uuid::Uuid;

use super::changes;
use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{PackagingId, ShippingId};
use crate::settings::model::changes::Part;
use crate::settings::model::options::{Packaging, Shipping};

/// Every shipping option, hidden ones too, in the order of forms.
pub async fn list_shippings(tx: &mut CompanyTx) -> Result<Vec<Shipping>> {
    let mut changed = changes::list_newest(tx, Part::Shipping).await?;
    let rows = sqlx::query!(
        r#"select s.id, s.name, s.hidden, s.makes_urgent, s.due_minute,
             array(select packaging_id from shipping_packagings a
               where a.company_id = $1 and a.shipping_id = s.id and a.allowed) as "packagings!",
             (select count(*) from orders o
               where o.company_id = $1 and o.shipping_id = s.id and o.state = 'open') as "orders!"
           from shipping_options s where s.company_id = $1 order by s.position, s.name"#,
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    let listed = rows.into_iter().map(|row| Shipping {
        id: ShippingId(row.id),
        name: row.name,
        hidden: row.hidden,
        makes_urgent: row.makes_urgent,
        due_minute: row.due_minute,
        packagings: row.packagings.into_iter().map(PackagingId).collect(),
        orders: row.orders,
        last: changed.remove(&row.id.to_string()),
    });
    Ok(listed.collect())
}

/// Every packaging option, hidden ones too, in the order of forms.
pub async fn list_packagings(tx: &mut CompanyTx) -> Result<Vec<Packaging>> {
    let mut changed = changes::list_newest(tx, Part::Packaging).await?;
    let rows = sqlx::query!(
        r#"select k.id, k.name, k.hidden,
             (select count(*) from orders o
               where o.company_id = $1 and o.packaging_id = k.id and o.state = 'open') as "orders!"
           from packaging_options k where k.company_id = $1 order by k.position, k.name"#,
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    let listed = rows.into_iter().map(|row| Packaging {
        id: PackagingId(row.id),
        name: row.name,
        hidden: row.hidden,
        orders: row.orders,
        last: changed.remove(&row.id.to_string()),
    });
    Ok(listed.collect())
}

pub async fn update_shipping(tx: &mut CompanyTx, shipping: &Shipping) -> Result<()> {
    sqlx::query!(
        "update shipping_options set name = $3, makes_urgent = $4, hidden = $5, due_minute = $6
         where company_id = $1 and id = $2",
        tx.company_id().0,
        shipping.id.0,
        shipping.name,
        shipping.makes_urgent,
        shipping.hidden,
        shipping.due_minute
    )
    .execute(&mut **tx)
    .await?;
    let allowed: Vec<Uuid> = shipping.packagings.iter().map(|id| id.0).collect();
    sqlx::query!(
        "insert into shipping_packagings (company_id, shipping_id, packaging_id, allowed)
         select $1, $2, k.id, k.id = any($3) from packaging_options k
         where k.company_id = $1 and (k.id = any($3) or exists (
           select from shipping_packagings a
           where a.company_id = $1 and a.shipping_id = $2 and a.packaging_id = k.id))
         on conflict on constraint shipping_packagings_pkey do update set allowed = excluded.allowed",
        tx.company_id().0,
        shipping.id.0,
        &allowed
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn update_packaging(tx: &mut CompanyTx, packaging: &Packaging) -> Result<()> {
    sqlx::query!(
        "update packaging_options set name = $3, hidden = $4 where company_id = $1 and id = $2",
        tx.company_id().0,
        packaging.id.0,
        packaging.name,
        packaging.hidden
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Gives shipping options their places, from 1 on.
pub async fn update_shipping_places(tx: &mut CompanyTx, order: &[ShippingId]) -> Result<()> {
    let ids: Vec<Uuid> = order.iter().map(|id| id.0).collect();
    sqlx::query!(
        "update shipping_options s set position = o.place::smallint
         from unnest($2::uuid[]) with ordinality o (id, place) where s.company_id = $1 and s.id = o.id",
        tx.company_id().0,
        &ids
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Gives packaging options their places, from 1 on.
pub async fn update_packaging_places(tx: &mut CompanyTx, order: &[PackagingId]) -> Result<()> {
    let ids: Vec<Uuid> = order.iter().map(|id| id.0).collect();
    sqlx::query!(
        "update packaging_options k set position = o.place::smallint
         from unnest($2::uuid[]) with ordinality o (id, place) where k.company_id = $1 and k.id = o.id",
        tx.company_id().0,
        &ids
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
