//! Queries of the layout.

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::PersonId;

/// How many drafts wait to be checked, by who imported them.
pub async fn list_draft_counts(tx: &mut CompanyTx) -> Result<Vec<(PersonId, i64)>> {
    let rows = sqlx::query!(
        r#"select importer_id, count(*) as "count!" from quote_drafts
           where company_id = $1 and discarded_at is null group by importer_id"#,
        tx.company_id().0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (PersonId(row.importer_id), row.count)).collect())
}
