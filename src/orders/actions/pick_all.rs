//! Marks every pending line as picked: for the day of the change-over.

use super::items::{change_line, pick_record};
use super::{Entry, OrderContext};
use crate::actor::Permission;
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::Result;
use crate::feed::EventKind;
use crate::ids::OrderId;
use crate::orders::access;
use crate::orders::commands;
use crate::orders::history::Detail;
use crate::orders::item::allocation::Flow;
use crate::orders::item::{Decision, ItemStatus};
use crate::orders::queries::items;
use crate::orders::queries::write::{LineWrite, OrderWrite};

/// Picks the rest of every pending line. What is asked of the buyer, short, or to be swapped stays as it is.
#[derive(Debug)]
pub struct PickAll<'a> {
    pub on: OrderContext<'a>,
}

impl Command for PickAll<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let mut order = self.on.lock_open(tx, commands::PICK_ALL.permission).await?;
        access::require(tx, self.on.actor.person_id, Permission::Pick, &order, self.on.now)?;
        let mut change = Change::unchanged(());
        for item in items::list_items(tx, order.id, None).await? {
            let rest = item.state.rest();
            if item.state.status() != ItemStatus::Pending {
                continue;
            }
            let Ok(Decision::Becomes(next)) = item.state.pick(rest) else { continue };
            let pick = pick_record(self.on, &order, &item, rest)?;
            let moved = change_line(tx, order.id, &item, next, Flow::Picked).await?;
            let line = LineWrite { picks: vec![pick.clone()], ..LineWrite::of(&moved) };
            let detail = Detail { picks_added: vec![pick], ..moved };
            let entry = Entry {
                kind: EventKind::ItemPicked,
                item_id: Some(item.id),
                quantity: Some(rest),
                detail: &detail,
                undoes: None,
            };
            let (entry, event) = self.on.told(&order, entry);
            change.events.push(event);
            change = change.writing(OrderWrite::new(&entry, Some(line))?);
            order = order.after(&entry);
        }
        Ok(change)
    }
}
