//! Queries for drafts.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{DraftId, PersonId};
use crate::quotes::Reading;
use crate::quotes::draft::{Corrections, Draft, DraftForm};

/// A file that was read and is about to be kept.
#[derive(Debug)]
pub struct NewDraft<'a> {
    pub id: DraftId,
    pub importer_id: PersonId,
    pub file_name: &'a str,
    pub sha256: &'a [u8],
    pub pdf: &'a [u8],
    pub reading: &'a Reading,
}

/// Inserts a draft. False: the importer has one of this very file.
pub async fn insert_draft(tx: &mut CompanyTx, new: &NewDraft<'_>, now: Timestamp) -> Result<bool> {
    let done = sqlx::query!(
        "insert into quote_drafts (company_id, id, importer_id, file_name, sha256, pdf, reading, created_at, changed_by, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $3, $8)
         on conflict on constraint quote_drafts_file_key do nothing",
        tx.company_id().0,
        new.id.0,
        new.importer_id.0,
        new.file_name,
        new.sha256,
        new.pdf,
        Json(new.reading) as _,
        now.to_sqlx() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What is kept, in files and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub files: i64,
    pub bytes: i64,
}

/// What is kept of the importer's drafts, and of all drafts of the company with the papers of orders since a moment.
pub async fn get_kept(tx: &mut CompanyTx, importer_id: PersonId, since: Timestamp) -> Result<(Kept, Kept)> {
    let row = sqlx::query!(
        r#"select count(*) filter (where of_draft and importer_id = $2) as "own_files!",
             coalesce(sum(bytes) filter (where of_draft and importer_id = $2), 0)::bigint as "own_bytes!",
             count(*) as "files!",
             coalesce(sum(bytes), 0)::bigint as "bytes!"
           from (
             select true as of_draft, importer_id, octet_length(pdf) as bytes from quote_drafts where company_id = $1
             union all
             select false, null, octet_length(pdf) from order_documents where company_id = $1 and at > $3
           ) kept"#,
        tx.company_id().0,
        importer_id.0,
        since.to_sqlx() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    let own = Kept { files: row.own_files, bytes: row.own_bytes };
    Ok((own, Kept { files: row.files, bytes: row.bytes }))
}

/// The importer's draft of this file.
pub async fn find_draft_of_file(
    tx: &mut CompanyTx,
    importer_id: PersonId,
    sha256: &[u8],
) -> Result<Option<DraftId>> {
    let id = sqlx::query_scalar!(
        "select id from quote_drafts where company_id = $1 and importer_id = $2 and sha256 = $3 and discarded_at is null",
        tx.company_id().0,
        importer_id.0,
        sha256
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(id.map(DraftId))
}

struct Row {
    id: Uuid,
    importer: String,
    file_name: String,
    sha256: Vec<u8>,
    reading: Json<Reading>,
    corrections: Json<Corrections>,
    form: Json<DraftForm>,
    version: i32,
    created_at: jiff_sqlx::Timestamp,
    changed_by: String,
    changed_at: jiff_sqlx::Timestamp,
}

impl From<Row> for Draft {
    fn from(row: Row) -> Self {
        Draft {
            id: DraftId(row.id),
            importer: row.importer,
            file_name: row.file_name,
            sha256: row.sha256,
            reading: row.reading.0,
            corrections: row.corrections.0,
            form: row.form.0,
            version: row.version,
            created_at: row.created_at.to_jiff(),
            changed_by: row.changed_by,
            changed_at: row.changed_at.to_jiff(),
        }
    }
}

/// Drafts, oldest first, without the text of their pages; of one importer, or (None) of all.
pub async fn list_drafts(tx: &mut CompanyTx, importer_id: Option<PersonId>) -> Result<Vec<Draft>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select d.id,
             i.name as importer,
             d.file_name,
             d.sha256,
             d.reading || '{"text": []}' as "reading!: Json<Reading>",
             d.corrections as "corrections: Json<Corrections>",
             d.form as "form: Json<DraftForm>",
             d.version,
             d.created_at,
             c.name as changed_by,
             d.changed_at
           from quote_drafts d
           join people i on i.company_id = $1 and i.id = d.importer_id
           join people c on c.company_id = $1 and c.id = d.changed_by
           where d.company_id = $1 and ($2::uuid is null or d.importer_id = $2) and d.discarded_at is null
           order by d.created_at, d.id limit 500"#,
        tx.company_id().0,
        importer_id.map(|id| id.0)
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Draft::from).collect())
}

/// One draft, if it is the importer's, or anybody's (None).
pub async fn find_draft(
    tx: &mut CompanyTx,
    id: DraftId,
    importer_id: Option<PersonId>,
) -> Result<Option<Draft>> {
    let row = sqlx::query_as!(
        Row,
        r#"select d.id,
             i.name as importer,
             d.file_name,
             d.sha256,
             d.reading as "reading: Json<Reading>",
             d.corrections as "corrections: Json<Corrections>",
             d.form as "form: Json<DraftForm>",
             d.version,
             d.created_at,
             c.name as changed_by,
             d.changed_at
           from quote_drafts d
           join people i on i.company_id = $1 and i.id = d.importer_id
           join people c on c.company_id = $1 and c.id = d.changed_by
           where d.company_id = $1 and d.id = $2 and ($3::uuid is null or d.importer_id = $3) and d.discarded_at is null"#,
        tx.company_id().0,
        id.0,
        importer_id.map(|id| id.0)
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Draft::from))
}

/// Locks a draft's row, then reads it as [`find_draft`] does: nobody else changes what was read.
pub async fn lock_draft(
    tx: &mut CompanyTx,
    id: DraftId,
    importer_id: Option<PersonId>,
) -> Result<Option<Draft>> {
    sqlx::query!(
        "select id from quote_drafts where company_id = $1 and id = $2 for update",
        tx.company_id().0,
        id.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    find_draft(tx, id, importer_id).await
}

pub async fn find_draft_pdf(
    tx: &mut CompanyTx,
    id: DraftId,
    importer_id: Option<PersonId>,
) -> Result<Option<Vec<u8>>> {
    let pdf = sqlx::query_scalar!(
        "select pdf from quote_drafts
         where company_id = $1 and id = $2 and ($3::uuid is null or importer_id = $3) and discarded_at is null",
        tx.company_id().0,
        id.0,
        importer_id.map(|id| id.0)
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(pdf)
}

/// Writes corrections and form as the next version.
pub async fn update_draft(
    tx: &mut CompanyTx,
    draft: &Draft,
    changed_by: PersonId,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update quote_drafts set corrections = $3, form = $4, version = version + 1, changed_by = $5, changed_at = $6
         where company_id = $1 and id = $2",
        tx.company_id().0,
        draft.id.0,
        Json(&draft.corrections) as _,
        Json(&draft.form) as _,
        changed_by.0,
        now.to_sqlx() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn delete_draft(tx: &mut CompanyTx, id: DraftId) -> Result<()> {
    sqlx::query!("delete from quote_drafts where company_id = $1 and id = $2", tx.company_id().0, id.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Takes a draft off the lists; its row stays for [`update_draft_restored`].
pub async fn update_draft_discarded(
    tx: &mut CompanyTx,
    id: DraftId,
    by: PersonId,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update quote_drafts set discarded_at = $4, discarded_by = $3 where company_id = $1 and id = $2",
        tx.company_id().0,
        id.0,
        by.0,
        now.to_sqlx() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Puts a discarded draft back on the lists. False: this person discarded no such draft.
pub async fn update_draft_restored(tx: &mut CompanyTx, id: DraftId, by: PersonId) -> Result<bool> {
    let done = sqlx::query!(
        "update quote_drafts set discarded_at = null, discarded_by = null
         where company_id = $1 and id = $2 and discarded_by = $3",
        tx.company_id().0,
        id.0,
        by.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Makes room for a file that its importer, or an administrator, had discarded and that is sent again.
pub async fn delete_discarded_of_file(
    tx: &mut CompanyTx,
    importer_id: PersonId,
    sha256: &[u8],
) -> Result<()> {
    sqlx::query!(
        "delete from quote_drafts
         where company_id = $1 and importer_id = $2 and sha256 = $3 and discarded_at is not null",
        tx.company_id().0,
        importer_id.0,
        sha256
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes drafts that nobody confirmed for a week, and discarded ones of that age; so many at once.
pub async fn delete_old_drafts(tx: &mut CompanyTx, batch: i64) -> Result<u64> {
    let done = sqlx::query!(
        "delete from quote_drafts where company_id = $1 and id = any(array(
           select id from quote_drafts where company_id = $1 and created_at < now() - interval '7 days' limit $2))",
        tx.company_id().0,
        batch
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}
