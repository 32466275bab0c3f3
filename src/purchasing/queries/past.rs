//! Queries for the history of purchases, newest first.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::PurchaseId;
use crate::purchasing::model::{Goods, PastFilter, PastPurchase, PurchaseFacts};

/// A page of purchases after the one that `filter` names, at most `limit`. Days are those between these instants.
#[expect(clippy::too_many_lines, reason = "one statement, one column a line")]
pub async fn list_purchases(
    tx: &mut CompanyTx,
    filter: &PastFilter,
    days: (Option<Timestamp>, Option<Timestamp>),
    limit: i64,
) -> Result<Vec<PastPurchase>> {
    let (at, id) = filter.after.unzip();
    let rows = sqlx::query!(
        r#"select b.id,
             b.code,
             b.unit,
             b.description,
             b.supplier,
             b.cost_cents,
             b.expected_on,
             b.bought_at,
             b.surplus + coalesce(a.units, 0) as "units!",
             coalesce(a.orders, 0) as "orders!",
             coalesce(a.came, 0) + coalesce(s.came, case when b.surplus_outcome = 'stocked' then b.surplus else 0 end) as "came!",
             p.name as bought_by
           from purchases b
           join people p on p.company_id = $1 and p.id = b.bought_by
           left join lateral (
             select sum(ordered + used + displaced + to_return + canceled + stocked + returned) as units,
               count(distinct order_id) as orders,
               sum(received + used + to_return + stocked + returned) as came
             from purchase_allocations where company_id = $1 and purchase_id = b.id
           ) a on true
           left join lateral (
             select sum(units) filter (where outcome = 'stocked') as came
             from surplus_settlements where company_id = $1 and purchase_id = b.id and undone_at is null
           ) s on true
           where b.company_id = $1
             and ($2::timestamptz is null or b.bought_at >= $2)
             and ($3::timestamptz is null or b.bought_at < $3)
             and ($4::text is null or b.supplier ilike '%' || $4 || '%')
             and ($5::text is null or b.code ilike $5 or b.description ilike '%' || $5 || '%')
             and ($6::timestamptz is null or (b.bought_at, b.id) < ($6, $7))
             and b.surplus + coalesce(a.units, 0) > 0
           order by b.bought_at desc, b.id desc limit $8"#,
        tx.company_id().0,
        days.0.map(ToSqlx::to_sqlx) as _,
        days.1.map(ToSqlx::to_sqlx) as _,
        filter.supplier_words(),
        filter.goods_words(),
        at.map(ToSqlx::to_sqlx) as _,
        id.map(|id: PurchaseId| id.0),
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| PastPurchase {
            goods: Goods { code: row.code, unit: row.unit, description: row.description },
            purchase: PurchaseFacts {
                id: PurchaseId(row.id),
                supplier: row.supplier,
                expected_on: row.expected_on.map(jiff_sqlx::Date::to_jiff),
                bought_by: row.bought_by,
                bought_at: row.bought_at.to_jiff(),
            },
            cost_cents: row.cost_cents,
            units: row.units,
            came: row.came,
            orders: row.orders,
        })
        .collect())
}
