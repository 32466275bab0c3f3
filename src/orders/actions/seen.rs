//! "Vi": somebody saw what others changed on an order.

use super::OrderContext;
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::{EventKind, NewEvent};
use crate::ids::OrderId;
use crate::orders::commands;
use crate::orders::queries::{claims, seen};

/// Records that the actor saw these entries of the order's history. No entry of its own: the timeline tells it beside the change.
#[derive(Debug)]
pub struct SeeChanges<'a> {
    pub on: OrderContext<'a>,
    pub versions: Vec<i64>,
}

impl Command for SeeChanges<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock(tx, commands::SEE_CHANGES.permission).await?;
        let person_id = self.on.actor.person_id;
        let seen = seen::insert_seen(tx, &order, person_id, &self.versions, self.on.now).await?;
        if !seen.is_empty() {
            claims::renew_claim(tx, &order, person_id, self.on.now).await?;
        }
        let told = |version| NewEvent::new(EventKind::ChangeSeen, person_id).order(order.id).version(version);
        Ok(Change::with_events((), seen.into_iter().map(told).collect()))
    }
}
