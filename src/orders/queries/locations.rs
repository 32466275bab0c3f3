//! Where goods lie, by code and unit.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{ItemId, OrderId, PersonId};
use crate::orders::location::PlacedGoods;

/// Goods whose place is changed, by whom, and when.
#[derive(Clone, Copy, Debug)]
pub struct Placing<'a> {
    pub code: &'a str,
    pub unit: &'a str,
    pub by: PersonId,
    pub at: Timestamp,
}

/// The place of goods, and who changed it last.
#[derive(Clone, Debug)]
pub struct StoredLocation {
    pub location: Option<String>,
    /// How many changes there were.
    pub version: i64,
    pub by_name: String,
    pub at: Timestamp,
}

/// Locks the place of these goods. A row is made where nobody has said one, so that two who say the first take turns.
pub async fn lock_location(tx: &mut CompanyTx, placing: Placing<'_>) -> Result<StoredLocation> {
    let row = sqlx::query!(
        r#"insert into shelf_locations as l (company_id, code, unit, changed_by, changed_at)
           values ($1, $2, $3, $4, $5)
           on conflict (company_id, code, unit) do update set version = l.version
           returning l.location,
             l.version,
             l.changed_at,
             (select p.name from people p where p.company_id = $1 and p.id = l.changed_by) as "by!""#,
        tx.company_id().0,
        placing.code,
        placing.unit,
        placing.by.0,
        placing.at.to_sqlx() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    let (location, at) = (row.location, row.changed_at.to_jiff());
    Ok(StoredLocation { location, version: row.version, by_name: row.by, at })
}

/// Writes the place of goods that are locked; answers how many changes there were with this one.
pub async fn update_location(
    tx: &mut CompanyTx,
    placing: Placing<'_>,
    location: Option<&str>,
) -> Result<i64> {
    let version = sqlx::query_scalar!(
        "update shelf_locations set location = $4, version = version + 1, changed_by = $5, changed_at = $6
         where company_id = $1 and code = $2 and unit = $3 returning version",
        tx.company_id().0,
        placing.code,
        placing.unit,
        location,
        placing.by.0,
        placing.at.to_sqlx() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(version)
}

/// Writes the places of goods, each of which is named once; answers of how many it is another one now.
pub async fn write_locations(
    tx: &mut CompanyTx,
    goods: &[PlacedGoods],
    by: PersonId,
    at: Timestamp,
) -> Result<u64> {
    let codes: Vec<String> = goods.iter().map(|one| one.code.clone()).collect();
    let units: Vec<String> = goods.iter().map(|one| one.unit.clone()).collect();
    let places: Vec<String> = goods.iter().map(|one| one.location.clone().unwrap_or_default()).collect();
    let done = sqlx::query!(
        "insert into shelf_locations as l (company_id, code, unit, location, version, changed_by, changed_at)
         select $1, g.code, g.unit, nullif(g.location, ''), 1, $5, $6
         from unnest($2::text[], $3::text[], $4::text[]) g (code, unit, location)
         where g.location <> '' or exists (
           select from shelf_locations k where k.company_id = $1 and k.code = g.code and k.unit = g.unit)
         -- Two files that come at once lock in one order.
         order by g.code collate \"C\", g.unit collate \"C\"
         on conflict (company_id, code, unit) do update
           set location = excluded.location, version = l.version + 1, changed_by = $5, changed_at = $6
           where l.location is distinct from excluded.location",
        tx.company_id().0,
        &codes,
        &units,
        &places,
        by.0,
        at.to_sqlx() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Goods that have a place, after those of a code and unit, by both.
pub async fn list_locations(tx: &mut CompanyTx, after: (&str, &str), limit: i64) -> Result<Vec<PlacedGoods>> {
    let goods = sqlx::query_as!(
        PlacedGoods,
        "select code, unit, location from shelf_locations
         where company_id = $1 and location is not null and code >= $2 and (code, unit) > ($2, $3)
         order by code, unit limit $4",
        tx.company_id().0,
        after.0,
        after.1,
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(goods)
}

/// How many goods have a place.
pub async fn count_locations(tx: &mut CompanyTx) -> Result<i64> {
    let goods = sqlx::query_scalar!(
        r#"select count(*) as "goods!" from shelf_locations where company_id = $1 and location is not null"#,
        tx.company_id().0
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(goods)
}

/// The lines of an order that have the same goods as these lines, of whatever orders.
pub async fn list_lines_of_goods(
    tx: &mut CompanyTx,
    order_id: OrderId,
    lines: &[ItemId],
) -> Result<Vec<ItemId>> {
    let lines: Vec<_> = lines.iter().map(|id| id.0).collect();
    let found = sqlx::query_scalar!(
        "select i.id from order_items i
         where i.company_id = $1 and i.order_id = $2 and i.is_listed and exists (
           select from order_items m where m.company_id = $1 and m.id = any($3) and m.code = i.code and m.unit = i.unit)",
        tx.company_id().0,
        order_id.0,
        &lines
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found.into_iter().map(ItemId).collect())
}
