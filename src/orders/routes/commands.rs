//! Commands over HTTP: read the form, run one action, say what was done.

use axum::extract::State;
use axum::response::Redirect;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::actor::Actor;
use crate::command::{self, Done, Outcome, Tap};
use crate::error::{AppError, Result, Sentence};
use crate::extract::Path;
use crate::ids::{ItemId, NoteId, OperationId, OrderId, PackagingId, ShippingId};
use crate::orders::actions::OrderContext;
use crate::orders::actions::items::{MarkShort, PickItem, ReturnItem, UnmarkShort, UnpickItem};
use crate::orders::actions::notes::{AddNote, ChangeNote};
use crate::orders::actions::orders::{CancelOrder, ChangeShipping, FinishOrder, ReopenOrder, SetUrgent};
use crate::orders::actions::undo::{UndoOperation, UndoneOperation};
use crate::state::AppState;

fn on<'a>(state: &AppState, actor: &'a Actor, order_id: OrderId) -> OrderContext<'a> {
    OrderContext { actor, order_id, now: state.clock.now() }
}

/// The answer of a command that stays on the order's screen.
fn stay(outcome: Outcome, order_id: OrderId, key: &'static str) -> Done {
    Done::new(&outcome, format!("/orders/{order_id}")).say(Sentence::new(key))
}

/// The same with the path that takes it back; a command that changed nothing has none.
fn undoable<T>(outcome: Outcome, tap: &Tap<T>, order_id: OrderId, key: &'static str) -> Done {
    let path = outcome.version.map(|_| format!("/undo/{}", tap.operation_id));
    stay(outcome, order_id, key).undo(path)
}

/// Forms write quantities with a point; people write a comma.
fn quantity(text: &str) -> Result<Decimal> {
    let text = text.trim().replace(',', ".");
    text.parse().map_err(|_| AppError::field("quantity", "orders.error.amount_invalid"))
}

#[derive(Debug, Deserialize)]
pub struct PickForm {
    quantity: String,
}

pub async fn pick(
    State(state): State<AppState>,
    actor: Actor,
    Path((order_id, item_id)): Path<(OrderId, ItemId)>,
    tap: Tap<PickForm>,
) -> Result<Done> {
    let quantity = quantity(&tap.form.quantity)?;
    let command = PickItem { on: on(&state, &actor, order_id), item_id, quantity };
    Ok(undoable(command::run(&state, &tap, &command).await?, &tap, order_id, "done.picked"))
}

#[derive(Debug, Deserialize)]
pub struct UnpickForm {
    #[serde(default)]
    quantity: String,
    /// The pick that the screen showed as the last one.
    pick: Option<i32>,
}

pub async fn unpick(
    State(state): State<AppState>,
    actor: Actor,
    Path((order_id, item_id)): Path<(OrderId, ItemId)>,
    tap: Tap<UnpickForm>,
) -> Result<Done> {
    // A page of a build that named neither: nobody knows which pick it showed.
    if tap.form.quantity.is_empty() && tap.form.pick.is_none() {
        return Err(AppError::conflict("conflict.item_changed"));
    }
    let quantity = quantity(&tap.form.quantity)?;
    let command = UnpickItem { on: on(&state, &actor, order_id), item_id, quantity, pick: tap.form.pick };
    Ok(undoable(command::run(&state, &tap, &command).await?, &tap, order_id, "done.unpicked"))
}

#[derive(Debug, Deserialize)]
pub struct ReturnForm {
    quantity: String,
}

pub async fn put_back(
    State(state): State<AppState>,
    actor: Actor,
    Path((order_id, item_id)): Path<(OrderId, ItemId)>,
    tap: Tap<ReturnForm>,
) -> Result<Done> {
    let quantity = quantity(&tap.form.quantity)?;
    let command = ReturnItem { on: on(&state, &actor, order_id), item_id, quantity };
    Ok(undoable(command::run(&state, &tap, &command).await?, &tap, order_id, "done.returned"))
}

#[derive(Debug, Deserialize)]
pub struct ShortForm {
    /// A code of the list of reasons.
    #[serde(default)]
    reason: String,
    #[serde(default)]
    text: String,
}

pub async fn short(
    State(state): State<AppState>,
    actor: Actor,
    Path((order_id, item_id)): Path<(OrderId, ItemId)>,
    tap: Tap<ShortForm>,
) -> Result<Done> {
    let (code, text) = (tap.form.reason.clone(), tap.form.text.clone());
    let command = MarkShort { on: on(&state, &actor, order_id), item_id, code, text };
    Ok(undoable(command::run(&state, &tap, &command).await?, &tap, order_id, "done.short"))
}

/// A form without fields of its own.
#[derive(Debug, Deserialize)]
pub struct NoFields {}

pub async fn unshort(
    State(state): State<AppState>,
    actor: Actor,
    Path((order_id, item_id)): Path<(OrderId, ItemId)>,
    tap: Tap<NoFields>,
) -> Result<Done> {
    let command = UnmarkShort { on: on(&state, &actor, order_id), item_id };
    Ok(undoable(command::run(&state, &tap, &command).await?, &tap, order_id, "done.unshort"))
}

/// `POST /undo/{operation}`: takes one tap back, whatever it changed.
pub async fn undo(
    State(state): State<AppState>,
    actor: Actor,
    Path(operation_id): Path<OperationId>,
    tap: Tap<NoFields>,
) -> Result<Done> {
    let command = UndoOperation { actor: &actor, operation_id, now: state.clock.now() };
    let outcome = command::run(&state, &tap, &command).await?;
    let UndoneOperation { order_id, kept } = outcome.output;
    let sentence = match kept {
        0 => Sentence::new("done.undone"),
        kept => Sentence::new("done.undone_partly").text("kept", kept.to_string()),
    };
    Ok(Done::new(&outcome, format!("/orders/{order_id}")).say(sentence))
}

/// The address that a page of the build before names: which tap it means is not known.
pub async fn undo_by_version(Path(_): Path<(OrderId, i64)>) -> AppError {
    AppError::conflict("conflict.undo_stale")
}

/// Loaded as a page, an undo leads to the board.
pub async fn back_to_board() -> Redirect {
    Redirect::to("/")
}

#[derive(Debug, Deserialize)]
pub struct FinishForm {
    #[serde(default)]
    volumes: String,
}

pub async fn finish(
    State(state): State<AppState>,
    actor: Actor,
    Path(order_id): Path<OrderId>,
    tap: Tap<FinishForm>,
) -> Result<Done> {
    let volumes = Some(tap.form.volumes.trim())
        .filter(|text| !text.is_empty())
        .map(|text| text.parse().map_err(|_| AppError::field("volumes", "orders.error.volumes_invalid")))
        .transpose()?;
    let command = FinishOrder { on: on(&state, &actor, order_id), volumes };
    let outcome = command::run(&state, &tap, &command).await?;
    Ok(stay(outcome, order_id, "done.finished").go("/"))
}

#[derive(Debug, Deserialize)]
pub struct ReasonForm {
    #[serde(default)]
    reason: String,
}

pub async fn reopen(
    State(state): State<AppState>,
    actor: Actor,
    Path(order_id): Path<OrderId>,
    tap: Tap<ReasonForm>,
) -> Result<Done> {
    let command = ReopenOrder { on: on(&state, &actor, order_id), reason: tap.form.reason.clone() };
    Ok(stay(command::run(&state, &tap, &command).await?, order_id, "done.reopened"))
}

pub async fn cancel(
    State(state): State<AppState>,
    actor: Actor,
    Path(order_id): Path<OrderId>,
    tap: Tap<ReasonForm>,
) -> Result<Done> {
    let command = CancelOrder { on: on(&state, &actor, order_id), reason: tap.form.reason.clone() };
    let outcome = command::run(&state, &tap, &command).await?;
    Ok(stay(outcome, order_id, "done.canceled").go("/"))
}

#[derive(Debug, Deserialize)]
pub struct UrgentForm {
    urgent: String,
}

pub async fn urgent(
    State(state): State<AppState>,
    actor: Actor,
    Path(order_id): Path<OrderId>,
    tap: Tap<UrgentForm>,
) -> Result<Done> {
    let urgent = match tap.form.urgent.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(AppError::invalid("error.form_unreadable")),
    };
    let command = SetUrgent { on: on(&state, &actor, order_id), urgent };
    let key = if urgent { "done.urgent" } else { "done.not_urgent" };
    Ok(undoable(command::run(&state, &tap, &command).await?, &tap, order_id, key))
}

#[derive(Debug, Deserialize)]
pub struct ShippingForm {
    shipping: ShippingId,
    packaging: PackagingId,
}

pub async fn shipping(
    State(state): State<AppState>,
    actor: Actor,
    Path(order_id): Path<OrderId>,
    tap: Tap<ShippingForm>,
) -> Result<Done> {
    let command = ChangeShipping {
        on: on(&state, &actor, order_id),
        shipping_id: tap.form.shipping,
        packaging_id: tap.form.packaging,
    };
    Ok(undoable(command::run(&state, &tap, &command).await?, &tap, order_id, "done.shipping"))
}

#[derive(Debug, Deserialize)]
pub struct NoteForm {
    #[serde(default)]
    text: String,
}

pub async fn add_note(
    State(state): State<AppState>,
    actor: Actor,
    Path(order_id): Path<OrderId>,
    tap: Tap<NoteForm>,
) -> Result<Done> {
    let command = AddNote { on: on(&state, &actor, order_id), text: tap.form.text.clone() };
    Ok(undoable(command::run(&state, &tap, &command).await?, &tap, order_id, "done.note_added"))
}

#[derive(Debug, Deserialize)]
pub struct ChangeNoteForm {
    #[serde(default)]
    text: String,
    version: i32,
    /// `yes`: remove the note.
    #[serde(default)]
    remove: String,
}

pub async fn change_note(
    State(state): State<AppState>,
    actor: Actor,
    Path((order_id, note_id)): Path<(OrderId, NoteId)>,
    tap: Tap<ChangeNoteForm>,
) -> Result<Done> {
    let removes = tap.form.remove == "yes";
    let text = (!removes).then(|| tap.form.text.clone());
    let command = ChangeNote { on: on(&state, &actor, order_id), note_id, version: tap.form.version, text };
    let key = if removes { "done.note_removed" } else { "done.note_changed" };
    Ok(undoable(command::run(&state, &tap, &command).await?, &tap, order_id, key))
}
