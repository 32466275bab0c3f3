//! What commands do: lock → decide → write → history. `command::run` wraps each into its transaction.

pub(crate) mod anonymise;
pub(crate) mod buy;
pub(crate) mod departures;
pub mod due;
pub(crate) mod fold;
pub(crate) mod hand_over;
pub mod import;
pub mod items;
pub(crate) mod location;
pub(crate) mod next;
pub(crate) mod notes;
pub(crate) mod orders;
pub(crate) mod pick_all;
pub(crate) mod pick_and_short;
pub(crate) mod purchases;
pub(crate) mod replacements;
pub(crate) mod request;
pub mod revise;
pub(crate) mod seen;
pub(crate) mod surplus;
pub(crate) mod undo;

use std::slice;

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::access;
use super::history::Detail;
use super::item::{ItemRefusal, ItemStatus};
use super::model::{Item, LastChange};
use super::queries::{
    history::{self, NewEntry},
    order::{self, LockedOrder},
    write::{LineWrite, OrderWrite},
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
    /// The orders that the command locks.
    fn orders(&self) -> &[OrderId] {
        slice::from_ref(&self.order_id)
    }

    /// Locks the order and asks whether the actor may.
    async fn lock(&self, tx: &mut CompanyTx, permission: Permission) -> Result<LockedOrder> {
        let order = order::lock_order(tx, self.order_id).await?;
        access::require(tx, self.actor.person_id, permission, &order, self.now)?;
        Ok(order)
    }

    /// Locks an order that must be open.
    async fn lock_open(&self, tx: &mut CompanyTx, permission: Permission) -> Result<LockedOrder> {
        let order = self.lock(tx, permission).await?;
        match order.state {
            OrderState::Open => Ok(order),
            state => Err(closed_conflict(state, &order, self.now)),
        }
    }

    /// Locks an order that must be open or canceled: goods of both go back to the shelf.
    async fn lock_unfinished(&self, tx: &mut CompanyTx, permission: Permission) -> Result<LockedOrder> {
        let order = self.lock(tx, permission).await?;
        match order.state {
            OrderState::Open | OrderState::Canceled => Ok(order),
            OrderState::Finished => Err(closed_conflict(order.state, &order, self.now)),
        }
    }

    /// Locks an order that must be finished.
    async fn lock_finished(&self, tx: &mut CompanyTx, permission: Permission) -> Result<LockedOrder> {
        let order = self.lock(tx, permission).await?;
        match order.state {
            OrderState::Finished => Ok(order),
            state => Err(closed_conflict(state, &order, self.now)),
        }
    }

    /// The change of a command that writes one entry of the history; it is written in one statement with its event.
    fn record(&self, order: &LockedOrder, entry: Entry<'_>) -> Result<Change> {
        let (entry, event) = self.told(order, entry);
        Ok(Change::from(event).writing(OrderWrite::new(&entry, None)?))
    }

    /// Like [`Self::record`], with the line that the entry tells of.
    fn record_line(&self, order: &LockedOrder, entry: Entry<'_>, line: LineWrite) -> Result<Change> {
        let (entry, event) = self.told(order, entry);
        let write = OrderWrite::new(&entry, Some(line))?;
        let holds = matches!(entry.kind, EventKind::ItemPicked | EventKind::ItemSubstituted);
        let write = if holds { write.claiming() } else { write };
        Ok(Change::from(event).writing(write))
    }

    /// Writes an entry of the history at once and answers its event, for a command that writes several.
    async fn record_event(
        &self,
        tx: &mut CompanyTx,
        order: &LockedOrder,
        entry: Entry<'_>,
    ) -> Result<NewEvent> {
        let (entry, event) = self.told(order, entry);
        history::insert_history(tx, &entry).await?;
        Ok(event)
    }

    fn told<'e>(&self, order: &LockedOrder, entry: Entry<'e>) -> (NewEntry<'e>, NewEvent) {
        let version = order.next_version();
        let Entry { kind, item_id, quantity, detail, undoes } = entry;
        let new = NewEntry {
            order_id: order.id,
            version,
            kind,
            item_id,
            quantity,
            actor_id: self.actor.person_id,
            detail,
            undoes: undoes.as_ref().map(|undone| undone.version),
            at: self.now,
        };
        let event = NewEvent::new(kind, self.actor.person_id).order(order.id).item(item_id).version(version);
        let event = event.changes_purchases(detail.changes_purchases()).changes_shelf(detail.changes_shelf());
        let event = event.changes_needs(detail.changes_needs());
        let event = match undoes {
            Some(undone) => event.undoing(undone.kind),
            None => event,
        };
        (new, event)
    }
}

/// What a command says in an entry of the history; the rest follows from its context.
struct Entry<'a> {
    kind: EventKind,
    item_id: Option<ItemId>,
    quantity: Option<Decimal>,
    detail: &'a Detail,
    undoes: Option<Undone>,
}

/// The entry that an undo takes back.
struct Undone {
    version: i64,
    kind: EventKind,
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

/// The sentence for a refusal: what the line is now, who changed it, and when.
fn item_conflict(refusal: ItemRefusal, item: &Item, now: Timestamp) -> AppError {
    let last = Last { change: item.last_change.as_ref(), now };
    let sentence = match refusal {
        ItemRefusal::AmountInvalid => return AppError::field("quantity", "orders.error.amount_invalid"),
        ItemRefusal::MoreThanRest { rest } if item.state.off_quote && rest.is_zero() => {
            Sentence::new("conflict.item_gone")
        }
        ItemRefusal::MoreThanRest { rest } | ItemRefusal::NotTheRest { rest } => last.more_than_rest(rest),
        ItemRefusal::MoreThanToReturn { left } => last.more_than_to_return(left),
        ItemRefusal::MoreThanPicked { picked } => last.more_than_picked(picked),
        ItemRefusal::MoreThanToBuy { left } => last.more_than("conflict.more_than_to_buy", left),
        ItemRefusal::MoreThanOnTheWay { left } => last.more_than("conflict.more_than_on_the_way", left),
        ItemRefusal::MoreThanArrived { left } => last.more_than("conflict.more_than_arrived", left),
        ItemRefusal::NotUnanswered { left } => last.more_than("conflict.not_unanswered", left),
        ItemRefusal::Answered => last.answered(),
        ItemRefusal::NotLastPick => last.not_last_pick(),
        ItemRefusal::NotFrom { status } => last.not_from(status),
    };
    AppError::Conflict(sentence)
}

/// The last change of a line, which explains a refusal better than the rule does.
struct Last<'a> {
    change: Option<&'a LastChange>,
    now: Timestamp,
}

impl Last<'_> {
    fn said(&self, key: &'static str, change: &LastChange) -> Sentence {
        Sentence::new(key).text("name", change.by_name.clone()).when(change.at, self.now)
    }

    fn changed(&self) -> Sentence {
        match self.change {
            Some(change) => self.said("conflict.item_changed_by", change),
            None => Sentence::new("conflict.item_changed"),
        }
    }

    fn more_than_rest(&self, rest: Decimal) -> Sentence {
        let Some(change) = self.change else {
            return Sentence::new("conflict.more_than_rest").quantity("rest", rest);
        };
        match () {
            () if is(change, EventKind::OrderRevised) => {
                self.said("conflict.item_revised", change).quantity("rest", rest)
            }
            () if is(change, EventKind::ItemPicked) && rest.is_zero() => {
                self.said("conflict.item_picked", change)
            }
            () if is(change, EventKind::ItemPicked) => self
                .said("conflict.more_than_rest_by", change)
                .quantity("rest", rest)
                .quantity("picked", change.quantity.unwrap_or_default()),
            () => self.said("conflict.rest_changed_by", change).quantity("rest", rest),
        }
    }

    /// "Só falta comprar 5: Caio comprou 10 às 14:32"
    fn more_than(&self, key: &'static str, left: Decimal) -> Sentence {
        let Some(change) = self.change else { return Sentence::new(key).quantity("left", left) };
        let by = match key {
            "conflict.more_than_to_buy" => "conflict.more_than_to_buy_by",
            "conflict.not_unanswered" => "conflict.not_unanswered_by",
            "conflict.more_than_on_the_way" => "conflict.more_than_on_the_way_by",
            _ => "conflict.more_than_arrived_by",
        };
        self.said(by, change).quantity("left", left)
    }

    fn more_than_to_return(&self, left: Decimal) -> Sentence {
        match self.change {
            _ if !left.is_zero() => Sentence::new("conflict.more_than_to_return").quantity("left", left),
            Some(change) if is_returned(change) => self.said("conflict.item_returned", change),
            _ => self.changed(),
        }
    }

    fn more_than_picked(&self, picked: Decimal) -> Sentence {
        let sentence = match self.change {
            Some(change) => self.said("conflict.more_than_picked_by", change),
            None => Sentence::new("conflict.more_than_picked"),
        };
        sentence.quantity("picked", picked)
    }

    /// "Caio já respondeu às 14:32"
    fn answered(&self) -> Sentence {
        match self.change {
            Some(change) if is(change, EventKind::ShortageAnswered) => {
                self.said("conflict.answered_by", change)
            }
            Some(change) if is(change, EventKind::ItemPicked) => self.said("conflict.item_picked", change),
            Some(change) => self.said("conflict.not_waiting_by", change),
            None => Sentence::new("conflict.not_waiting"),
        }
    }

    fn not_last_pick(&self) -> Sentence {
        match self.change {
            Some(change) if is(change, EventKind::ItemPicked) => self
                .said("conflict.picked_since", change)
                .quantity("picked", change.quantity.unwrap_or_default()),
            Some(change) if is_returned(change) => self.said("conflict.item_returned", change),
            _ => self.changed(),
        }
    }

    fn not_from(&self, status: ItemStatus) -> Sentence {
        match (status, self.change) {
            (ItemStatus::Picked, Some(change)) if is(change, EventKind::ItemPicked) => {
                self.said("conflict.item_picked", change)
            }
            (ItemStatus::Short | ItemStatus::Unanswered, Some(change))
                if is(change, EventKind::ItemShort) =>
            {
                self.said("conflict.item_short", change)
            }
            (ItemStatus::Pending, Some(change)) if is(change, EventKind::ItemWithdrawn) => {
                self.said("conflict.item_withdrawn", change)
            }
            (ItemStatus::Substituted, Some(change)) if is(change, EventKind::ItemSubstituted) => {
                self.said("conflict.item_substituted", change)
            }
            (_, Some(change)) if is(change, EventKind::ItemOrdered) => {
                self.said("conflict.item_ordered", change)
            }
            _ => self.changed(),
        }
    }
}

fn is(change: &LastChange, kind: EventKind) -> bool {
    change.kind == Some(kind)
}

fn is_returned(change: &LastChange) -> bool {
    is(change, EventKind::ItemReturned) || is(change, EventKind::ItemUnpicked)
}
