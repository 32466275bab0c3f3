//! Queries for notes: each has versions, and none is deleted.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::ids::{NoteId, OrderId, PersonId};
use crate::orders::model::Note;
use crate::orders::queries::order::LockedOrder;

pub(super) async fn list_notes(tx: &mut CompanyTx, orders: &[Uuid]) -> Result<HashMap<OrderId, Vec<Note>>> {
    let mut notes: HashMap<OrderId, Vec<Note>> = HashMap::new();
    if orders.is_empty() {
        return Ok(notes);
    }
    let rows = sqlx::query!(
        r#"select n.id,
           n.order_id,
           n.text,
           n.version,
           n.at,
           n.author_id,
           p.name as author,
           changed.by_name as "changed_by?",
           changed.at as "changed_at?"
         from order_notes n
         join people p on p.company_id = $1 and p.id = n.author_id
         left join lateral (
           select by.name as by_name, h.at
           from order_history h join people by on by.company_id = $1 and by.id = h.actor_id
           where h.company_id = $1 and h.order_id = n.order_id and h.kind = 'note_changed' and h.undone_by is null
             and h.detail -> 'note' ->> 'id' = n.id::text
           order by h.version desc limit 1
         ) changed on n.version > 1
         where n.company_id = $1 and n.order_id = any($2) and n.removed_at is null order by n.at, n.id"#,
        tx.company_id().0,
        orders
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in rows {
        notes.entry(OrderId(row.order_id)).or_default().push(Note {
            id: NoteId(row.id),
            text: row.text,
            author_id: PersonId(row.author_id),
            author: row.author,
            version: row.version,
            at: row.at.to_jiff(),
            changed: row.changed_by.zip(row.changed_at).map(|(by, at)| (by, at.to_jiff())),
        });
    }
    Ok(notes)
}

/// Notes of an order that are not removed.
pub async fn count_notes(tx: &mut CompanyTx, order_id: OrderId) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from order_notes
           where company_id = $1 and order_id = $2 and removed_at is null"#,
        tx.company_id().0,
        order_id.0
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}

pub async fn insert_note(
    tx: &mut CompanyTx,
    order_id: OrderId,
    author_id: PersonId,
    text: &str,
    at: Timestamp,
) -> Result<NoteId> {
    let id = NoteId::new();
    sqlx::query!(
        "insert into order_notes (company_id, id, order_id, text, author_id, at) values ($1, $2, $3, $4, $5, $6)",
        tx.company_id().0,
        id.0,
        order_id.0,
        text,
        author_id.0,
        at.to_sqlx() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// A note as it is now. By its version, no editor overwrites what another one has written.
#[derive(Debug)]
pub struct StoredNote {
    pub text: String,
    pub version: i32,
    pub author_id: PersonId,
    pub removed: bool,
}

pub async fn find_note(tx: &mut CompanyTx, order_id: OrderId, id: NoteId) -> Result<Option<StoredNote>> {
    let row = sqlx::query!(
        r#"select
          text,
          version,
          author_id,
          removed_at is not null as "removed!"
        from order_notes where company_id = $1 and order_id = $2 and id = $3"#,
        tx.company_id().0,
        order_id.0,
        id.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| StoredNote {
        text: row.text,
        version: row.version,
        author_id: PersonId(row.author_id),
        removed: row.removed,
    }))
}

/// Changes a note of a locked order, or removes it (`text` None). A text brings one back that was removed.
pub async fn update_note(
    tx: &mut CompanyTx,
    order: &LockedOrder,
    id: NoteId,
    text: Option<&str>,
    at: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update order_notes set text = coalesce($3, text),
           removed_at = case when $3::text is null then $4::timestamptz end, version = version + 1
         where company_id = $1 and id = $2 and order_id = $5",
        tx.company_id().0,
        id.0,
        text,
        at.to_sqlx() as _,
        order.id.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
