//! Hands one order, or all open orders of a seller, over to another seller.

use jiff::Timestamp;

use super::{Entry, OrderContext};
use crate::actor::{Permission, Role};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::feed::{EventKind, NewEvent};
use crate::ids::PersonId;
use crate::orders::commands;
use crate::orders::history::{Detail, SellerChange, Told};
use crate::orders::queries::hand_over as queries;
use crate::people::queries as people;

/// One open order gets this seller.
#[derive(Debug)]
pub struct HandOverOrder<'a> {
    pub on: OrderContext<'a>,
    pub seller_id: PersonId,
}

/// Gives all open orders of a person to this seller. The caller has checked that the actor is an administrator. Answers how
/// many orders there were.
#[derive(Clone, Copy, Debug)]
pub struct HandOverOrders {
    pub actor_id: PersonId,
    pub from: PersonId,
    pub seller_id: PersonId,
    pub now: Timestamp,
}

impl Command for HandOverOrder<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        // People before orders, as when all of a seller's orders go.
        let to = seller(tx, self.seller_id).await?;
        let order = self.on.lock_open(tx, commands::HAND_OVER.permission).await?;
        if order.seller_id == self.seller_id {
            return Ok(Change::unchanged(()));
        }
        let to = to.ok_or_else(unknown)?;
        // Only a name: nobody is locked behind an order.
        let company_id = tx.company_id();
        let from = people::find_person(tx, company_id, order.seller_id).await?;
        queries::update_seller(tx, &order, self.seller_id).await?;
        let from = (order.seller_id, from.map(|person| person.name).unwrap_or_default());
        let detail = handed_over(from, (self.seller_id, to));
        self.on.record(&order, Entry::order(EventKind::OrderHandedOver, &detail))
    }
}

impl Command for HandOverOrders {
    type Output = usize;

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change<usize>> {
        tx.require(Permission::Administer)?;
        let company_id = tx.company_id();
        // In the order of their ids: two who hand over to each other's sellers at once do not wait for each other.
        if self.seller_id < self.from {
            people::lock_person(tx, company_id, self.seller_id).await?;
        }
        let from = people::lock_person(tx, company_id, self.from).await?.ok_or(AppError::NotFound)?;
        let to = seller(tx, self.seller_id).await?.ok_or_else(unknown)?;
        if self.from == self.seller_id {
            return Err(unknown());
        }
        let orders = queries::lock_open_orders(tx, self.from).await?;
        if orders.is_empty() {
            return Ok(Change::unchanged(0));
        }
        let detail = handed_over((self.from, from.name), (self.seller_id, to));
        let (seller_id, actor_id) = (self.seller_id, self.actor_id);
        queries::update_sellers(tx, &orders, seller_id, actor_id, &detail, self.now).await?;
        let event = NewEvent::new(EventKind::OrdersHandedOver, actor_id).person(self.from);
        Ok(Change::happened(orders.len(), event))
    }
}

/// The name of an active seller; the row is locked, so that nobody goes while orders come.
async fn seller(tx: &mut CompanyTx, id: PersonId) -> Result<Option<String>> {
    let company_id = tx.company_id();
    let found = people::lock_person(tx, company_id, id).await?;
    Ok(found.filter(|person| person.active && person.roles.contains(&Role::Seller)).map(|person| person.name))
}

fn unknown() -> AppError {
    AppError::field("seller", "orders.error.seller_unknown")
}

fn handed_over((before, from): (PersonId, String), (after, to): (PersonId, String)) -> Detail {
    let told = Some(Told::Sellers { before: from, after: to });
    Detail { seller: Some(SellerChange { before, after }), told, ..Detail::default() }
}
