//! "Próximo pedido".

use axum::extract::State;
use serde::Deserialize;

use crate::actor::Actor;
use crate::command::{self, Done, Tap};
use crate::error::{Result, Sentence};
use crate::ids::OrderId;
use crate::orders::actions::next::NextOrder;
use crate::state::AppState;

/// Where a browser without script reads that there is none.
const NONE: &str = "/?next=none";

#[derive(Debug, Deserialize)]
pub struct NextForm {
    /// The order at hand, which is passed over.
    skip: Option<OrderId>,
}

/// `POST /next`: leads to the order that this person picks next.
pub async fn next_order(State(state): State<AppState>, actor: Actor, tap: Tap<NextForm>) -> Result<Done> {
    let command = NextOrder { actor: &actor, skip: tap.form.skip, now: state.clock.now() };
    let outcome = command::run(&state, &tap, &command).await?;
    Ok(match outcome.output.order_id {
        Some(order_id) => Done::new(&outcome, "/").go(format!("/orders/{order_id}")),
        None => Done::new(&outcome, NONE).say(Sentence::new("next.none")),
    })
}
