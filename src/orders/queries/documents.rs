//! The PDFs of an order, oldest first, numbered from 1.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{DraftId, OrderId};

/// A PDF about to be kept beside its order.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    pub file_name: &'a str,
    pub sha256: &'a [u8],
    pub pdf: &'a [u8],
}

/// Keeps the PDF of a quote and answers its revision; an old link to `draft_id` leads to the order from now on.
pub async fn insert_document(
    tx: &mut CompanyTx,
    order_id: OrderId,
    number: Option<&str>,
    document: &Document<'_>,
    draft_id: Option<DraftId>,
    now: Timestamp,
) -> Result<i32> {
    let revision = sqlx::query_scalar!(
        "insert into order_documents (company_id, order_id, revision, file_name, sha256, pdf, at, number, draft_id)
         values ($1, $2, (select coalesce(max(revision), 0) + 1 from order_documents where company_id = $1 and order_id = $2),
           $3, $4, $5, $6, $7, $8)
         returning revision",
        tx.company_id().0,
        order_id.0,
        document.file_name,
        document.sha256,
        document.pdf,
        now.to_sqlx() as _,
        number,
        draft_id.map(|id| id.0)
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(revision)
}

/// A paper of an order.
#[derive(Debug)]
pub enum Paper {
    Pdf(Vec<u8>),
    /// It was taken away.
    Removed,
}

/// A PDF of the order: the revision asked for, or the newest.
pub async fn find_document(
    tx: &mut CompanyTx,
    order_id: OrderId,
    revision: Option<i32>,
) -> Result<Option<Paper>> {
    let found = sqlx::query!(
        r#"select pdf, removed_at is not null as "removed!" from order_documents
         where company_id = $1 and order_id = $2 and ($3::integer is null or revision = $3)
         order by revision desc limit 1"#,
        tx.company_id().0,
        order_id.0,
        revision
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.map(|row| if row.removed { Paper::Removed } else { Paper::Pdf(row.pdf) }))
}

/// Removes the PDFs of orders that were closed more than `days` days ago; returns how many.
pub async fn remove_old_documents(tx: &mut CompanyTx, days: u32, most: i64) -> Result<u64> {
    let done = sqlx::query!(
        "update order_documents d set pdf = '', file_name = 'orcamento.pdf', removed_at = now()
         from (
           select d.order_id, d.revision from order_documents d
           join orders o on o.company_id = $1 and o.id = d.order_id and o.state <> 'open'
             and o.closed_at < now() - make_interval(days => $2)
           where d.company_id = $1 and d.removed_at is null and d.at < now() - make_interval(days => $2)
           order by d.at limit $3 for update of d skip locked
         ) as old
         where d.company_id = $1 and d.order_id = old.order_id and d.revision = old.revision",
        tx.company_id().0,
        i32::try_from(days).unwrap_or(i32::MAX),
        most
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// The order that a confirmed draft became, or changed.
pub async fn find_order_of_draft(tx: &mut CompanyTx, draft_id: DraftId) -> Result<Option<OrderId>> {
    let id = sqlx::query_scalar!(
        r#"select coalesce((select order_id from order_documents where company_id = $1 and draft_id = $2),
             (select id from orders where company_id = $1 and id = $2)) as "id?""#,
        tx.company_id().0,
        draft_id.0
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(id.map(OrderId))
}

/// The numbers of the quotes an order came from: it is found by all of them.
pub async fn list_numbers(tx: &mut CompanyTx, order_id: OrderId) -> Result<Vec<String>> {
    let numbers = sqlx::query_scalar!(
        r#"select number as "number!" from order_documents where company_id = $1 and order_id = $2 and number is not null"#,
        tx.company_id().0,
        order_id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(numbers)
}
