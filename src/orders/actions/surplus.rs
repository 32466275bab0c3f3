//! The stock's part of a purchase: it came, or does not come; all at once or part by part.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::items::{refuse_parts_of, require_amount};
use crate::actor::Actor;
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::feed::{EventKind, NewEvent};
use crate::ids::{OperationId, PurchaseId};
use crate::orders::commands;
use crate::orders::item::allocation::Settlement;
use crate::orders::queries::surplus::{self as queries, NewSettlement};

/// Units of the stock's part came, or do not come.
#[derive(Debug)]
pub struct SettleSurplus<'a> {
    pub actor: &'a Actor,
    pub now: Timestamp,
    pub operation_id: OperationId,
    pub purchase_id: PurchaseId,
    /// None: all that is left; the form of an older build did not ask.
    pub quantity: Option<Decimal>,
    /// `Stocked` or `Canceled`.
    pub outcome: Settlement,
}

/// What one tap settled is still to come.
#[derive(Debug)]
pub struct UnsettleSurplus<'a> {
    pub actor: &'a Actor,
    pub now: Timestamp,
    /// The tap that settled it.
    pub settled: OperationId,
}

impl Command for SettleSurplus<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        tx.require(commands::SETTLE_PURCHASE.permission)?;
        let by = self.actor.person_id;
        let open = queries::lock_open_surplus(tx, self.purchase_id).await?;
        let units = self.quantity.unwrap_or(open.units);
        if open.units.is_zero() {
            return Err(AppError::conflict("conflict.surplus_settled"));
        }
        // All that is left may be settled even where it is a fraction of counted goods.
        if units != open.units {
            require_amount(units)?;
            refuse_parts_of(&open.unit, units)?;
        }
        if units > open.units {
            let sentence = Sentence::new("conflict.surplus_left").quantity("left", open.units);
            return Err(AppError::Conflict(sentence));
        }
        let new = NewSettlement {
            id: self.operation_id,
            purchase_id: self.purchase_id,
            units,
            outcome: self.outcome,
            by,
            at: self.now,
            last: units == open.units,
        };
        queries::insert_settlement(tx, &new).await?;
        Ok(NewEvent::new(EventKind::PurchaseChanged, by).into())
    }
}

impl Command for UnsettleSurplus<'_> {
    type Output = ();

    /// Only the person who settled it may undo it; no other permission is needed.
    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let stored = queries::lock_settlement(tx, self.settled).await?;
        if stored.by != self.actor.person_id {
            return Err(AppError::conflict("conflict.undo_other"));
        }
        if stored.undone {
            return Ok(Change::unchanged(()));
        }
        queries::undo_settlement(tx, self.settled, self.now).await?;
        Ok(NewEvent::new(EventKind::PurchaseChanged, stored.by).into())
    }
}
