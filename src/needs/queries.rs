//! Queries for unanswered units, in one statement however many lines there are.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{ItemId, OrderId, PersonId};
use crate::needs::model::{Buying, Desk, Need};
use crate::orders::item::Replacement;
use crate::orders::queries::replacements::REMEMBERED;

/// Nobody answers more at once.
const MOST: i64 = 500;

/// As the statement returns it.
struct NeedRow {
    id: Uuid,
    order_id: Uuid,
    number: Option<String>,
    customer: String,
    urgent: bool,
    due_at: Option<jiff_sqlx::Timestamp>,
    seller_id: Uuid,
    seller: String,
    seller_active: bool,
    unit: String,
    description: String,
    quantity: Decimal,
    unanswered: Decimal,
    on_the_way: Decimal,
    is_short: bool,
    marked_by: Option<String>,
    marked_at: jiff_sqlx::Timestamp,
    replacement: Option<String>,
    replacement_code: Option<String>,
    replacement_unit: Option<String>,
}

impl From<NeedRow> for Need {
    fn from(row: NeedRow) -> Self {
        let quantity = row.unanswered;
        Self {
            order_id: OrderId(row.order_id),
            item_id: ItemId(row.id),
            number: row.number,
            customer: row.customer,
            urgent: row.urgent,
            due_at: row.due_at.map(jiff_sqlx::Timestamp::to_jiff),
            seller_id: PersonId(row.seller_id),
            seller: row.seller,
            seller_active: row.seller_active,
            unit: row.unit,
            description: row.description,
            quantity: row.quantity,
            unanswered: row.unanswered,
            on_the_way: row.on_the_way,
            is_short: row.is_short,
            marked_by: row.marked_by.unwrap_or_default(),
            marked_at: row.marked_at.to_jiff(),
            last: row.replacement.map(|text| Replacement {
                code: row.replacement_code,
                unit: row.replacement_unit,
                text,
                quantity,
                agreed: true,
            }),
        }
    }
}

pub async fn get_desk(tx: &mut CompanyTx, now: Timestamp, today: Date) -> Result<Desk> {
    let needs = list_needs(tx, now).await?;
    let buying = get_buying(tx, today).await?;
    Ok(Desk { needs, buying })
}

async fn list_needs(tx: &mut CompanyTx, now: Timestamp) -> Result<Vec<Need>> {
    let rows = sqlx::query_as!(
        NeedRow,
        r#"with told as (select id, name from people_as_told($1))
           select i.id,
             i.order_id,
             o.number,
             o.customer,
             o.urgent,
             o.due_at,
             o.seller_id,
             t.name as "seller!",
             p.active as seller_active,
             i.unit,
             i.description,
             i.quantity,
             i.unanswered,
             i.ordered - i.received as "on_the_way!",
             i.is_short,
             m.name as "marked_by?",
             coalesce(s.marked_at, o.imported_at) as "marked_at!",
             a.replacement as "replacement?",
             a.replacement_code,
             a.replacement_unit
           from order_items i
           join orders o on o.company_id = $1 and o.id = i.order_id and o.state = 'open'
           join people p on p.company_id = $1 and p.id = o.seller_id
           join told t on t.id = o.seller_id
           left join shortages s on s.company_id = $1 and s.item_id = i.id and s.closed_at is null
           left join told m on m.id = s.marked_by
           left join lateral (
             select replacement, replacement_code, replacement_unit from agreed_replacements
             where company_id = $1 and customer_code = o.customer_code and code = i.code and unit = i.unit
               and agreed_at between $2 and $3 and withdrawn_version is null
             order by agreed_at desc limit 1
           ) a on o.customer_code not in ('', (select counter_customer_code from companies where id = $1))
           where i.company_id = $1 and i.unanswered > 0 and i.picked < i.quantity
           order by o.urgent desc, s.marked_at, i.order_id, i.position
           limit $4"#,
        tx.company_id().0,
        (now - REMEMBERED).to_sqlx() as _,
        now.to_sqlx() as _,
        MOST
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Need::from).collect())
}

async fn get_buying(tx: &mut CompanyTx, today: Date) -> Result<Buying> {
    // Goods that come for the stock alone are late as well: the buyer's page lists them.
    let row = sqlx::query!(
        r#"with bought as (
             select b.id, a.displaced + a.to_return as left_over, o.state,
               o.state = 'open' and a.ordered > a.received and b.expected_on < $2 as is_late
             from purchase_allocations a
             join purchases b on b.company_id = $1 and b.id = a.purchase_id
             join orders o on o.company_id = $1 and o.id = a.order_id
             where a.company_id = $1 and a.is_open
           ), late as (
             select id from bought where is_late
             union
             select b.id from purchases b
             where b.company_id = $1 and b.surplus > 0 and b.surplus_outcome is null and b.expected_on < $2
           )
           select
             (select count(*) from late) as "late!",
             count(distinct b.id) filter (where b.state <> 'canceled' and b.left_over > 0) as "displaced!",
             count(distinct b.id) filter (where b.state = 'canceled') as "canceled!"
           from bought b"#,
        tx.company_id().0,
        today.to_sqlx() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Buying { late: row.late, displaced: row.displaced, canceled: row.canceled })
}
