//! What is to go back to the shelf, of all orders: what newer quotes do not want of open ones, what is in the boxes of
//! canceled ones, also in place of their own goods, and what was bought and came for nobody. Each is found by an index of its own, however many orders were
//! ever canceled.

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{ItemId, OrderId, PurchaseId};
use crate::orders::model::ShelfLine;
use crate::orders::queries::order::LockedOrder;

/// The most lines that are listed.
const MOST_LINES: i64 = 500;

/// The lines, those of the orders that were imported last first.
pub async fn list_shelf_lines(tx: &mut CompanyTx) -> Result<Vec<ShelfLine>> {
    let rows = sqlx::query!(
        r#"with waiting as (
             select i.order_id, i.id, i.to_return as units, null::uuid as purchase_id, false as in_place
             from order_items i join orders o on o.company_id = $1 and o.id = i.order_id
             where i.company_id = $1 and i.must_return and o.state = 'open'
             union all
             select i.order_id, i.id, i.picked + i.to_return, null, false
             from outcome_marks m join order_items i on i.company_id = $1 and i.order_id = m.order_id
             where m.company_id = $1 and m.mark = 'shelf' and i.is_touched
             union all
             select i.order_id, i.id, coalesce(i.replacement_quantity, i.quantity - i.picked), null, true
             from outcome_marks m join order_items i on i.company_id = $1 and i.order_id = m.order_id
             where m.company_id = $1 and m.mark = 'shelf' and i.is_substituted
             union all
             select a.order_id, a.item_id, a.to_return + case when o.state = 'canceled' then a.received else 0 end, a.purchase_id, false
             from purchase_allocations a join orders o on o.company_id = $1 and o.id = a.order_id
             where a.company_id = $1 and a.is_open and (a.to_return > 0 or (a.received > 0 and o.state = 'canceled'))
           )
           select o.id as order_id,
             o.number,
             o.customer,
             o.state = 'canceled' as "canceled!",
             i.id as item_id,
             case when w.in_place then coalesce(i.replacement_code, '') else i.code end as "code!",
             case when w.in_place then coalesce(i.replacement, i.description) else i.description end as "description!",
             case when w.in_place then coalesce(i.replacement_unit, '') else i.unit end as "unit!",
             w.units as "units!",
             w.purchase_id as "purchase_id?",
             w.in_place as "in_place!",
             l.location as "location?"
           from waiting w
           join orders o on o.company_id = $1 and o.id = w.order_id
           join order_items i on i.company_id = $1 and i.id = w.id
           left join shelf_locations l on l.company_id = $1 and l.unit = case when w.in_place then i.replacement_unit else i.unit end
             and l.code = case when w.in_place then i.replacement_code else i.code end
           order by o.imported_at desc, o.id, i.position, w.in_place, w.purchase_id nulls first limit $2"#,
        tx.company_id().0,
        MOST_LINES
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ShelfLine {
            order_id: OrderId(row.order_id),
            number: row.number,
            customer: row.customer,
            canceled: row.canceled,
            item_id: ItemId(row.item_id),
            code: row.code,
            description: row.description,
            unit: row.unit,
            units: row.units,
            purchase_id: row.purchase_id.map(PurchaseId),
            in_place: row.in_place,
            location: row.location,
        })
        .collect())
}

/// How many lines there are.
pub async fn count_shelf_lines(tx: &mut CompanyTx) -> Result<i64> {
    let lines = sqlx::query_scalar!(
        r#"select (
             select count(*) from order_items i join orders o on o.company_id = $1 and o.id = i.order_id
             where i.company_id = $1 and i.must_return and o.state = 'open'
           ) + (
             select count(*) from outcome_marks m join order_items i on i.company_id = $1 and i.order_id = m.order_id
             where m.company_id = $1 and m.mark = 'shelf' and i.is_touched
           ) + (
             select count(*) from outcome_marks m join order_items i on i.company_id = $1 and i.order_id = m.order_id
             where m.company_id = $1 and m.mark = 'shelf' and i.is_substituted
           ) + (
             select count(*) from purchase_allocations a join orders o on o.company_id = $1 and o.id = a.order_id
             where a.company_id = $1 and a.is_open and (a.to_return > 0 or (a.received > 0 and o.state = 'canceled'))
           ) as "lines!""#,
        tx.company_id().0
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(lines)
}

/// Takes a canceled order off the list if `last`, of which everything is about to be back on the shelf, is its last line.
pub async fn delete_mark_with_last(tx: &mut CompanyTx, order: &LockedOrder, last: ItemId) -> Result<()> {
    sqlx::query!(
        "delete from outcome_marks m where m.company_id = $1 and m.order_id = $2 and m.mark = 'shelf' and not exists (
           select from order_items i where i.company_id = $1 and i.order_id = $2 and i.id <> $3 and (i.is_touched or i.is_substituted))",
        tx.company_id().0,
        order.id.0,
        last.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Puts a canceled order back on the list, of which something is in the box again.
pub async fn insert_mark(tx: &mut CompanyTx, order: &LockedOrder) -> Result<()> {
    sqlx::query!(
        "insert into outcome_marks (company_id, order_id, mark, closed_at)
         select c.company_id, c.order_id, 'shelf', c.closed_at from order_outcomes c
         where c.company_id = $1 and c.order_id = $2 and exists (
           select from order_items i where i.company_id = $1 and i.order_id = $2 and (i.is_touched or i.is_substituted))
         on conflict do nothing",
        tx.company_id().0,
        order.id.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
