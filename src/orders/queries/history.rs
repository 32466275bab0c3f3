//! Queries for the history of orders, read by the timeline and by undo.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::types::Json;

use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::EventKind;
use crate::ids::{ItemId, OperationId, OrderId, PersonId};
use crate::orders::claim::lapses_at;
use crate::orders::history::{Detail, Told};
use crate::orders::model::{RevisedCounts, Seen, TimelineEntry, split_reference};
use crate::orders::queries::shortages::Records;

/// How many entries of an order's history its screen shows, the newest. Versions have no gaps, so that an entry whose
/// version is this much behind the newest one has left the screen.
pub const TIMELINE: i64 = 1000;

/// The newest [`TIMELINE`] entries of an order's history, newest first, each with those who saw it; with `only`, just those
/// versions of them and what they took back.
pub async fn list_timeline(
    tx: &mut CompanyTx,
    order_id: OrderId,
    only: Option<&[i64]>,
) -> Result<Vec<TimelineEntry>> {
    let rows = sqlx::query!(
        r#"select h.version,
             h.kind,
             h.quantity,
             h.at,
             h.tapped_at,
             h.detail -> 'told' as "told: Json<Told>",
             coalesce(h.detail -> 'note' ->> 'after', h.detail -> 'note' ->> 'before') as note,
             h.undone_by is not null as "undone!",
             u.kind as "undoes?",
             h.detail -> 'revision' -> 'counts' as "revised: Json<RevisedCounts>",
             h.actor_id,
             p.name as "actor!",
             i.description as "description?",
             d.revision as "document?",
             s.seen as "seen?: Json<Vec<Seen>>"
           from order_history h
           join people_as_told($1) p on p.id = h.actor_id
           left join order_history u on u.company_id = $1 and u.order_id = $2 and u.version = h.undoes
           left join order_items i on i.company_id = $1 and i.id = h.item_id
           left join order_documents d on d.company_id = $1 and d.order_id = $2
             and d.revision = case when h.kind = 'order_imported' then 1 else (h.detail -> 'revision' ->> 'document')::integer end
           left join seen_by($1, $2) s on s.version = h.version
           where h.company_id = $1
             and h.order_id = $2
             and h.version > (select o.version from orders o where o.company_id = $1 and o.id = $2) - $4
             and ($3::bigint[] is null or h.version = any($3) or h.undone_by = any($3))
           order by h.version desc"#,
        tx.company_id().0,
        order_id.0,
        only,
        TIMELINE
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TimelineEntry {
            version: row.version,
            kind: EventKind::from_code(&row.kind),
            actor_id: PersonId(row.actor_id),
            actor: row.actor,
            at: row.at.to_jiff(),
            tapped_at: row.tapped_at.map(jiff_sqlx::Timestamp::to_jiff),
            item: row.description.map(|description| split_reference(&description).0.to_owned()),
            quantity: row.quantity,
            told: row.told.map(|Json(told)| told),
            note: row.note,
            undone: row.undone,
            undoes: row.undoes.as_deref().and_then(EventKind::from_code),
            revised: row.revised.map(|Json(counts)| counts),
            document: row.document,
            seen: row.seen.map(|Json(seen)| seen).unwrap_or_default(),
        })
        .collect())
}

/// An entry for the order's history.
#[derive(Debug)]
pub struct NewEntry<'a> {
    pub order_id: OrderId,
    pub version: i64,
    pub kind: EventKind,
    pub item_id: Option<ItemId>,
    pub quantity: Option<Decimal>,
    pub actor_id: PersonId,
    pub detail: &'a Detail,
    pub undoes: Option<i64>,
    pub at: Timestamp,
}

/// Writes the entry, the order's new version and, where it takes another back, the mark on that one. If the person holds the
/// order, the claim lasts on.
pub async fn insert_history(tx: &mut CompanyTx, entry: &NewEntry<'_>) -> Result<()> {
    if let Some(records) = Records::of(entry) {
        records.write(tx).await?;
    }
    sqlx::query!(
        "with bumped as (
           update orders set version = $3 where company_id = $1 and id = $2
         ), undone as (
           update order_history set undone_by = $3 where company_id = $1 and order_id = $2 and version = $9
         )
         insert into order_history (company_id, order_id, version, kind, item_id, quantity, actor_id, detail, undoes, at, operation_id)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
         from (select hold_order($1, $2, $7, $10, $12, false) as given_up) held",
        tx.company_id().0,
        entry.order_id.0,
        entry.version,
        entry.kind.code(),
        entry.item_id.map(|id| id.0),
        entry.quantity,
        entry.actor_id.0,
        Json(entry.detail) as _,
        entry.undoes,
        entry.at.to_sqlx() as _,
        tx.operation_id().map(|id| id.0),
        lapses_at(entry.at).to_sqlx() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// An entry that says who changed a note, or the order as a whole.
#[derive(Debug)]
pub struct LaterEntry {
    pub actor: String,
    pub detail: Detail,
    pub at: Timestamp,
}

/// The entries after `version` that changed notes or the order as a whole, newest first.
pub async fn list_later(tx: &mut CompanyTx, order_id: OrderId, version: i64) -> Result<Vec<LaterEntry>> {
    let rows = sqlx::query!(
        r#"select
             p.name as actor,
             h.detail as "detail: Json<Detail>",
             h.at
           from order_history h join people p on p.company_id = $1 and p.id = h.actor_id
           where h.company_id = $1 and h.order_id = $2 and h.version > $3 and h.detail ?| array['note', 'order', 'seller', 'revision', 'departure', 'ticks']
           order by h.version desc"#,
        tx.company_id().0,
        order_id.0,
        version
    )
    .fetch_all(&mut **tx)
    .await?;
    let entry = |actor, detail, at: jiff_sqlx::Timestamp| LaterEntry { actor, detail, at: at.to_jiff() };
    Ok(rows.into_iter().map(|row| entry(row.actor, row.detail.0, row.at)).collect())
}

/// An entry that somebody wants to take back.
#[derive(Debug)]
pub struct StoredEntry {
    pub order_id: OrderId,
    pub version: i64,
    /// None: a kind of a newer build.
    pub kind: Option<EventKind>,
    pub item_id: Option<ItemId>,
    pub quantity: Option<Decimal>,
    pub actor_id: PersonId,
    pub detail: Detail,
    pub undone: bool,
}

/// The orders that an operation changed, in the order in which they are locked.
pub async fn list_orders_of(tx: &mut CompanyTx, operation_id: OperationId) -> Result<Vec<OrderId>> {
    let ids = sqlx::query_scalar!(
        "select distinct order_id from order_history where company_id = $1 and operation_id = $2 order by order_id",
        tx.company_id().0,
        operation_id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids.into_iter().map(OrderId).collect())
}

/// What an operation wrote, of each order the last entry first: it is taken back in that order. Read again once its orders
/// are locked.
pub async fn list_entries_of(tx: &mut CompanyTx, operation_id: OperationId) -> Result<Vec<StoredEntry>> {
    let rows = sqlx::query!(
        r#"select order_id,
             version,
             kind,
             item_id,
             quantity,
             actor_id,
             detail as "detail: Json<Detail>",
             undone_by is not null as "undone!"
           from order_history where company_id = $1 and operation_id = $2
           order by order_id, version desc"#,
        tx.company_id().0,
        operation_id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| StoredEntry {
            order_id: OrderId(row.order_id),
            version: row.version,
            kind: EventKind::from_code(&row.kind),
            item_id: row.item_id.map(ItemId),
            quantity: row.quantity,
            actor_id: PersonId(row.actor_id),
            detail: row.detail.0,
            undone: row.undone,
        })
        .collect())
}
