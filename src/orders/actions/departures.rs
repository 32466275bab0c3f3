//! Marks on a finished order: whether it has left the house, and which of its differences from the quote have been entered
//! into the ERP.

use super::{Entry, OrderContext};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result};
use crate::feed::EventKind;
use crate::ids::{ItemId, OrderId};
use crate::orders::commands;
use crate::orders::difference::{Difference, differences};
use crate::orders::history::{Departure, DepartureChange, Detail, TickChange};
use crate::orders::queries::{departures, items};

/// Marks the order as gone, or takes that back.
#[derive(Debug)]
pub struct MarkLeft<'a> {
    pub on: OrderContext<'a>,
    pub left: bool,
}

/// Marks a line, or every line that differs from the quote, as entered into the ERP, or takes that back.
#[derive(Debug)]
pub struct TickAdjusted<'a> {
    pub on: OrderContext<'a>,
    pub item_id: Option<ItemId>,
    pub done: bool,
}

impl Command for MarkLeft<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock_finished(tx, commands::MARK_LEFT.permission).await?;
        let before = departures::find_departure(tx, &order).await?;
        if before.is_some() == self.left {
            return Ok(Change::unchanged(()));
        }
        let after = self.left.then_some(Departure { at: self.on.now, by: self.on.actor.person_id });
        departures::update_departure(tx, &order, after).await?;
        let kind = if self.left { EventKind::OrderLeft } else { EventKind::OrderNotLeft };
        let detail = Detail { departure: Some(DepartureChange { before, after }), ..Detail::default() };
        self.on.record(&order, Entry::order(kind, &detail))
    }
}

impl Command for TickAdjusted<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock_finished(tx, commands::TICK_ADJUSTED.permission).await?;
        let items = items::list_items(tx, order.id, None).await?;
        let ticks = departures::list_ticks(tx, order.id).await?;
        let found = differences(&items, &ticks);
        let wanted = |one: &&Difference<'_>| self.item_id.is_none_or(|id| id == one.item.id);
        if self.item_id.is_some() && !found.iter().any(|one| wanted(&one)) {
            return Err(AppError::NotFound);
        }
        let stored = |id| ticks.iter().find(|stored| stored.item_id == id).map(|stored| stored.tick.clone());
        let changes = found.iter().filter(wanted).filter(|one| one.tick.is_some() != self.done);
        let changes: Vec<TickChange> = changes
            .map(|one| TickChange {
                item: one.item.id,
                // Also one that no longer fits: undo brings it back.
                before: stored(one.item.id),
                after: self.done.then(|| one.ticked(self.on.actor.person_id, self.on.now)),
            })
            .collect();
        if changes.is_empty() {
            return Ok(Change::unchanged(()));
        }
        let after = changes.iter().map(|change| (change.item, change.after.as_ref()));
        departures::write_ticks(tx, &order, after).await?;
        let kind = if self.done { EventKind::ItemAdjusted } else { EventKind::ItemNotAdjusted };
        let detail = Detail { ticks: changes, ..Detail::default() };
        // The line itself does not change: only the history names it.
        let entry = Entry { item_id: self.item_id, ..Entry::order(kind, &detail) };
        Ok(Change::from(self.on.record_event(tx, &order, entry).await?))
    }
}
