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

/// Adds an order's words; those it has already are left.
pub async fn insert_words(tx: &mut CompanyTx, order_id: OrderId, words: &[String]) -> Result<()> {
    sqlx::query!(
        "insert into search_words (company_id, word, order_id)
         select $1, word, $2 from unnest($3::text[]) as word on conflict do nothing",
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
