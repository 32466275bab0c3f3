//! Undo: restores exactly what a command changed, while it is the newest on every line it touched.

use jiff::Timestamp;

use super::{Entry, On, closed_conflict, item_conflict};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::feed::EventKind;
use crate::ids::ItemId;
use crate::orders::history::Detail;
use crate::orders::history::LineChange;
use crate::orders::item::ItemRefusal;
use crate::orders::model::{Item, OrderState};
use crate::orders::queries::{history, items, picks};
use crate::users::model::Permission;

/// Take back the entry `version` of the order's history.
#[derive(Debug)]
pub struct UndoAction<'a> {
    pub on: On<'a>,
    pub version: i64,
}

impl Command for UndoAction<'_> {
    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let company_id = tx.company_id();
        // Only the author may, and needs no further permission than to see the order.
        let order = self.on.lock_unfinished(tx, Permission::View).await?;
        let entry =
            history::find_entry(tx, company_id, order.id, self.version).await?.ok_or(AppError::NotFound)?;
        // Of a canceled order only that something went back to the shelf.
        if order.state == OrderState::Canceled && entry.kind != EventKind::ItemReturned.code() {
            return Err(closed_conflict(order.state, &order, self.on.now));
        }
        if entry.actor_id != self.on.actor.person_id {
            return Err(AppError::conflict("conflict.undo_other"));
        }
        if entry.undone {
            return Ok(Change::Unchanged);
        }
        // A quote is taken back by importing the one before it.
        let never = [EventKind::ActionUndone.code(), EventKind::OrderRevised.code()];
        if entry.detail.lines.is_empty() || never.contains(&entry.kind.as_str()) {
            return Err(AppError::conflict("conflict.undo_never"));
        }
        let ids: Vec<ItemId> = entry.detail.lines.iter().map(|line| line.item).collect();
        let items = items::list_items(tx, company_id, order.id, Some(&ids)).await?;
        for item in &items {
            came_after(item, self.version, self.on.now)?;
        }
        let version = order.version + 1;
        for LineChange { item, before, .. } in &entry.detail.lines {
            items::update_item(tx, company_id, *item, before, version).await?;
            let added: Vec<i32> = entry.detail.picks_added.iter().map(|pick| pick.seq).collect();
            if !added.is_empty() {
                picks::delete_picks(tx, company_id, order.id, *item, &added).await?;
            }
            for pick in &entry.detail.picks_before {
                picks::insert_pick(tx, company_id, order.id, *item, pick).await?;
            }
        }
        let lines = entry
            .detail
            .lines
            .into_iter()
            .map(|LineChange { item, before, after }| LineChange { item, before: after, after: before })
            .collect();
        let detail = Detail { lines, text: Some(entry.kind), ..Detail::default() };
        let undone = Entry {
            kind: EventKind::ActionUndone,
            item_id: entry.item_id,
            quantity: entry.quantity,
            detail: &detail,
            undoes: Some(self.version),
        };
        self.on.record(tx, &order, undone).await
    }
}

/// Says who came after, if somebody did.
fn came_after(item: &Item, version: i64, now: Timestamp) -> Result<()> {
    match &item.last_change {
        Some(change) if change.version == version => Ok(()),
        Some(change) => Err(AppError::Conflict(
            Sentence::new("conflict.came_after").text("name", change.by_name.clone()).when(change.at, now),
        )),
        None => Err(item_conflict(ItemRefusal::NotFrom { status: item.state.status() }, item, now)),
    }
}
