//! "Próximo pedido": chooses the next order for a picker, and claims it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Permission};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::{EventKind, NewEvent};
use crate::ids::OrderId;
use crate::orders::queries::claims::{claim_next_order, skip_order};

/// Claim the next order for the picker; `skip` is the order that the picker passes over.
#[derive(Debug)]
pub struct NextOrder<'a> {
    pub actor: &'a Actor,
    pub skip: Option<OrderId>,
    pub now: Timestamp,
}

/// The order that was claimed; None: every order is done or being picked by somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenOrder {
    pub order_id: Option<OrderId>,
}

impl Command for NextOrder<'_> {
    type Output = ChosenOrder;

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change<ChosenOrder>> {
        tx.require(Permission::Pick)?;
        let person_id = self.actor.person_id;
        let mut changed = Vec::new();
        if let Some(skipped) = self.skip
            && skip_order(tx, skipped, person_id, self.now).await?
        {
            changed.push(skipped);
        }
        let next = claim_next_order(tx, person_id, self.now).await?;
        if let Some(next) = &next {
            changed.extend(next.given_up);
            changed.extend(next.begun.then_some(next.order_id));
        }
        let told = |order_id| NewEvent::new(EventKind::ClaimChanged, person_id).order(order_id);
        let events = changed.into_iter().map(told).collect();
        Ok(Change::with_events(ChosenOrder { order_id: next.map(|next| next.order_id) }, events))
    }
}
