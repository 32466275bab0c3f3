//! What may be sent in place of a line: what its customer took the last time, and goods that the company knows.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{ItemId, OrderId};
use crate::orders::item::Replacement;
use crate::orders::model::Goods;

/// What was agreed longer ago is not offered again.
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(180 * 24);

/// The most words that are looked at, orders of each word, and lines of these orders.
const MOST_WORDS: i32 = 40;
const ORDERS_OF_A_WORD: i64 = 2;
const MOST_LINES: i64 = 2000;

/// By line: what the order's customer took in place of the same goods the last time, for all units of the line. Nothing for
/// the counter's code, which many people share.
pub async fn list_last_agreed(
    tx: &mut CompanyTx,
    order_id: OrderId,
    item_id: Option<ItemId>,
    now: Timestamp,
) -> Result<HashMap<ItemId, Replacement>> {
    let rows = sqlx::query!(
        "select
           i.id,
           a.replacement,
           a.replacement_code,
           a.replacement_unit
         from orders o
         join order_items i on i.company_id = $1 and i.order_id = o.id
         cross join lateral (
           select replacement, replacement_code, replacement_unit from agreed_replacements
           where company_id = $1 and customer_code = o.customer_code and code = i.code and unit = i.unit
             and agreed_at between $4 and $5 and withdrawn_version is null
           order by agreed_at desc limit 1
         ) a
         where o.company_id = $1 and o.id = $2 and ($3::uuid is null or i.id = $3)
           and o.customer_code not in ('', (select counter_customer_code from companies where id = $1))",
        tx.company_id().0,
        order_id.0,
        item_id.map(|id| id.0),
        (now - REMEMBERED).to_sqlx() as _,
        now.to_sqlx() as _
    )
    .fetch_all(&mut **tx)
    .await?;
    let replacement =
        |text, code, unit| Replacement { code, unit, text, quantity: Decimal::ZERO, agreed: true };
    let of_row = rows.into_iter().map(|row| {
        (ItemId(row.id), replacement(row.replacement, row.replacement_code, row.replacement_unit))
    });
    Ok(of_row.collect())
}

/// Goods of orders that have a word beginning with the folded `prefix`, each as last quoted; other goods of these orders
/// are among them. One step through the index for each word, not for each order that has it.
pub async fn list_goods(tx: &mut CompanyTx, prefix: &str) -> Result<Vec<Goods>> {
    let goods = sqlx::query_as!(
        Goods,
        r#"with recursive found (word, nr) as (
             (select word, 1 from search_words
              where company_id = $1 and word >= $2 and word < $2 || chr(1114111) order by word limit 1)
             union all
             select (select w.word from search_words w
                     where w.company_id = $1 and w.word > found.word and w.word < $2 || chr(1114111)
                     order by w.word limit 1), nr + 1
             from found where found.word is not null and nr < $3
           ),
           lines as (
             select i.code, i.unit, i.description, i.order_id
             from found
             cross join lateral (
               select order_id from search_words where company_id = $1 and word = found.word order by order_id desc limit $4
             ) o
             join order_items i on i.company_id = $1 and i.order_id = o.order_id
             limit $5
           )
           select distinct on (code, unit) code, unit, description from lines order by code, unit, order_id desc"#,
        tx.company_id().0,
        prefix,
        MOST_WORDS,
        ORDERS_OF_A_WORD,
        MOST_LINES
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(goods)
}
