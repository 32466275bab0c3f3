//! Queries for the row of an order: locked by every command, changed by some.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::FromRow as _;
use uuid::Uuid;

use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::ids::{OrderId, PackagingId, PersonId, ShippingId};
use crate::orders::history::OrderFields;
use crate::orders::queries::history::NewEntry;
use crate::orders::status::OrderState;

/// An order whose row is locked until the end of the transaction: what decisions need of it. [`lock_order`] alone makes
/// one, so holding it proves the lock.
#[derive(Clone, Debug)]
pub struct LockedOrder {
    pub id: OrderId,
    pub state: OrderState,
    pub seller_id: PersonId,
    pub seller_active: bool,
    pub imported_by: PersonId,
    pub number: Option<String>,
    pub fields: OrderFields,
    pub version: i64,
    pub closed_at: Option<Timestamp>,
    pub closed_by: Option<PersonId>,
    pub closed_by_name: Option<String>,
    _locked: Locked,
}

/// Cannot be constructed outside of this module.
#[derive(Clone, Debug)]
struct Locked;

impl LockedOrder {
    /// The version of the entry that comes next in the order's history: the one that tells of what is written now.
    pub fn next_version(&self) -> i64 {
        self.version + 1
    }

    /// The same order once that entry is written: another one follows it in the same transaction.
    #[must_use]
    pub fn after(&self, entry: &NewEntry<'_>) -> Self {
        Self { version: entry.version, ..self.clone() }
    }
}

/// What `lock_orders` answers of each order.
#[derive(sqlx::FromRow)]
struct LockedRow {
    state: OrderState,
    number: Option<String>,
    seller_id: Uuid,
    seller_active: bool,
    imported_by: Uuid,
    urgent: bool,
    shipping_id: Uuid,
    packaging_id: Uuid,
    due_at: Option<jiff_sqlx::Timestamp>,
    version: i64,
    closed_at: Option<jiff_sqlx::Timestamp>,
    closed_by: Option<Uuid>,
    closed_by_name: Option<String>,
}

/// The proof that an order is locked: by the claim, if the command said that it would be, else by a statement of its own.
pub async fn lock_order(tx: &mut CompanyTx, id: OrderId) -> Result<LockedOrder> {
    let row = match tx.take_locked_order(id) {
        Some(row) => LockedRow::from_row(&row)?,
        None => lock_row(tx, id).await?.ok_or(AppError::NotFound)?,
    };
    Ok(LockedOrder {
        id,
        state: row.state,
        seller_id: PersonId(row.seller_id),
        seller_active: row.seller_active,
        imported_by: PersonId(row.imported_by),
        number: row.number,
        fields: OrderFields {
            urgent: row.urgent,
            shipping_id: ShippingId(row.shipping_id),
            packaging_id: PackagingId(row.packaging_id),
            due_at: row.due_at.map(jiff_sqlx::Timestamp::to_jiff),
        },
        version: row.version,
        closed_at: row.closed_at.map(jiff_sqlx::Timestamp::to_jiff),
        closed_by: row.closed_by.map(PersonId),
        closed_by_name: row.closed_by_name,
        _locked: Locked,
    })
}

async fn lock_row(tx: &mut CompanyTx, id: OrderId) -> Result<Option<LockedRow>> {
    let row = sqlx::query_as!(
        LockedRow,
        r#"select state as "state!: OrderState",
             number,
             seller_id as "seller_id!",
             seller_active as "seller_active!",
             imported_by as "imported_by!",
             urgent as "urgent!",
             shipping_id as "shipping_id!",
             packaging_id as "packaging_id!",
             due_at,
             version as "version!",
             closed_at,
             closed_by,
             closed_by_name
           from lock_orders($1, array[$2::uuid])"#,
        tx.company_id().0,
        id.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row)
}

/// Locks several orders in the order of their ids; what they say is read after that, one by one.
pub async fn lock_rows(tx: &mut CompanyTx, ids: &[OrderId]) -> Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query!("select id from lock_orders($1, $2)", tx.company_id().0, &ids).fetch_all(&mut **tx).await?;
    Ok(())
}

/// How an order leaves the board, or comes back (`closing` None).
#[derive(Debug)]
pub struct NewClosing<'a> {
    pub at: Timestamp,
    pub by: PersonId,
    pub reason: Option<&'a str>,
    pub volumes: Option<i32>,
}

/// Writes the state, and with it what reports keep of a closed order; `write_outcome` says what that is. An order that had
/// left counts as here again.
pub async fn update_state(
    tx: &mut CompanyTx,
    order: &LockedOrder,
    state: OrderState,
    closing: Option<NewClosing<'_>>,
) -> Result<()> {
    sqlx::query!(
        "update orders set state = $3, closed_at = $4, closed_by = $5, close_reason = $6, volumes = $7,
           left_at = null, left_by = null
         where company_id = $1 and id = $2",
        tx.company_id().0,
        order.id.0,
        state.code(),
        closing.as_ref().map(|closing| closing.at.to_sqlx()) as _,
        closing.as_ref().map(|closing| closing.by.0),
        closing.as_ref().and_then(|closing| closing.reason),
        closing.as_ref().and_then(|closing| closing.volumes)
    )
    .execute(&mut **tx)
    .await?;
    write_outcome(tx, order).await
}

/// Writes in which lists a closed order is found.
pub async fn write_marks(tx: &mut CompanyTx, order: &LockedOrder) -> Result<()> {
    sqlx::query!("select write_marks($1, $2)", tx.company_id().0, order.id.0).execute(&mut **tx).await?;
    Ok(())
}

/// Writes what reports keep of a closed order, and in which lists it is found.
async fn write_outcome(tx: &mut CompanyTx, order: &LockedOrder) -> Result<()> {
    sqlx::query!("select write_outcome($1, $2)", tx.company_id().0, order.id.0).execute(&mut **tx).await?;
    Ok(())
}

/// Writes what was chosen for the order as a whole.
pub async fn update_fields(tx: &mut CompanyTx, order: &LockedOrder, fields: OrderFields) -> Result<()> {
    sqlx::query!(
        "update orders set shipping_id = $3, packaging_id = $4, urgent = $5, due_at = $6 where company_id = $1 and id = $2",
        tx.company_id().0,
        order.id.0,
        fields.shipping_id.0,
        fields.packaging_id.0,
        fields.urgent,
        fields.due_at.map(ToSqlx::to_sqlx) as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The order that has a number: whose it is, and when it was imported. Canceled ones have given theirs up.
#[derive(Debug)]
pub struct NumberHolder {
    pub customer: String,
    pub imported_at: Timestamp,
}

pub async fn find_number_holder(tx: &mut CompanyTx, number: &str) -> Result<Option<NumberHolder>> {
    let row = sqlx::query!(
        "select customer, imported_at from orders where company_id = $1 and number = $2 and state <> 'canceled'",
        tx.company_id().0,
        number
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| NumberHolder { customer: row.customer, imported_at: row.imported_at.to_jiff() }))
}
