//! Applies the table of permissions to one order.

use jiff::{SignedDuration, Timestamp};

use super::model::OrderSummary;

use super::queries::order::LockedOrder;
use super::status::OrderState;
use crate::actor::{Actor, Grant, Overrides, Permission, REOPEN_OWN_FINISH_MINUTES, Role};
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::ids::PersonId;

/// What decides whether an order is one's own.
#[derive(Clone, Copy, Debug)]
pub struct Ownership {
    pub seller_id: PersonId,
    /// Any seller may act on the orders of one who is gone.
    pub seller_active: bool,
    pub imported_by: PersonId,
    pub state: OrderState,
    pub closed_by: Option<PersonId>,
    pub closed_at: Option<Timestamp>,
}

impl From<&LockedOrder> for Ownership {
    fn from(order: &LockedOrder) -> Self {
        Self {
            seller_id: order.seller_id,
            seller_active: order.seller_active,
            imported_by: order.imported_by,
            state: order.state,
            closed_by: order.closed_by,
            closed_at: order.closed_at,
        }
    }
}

impl From<&OrderSummary> for Ownership {
    fn from(order: &OrderSummary) -> Self {
        Self {
            seller_id: order.seller_id,
            seller_active: order.seller_active,
            imported_by: order.imported_by,
            state: order.state,
            closed_by: order.closed.as_ref().map(|closing| closing.by),
            closed_at: order.closed.as_ref().map(|closing| closing.at),
        }
    }
}

/// Whether the actor has the permission for this order at this moment.
pub fn may(actor: &Actor, permission: Permission, order: Ownership, now: Timestamp) -> bool {
    holds((actor.person_id, &actor.roles, &actor.overrides), permission, order, now)
}

fn holds(
    (person_id, roles, overrides): (PersonId, &[Role], &Overrides),
    permission: Permission,
    order: Ownership,
    now: Timestamp,
) -> bool {
    let own = order.seller_id == person_id || order.imported_by == person_id || !order.seller_active;
    let window = SignedDuration::from_mins(REOPEN_OWN_FINISH_MINUTES);
    let just_finished = order.state == OrderState::Finished
        && order.closed_by == Some(person_id)
        && order.closed_at.is_some_and(|at| now.duration_since(at) <= window);
    // A canceled order is brought back by whoever may reopen every order.
    let restores = permission == Permission::Reopen && order.state == OrderState::Canceled;
    overrides.grants(permission, roles).any(|grant| match grant {
        Grant::Yes => true,
        _ if restores => false,
        Grant::Own => own,
        Grant::FinishedByOneself => just_finished,
        Grant::No => false,
    })
}

/// The same for a command, by the roles that its claim found: the body may have come long after the session was read.
pub fn require(
    tx: &CompanyTx,
    person_id: PersonId,
    permission: Permission,
    order: &LockedOrder,
    now: Timestamp,
) -> Result<()> {
    if holds((person_id, tx.roles(), tx.overrides()), permission, order.into(), now) {
        Ok(())
    } else {
        Err(AppError::Forbidden)
    }
}

/// Codes of what the actor may do with this order, for the `data-can` of its screen.
pub fn can_codes(actor: &Actor, order: Ownership, now: Timestamp) -> String {
    let codes: Vec<_> = Permission::ALL
        .into_iter()
        .filter(|permission| may(actor, *permission, order, now))
        .map(Permission::code)
        .collect();
    codes.join(" ")
}
