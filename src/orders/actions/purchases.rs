//! Purchase commands on one line. Buying itself is in [`super::buy`], asking for it in [`super::request`].

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::buy::{Share, divided_anew, sort_shares};
use super::items::{RestChange, change_line, change_rest, get_item, refuse_parts, require_amount};
use super::{Entry, OrderContext, item_conflict};
use crate::actor::{Actor, Permission};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::feed::{EventKind, NewEvent};
use crate::ids::{ItemId, OrderId, PurchaseId};
use crate::orders::commands;
use crate::orders::history::{AllocationChange, Detail};
use crate::orders::item::allocation::{Flow, Settlement};
use crate::orders::item::{Decision, ItemRefusal, ItemState};
use crate::orders::model::Item;
use crate::orders::queries::order::LockedOrder;
use crate::orders::queries::write::LineWrite;
use crate::orders::queries::{items, purchases as queries};
use crate::orders::status::OrderState;

/// What happens with units of a line that is in purchase.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// They were not bought after all.
    Unordered,
    /// They are here.
    Received,
    /// They are not here after all.
    Unreceived,
    /// They cannot be bought.
    NotFound,
}

/// Units of a line move one step.
#[derive(Debug)]
pub struct MovePurchase<'a> {
    pub on: OrderContext<'a>,
    pub item_id: ItemId,
    pub step: Step,
    pub quantity: Decimal,
}

/// Units of several lines move the same step, if each line is still as it was shown.
#[derive(Debug)]
pub struct MoveGoods<'a> {
    actor: &'a Actor,
    now: Timestamp,
    step: Step,
    shares: Vec<Share>,
    orders: Vec<OrderId>,
}

impl<'a> MoveGoods<'a> {
    pub fn new(actor: &'a Actor, now: Timestamp, step: Step, mut shares: Vec<Share>) -> Self {
        let orders = sort_shares(&mut shares);
        Self { actor, now, step, shares, orders }
    }

    async fn step(&self, tx: &mut CompanyTx, order: &LockedOrder, share: &Share) -> Result<NewEvent> {
        let on = OrderContext { actor: self.actor, order_id: share.order_id, now: self.now };
        let item = get_item(tx, on, share.item_id).await?;
        refuse_parts(&item, share.quantity)?;
        if share.seen.is_some_and(|seen| seen != self.step.left(&item.state)) {
            return Err(divided_anew(&item, self.now));
        }
        let next = match self.step.decide(&item.state, share.quantity) {
            Ok(Decision::Becomes(next)) => next,
            Ok(Decision::Already) => item.state.clone(),
            Err(refusal) => return Err(item_conflict(refusal, &item, self.now)),
        };
        let detail = change_line(tx, order.id, &item, next, self.step.flow()).await?;
        items::update_item(tx, order, item.id, &LineWrite::of(&detail).state).await?;
        let (kind, quantity) = (self.step.kind(), Some(share.quantity));
        let entry = Entry { kind, item_id: Some(item.id), quantity, detail: &detail, undoes: None };
        on.record_event(tx, order, entry).await
    }
}

impl Command for MoveGoods<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        &self.orders
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        tx.require(self.step.permission())?;
        if self.shares.is_empty() {
            return Err(AppError::field("quantity", "purchasing.error.nothing_bought"));
        }
        let mut events = Vec::new();
        for shares in self.shares.chunk_by(|one, other| one.order_id == other.order_id) {
            let on = OrderContext { actor: self.actor, order_id: shares[0].order_id, now: self.now };
            let mut order = on.lock_open(tx, self.step.permission()).await?;
            for share in shares {
                events.push(self.step(tx, &order, share).await?);
                order.version += 1;
            }
        }
        Ok(Change::with_events((), events))
    }
}

/// The rest of the line is to be picked after all.
#[derive(Debug)]
pub struct WithdrawRequest<'a> {
    pub on: OrderContext<'a>,
    pub item_id: ItemId,
}

/// Units that were bought for a line, and that it no longer needs, are settled.
#[derive(Debug)]
pub struct SettlePurchase<'a> {
    pub on: OrderContext<'a>,
    pub item_id: ItemId,
    pub purchase_id: PurchaseId,
    pub quantity: Decimal,
    pub settlement: Settlement,
    /// The permission it takes, which is not the same for settling a purchase and for putting goods on the shelf.
    pub permission: Permission,
}

impl Step {
    fn permission(self) -> Permission {
        match self {
            Step::Unordered => commands::UNMARK_ORDERED.permission,
            Step::Received => commands::MARK_RECEIVED.permission,
            Step::Unreceived => commands::UNMARK_RECEIVED.permission,
            Step::NotFound => commands::MARK_NOT_FOUND.permission,
        }
    }

    fn kind(self) -> EventKind {
        match self {
            Step::Unordered => EventKind::ItemUnordered,
            Step::Received => EventKind::ItemReceived,
            Step::Unreceived => EventKind::ItemUnreceived,
            Step::NotFound => EventKind::ItemNotFound,
        }
    }

    /// The most units that can move this step.
    fn left(self, state: &ItemState) -> Decimal {
        match self {
            Step::NotFound => state.to_buy(),
            Step::Unordered | Step::Received => state.on_the_way(),
            Step::Unreceived => state.received,
        }
    }

    fn decide(self, state: &ItemState, amount: Decimal) -> Result<Decision, ItemRefusal> {
        match self {
            Step::Unordered => state.unmark_ordered(amount),
            Step::Received => state.mark_received(amount),
            Step::Unreceived => state.unmark_received(amount),
            Step::NotFound => state.mark_not_found(amount),
        }
    }

    fn flow(self) -> Flow {
        match self {
            Step::Unordered => Flow::Unordered,
            Step::Received => Flow::Received,
            Step::Unreceived => Flow::Unreceived,
            Step::NotFound => Flow::Displaced,
        }
    }
}

impl Command for MovePurchase<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock_open(tx, self.step.permission()).await?;
        let item = get_item(tx, self.on, self.item_id).await?;
        refuse_parts(&item, self.quantity)?;
        let next = match self.step.decide(&item.state, self.quantity) {
            Ok(Decision::Becomes(next)) => next,
            Ok(Decision::Already) => return Ok(Change::unchanged(())),
            Err(refusal) => return Err(item_conflict(refusal, &item, self.on.now)),
        };
        let detail = change_line(tx, order.id, &item, next, self.step.flow()).await?;
        let line = LineWrite::of(&detail);
        let (kind, quantity) = (self.step.kind(), Some(self.quantity));
        let entry = Entry { kind, item_id: Some(item.id), quantity, detail: &detail, undoes: None };
        self.on.record_line(&order, entry, line)
    }
}

impl Command for WithdrawRequest<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let change = RestChange {
            permission: commands::WITHDRAW_REQUEST.permission,
            item_id: self.item_id,
            kind: EventKind::ItemWithdrawn,
            quantity: None,
            told: None,
        };
        change_rest(tx, self.on, change, |item| item.state.withdraw_request()).await
    }
}

impl Command for SettlePurchase<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    /// The order may be finished or canceled by now: what was bought for it is still to be settled.
    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock(tx, self.permission).await?;
        let item = get_item(tx, self.on, self.item_id).await?;
        refuse_parts(&item, self.quantity)?;
        require_amount(self.quantity)?;
        let all = queries::list_allocations(tx, item.id).await?;
        let before = all.into_iter().find(|one| one.purchase == self.purchase_id);
        let before = before.ok_or(AppError::NotFound)?;
        let mut next = item.state.clone();
        let mut free = before.clone();
        if order.state == OrderState::Canceled {
            // Nothing of a canceled order is needed, though its lines stay as they were, for it may be restored.
            let arrived = self.settlement == Settlement::Returned;
            let known = if arrived { before.to_return } else { before.displaced };
            let amount = (self.quantity - known).max(Decimal::ZERO);
            free = before.freed(amount, arrived).ok_or_else(|| settled_already(&item, self.on))?;
            next = next.released(amount, arrived);
        }
        let after = free.settled(self.settlement, self.quantity);
        let after = after.ok_or_else(|| settled_already(&item, self.on))?;
        let change = AllocationChange { item: item.id, before: Some(before), after: Some(after) };
        let allocations = vec![change];
        queries::write_allocations(tx, order.id, &allocations).await?;
        let detail = Detail { allocations, ..Detail::line(item.id, item.state, next) };
        let line = LineWrite::of(&detail);
        let (kind, quantity) = (EventKind::PurchaseSettled, Some(self.quantity));
        let entry = Entry { kind, item_id: Some(item.id), quantity, detail: &detail, undoes: None };
        self.on.record_line(&order, entry, line)
    }
}

/// "Caio já resolveu esta sobra às 14:32"
fn settled_already(item: &Item, on: OrderContext<'_>) -> AppError {
    AppError::Conflict(match &item.last_change {
        Some(change) => {
            let sentence = Sentence::new("conflict.purchase_settled_by").text("name", change.by_name.clone());
            sentence.when(change.at, on.now)
        }
        None => Sentence::new("conflict.purchase_settled"),
    })
}

/// Somebody said when the goods of a purchase are to come; None: nobody knows.
#[derive(Debug)]
pub struct ExpectPurchase<'a> {
    pub actor: &'a Actor,
    pub now: Timestamp,
    pub purchase_id: PurchaseId,
    pub expected_on: Option<Date>,
}

impl Command for ExpectPurchase<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        tx.require(commands::MARK_ORDERED.permission)?;
        let by = self.actor.person_id;
        queries::expect_purchase(tx, self.purchase_id, self.expected_on, by, self.now).await?;
        Ok(NewEvent::new(EventKind::PurchaseChanged, by).into())
    }
}
