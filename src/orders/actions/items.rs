//! Commands on one line of an order.

use rust_decimal::Decimal;

use super::replacements::refuse_parts_in_place;
use super::{Entry, OrderContext, item_conflict};
use crate::actor::Permission;
use crate::command::{Change, Command};
use crate::db::CompanyTx;
use crate::error::{AppError, Result, Sentence};
use crate::feed::EventKind;
use crate::html::Reasons;
use crate::html::text::{length, visible};
use crate::ids::{ItemId, OrderId};
use crate::orders::commands;
use crate::orders::history::{AllocationChange, Detail, PickRecord, Told};
use crate::orders::item::allocation::Flow;
use crate::orders::item::{Decision, ItemRefusal, ItemState, PutBack, Reason, StandingPick, check_amount};
use crate::orders::model::{Item, is_measured};
use crate::orders::queries::order::LockedOrder;
use crate::orders::queries::write::LineWrite;
use crate::orders::queries::{items, picks, purchases, shelf};
use crate::orders::status::OrderState;

/// Pick this many units of the line's own goods. The screen sends the rest it showed.
#[derive(Debug)]
pub struct PickItem<'a> {
    pub on: OrderContext<'a>,
    pub item_id: ItemId,
    pub quantity: Decimal,
}

/// Take this many picked units back.
#[derive(Debug)]
pub struct UnpickItem<'a> {
    pub on: OrderContext<'a>,
    pub item_id: ItemId,
    pub quantity: Decimal,
    /// The last pick that the screen showed, which is taken back if it is still the last one; None: the newest ones,
    /// whichever they are.
    pub pick: Option<i32>,
}

/// This many units that the newest quote does not want, or that a canceled order has in its box, are back on the shelf.
#[derive(Debug)]
pub struct ReturnItem<'a> {
    pub on: OrderContext<'a>,
    pub item_id: ItemId,
    pub quantity: Decimal,
}

/// The rest of the line will not be sent.
#[derive(Debug)]
pub struct MarkShort<'a> {
    pub on: OrderContext<'a>,
    pub item_id: ItemId,
    /// A code of the company's reasons.
    pub code: String,
    /// More about the reason, at most 200 characters; may be empty.
    pub text: String,
}

/// The rest of the line is to be picked after all.
#[derive(Debug)]
pub struct UnmarkShort<'a> {
    pub on: OrderContext<'a>,
    pub item_id: ItemId,
}

impl Command for PickItem<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock_open(tx, commands::PICK_ITEM.permission).await?;
        let item = get_item(tx, self.on, self.item_id).await?;
        refuse_parts(&item, self.quantity)?;
        let next = match item.state.pick(self.quantity) {
            Ok(Decision::Becomes(next)) => next,
            Ok(Decision::Already) => return Ok(Change::unchanged(())),
            Err(refusal) => return Err(item_conflict(refusal, &item, self.on.now)),
        };
        let pick = pick_record(self.on, &order, &item, self.quantity)?;
        let moved = change_line(tx, order.id, &item, next, Flow::Picked).await?;
        let line = LineWrite { picks: vec![pick.clone()], ..LineWrite::of(&moved) };
        let detail = Detail { picks_added: vec![pick], ..moved };
        let entry = Entry {
            kind: EventKind::ItemPicked,
            item_id: Some(item.id),
            quantity: Some(self.quantity),
            detail: &detail,
            undoes: None,
        };
        self.on.record_line(&order, entry, line)
    }
}

impl Command for UnpickItem<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock_open(tx, commands::UNPICK_ITEM.permission).await?;
        let decide = |state: &ItemState, picks: &[StandingPick]| match self.pick {
            Some(seq) => state.unpick_last(picks, seq, self.quantity),
            None => state.unpick(picks, self.quantity),
        };
        let item = get_item(tx, self.on, self.item_id).await?;
        refuse_parts(&item, self.quantity)?;
        back_to_shelf(tx, self.on, &order, item, EventKind::ItemUnpicked, decide).await
    }
}

impl Command for ReturnItem<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let order = self.on.lock_unfinished(tx, commands::RETURN_ITEM.permission).await?;
        let decide = |state: &ItemState, picks: &[StandingPick]| match order.state {
            OrderState::Canceled => state.put_back_canceled(picks, self.quantity),
            _ => state.put_back(picks, self.quantity),
        };
        let item = get_item(tx, self.on, self.item_id).await?;
        refuse_parts(&item, self.quantity)?;
        back_to_shelf(tx, self.on, &order, item, EventKind::ItemReturned, decide).await
    }
}

/// Shared by the commands that put units from the box back on the shelf: the newest picks go first.
async fn back_to_shelf(
    tx: &mut CompanyTx,
    on: OrderContext<'_>,
    order: &LockedOrder,
    item: Item,
    kind: EventKind,
    decide: impl Fn(&ItemState, &[StandingPick]) -> Result<PutBack, ItemRefusal> + Send,
) -> Result<Change> {
    let picks = picks::list_picks(tx, order.id, item.id).await?;
    let standing: Vec<StandingPick> = picks.iter().map(PickRecord::standing).collect();
    let PutBack { state, removed, reduced } =
        decide(&item.state, &standing).map_err(|refusal| item_conflict(refusal, &item, on.now))?;
    let amount = item.state.held() - state.held();
    if order.state == OrderState::Canceled && state.held().is_zero() && state.in_place().is_none() {
        shelf::delete_mark_with_last(tx, order, item.id).await?;
    }
    let touched =
        |pick: &&PickRecord| removed.contains(&pick.seq) || reduced.is_some_and(|(seq, _)| seq == pick.seq);
    let picks_before: Vec<PickRecord> = picks.iter().filter(touched).cloned().collect();
    let left = reduced.and_then(|(seq, quantity)| {
        picks.into_iter().find(|pick| pick.seq == seq).map(|pick| PickRecord { quantity, ..pick })
    });
    let flow = if order.state == OrderState::Canceled { Flow::Shelved } else { Flow::PutBack };
    let moved = change_line(tx, order.id, &item, state, flow).await?;
    let line = LineWrite { picks: left.into_iter().collect(), removed, ..LineWrite::of(&moved) };
    let detail = Detail { picks_before, ..moved };
    let quantity = Some(amount);
    let entry = Entry { kind, item_id: Some(item.id), quantity, detail: &detail, undoes: None };
    on.record_line(order, entry, line)
}

impl Command for MarkShort<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let reason = short_reason(self.on, &self.code, &self.text)?;
        let change = RestChange {
            permission: commands::MARK_SHORT.permission,
            item_id: self.item_id,
            kind: EventKind::ItemShort,
            quantity: None,
            told: Some(Told::Reason(reason.clone())),
        };
        change_rest(tx, self.on, change, |item| item.state.mark_short(&reason)).await
    }
}

impl Command for UnmarkShort<'_> {
    type Output = ();

    fn orders(&self) -> &[OrderId] {
        self.on.orders()
    }

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        let change = RestChange {
            permission: commands::UNMARK_SHORT.permission,
            item_id: self.item_id,
            kind: EventKind::ItemUnshort,
            quantity: None,
            told: None,
        };
        change_rest(tx, self.on, change, |item| item.state.unmark_short()).await
    }
}

/// A command that changes only what happens with a line's rest.
pub(super) struct RestChange {
    pub permission: Permission,
    pub item_id: ItemId,
    pub kind: EventKind,
    /// None: all of the rest.
    pub quantity: Option<Decimal>,
    pub told: Option<Told>,
}

/// Locks the line, decides and writes, for a command that changes only its rest.
pub(super) async fn change_rest(
    tx: &mut CompanyTx,
    on: OrderContext<'_>,
    change: RestChange,
    decide: impl Fn(&Item) -> Result<Decision, ItemRefusal> + Send,
) -> Result<Change> {
    let order = on.lock_open(tx, change.permission).await?;
    change_locked(tx, on, &order, change, decide).await
}

/// Decides and writes, like [`change_rest`], of a line whose order is locked.
pub(super) async fn change_locked(
    tx: &mut CompanyTx,
    on: OrderContext<'_>,
    order: &LockedOrder,
    change: RestChange,
    decide: impl Fn(&Item) -> Result<Decision, ItemRefusal> + Send,
) -> Result<Change> {
    let RestChange { item_id, kind, quantity, told, .. } = change;
    let item = get_item(tx, on, item_id).await?;
    if let Some(with) = told.as_ref().and_then(Told::replacement) {
        refuse_parts_in_place(&item, with)?;
    }
    let next = match decide(&item) {
        Ok(Decision::Becomes(next)) => next,
        Ok(Decision::Already) => return Ok(Change::unchanged(())),
        Err(refusal) => return Err(item_conflict(refusal, &item, on.now)),
    };
    let quantity = quantity.or_else(|| Some(item.state.rest()));
    let moved = change_line(tx, order.id, &item, next, Flow::Displaced).await?;
    let line = LineWrite::of(&moved);
    let detail = moved.telling(told);
    let entry = Entry { kind, item_id: Some(item_id), quantity, detail: &detail, undoes: None };
    on.record_line(order, entry, line)
}

/// The record of a pick, numbered by the entry of the history that will tell of it.
pub(super) fn pick_record(
    on: OrderContext<'_>,
    order: &LockedOrder,
    item: &Item,
    quantity: Decimal,
) -> Result<PickRecord> {
    Ok(PickRecord {
        // Numbers of entries are never used again, so no later pick is taken for this one.
        seq: i32::try_from(order.next_version()).map_err(AppError::internal)?,
        person_id: on.actor.person_id,
        quantity,
        before: item.state.clone(),
        at: on.now,
    })
}

/// Why a line is short: a code of the company's list, which may be hidden by now, and what was typed beside it.
pub(super) fn short_reason(on: OrderContext<'_>, code: &str, text: &str) -> Result<Reason> {
    let (code, text) = (code.trim(), text.trim());
    if !Reasons::stored(&on.actor.company.settings).get().knows(code) {
        return Err(AppError::field("reason", "orders.error.reason_unknown"));
    }
    if length(text) > 200 {
        return Err(AppError::field("text", "orders.error.reason_needed"));
    }
    Ok(Reason { code: Some(code.to_owned()), text: visible(text).then(|| text.to_owned()) })
}

/// Moves the units of the line's purchases as the line changes, and writes them.
pub(super) async fn change_line(
    tx: &mut CompanyTx,
    order_id: OrderId,
    item: &Item,
    next: ItemState,
    flow: Flow,
) -> Result<Detail> {
    let before = &item.state;
    // A line that waits for no bought units has none that could leave it; only units that are put back can come to it.
    if before.ordered.is_zero() && !matches!(flow, Flow::PutBack | Flow::Shelved) {
        return Ok(Detail::line(item.id, before.clone(), next));
    }
    let stood = purchases::list_allocations(tx, item.id).await?;
    let mut moved = stood.clone();
    let after = flow.follow(&mut moved, before, next);
    let allocations = AllocationChange::between(item.id, stood, moved);
    purchases::write_allocations(tx, order_id, &allocations).await?;
    Ok(Detail { allocations, ..Detail::line(item.id, before.clone(), after) })
}

/// Refuses a fraction of goods that are counted.
pub(super) fn refuse_parts(item: &Item, quantity: Decimal) -> Result<()> {
    if item.moves_whole() { refuse_parts_of(&item.unit, quantity) } else { Ok(()) }
}

/// Refuses what no line could hold, for units that are of no line.
pub(super) fn require_amount(quantity: Decimal) -> Result<()> {
    check_amount(quantity).map_err(|_| AppError::field("quantity", "orders.error.amount_invalid"))
}

/// Refuses a fraction of goods that are counted, for units that are of no line.
pub(super) fn refuse_parts_of(unit: &str, quantity: Decimal) -> Result<()> {
    if is_measured(unit) || quantity.fract().is_zero() {
        return Ok(());
    }
    let sentence =
        Sentence::new("number.whole").text("unit", unit).quantity("quantity", quantity.normalize());
    Err(AppError::Invalid { sentence: sentence.clone(), fields: vec![("quantity".to_owned(), sentence)] })
}

pub(super) async fn get_item(tx: &mut CompanyTx, on: OrderContext<'_>, item_id: ItemId) -> Result<Item> {
    items::list_items(tx, on.order_id, Some(&[item_id])).await?.pop().ok_or(AppError::NotFound)
}
