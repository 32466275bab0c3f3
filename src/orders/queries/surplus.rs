//! The stock's part of purchases: what of it is still to come, and what became of the rest.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;

use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::ids::{OperationId, PersonId, PurchaseId};
use crate::orders::item::allocation::Settlement;

/// What of a purchase's surplus nobody has settled.
#[derive(Debug)]
pub struct OpenSurplus {
    pub units: Decimal,
    /// The unit in which the goods are counted.
    pub unit: String,
}

/// Locks the purchase.
pub async fn lock_open_surplus(tx: &mut CompanyTx, id: PurchaseId) -> Result<OpenSurplus> {
    let row = sqlx::query!(
        r#"select unit, surplus, surplus_outcome is null as "open!" from purchases where company_id = $1 and id = $2 for update"#,
        tx.company_id().0,
        id.0
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(AppError::NotFound)?;
    // Read under the lock: whoever had it may have settled some.
    let settled = sqlx::query_scalar!(
        r#"select coalesce(sum(units), 0) as "units!" from surplus_settlements
           where company_id = $1 and purchase_id = $2 and undone_at is null"#,
        tx.company_id().0,
        id.0
    )
    .fetch_one(&mut **tx)
    .await?;
    let units = if row.open { row.surplus - settled } else { Decimal::ZERO };
    Ok(OpenSurplus { units, unit: row.unit })
}

/// A part of the surplus that somebody settled.
#[derive(Debug)]
pub struct NewSettlement {
    pub id: OperationId,
    pub purchase_id: PurchaseId,
    pub units: Decimal,
    pub outcome: Settlement,
    pub by: PersonId,
    pub at: Timestamp,
    /// Nothing is left after it.
    pub last: bool,
}

pub async fn insert_settlement(tx: &mut CompanyTx, new: &NewSettlement) -> Result<()> {
    sqlx::query!(
        "with closed as (
           update purchases set surplus_outcome = $5, surplus_by = $6, surplus_at = $7 where company_id = $1 and id = $3 and $8
         )
         insert into surplus_settlements (company_id, id, purchase_id, units, outcome, settled_by, settled_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        tx.company_id().0,
        new.id.0,
        new.purchase_id.0,
        new.units,
        new.outcome.code(),
        new.by.0,
        new.at.to_sqlx() as _,
        new.last
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A part that was settled, and by whom.
#[derive(Debug)]
pub struct StoredSettlement {
    pub by: PersonId,
    pub undone: bool,
}

/// Locks the purchase of whose surplus it is a part.
pub async fn lock_settlement(tx: &mut CompanyTx, id: OperationId) -> Result<StoredSettlement> {
    let row = sqlx::query!(
        r#"select s.settled_by, s.undone_at is not null as "undone!"
           from surplus_settlements s join purchases p on p.company_id = $1 and p.id = s.purchase_id
           where s.company_id = $1 and s.id = $2 for update of p, s"#,
        tx.company_id().0,
        id.0
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(AppError::NotFound)?;
    Ok(StoredSettlement { by: PersonId(row.settled_by), undone: row.undone })
}

/// Takes a settlement back: its units are still to come.
pub async fn undo_settlement(tx: &mut CompanyTx, id: OperationId, at: Timestamp) -> Result<()> {
    sqlx::query!(
        "with back as (
           update surplus_settlements set undone_at = $3 where company_id = $1 and id = $2 returning purchase_id
         )
         update purchases set surplus_outcome = null, surplus_by = null, surplus_at = null
         where company_id = $1 and id = (select purchase_id from back)",
        tx.company_id().0,
        id.0,
        at.to_sqlx() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
