//! Closed orders by their marks and words: ranges of an index in the order of the page, so that no page costs more for
//! lying deep.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{OrderId, PersonId};
use crate::reports::model::history::HistoryPosition;

/// What orders must have: every mark, a word for each beginning, and a time in this span.
#[derive(Clone, Debug)]
pub struct OutcomeFilter {
    pub marks: Vec<String>,
    pub words: Vec<String>,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// How many orders have each of the marks, counted up to `most`.
pub async fn count_marks(tx: &mut CompanyTx, wanted: &OutcomeFilter, most: i64) -> Result<Vec<i64>> {
    let counts = sqlx::query_scalar!(
        r#"select (
             select count(*) from (
               select from outcome_marks m
               where m.company_id = $1 and m.mark = w.mark and m.closed_at >= $3 and m.closed_at < $4 limit $5
             ) found
           ) as "count!"
           from unnest($2::text[]) with ordinality as w(mark, place) order by w.place"#,
        tx.company_id().0,
        &wanted.marks,
        wanted.from.to_sqlx() as _,
        wanted.until.to_sqlx() as _,
        most
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(counts)
}

/// How many words begin with each of the beginnings, in open orders, too; counted up to `most`.
pub async fn count_words(tx: &mut CompanyTx, words: &[String], most: i64) -> Result<Vec<i64>> {
    let counts = sqlx::query_scalar!(
        r#"select (
             select count(*) from (
               select from search_words s
               where s.company_id = $1 and s.word >= w.prefix and s.word < w.prefix || chr(1114111) limit $3
             ) found
           ) as "count!"
           from unnest($2::text[]) with ordinality as w(prefix, place) order by w.place"#,
        tx.company_id().0,
        words,
        most
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(counts)
}

struct PlaceRow {
    order_id: Uuid,
    closed_at: jiff_sqlx::Timestamp,
}

impl From<PlaceRow> for HistoryPosition {
    fn from(row: PlaceRow) -> Self {
        HistoryPosition { closed_at: row.closed_at.to_jiff(), id: OrderId(row.order_id) }
    }
}

/// Orders after a place, newest first, along the list of one mark.
pub async fn list_by_mark(
    tx: &mut CompanyTx,
    wanted: &OutcomeFilter,
    mark: &str,
    after: HistoryPosition,
    limit: i64,
) -> Result<Vec<HistoryPosition>> {
    let rows = sqlx::query_as!(
        PlaceRow,
        "select m.order_id, m.closed_at from outcome_marks m
         where m.company_id = $1 and m.mark = $2 and m.closed_at >= $3 and (m.closed_at, m.order_id) < ($4, $5)
           and (select count(*) from outcome_marks k
             where k.company_id = $1 and k.order_id = m.order_id and k.mark = any($6)) = cardinality($6::text[])
           and (select count(*) from unnest($7::text[]) as w(prefix) where exists (
             select from search_words s
             where s.company_id = $1 and s.order_id = m.order_id and s.word >= w.prefix and s.word < w.prefix || chr(1114111)
           )) = cardinality($7::text[])
         order by m.closed_at desc, m.order_id desc limit $8",
        tx.company_id().0,
        mark,
        wanted.from.to_sqlx() as _,
        after.closed_at.to_sqlx() as _,
        after.id.0,
        &wanted.marks,
        &wanted.words,
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(HistoryPosition::from).collect())
}

/// Orders after a place, newest first, from those that have a word, which are few.
pub async fn list_by_word(
    tx: &mut CompanyTx,
    wanted: &OutcomeFilter,
    word: &str,
    after: HistoryPosition,
    limit: i64,
) -> Result<Vec<HistoryPosition>> {
    let rows = sqlx::query_as!(
        PlaceRow,
        "select c.order_id, c.closed_at
         from (
           select distinct s.order_id from search_words s
           where s.company_id = $1 and s.word >= $2 and s.word < $2 || chr(1114111)
         ) found
         join order_outcomes c on c.company_id = $1 and c.order_id = found.order_id
         where c.closed_at >= $3 and (c.closed_at, c.order_id) < ($4, $5)
           and (select count(*) from outcome_marks k
             where k.company_id = $1 and k.order_id = c.order_id and k.mark = any($6)) = cardinality($6::text[])
           and (select count(*) from unnest($7::text[]) as w(prefix) where exists (
             select from search_words s
             where s.company_id = $1 and s.order_id = c.order_id and s.word >= w.prefix and s.word < w.prefix || chr(1114111)
           )) = cardinality($7::text[])
         order by c.closed_at desc, c.order_id desc limit $8",
        tx.company_id().0,
        word,
        wanted.from.to_sqlx() as _,
        after.closed_at.to_sqlx() as _,
        after.id.0,
        &wanted.marks,
        &wanted.words,
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(HistoryPosition::from).collect())
}

/// Somebody whose orders can be looked for.
#[derive(Clone, Debug)]
pub struct KnownPerson {
    pub id: PersonId,
    pub name: String,
    /// Sells, or sold an order that is closed.
    pub sells: bool,
}

/// Everybody who ever worked here; those who left come last.
pub async fn list_people(tx: &mut CompanyTx) -> Result<Vec<KnownPerson>> {
    let rows = sqlx::query!(
        r#"select p.id,
             p.name,
             'seller' = any(p.roles) or exists (
               select from outcome_marks m where m.company_id = $1 and m.mark = 'seller:' || p.id::text
             ) as "sells!"
           from people p where p.company_id = $1
           order by p.active desc, p.name, p.id"#,
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| KnownPerson { id: PersonId(row.id), name: row.name, sells: row.sells })
        .collect())
}

/// What a customer is called, as the newest order has it.
pub async fn find_customer(tx: &mut CompanyTx, code: &str) -> Result<Option<String>> {
    let name = sqlx::query_scalar!(
        "select customer from orders where company_id = $1 and customer_code = $2 order by imported_at desc limit 1",
        tx.company_id().0,
        code
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(name)
}
