//! What commands lock, and what they write.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use sqlx::types::Json;

use super::read;
use crate::error::{AppError, Result};
use crate::feed::EventKind;
use crate::ids::{CompanyId, ItemId, NoteId, OrderId, PackagingId, PersonId, ShippingId};
use crate::orders::history::{Detail, PickRecord};
use crate::orders::item::ItemState;
use crate::orders::model::OrderState;

/// An order whose row is locked until the end of the transaction: what decisions need of it.
#[derive(Clone, Debug)]
pub struct LockedOrder {
    pub id: OrderId,
    pub state: OrderState,
    pub seller_id: PersonId,
    pub seller_active: bool,
    pub imported_by: PersonId,
    pub urgent: bool,
    pub shipping_id: ShippingId,
    pub packaging_id: PackagingId,
    pub version: i64,
    pub closed_at: Option<Timestamp>,
    pub closed_by: Option<PersonId>,
    pub closed_by_name: Option<String>,
}

pub async fn lock_order(db: &mut PgConnection, company_id: CompanyId, id: OrderId) -> Result<LockedOrder> {
    let row = sqlx::query!(
        r#"select o.state, o.seller_id, s.active as seller_active, o.imported_by, o.urgent, o.shipping_id, o.packaging_id,
             o.version, o.closed_at, o.closed_by, cb.name as "closed_by_name?"
           from orders o join people s on s.company_id = $1 and s.id = o.seller_id
           left join people cb on cb.company_id = $1 and cb.id = o.closed_by
           where o.company_id = $1 and o.id = $2 for no key update of o"#,
        company_id.0,
        id.0
    )
    .fetch_optional(db)
    .await?
    .ok_or(AppError::NotFound)?;
    Ok(LockedOrder {
        id,
        state: read::state(&row.state)?,
        seller_id: PersonId(row.seller_id),
        seller_active: row.seller_active,
        imported_by: PersonId(row.imported_by),
        urgent: row.urgent,
        shipping_id: ShippingId(row.shipping_id),
        packaging_id: PackagingId(row.packaging_id),
        version: row.version,
        closed_at: row.closed_at.map(jiff_sqlx::Timestamp::to_jiff),
        closed_by: row.closed_by.map(PersonId),
        closed_by_name: row.closed_by_name,
    })
}

/// The picks of a line that stand, oldest first.
pub async fn list_picks(
    db: &mut PgConnection,
    company_id: CompanyId,
    order_id: OrderId,
    item_id: ItemId,
) -> Result<Vec<PickRecord>> {
    let rows = sqlx::query!(
        r#"select seq, person_id, quantity, before as "before: Json<ItemState>", at from item_picks
           where company_id = $1 and order_id = $2 and item_id = $3 order by seq"#,
        company_id.0,
        order_id.0,
        item_id.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| PickRecord {
            seq: row.seq,
            person_id: PersonId(row.person_id),
            quantity: row.quantity,
            before: row.before.0,
            at: row.at.to_jiff(),
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

/// Writes the entry, the order's new version and, where it takes another back, the mark on that one.
pub async fn insert_history(
    db: &mut PgConnection,
    company_id: CompanyId,
    entry: &NewEntry<'_>,
) -> Result<()> {
    sqlx::query!(
        "with bumped as (
           update orders set version = $3 where company_id = $1 and id = $2
         ), undone as (
           update order_history set undone_by = $3 where company_id = $1 and order_id = $2 and version = $9
         )
         insert into order_history (company_id, order_id, version, kind, item_id, quantity, actor_id, detail, undoes, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        company_id.0,
        entry.order_id.0,
        entry.version,
        entry.kind.code(),
        entry.item_id.map(|id| id.0),
        entry.quantity,
        entry.actor_id.0,
        Json(entry.detail) as _,
        entry.undoes,
        entry.at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes a line's new state; `version` is that of the entry that changed it.
pub async fn update_item(
    db: &mut PgConnection,
    company_id: CompanyId,
    item_id: ItemId,
    state: &ItemState,
    version: i64,
) -> Result<()> {
    sqlx::query!(
        "update order_items set quantity = $3, picked = $4, to_return = $5, rest_state = $6, ordered = $7, received = $8,
           not_found = $9, replacement = $10, replacement_quantity = $11, reason = $12, version = $13, off_quote = $14
         where company_id = $1 and id = $2",
        company_id.0,
        item_id.0,
        state.quantity,
        state.picked,
        state.to_return,
        state.rest_state.code(),
        state.ordered,
        state.received,
        state.not_found,
        state.replacement.as_ref().map(|replacement| replacement.text.as_str()),
        state.replacement.as_ref().map(|replacement| replacement.quantity),
        state.reason,
        version,
        state.off_quote
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn insert_pick(
    db: &mut PgConnection,
    company_id: CompanyId,
    order_id: OrderId,
    item_id: ItemId,
    pick: &PickRecord,
) -> Result<()> {
    sqlx::query!(
        "insert into item_picks (company_id, order_id, item_id, seq, person_id, quantity, before, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (company_id, order_id, item_id, seq) do update set quantity = excluded.quantity",
        company_id.0,
        order_id.0,
        item_id.0,
        pick.seq,
        pick.person_id.0,
        pick.quantity,
        Json(&pick.before) as _,
        pick.at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The number for a line's next pick.
pub async fn get_next_pick_seq(
    db: &mut PgConnection,
    company_id: CompanyId,
    order_id: OrderId,
    item_id: ItemId,
) -> Result<i32> {
    let seq = sqlx::query_scalar!(
        r#"select coalesce(max(seq), 0) + 1 as "seq!" from item_picks where company_id = $1 and order_id = $2 and item_id = $3"#,
        company_id.0,
        order_id.0,
        item_id.0
    )
    .fetch_one(db)
    .await?;
    Ok(seq)
}

pub async fn delete_picks(
    db: &mut PgConnection,
    company_id: CompanyId,
    order_id: OrderId,
    item_id: ItemId,
    seqs: &[i32],
) -> Result<()> {
    sqlx::query!(
        "delete from item_picks where company_id = $1 and order_id = $2 and item_id = $3 and seq = any($4)",
        company_id.0,
        order_id.0,
        item_id.0,
        seqs
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An entry that somebody wants to take back.
#[derive(Debug)]
pub struct StoredEntry {
    pub kind: String,
    pub item_id: Option<ItemId>,
    pub quantity: Option<Decimal>,
    pub actor_id: PersonId,
    pub detail: Detail,
    pub undone: bool,
    pub at: Timestamp,
}

pub async fn find_entry(
    db: &mut PgConnection,
    company_id: CompanyId,
    order_id: OrderId,
    version: i64,
) -> Result<Option<StoredEntry>> {
    let row = sqlx::query!(
        r#"select kind, item_id, quantity, actor_id, detail as "detail: Json<Detail>", undone_by is not null as "undone!", at
           from order_history where company_id = $1 and order_id = $2 and version = $3"#,
        company_id.0,
        order_id.0,
        version
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| StoredEntry {
        kind: row.kind,
        item_id: row.item_id.map(ItemId),
        quantity: row.quantity,
        actor_id: PersonId(row.actor_id),
        detail: row.detail.0,
        undone: row.undone,
        at: row.at.to_jiff(),
    }))
}

/// How an order leaves the board, or comes back (`closing` None).
#[derive(Debug)]
pub struct NewClosing<'a> {
    pub at: Timestamp,
    pub by: PersonId,
    pub reason: Option<&'a str>,
    pub volumes: Option<i32>,
}

pub async fn update_state(
    db: &mut PgConnection,
    company_id: CompanyId,
    id: OrderId,
    state: OrderState,
    closing: Option<NewClosing<'_>>,
) -> Result<()> {
    sqlx::query!(
        "update orders set state = $3, closed_at = $4, closed_by = $5, close_reason = $6, volumes = $7 where company_id = $1 and id = $2",
        company_id.0,
        id.0,
        state.code(),
        closing.as_ref().map(|closing| closing.at.to_sqlx()) as _,
        closing.as_ref().map(|closing| closing.by.0),
        closing.as_ref().and_then(|closing| closing.reason),
        closing.as_ref().and_then(|closing| closing.volumes)
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn update_urgent(
    db: &mut PgConnection,
    company_id: CompanyId,
    id: OrderId,
    urgent: bool,
) -> Result<()> {
    sqlx::query!(
        "update orders set urgent = $3 where company_id = $1 and id = $2",
        company_id.0,
        id.0,
        urgent
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn update_shipping(
    db: &mut PgConnection,
    company_id: CompanyId,
    id: OrderId,
    shipping_id: ShippingId,
    packaging_id: PackagingId,
    urgent: bool,
) -> Result<()> {
    sqlx::query!(
        "update orders set shipping_id = $3, packaging_id = $4, urgent = $5 where company_id = $1 and id = $2",
        company_id.0,
        id.0,
        shipping_id.0,
        packaging_id.0,
        urgent
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn insert_note(
    db: &mut PgConnection,
    company_id: CompanyId,
    order_id: OrderId,
    author_id: PersonId,
    text: &str,
    at: Timestamp,
) -> Result<NoteId> {
    let id = NoteId::new();
    sqlx::query!(
        "insert into order_notes (company_id, id, order_id, text, author_id, at) values ($1, $2, $3, $4, $5, $6)",
        company_id.0,
        id.0,
        order_id.0,
        text,
        author_id.0,
        at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(id)
}

/// A note as it stands, with its version: two editors never overwrite each other.
pub async fn find_note(
    db: &mut PgConnection,
    company_id: CompanyId,
    order_id: OrderId,
    id: NoteId,
) -> Result<Option<(String, i32, PersonId)>> {
    let row = sqlx::query!(
        "select text, version, author_id from order_notes where company_id = $1 and order_id = $2 and id = $3 and removed_at is null",
        company_id.0,
        order_id.0,
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.text, row.version, PersonId(row.author_id))))
}

/// Changes a note, or removes it (`text` None).
pub async fn update_note(
    db: &mut PgConnection,
    company_id: CompanyId,
    id: NoteId,
    text: Option<&str>,
    at: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update order_notes set text = coalesce($3, text), removed_at = case when $3::text is null then $4::timestamptz end, version = version + 1
         where company_id = $1 and id = $2",
        company_id.0,
        id.0,
        text,
        at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}
