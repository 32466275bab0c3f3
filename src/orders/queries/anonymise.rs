//! Orders of a customer who is to be forgotten, and what is left of them.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::OrderId;
use crate::orders::customer::CustomerOrder;

/// All orders of a customer's code, the oldest first.
pub async fn list_orders_of(tx: &mut CompanyTx, code: &str) -> Result<Vec<CustomerOrder>> {
    let rows = sqlx::query!(
        r#"select id, customer, state = 'open' as "open!" from orders
           where company_id = $1 and customer_code = $2 order by imported_at, id"#,
        tx.company_id().0,
        code
    )
    .fetch_all(&mut **tx)
    .await?;
    let order = |id, customer, open| CustomerOrder { id: OrderId(id), customer, open };
    Ok(rows.into_iter().map(|row| order(row.id, row.customer, row.open)).collect())
}

/// Whether the code stands for "whoever comes to the counter": many people.
pub async fn is_counter(tx: &mut CompanyTx, code: &str) -> Result<bool> {
    let is = sqlx::query_scalar!(
        r#"select counter_customer_code = $2 as "is!" from companies where id = $1"#,
        tx.company_id().0,
        code
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(is)
}

/// Who a customer is from now on.
#[derive(Debug)]
pub struct Anonymous<'a> {
    pub orders: &'a [OrderId],
    pub known_as: &'a str,
    pub code: &'a str,
    pub called: &'a str,
    /// Stands in place of notes.
    pub said: &'a str,
    pub at: Timestamp,
}

pub async fn anonymise_customer(tx: &mut CompanyTx, who: &Anonymous<'_>) -> Result<()> {
    let ids: Vec<Uuid> = who.orders.iter().map(|id| id.0).collect();
    sqlx::query!(
        r#"select anonymise_customer($1, $2, $3, $4, $5, $6, $7) as "done: ()""#,
        tx.company_id().0,
        &ids,
        who.known_as,
        who.code,
        who.called,
        who.said,
        who.at.to_sqlx() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes the customer's words from the orders. The orders are to be folded again, since a word may be one of goods as well.
pub async fn forget_words(tx: &mut CompanyTx, orders: &[OrderId], words: &[String]) -> Result<()> {
    let ids: Vec<Uuid> = orders.iter().map(|id| id.0).collect();
    sqlx::query!(
        "with gone as (
           delete from search_words where company_id = $1 and order_id = any($2) and word = any($3)
         )
         update search_words set fold = 0 where company_id = $1 and order_id = any($2) and word <> all($3)",
        tx.company_id().0,
        &ids,
        words
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
