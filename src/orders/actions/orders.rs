//! Commands on a whole order: finish, reopen, cancel, urgent, shipping.

use jiff::Timestamp;

use super::{Entry, OrderContext, closed_conflict};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::feed::EventKind;
use crate::html::text::{length, visible};
use crate::ids::{OrderId, PackagingId, ShippingId};
use crate::orders::commands;
use crate::orders::deadline::{self, after_shipping, next_at};
use crate::orders::history::{DepartureChange, Detail, OrderFields, Told};
use crate::orders::item::Reason;
use crate::orders::model::ShippingOption;
use crate::orders::queries::{
    claims, departures, options,
    order::{self, LockedOrder, NewClosing},
    summaries,
};
use crate::orders::status::OrderState;
use crate::page::CompanyTime;

/// Everything is settled: the order leaves the board.
#[derive(Debug)]
pub struct FinishOrder<'a> {
    pub on: OrderContext<'a>,
    pub volumes: Option<i32>,
}

/// Bring a finished order back to the board, or restore a canceled one; changes no line.
#[derive(Debug)]
pub struct ReopenOrder<'a> {
    pub on: OrderContext<'a>,
    pub reason: String,
}

#[derive(Debug)]
pub struct CancelOrder<'a> {
    pub on: OrderContext<'a>,
    pub reason: String,
}

/// Make the order urgent, or no longer.
#[derive(Debug)]
pub struct SetUrgent<'a> {
    pub on: OrderContext<'a>,
    pub urgent: bool,
}

#[derive(Debug)]
pub struct ChangeShipping<'a> {
    pub on: OrderContext<'a>,
    pub shipping_id: ShippingId,
    pub packaging_id: PackagingId,
}

/// Say until when the order is to leave; None: no matter when.
#[derive(Debug)]
pub struct ChangeDue<'a> {
    pub on: OrderContext<'a>,
    pub due_at: Option<Timestamp>,
}

impl Command for FinishOrder<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock(tx, commands::FINISH_ORDER.permission).await?;
        match order.state {
            OrderState::Finished => return Ok(Change::unchanged(())),
            OrderState::Canceled => return Err(closed_conflict(order.state, &order, self.on.now)),
            OrderState::Open => {}
        }
        if self.volumes.is_some_and(|volumes| !(1..=9999).contains(&volumes)) {
            return Err(AppError::field("volumes", "orders.error.volumes_invalid"));
        }
        let summary = summaries::get_summary(tx, order.id).await?;
        if let Some(refusal) = summary.counts.finish_refusal() {
            return Err(AppError::Conflict(refusal.sentence()));
        }
        let closing =
            NewClosing { at: self.on.now, by: self.on.actor.person_id, reason: None, volumes: self.volumes };
        order::update_state(tx, &order, OrderState::Finished, Some(closing)).await?;
        claims::end_claims(tx, &order, self.on.now).await?;
        let detail = Detail::told(self.volumes.map(|volumes| Told::Volumes { volumes }));
        self.on.record(&order, Entry::order(EventKind::OrderFinished, &detail))
    }
}

impl Command for ReopenOrder<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock(tx, commands::REOPEN_ORDER.permission).await?;
        if order.state == OrderState::Open {
            return Ok(Change::unchanged(()));
        }
        let detail = Detail::told(Some(Told::Reason(Reason::text(reason(&self.reason)?))));
        if order.state == OrderState::Canceled {
            number_is_free(tx, &order, self.on.now).await?;
        }
        let departure = departures::find_departure(tx, &order).await?;
        // Written also where it had not left: a mark from before the order came back can no longer be undone.
        let departure = Some(DepartureChange { before: departure, after: None });
        let detail = Detail { departure, ..detail };
        // A number that is taken at this very moment is refused by the index `orders_number_key`.
        order::update_state(tx, &order, OrderState::Open, None).await?;
        self.on.record(&order, Entry::order(EventKind::OrderReopened, &detail))
    }
}

impl Command for CancelOrder<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock(tx, commands::CANCEL_ORDER.permission).await?;
        match order.state {
            OrderState::Canceled => return Ok(Change::unchanged(())),
            OrderState::Finished => return Err(closed_conflict(order.state, &order, self.on.now)),
            OrderState::Open => {}
        }
        let reason = reason(&self.reason)?;
        let closing =
            NewClosing { at: self.on.now, by: self.on.actor.person_id, reason: Some(reason), volumes: None };
        order::update_state(tx, &order, OrderState::Canceled, Some(closing)).await?;
        claims::end_claims(tx, &order, self.on.now).await?;
        let detail = Detail::told(Some(Told::Reason(Reason::text(reason))));
        self.on.record(&order, Entry::order(EventKind::OrderCanceled, &detail))
    }
}

impl Command for SetUrgent<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock_open(tx, commands::SET_URGENT.permission).await?;
        if order.fields.urgent == self.urgent {
            return Ok(Change::unchanged(()));
        }
        let fields = OrderFields { urgent: self.urgent, ..order.fields };
        order::update_fields(tx, &order, fields).await?;
        let kind = if self.urgent { EventKind::OrderUrgent } else { EventKind::OrderNotUrgent };
        self.on.record(&order, Entry::order(kind, &Detail::order(order.fields, fields)))
    }
}

impl Command for ChangeShipping<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock_open(tx, commands::CHANGE_SHIPPING.permission).await?;
        let before = order.fields;
        if (before.shipping_id, before.packaging_id) == (self.shipping_id, self.packaging_id) {
            return Ok(Change::unchanged(()));
        }
        let options = options::list_shipping_options(tx, Some(before.shipping_id)).await?;
        let option = options
            .iter()
            .find(|option| option.id == self.shipping_id)
            .ok_or_else(|| AppError::field("shipping", "orders.error.shipping_unknown"))?;
        if !option.packagings.contains(&self.packaging_id) {
            return Err(AppError::field("packaging", "orders.error.packaging_not_allowed"));
        }
        // What is hidden stays with the orders that have it, and goes to no other.
        let packagings = options::list_packaging_options(tx, Some(before.packaging_id)).await?;
        let packaging = packagings
            .iter()
            .find(|packaging| packaging.id == self.packaging_id)
            .ok_or_else(|| AppError::field("packaging", "orders.error.packaging_unknown"))?;
        let fields = OrderFields {
            urgent: before.urgent || option.makes_urgent,
            shipping_id: self.shipping_id,
            packaging_id: self.packaging_id,
            due_at: self.due_at(before, &options),
        };
        order::update_fields(tx, &order, fields).await?;
        let told = Told::Options { shipping: option.name.clone(), packaging: packaging.name.clone() };
        let detail = Detail { told: Some(told), ..Detail::order(before, fields) };
        self.on.record(&order, Entry::order(EventKind::OrderChanged, &detail))
    }
}

impl ChangeShipping<'_> {
    /// Another shipping brings its own deadline; another packaging none.
    fn due_at(&self, before: OrderFields, options: &[ShippingOption]) -> Option<Timestamp> {
        if before.shipping_id == self.shipping_id {
            return before.due_at;
        }
        let calendar = CompanyTime::from(&self.on.actor.company).calendar();
        let minute_of = |id| options.iter().find(|option| option.id == id)?.due_minute;
        let says = minute_of(self.shipping_id).and_then(|minute| next_at(calendar, minute, self.on.now));
        after_shipping(before.due_at, minute_of(before.shipping_id).is_some(), says)
    }
}

impl Command for ChangeDue<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock_open(tx, commands::CHANGE_DUE.permission).await?;
        if order.fields.due_at == self.due_at {
            return Ok(Change::unchanged(()));
        }
        if let Some(refusal) = self.due_at.and_then(|due| deadline::refusal(due, self.on.now)) {
            return Err(AppError::field("due", refusal));
        }
        let fields = OrderFields { due_at: self.due_at, ..order.fields };
        order::update_fields(tx, &order, fields).await?;
        let told = Some(Told::Due { due_at: self.due_at });
        let detail = Detail { told, ..Detail::order(order.fields, fields) };
        self.on.record(&order, Entry::order(EventKind::DueChanged, &detail))
    }
}

/// A canceled order's number may be another order's by now.
async fn number_is_free(tx: &mut CompanyTx, order: &LockedOrder, now: Timestamp) -> Result<()> {
    let Some(number) = order.number.as_deref() else { return Ok(()) };
    match order::find_number_holder(tx, number).await? {
        None => Ok(()),
        Some(holder) => {
            let sentence = Sentence::new("conflict.number_taken").text("number", number);
            Err(AppError::Conflict(sentence.text("customer", holder.customer).when(holder.imported_at, now)))
        }
    }
}

/// The reason as typed: not empty, at most 200 characters.
fn reason(text: &str) -> Result<&str> {
    let text = text.trim();
    if !visible(text) || length(text) > 200 {
        return Err(AppError::field("reason", "orders.error.reason_needed"));
    }
    Ok(text)
}
