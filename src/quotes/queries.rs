//! SQL of drafts.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use crate::error::Result;
use crate::ids::CompanyId;

/// Deletes drafts that nobody confirmed in time.
pub async fn delete_old_drafts(
    db: &mut PgConnection,
    company_id: CompanyId,
    before: Timestamp,
) -> Result<u64> {
    let done = sqlx::query!(
        "delete from quote_drafts where company_id = $1 and created_at < $2",
        company_id.0,
        before.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
