//! What commands do: lock → decide → write → history. `command::run` wraps each into its transaction.

pub mod hand_over;
pub mod import;
pub mod items;
pub mod notes;
pub mod orders;
pub mod revise;
pub mod undo;

use jiff::Timestamp;

use super::access;
use super::history::Detail;
use super::item::{ItemRefusal, ItemStatus};
use super::model::{Item, LastChange};
use super::queries::{
    history::{self, NewEntry},
    order::{self, LockedOrder},
};
use super::status::OrderState;
use crate::actor::{Actor, Permission};
use crate::command::Change;
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::feed::{EventKind, NewEvent};
use crate::ids::{ItemId, OrderId};

/// Who acts, on which order, when.
#[derive(Clone, Copy, Debug)]
pub struct OrderContext<'a> {
    pub actor: &'a Actor,
    pub order_id: OrderId,
    pub now: Timestamp,
}

impl OrderContext<'_> {
    /// Locks the order and asks whether the actor may.
    async fn lock(&self, tx: &mut CompanyTx, permission: Permission) -> Result<LockedOrder> {
        let order = order::lock_order(tx, self.order_id).await?;
        access::require(self.actor, permission, &order, self.now)?;
        Ok(order)
    }

    /// The same for what only an open order takes.
    async fn lock_open(&self, tx: &mut CompanyTx, permission: Permission) -> Result<LockedOrder> {
        let order = self.lock(tx, permission).await?;
        match order.state {
            OrderState::Open => Ok(order),
            state => Err(closed_conflict(state, &order, self.now)),
        }
    }

    /// The same for what an open order takes, and a canceled one: goods go back to the shelf.
    async fn lock_unfinished(&self, tx: &mut CompanyTx, permission: Permission) -> Result<LockedOrder> {
        let order = self.lock(tx, permission).await?;
        match order.state {
            OrderState::Open | OrderState::Canceled => Ok(order),
            OrderState::Finished => Err(closed_conflict(order.state, &order, self.now)),
        }
    }

    /// Writes the entry of the order's history and names its event.
    async fn record(&self, tx: &mut CompanyTx, order: &LockedOrder, entry: Entry<'_>) -> Result<Change> {
        let version = order.version + 1;
        let Entry { kind, item_id, quantity, detail, undoes } = entry;
        let new = NewEntry {
            order_id: order.id,
            version,
            kind,
            item_id,
            quantity,
            actor_id: self.actor.person_id,
            detail,
            undoes,
            at: self.now,
        };
        history::insert_history(tx, &new).await?;
        let event = NewEvent::new(kind, self.actor.person_id).order(order.id).item(item_id).version(version);
        Ok(Change::Happened(event))
    }
}

/// What is particular to one entry of the history.
struct Entry<'a> {
    kind: EventKind,
    item_id: Option<ItemId>,
    quantity: Option<rust_decimal::Decimal>,
    detail: &'a Detail,
    undoes: Option<i64>,
}

impl<'a> Entry<'a> {
    fn order(kind: EventKind, detail: &'a Detail) -> Self {
        Self { kind, item_id: None, quantity: None, detail, undoes: None }
    }
}

/// "João finalizou este pedido às 14:32".
fn closed_conflict(state: OrderState, order: &LockedOrder, now: Timestamp) -> AppError {
    let key = match state {
        OrderState::Open => "conflict.order_open",
        OrderState::Finished => "conflict.order_finished",
        OrderState::Canceled => "conflict.order_canceled",
    };
    let name = order.closed_by_name.clone().unwrap_or_default();
    let at = order.closed_at.unwrap_or_default();
    AppError::Conflict(Sentence::new(key).text("name", name).when(at, now))
}

/// Why the line is no longer as the screen showed it: what is true, who made it so, and when.
fn item_conflict(refusal: ItemRefusal, item: &Item, now: Timestamp) -> AppError {
    let changed_by = |key: &'static str, change: &LastChange| {
        Sentence::new(key).text("name", change.by_name.clone()).when(change.at, now)
    };
    let is = |change: &LastChange, kind: EventKind| change.kind == kind.code();
    let returned =
        |change: &LastChange| is(change, EventKind::ItemReturned) || is(change, EventKind::ItemUnpicked);
    let sentence = match (refusal, &item.last_change) {
        (ItemRefusal::MoreThanRest { rest }, _) if item.state.off_quote && rest.is_zero() => {
            Sentence::new("conflict.item_gone")
        }
        (ItemRefusal::MoreThanRest { rest }, Some(change)) if is(change, EventKind::OrderRevised) => {
            changed_by("conflict.item_revised", change).quantity("rest", rest)
        }
        (ItemRefusal::MoreThanToReturn { left }, Some(change)) if left.is_zero() && returned(change) => {
            changed_by("conflict.item_returned", change)
        }
        (ItemRefusal::MoreThanToReturn { left }, Some(change)) if left.is_zero() => {
            changed_by("conflict.item_changed_by", change)
        }
        (ItemRefusal::MoreThanToReturn { left }, None) if left.is_zero() => {
            Sentence::new("conflict.item_changed")
        }
        (ItemRefusal::MoreThanToReturn { left }, _) => {
            Sentence::new("conflict.more_than_to_return").quantity("left", left)
        }
        (ItemRefusal::NotLastPick, Some(change)) if is(change, EventKind::ItemPicked) => {
            changed_by("conflict.picked_since", change)
                .quantity("picked", change.quantity.unwrap_or_default())
        }
        (ItemRefusal::NotLastPick, Some(change)) if returned(change) => {
            changed_by("conflict.item_returned", change)
        }
        (ItemRefusal::AmountInvalid, _) => return AppError::field("quantity", "orders.error.amount_invalid"),
        (ItemRefusal::MoreThanRest { rest }, Some(change)) if is(change, EventKind::ItemPicked) => {
            if rest.is_zero() {
                changed_by("conflict.item_picked", change)
            } else {
                let moved = change.quantity.unwrap_or_default();
                changed_by("conflict.more_than_rest_by", change)
                    .quantity("rest", rest)
                    .quantity("picked", moved)
            }
        }
        (ItemRefusal::MoreThanRest { rest }, Some(change)) => {
            changed_by("conflict.rest_changed_by", change).quantity("rest", rest)
        }
        (ItemRefusal::MoreThanRest { rest }, None) => {
            Sentence::new("conflict.more_than_rest").quantity("rest", rest)
        }
        (ItemRefusal::MoreThanPicked { picked }, Some(change)) => {
            changed_by("conflict.more_than_picked_by", change).quantity("picked", picked)
        }
        (ItemRefusal::MoreThanPicked { picked }, None) => {
            Sentence::new("conflict.more_than_picked").quantity("picked", picked)
        }
        (ItemRefusal::NotFrom { status: ItemStatus::Picked }, Some(change))
            if is(change, EventKind::ItemPicked) =>
        {
            changed_by("conflict.item_picked", change)
        }
        (ItemRefusal::NotFrom { status: ItemStatus::Short }, Some(change))
            if is(change, EventKind::ItemShort) =>
        {
            changed_by("conflict.item_short", change)
        }
        (ItemRefusal::NotFrom { .. } | ItemRefusal::NotLastPick, Some(change)) => {
            changed_by("conflict.item_changed_by", change)
        }
        (ItemRefusal::NotFrom { .. } | ItemRefusal::NotLastPick, None) => {
            Sentence::new("conflict.item_changed")
        }
    };
    AppError::Conflict(sentence)
}
