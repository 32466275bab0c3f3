//! Search by number, customer, reference and product code: ranges over folded words, because under row-level
//! security only plain comparisons use an index.

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::OrderId;

/// Open orders that have, for each of the folded `words`, a word beginning with it.
pub async fn list_matching(tx: &mut CompanyTx, words: &[String]) -> Result<Vec<OrderId>> {
    let ids = sqlx::query_scalar!(
        r#"select w.order_id from unnest($2::text[]) with ordinality as q(prefix, nr)
           join search_words w on w.company_id = $1 and w.word >= q.prefix and w.word < q.prefix || chr(1114111)
           join orders o on o.company_id = $1 and o.id = w.order_id and o.state = 'open'
           group by w.order_id having count(distinct q.nr) = cardinality($2::text[])"#,
        tx.company_id().0,
        words
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids.into_iter().map(OrderId).collect())
}

/// Adds an order's words as today's folding writes them (version 1; the index `search_words_stale_idx` and
/// [`list_stale`] name it, too).
pub async fn insert_words(tx: &mut CompanyTx, order_id: OrderId, words: &[String]) -> Result<()> {
    sqlx::query!(
        "insert into search_words (company_id, word, order_id, fold)
         select $1, word, $2, 1 from unnest($3::text[]) as word
         on conflict (company_id, word, order_id) do update set fold = excluded.fold
           where search_words.fold < excluded.fold",
        tx.company_id().0,
        order_id.0,
        words
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes words away from an order.
pub async fn delete_words(tx: &mut CompanyTx, order_id: OrderId, words: &[String]) -> Result<()> {
    sqlx::query!(
        "delete from search_words where company_id = $1 and word = any($3) and order_id = $2",
        tx.company_id().0,
        order_id.0,
        words
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Some orders with words that an older build wrote.
pub async fn list_stale(tx: &mut CompanyTx, most: i64) -> Result<Vec<OrderId>> {
    let ids = sqlx::query_scalar!(
        "select distinct order_id from search_words where company_id = $1 and fold < 1 limit $2",
        tx.company_id().0,
        most
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids.into_iter().map(OrderId).collect())
}

/// Takes an order's words away that an older build wrote and this one does not.
pub async fn delete_stale(tx: &mut CompanyTx, order_id: OrderId) -> Result<()> {
    sqlx::query!(
        "delete from search_words where company_id = $1 and order_id = $2 and fold < 1",
        tx.company_id().0,
        order_id.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What an order is found by.
pub struct Named {
    pub number: Option<String>,
    pub customer_code: String,
    pub customer: String,
    /// Codes and descriptions of its lines.
    pub lines: Vec<(String, String)>,
}

/// What an order is found by. The order is locked, so that this stays true until the transaction ends.
pub async fn lock_named(tx: &mut CompanyTx, order_id: OrderId) -> Result<Named> {
    let order = sqlx::query!(
        "select number, customer_code, customer from orders where company_id = $1 and id = $2 for no key update",
        tx.company_id().0,
        order_id.0
    )
    .fetch_one(&mut **tx)
    .await?;
    let lines = sqlx::query!(
        "select code, description from order_items where company_id = $1 and order_id = $2 and quantity > 0",
        tx.company_id().0,
        order_id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(Named {
        number: order.number,
        customer_code: order.customer_code,
        customer: order.customer,
        lines: lines.into_iter().map(|line| (line.code, line.description)).collect(),
    })
}
