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

/// Refuses what the actor may not do with this order, by the roles that the command read when it began: its body may have
/// come long after the session was read.
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ME: PersonId = PersonId(Uuid::from_u128(1));
    const OTHER: PersonId = PersonId(Uuid::from_u128(2));

    /// An open order that is nothing of mine.
    fn order() -> Ownership {
        Ownership {
            seller_id: OTHER,
            seller_active: true,
            imported_by: OTHER,
            state: OrderState::Open,
            closed_by: None,
            closed_at: None,
        }
    }

    fn finished(by: PersonId, minutes: i64, now: Timestamp) -> Ownership {
        let closed_at = Some(now - SignedDuration::from_mins(minutes));
        Ownership { state: OrderState::Finished, closed_by: Some(by), closed_at, ..order() }
    }

    fn allows(role: Role, permission: Permission, order: Ownership) -> bool {
        holds((ME, &[role], &Overrides::default()), permission, order, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn an_order_is_one_s_own_by_selling_it_importing_it_or_its_seller_being_gone() {
        let own = [
            Ownership { seller_id: ME, ..order() },
            Ownership { imported_by: ME, ..order() },
            Ownership { seller_active: false, ..order() },
        ];
        for permission in [Permission::ChangeOrder, Permission::Cancel, Permission::Reopen] {
            assert!(!allows(Role::Seller, permission, order()), "{permission:?} of another's order");
            assert!(own.iter().all(|own| allows(Role::Seller, permission, *own)), "{permission:?}");
        }
        assert!(allows(Role::Admin, Permission::ChangeOrder, order()));
        assert!(own.iter().all(|own| !allows(Role::Buyer, Permission::ChangeOrder, *own)));
    }

    #[test]
    fn who_finished_an_order_reopens_it_for_thirty_minutes_and_nobody_else_does() {
        let now = Timestamp::UNIX_EPOCH;
        let reopens = |order| allows(Role::Picker, Permission::Reopen, order);
        assert!(reopens(finished(ME, 0, now)));
        assert!(reopens(finished(ME, REOPEN_OWN_FINISH_MINUTES, now)));
        assert!(!reopens(finished(ME, REOPEN_OWN_FINISH_MINUTES + 1, now)));
        assert!(!reopens(finished(OTHER, 0, now)));
        assert!(!reopens(Ownership { state: OrderState::Open, ..finished(ME, 0, now) }), "it is open again");
        assert!(!reopens(Ownership { closed_at: None, ..finished(ME, 0, now) }));
    }

    #[test]
    fn a_canceled_order_comes_back_by_whoever_may_reopen_every_order_alone() {
        let canceled = Ownership { seller_id: ME, state: OrderState::Canceled, ..order() };
        assert!(!allows(Role::Seller, Permission::Reopen, canceled), "also where it is one's own");
        assert!(allows(Role::Admin, Permission::Reopen, canceled));
        assert!(
            allows(Role::Seller, Permission::ChangeOrder, canceled),
            "what else it refuses is said by its state"
        );
    }
}
