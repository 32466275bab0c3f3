//! SQL of the frame around every page.

use sqlx::PgConnection;

use crate::error::Result;
use crate::ids::{CompanyId, PersonId};

/// How many drafts wait to be checked, by who imported them.
pub async fn list_draft_counts(db: &mut PgConnection, company_id: CompanyId) -> Result<Vec<(PersonId, i64)>> {
    let rows = sqlx::query!(
        r#"select importer_id, count(*) as "count!" from quote_drafts
           where company_id = $1 and discarded_at is null group by importer_id"#,
        company_id.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (PersonId(row.importer_id), row.count)).collect())
}
