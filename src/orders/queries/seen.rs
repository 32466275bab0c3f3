//! Queries for who saw which change of an order.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::PersonId;
use crate::orders::queries::order::LockedOrder;

/// Records that the person saw these entries of the order's history. Answers those that are news, from the oldest on: not the
/// person's own, and none that the person saw before.
pub async fn insert_seen(
    tx: &mut CompanyTx,
    order: &LockedOrder,
    person_id: PersonId,
    versions: &[i64],
    now: Timestamp,
) -> Result<Vec<i64>> {
    let mut seen = sqlx::query_scalar!(
        "insert into seen_changes (company_id, order_id, version, person_id, at)
         select $1, $2, h.version, $3, $5
         from order_history h
         where h.company_id = $1 and h.order_id = $2 and h.version = any($4) and h.actor_id <> $3
         on conflict do nothing
         returning version",
        tx.company_id().0,
        order.id.0,
        person_id.0,
        versions,
        now.to_sqlx() as _
    )
    .fetch_all(&mut **tx)
    .await?;
    seen.sort_unstable();
    Ok(seen)
}
