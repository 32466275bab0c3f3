//! Undo: restores exactly what a command changed, while it is the newest on everything it touched.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::location;
use super::{Entry, OrderContext, Undone, closed_conflict, item_conflict};
use crate::actor::{Actor, Permission};
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::feed::{EventKind, NewEvent};
use crate::ids::{ItemId, OperationId, OrderId, PurchaseId};
use crate::orders::history::{
    AllocationChange, DepartureChange, Detail, LineChange, NoteChange, OrderChange, SellerChange, TickChange,
};
use crate::orders::item::ItemRefusal;
use crate::orders::model::Item;
use crate::orders::queries::history::StoredEntry;
use crate::orders::queries::order::{self, LockedOrder};
use crate::orders::queries::{
    departures, hand_over, history, items, notes, picks, purchases, shelf, summaries,
};
use crate::orders::status::OrderState;

/// Take back what one tap changed.
#[derive(Debug)]
pub struct UndoOperation<'a> {
    pub actor: &'a Actor,
    pub operation_id: OperationId,
    pub now: Timestamp,
}

/// The most lines, or orders, that are named of those that were not taken back.
const MOST_NAMED: usize = 3;

/// What was taken back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UndoneOperation {
    /// The order that the tap changed, or the first of them.
    pub order_id: OrderId,
    /// How many lines stay as they are because somebody changed them later; only after a tap over several orders.
    pub kept: usize,
    /// How many orders stay, after a tap that changed no lines but several orders as a whole.
    #[serde(default)]
    pub kept_orders: usize,
    /// The first of them: goods and order, or the order alone.
    #[serde(default)]
    pub named: Vec<String>,
}

impl Command for UndoOperation<'_> {
    type Output = UndoneOperation;

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change<UndoneOperation>> {
        let orders = history::list_orders_of(tx, self.operation_id).await?;
        let order_id = *orders.first().ok_or(AppError::NotFound)?;
        order::lock_rows(tx, &orders).await?;
        let entries = history::list_entries_of(tx, self.operation_id).await?;
        let touched = entries.iter().map(|entry| entry.detail.lines.len()).sum();
        let (mut events, mut kept, mut kept_orders, mut refused) = (Vec::new(), Vec::new(), Vec::new(), None);
        // A tap on one order is taken back from all of its lines or from none.
        let partly = orders.len() > 1;
        let mut own = Vec::new();
        for mut entry in entries {
            let on = OrderContext { actor: self.actor, order_id: entry.order_id, now: self.now };
            let lines: Vec<ItemId> = entry.detail.lines.iter().map(|line| line.item).collect();
            let undo = UndoEntry { on, version: entry.version, own: &own, lines: touched };
            match undo.apply(tx, &mut entry, partly).await {
                Ok(event) => {
                    let is_kept = |id: &ItemId| entry.detail.lines.iter().all(|line| line.item != *id);
                    kept.extend(lines.into_iter().filter(is_kept).map(|id| (entry.order_id, id)));
                    own.extend(event.iter().filter_map(|event| Some((event.order_id?, event.version?))));
                    events.extend(event);
                }
                Err(AppError::Conflict(sentence)) if partly => {
                    if lines.is_empty() {
                        kept_orders.push(entry.order_id);
                    }
                    kept.extend(lines.into_iter().map(|id| (entry.order_id, id)));
                    refused.get_or_insert(sentence);
                }
                Err(error) => return Err(error),
            }
        }
        match refused {
            Some(sentence) if events.is_empty() => Err(AppError::Conflict(sentence)),
            _ => {
                let named = names(tx, &kept, &kept_orders).await?;
                let (kept, kept_orders) = (kept.len(), kept_orders.len());
                Ok(Change::with_events(UndoneOperation { order_id, kept, kept_orders, named }, events))
            }
        }
    }
}

/// The first of these lines, as goods and order, and of these orders.
async fn names(tx: &mut CompanyTx, lines: &[(OrderId, ItemId)], orders: &[OrderId]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for (order_id, item_id) in lines.iter().take(MOST_NAMED) {
        let order = label(tx, *order_id).await?;
        let items = items::list_items(tx, *order_id, Some(&[*item_id])).await?;
        names.extend(items.iter().map(|item| format!("{} ({order})", item.reference())));
    }
    for order_id in orders.iter().take(MOST_NAMED) {
        names.push(label(tx, *order_id).await?);
    }
    Ok(names)
}

async fn label(tx: &mut CompanyTx, order_id: OrderId) -> Result<String> {
    let order = summaries::get_summary(tx, order_id).await?;
    Ok(order.number.unwrap_or(order.customer))
}

/// What the tap changed of one order.
struct UndoEntry<'a> {
    on: OrderContext<'a>,
    version: i64,
    /// Entries that this undo has written so far. They took back what the same tap did later, and count as no later change.
    own: &'a [(OrderId, i64)],
    /// How many lines the tap changed in all.
    lines: usize,
}

impl UndoEntry<'_> {
    /// None: it has been taken back already. With `partly`, lines that somebody changed later leave the entry and stay as
    /// they are.
    async fn apply(
        &self,
        tx: &mut CompanyTx,
        entry: &mut StoredEntry,
        partly: bool,
    ) -> Result<Option<NewEvent>> {
        // Only the author may, and needs no further permission than to see the order.
        let settled = entry.kind == Some(EventKind::PurchaseSettled);
        let order = match entry.kind {
            Some(kind) if kind.is_of_finished() => self.on.lock_finished(tx, Permission::View).await?,
            _ if settled => self.on.lock(tx, Permission::View).await?,
            _ => self.on.lock_unfinished(tx, Permission::View).await?,
        };
        // In a canceled order only a return to the shelf and a settlement by the buyer can be undone.
        let returned = matches!(entry.kind, Some(EventKind::ItemReturned | EventKind::ItemUnsubstituted));
        if order.state == OrderState::Canceled && !returned && !settled {
            return Err(closed_conflict(order.state, &order, self.on.now));
        }
        if entry.actor_id != self.on.actor.person_id {
            return Err(AppError::conflict("conflict.undo_other"));
        }
        if entry.undone {
            return Ok(None);
        }
        // A quote is taken back by importing the one before it.
        let undone = entry.kind.filter(|kind| kind.can_be_undone());
        let Some(kind) = undone.filter(|_| entry.detail.restores()) else {
            return Err(AppError::conflict("conflict.undo_never"));
        };
        self.must_be_newest(tx, &order, &mut entry.detail, partly).await?;
        let detail = self.restore(tx, &order, entry.detail.clone()).await?;
        let undone = Entry {
            kind: EventKind::ActionUndone,
            item_id: entry.item_id,
            quantity: entry.quantity,
            detail: &detail,
            undoes: Some(Undone { version: self.version, kind }),
        };
        Ok(Some(self.on.record_event(tx, &order, undone).await?))
    }

    /// Refuses where somebody changed a line, the note or the order as a whole later, and says who.
    async fn must_be_newest(
        &self,
        tx: &mut CompanyTx,
        order: &LockedOrder,
        detail: &mut Detail,
        partly: bool,
    ) -> Result<()> {
        let ids: Vec<ItemId> = detail.lines.iter().map(|line| line.item).collect();
        if !ids.is_empty() {
            for item in &items::list_items(tx, order.id, Some(&ids)).await? {
                match self.came_after(item) {
                    Err(_) if partly && detail.lines.len() > 1 => {
                        detail.lines.retain(|line| line.item != item.id);
                        detail.allocations.retain(|change| change.item != item.id);
                    }
                    other => other?,
                }
            }
        }
        if !detail.is_of_the_whole() {
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

    /// Refuses where somebody changed the line later, and says who.
    fn came_after(&self, item: &Item) -> Result<()> {
        let is_own = |version| version == self.version || self.own.contains(&(self.on.order_id, version));
        match &item.last_change {
            Some(change) if is_own(change.version) => Ok(()),
            Some(change) => {
                let key = if self.lines > 1 { "conflict.came_after_one_of" } else { "conflict.came_after" };
                let sentence = Sentence::new(key).text("item", item.reference());
                Err(AppError::Conflict(
                    sentence.text("name", change.by_name.clone()).when(change.at, self.on.now),
                ))
            }
            None => {
                Err(item_conflict(ItemRefusal::NotFrom { status: item.state.status() }, item, self.on.now))
            }
        }
    }

    /// Restores what was there before the entry; answers what that changed.
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
        if order.state == OrderState::Canceled {
            shelf::insert_mark(tx, order).await?;
        }
        let mut back = Detail {
            allocations: detail.allocations.into_iter().map(AllocationChange::reversed).collect(),
            ..Detail::default()
        };
        purchases::write_allocations(tx, order.id, &back.allocations).await?;
        let bought = back.allocations.iter().filter(|change| change.after.is_none());
        let bought: Vec<PurchaseId> = bought.filter_map(AllocationChange::purchase).collect();
        if !bought.is_empty() {
            purchases::update_empty(tx, &bought).await?;
        }
        if let Some(change) = &detail.order {
            let fields = change.taken_back(order.fields);
            order::update_fields(tx, order, fields).await?;
            back.order = Some(OrderChange { before: order.fields, after: fields });
        }
        if let Some(NoteChange { id, before, after }) = detail.note {
            notes::update_note(tx, order, id, before.as_deref(), self.on.now).await?;
            back.note = Some(NoteChange { id, before: after, after: before });
        }
        if let Some(SellerChange { before, after }) = detail.seller {
            hand_over::update_seller(tx, order, before).await?;
            back.seller = Some(SellerChange { before: after, after: before });
        }
        if let Some(DepartureChange { before, after }) = detail.departure {
            departures::update_departure(tx, order, before).await?;
            back.departure = Some(DepartureChange { before: after, after: before });
        }
        if let Some(change) = detail.location {
            back.location = Some(location::take_back(tx, self.on, change).await?);
        }
        if !detail.ticks.is_empty() {
            let before = detail.ticks.iter().map(|change| (change.item, change.before.as_ref()));
            departures::write_ticks(tx, order, before).await?;
            let reversed =
                |TickChange { item, before, after }| TickChange { item, before: after, after: before };
            back.ticks = detail.ticks.into_iter().map(reversed).collect();
        }
        let reversed = |LineChange { item, before, after }| LineChange { item, before: after, after: before };
        back.lines = detail.lines.into_iter().map(reversed).collect();
        Ok(back)
    }
}
