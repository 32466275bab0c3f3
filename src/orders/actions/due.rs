//! Applies a shipping option's new time of the day to its open orders.

use jiff::Timestamp;

use super::{Entry, OrderContext};
use crate::actor::{Actor, Permission};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::EventKind;
use crate::ids::{OrderId, ShippingId};
use crate::orders::deadline;
use crate::orders::history::{Detail, OrderFields, Told};
use crate::orders::queries::{deadlines, order};
use crate::orders::status::OrderState;
use crate::page::CompanyTime;

/// Gives the option's time of the day to its open orders that are not late. Answers how many were changed.
#[derive(Debug)]
pub struct ApplyDue<'a> {
    pub actor: &'a Actor,
    pub shipping_id: ShippingId,
    pub now: Timestamp,
}

impl Command for ApplyDue<'_> {
    type Output = usize;

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change<usize>> {
        tx.require(Permission::Administer)?;
        let calendar = CompanyTime::from(&self.actor.company).calendar();
        let minute = deadlines::find_due_minute(tx, self.shipping_id).await?;
        let listed = deadlines::list_due_orders(tx, self.shipping_id, self.now).await?;
        let ids: Vec<OrderId> = listed.into_iter().map(|(id, _)| id).collect();
        order::lock_rows(tx, &ids).await?;
        let mut events = Vec::new();
        for order_id in ids {
            let on = OrderContext { actor: self.actor, order_id, now: self.now };
            let order = order::lock_order(tx, order_id).await?;
            let before = order.fields;
            let due_at = deadline::applied(calendar, minute, before.due_at, self.now);
            if order.state != OrderState::Open
                || before.shipping_id != self.shipping_id
                || before.due_at == due_at
            {
                continue;
            }
            let fields = OrderFields { due_at, ..before };
            order::update_fields(tx, &order, fields).await?;
            let detail = Detail { told: Some(Told::Due { due_at }), ..Detail::order(before, fields) };
            events.push(on.record_event(tx, &order, Entry::order(EventKind::DueChanged, &detail)).await?);
        }
        Ok(Change::with_events(events.len(), events))
    }
}
