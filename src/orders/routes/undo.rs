//! Undo: takes one operation back.

use axum::extract::State;
use axum::response::Redirect;

use crate::actor::Actor;
use crate::command::{self, Done, Tap};
use crate::error::{AppError, Result, Sentence, Word};
use crate::extract::{NoForm, Path};
use crate::ids::{OperationId, OrderId};
use crate::orders::actions::undo::{UndoOperation, UndoneOperation};
use crate::state::AppState;

/// `POST /undo/{operation}`: takes one tap back, whatever it changed.
pub async fn undo(
    State(state): State<AppState>,
    actor: Actor,
    Path(operation_id): Path<OperationId>,
    tap: Tap<NoForm>,
) -> Result<Done> {
    let command = UndoOperation { actor: &actor, operation_id, now: state.clock.now() };
    let outcome = command::run(&state, &tap, &command).await?;
    let UndoneOperation { order_id, kept, kept_orders, ref named } = outcome.output;
    let sentence = match (kept, kept_orders) {
        (0, 0) => Sentence::new("done.undone"),
        (0, orders) => all_but("done.undone_but_orders", orders, named),
        (lines, _) => all_but("done.undone_partly", lines, named),
    };
    Ok(Done::new(&outcome, format!("/orders/{order_id}")).say(sentence))
}

/// "Desfeito, menos 2 itens em que alguém mexeu depois: FO11 (30567), …"
fn all_but(key: &'static str, kept: usize, named: &[String]) -> Sentence {
    let more = if kept > named.len() { ", …" } else { "" };
    let count = Word::Count(i64::try_from(kept).unwrap_or(i64::MAX));
    Sentence::new(key).with("count", count).text("items", format!("{}{more}", named.join(", ")))
}

/// The address used by pages of the previous build, which do not name the operation.
pub async fn undo_by_version(Path(_): Path<(OrderId, i64)>) -> AppError {
    AppError::conflict("conflict.undo_stale")
}

/// Loaded as a page, an undo leads to the board.
pub async fn back_to_board() -> Redirect {
    Redirect::to("/")
}
