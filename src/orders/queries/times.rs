//! Queries for the times of orders.

use std::collections::HashMap;

use rust_decimal::Decimal;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::html::WorkCalendar;
use crate::ids::ItemId;
use crate::orders::history::LineChange;
use crate::orders::item::ItemState;
use crate::orders::times::{Milestone, Moment, OrderTimes};

/// The times of some closed orders.
pub async fn list_times(
    tx: &mut CompanyTx,
    orders: &[Uuid],
    calendar: WorkCalendar,
) -> Result<HashMap<Uuid, OrderTimes>> {
    let mut moments = list_moments(tx, orders).await?;
    let mut lines: HashMap<Uuid, Vec<(ItemId, ItemState)>> = HashMap::new();
    // A line that the history does not name is still as it came.
    for (order, item, quantity) in list_quantities(tx, orders).await? {
        lines.entry(order).or_default().push((item, ItemState::new(quantity)));
    }
    let mut times = |order: &Uuid| {
        let moments = moments.remove(order)?;
        let lines = lines.remove(order).unwrap_or_default();
        Some((*order, OrderTimes::new(&moments, &lines, calendar)))
    };
    Ok(orders.iter().filter_map(&mut times).collect())
}

async fn list_moments(tx: &mut CompanyTx, orders: &[Uuid]) -> Result<HashMap<Uuid, Vec<Moment>>> {
    let rows = sqlx::query!(
        r#"select
          order_id,
          kind,
          at,
          undone_by is not null as "undone!",
          coalesce(detail -> 'lines', '[]') as "lines!: Json<Vec<LineChange>>"
        from order_history where company_id = $1 and order_id = any($2) order by order_id, version"#,
        tx.company_id().0,
        orders
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut found: HashMap<Uuid, Vec<Moment>> = HashMap::new();
    for row in rows {
        let milestone = match row.kind.as_str() {
            "item_picked" if !row.undone => Milestone::Picked,
            "order_finished" | "order_canceled" => Milestone::Closed,
            "order_reopened" => Milestone::Reopened,
            _ => Milestone::Other,
        };
        let moment = Moment { at: row.at.to_jiff(), milestone, lines: row.lines.0 };
        found.entry(row.order_id).or_default().push(moment);
    }
    Ok(found)
}

async fn list_quantities(tx: &mut CompanyTx, orders: &[Uuid]) -> Result<Vec<(Uuid, ItemId, Decimal)>> {
    let rows = sqlx::query!(
        "select order_id, id, quantity from order_items where company_id = $1 and order_id = any($2)",
        tx.company_id().0,
        orders
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.order_id, ItemId(row.id), row.quantity)).collect())
}
