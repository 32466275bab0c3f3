//! Undo: restores exactly what a command changed, while it is the newest on everything it touched.

use jiff::Timestamp;

use super::{Entry, OrderContext, Undone, closed_conflict, item_conflict};
use crate::actor::Permission;
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::feed::EventKind;
use crate::ids::ItemId;
use crate::orders::history::{Detail, LineChange, NoteChange, OrderChange};
use crate::orders::item::ItemRefusal;
use crate::orders::model::Item;
use crate::orders::queries::order::{self, LockedOrder};
use crate::orders::queries::{history, items, notes, picks};
use crate::orders::status::OrderState;

/// Take back the entry `version` of the order's history.
#[derive(Debug)]
pub struct UndoAction<'a> {
    pub on: OrderContext<'a>,
    pub version: i64,
}

impl Command for UndoAction<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        // Only the author may, and needs no further permission than to see the order.
        let order = self.on.lock_unfinished(tx, Permission::View).await?;
        let entry = history::find_entry(tx, order.id, self.version).await?.ok_or(AppError::NotFound)?;
        // Of a canceled order only that something went back to the shelf.
        if order.state == OrderState::Canceled && entry.kind != EventKind::ItemReturned.code() {
            return Err(closed_conflict(order.state, &order, self.on.now));
        }
        if entry.actor_id != self.on.actor.person_id {
            return Err(AppError::conflict("conflict.undo_other"));
        }
        if entry.undone {
            return Ok(Change::unchanged(()));
        }
        // A quote is taken back by importing the one before it.
        let undone = EventKind::from_code(&entry.kind).filter(|kind| kind.can_be_undone());
        let Some(kind) = undone.filter(|_| entry.detail.restores()) else {
            return Err(AppError::conflict("conflict.undo_never"));
        };
        self.must_be_newest(tx, &order, &entry.detail).await?;
        let detail = self.restore(tx, &order, entry.detail).await?;
        let undone = Entry {
            kind: EventKind::ActionUndone,
            item_id: entry.item_id,
            quantity: entry.quantity,
            detail: &Detail { text: Some(entry.kind), ..detail },
            undoes: Some(Undone { version: self.version, kind }),
        };
        self.on.record(tx, &order, undone).await
    }
}

impl UndoAction<'_> {
    /// Refuses with who came after, if somebody did: on a line, on the note, on the order as a whole.
    async fn must_be_newest(&self, tx: &mut CompanyTx, order: &LockedOrder, detail: &Detail) -> Result<()> {
        let ids: Vec<ItemId> = detail.lines.iter().map(|line| line.item).collect();
        if !ids.is_empty() {
            for item in &items::list_items(tx, order.id, Some(&ids)).await? {
                came_after(item, self.version, self.on.now)?;
            }
        }
        if detail.order.is_none() && detail.note.is_none() {
            return Ok(());
        }
        let later = history::list_later(tx, order.id, self.version).await?;
        match later.into_iter().find(|later| detail.meets(&later.detail)) {
            None => Ok(()),
            Some(later) => {
                let sentence = Sentence::new("conflict.came_after_order").text("name", later.actor);
                Err(AppError::Conflict(sentence.when(later.at, self.on.now)))
            }
        }
    }

    /// Puts everything back as it was before; answers what that changed.
    async fn restore(&self, tx: &mut CompanyTx, order: &LockedOrder, detail: Detail) -> Result<Detail> {
        let added: Vec<i32> = detail.picks_added.iter().map(|pick| pick.seq).collect();
        for LineChange { item, before, .. } in &detail.lines {
            items::update_item(tx, order, *item, before).await?;
            if !added.is_empty() {
                picks::delete_picks(tx, order, *item, &added).await?;
            }
            for pick in &detail.picks_before {
                picks::insert_pick(tx, order, *item, pick).await?;
            }
        }
        let mut back = Detail::default();
        if let Some(change) = &detail.order {
            let fields = change.taken_back(order.fields);
            order::update_fields(tx, order, fields).await?;
            back.order = Some(OrderChange { before: order.fields, after: fields });
        }
        if let Some(NoteChange { id, before, after }) = detail.note {
            notes::update_note(tx, order, id, before.as_deref(), self.on.now).await?;
            back.note = Some(NoteChange { id, before: after, after: before });
        }
        let reversed = |LineChange { item, before, after }| LineChange { item, before: after, after: before };
        back.lines = detail.lines.into_iter().map(reversed).collect();
        Ok(back)
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
