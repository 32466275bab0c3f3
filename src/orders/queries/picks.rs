//! Queries for picks: who took how much of a line.

use jiff_sqlx::ToSqlx;
use sqlx::types::Json;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{ItemId, OrderId, PersonId};
use crate::orders::history::PickRecord;
use crate::orders::item::ItemState;
use crate::orders::queries::order::LockedOrder;

/// The picks of a line that stand, oldest first.
pub async fn list_picks(tx: &mut CompanyTx, order_id: OrderId, item_id: ItemId) -> Result<Vec<PickRecord>> {
    let rows = sqlx::query!(
        r#"select seq,
             person_id,
             quantity,
             before as "before: Json<ItemState>",
             at
           from item_picks
           where company_id = $1 and order_id = $2 and item_id = $3 order by seq"#,
        tx.company_id().0,
        order_id.0,
        item_id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| PickRecord {
            seq: row.seq,
            person_id: PersonId(row.person_id),
            quantity: row.quantity,
            before: row.before.0,
            at: row.at.to_jiff(),
        })
        .collect())
}

pub async fn insert_pick(
    tx: &mut CompanyTx,
    order: &LockedOrder,
    item_id: ItemId,
    pick: &PickRecord,
) -> Result<()> {
    sqlx::query!(
        "insert into item_picks (company_id, order_id, item_id, seq, person_id, quantity, before, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (company_id, order_id, item_id, seq) do update set quantity = excluded.quantity",
        tx.company_id().0,
        order.id.0,
        item_id.0,
        pick.seq,
        pick.person_id.0,
        pick.quantity,
        Json(&pick.before) as _,
        pick.at.to_sqlx() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn delete_picks(
    tx: &mut CompanyTx,
    order: &LockedOrder,
    item_id: ItemId,
    seqs: &[i32],
) -> Result<()> {
    sqlx::query!(
        "delete from item_picks where company_id = $1 and order_id = $2 and item_id = $3 and seq = any($4)",
        tx.company_id().0,
        order.id.0,
        item_id.0,
        seqs
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
