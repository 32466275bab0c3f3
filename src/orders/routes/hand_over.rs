//! Handing orders over to another seller.

use axum::extract::State;
use axum::response::Redirect;
use serde::Deserialize;

use super::commands::OrderForm;
use crate::actor::Actor;
use crate::auth::step_up::administrator;
use crate::command::{self, Done, Tap};
use crate::error::{Result, Sentence};
use crate::extract::Path;
use crate::ids::{OrderId, PersonId};
use crate::orders::actions::OrderContext;
use crate::orders::actions::hand_over::{HandOverOrder, HandOverOrders};
use crate::state::AppState;

#[derive(Debug, Deserialize)]
pub struct SellerForm {
    seller: PersonId,
}

impl OrderForm for SellerForm {
    type OrderPath = OrderId;
    type Command<'a> = HandOverOrder<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<HandOverOrder<'a>> {
        Ok(HandOverOrder { on, seller_id: self.seller })
    }
}

pub async fn everything(
    State(state): State<AppState>,
    actor: Actor,
    Path(person_id): Path<PersonId>,
    tap: Tap<SellerForm>,
) -> Result<Done> {
    administrator(&state, &actor)?;
    let command = HandOverOrders {
        actor_id: actor.person_id,
        from: person_id,
        seller_id: tap.form.seller,
        now: state.clock.now(),
    };
    let outcome = command::run(&state, &tap, &command).await?;
    let handed = outcome.output > 0;
    let said = Sentence::new(if handed { "done.all_handed_over" } else { "hand_over.none" });
    let undo = handed.then(|| format!("/undo/{}", tap.operation_id));
    Ok(Done::new(&outcome, "/people").say(said).undo(undo).go("/people"))
}

/// A page that the form answered with, loaded again: back to where the form stands.
pub async fn to_people(Path(person_id): Path<PersonId>) -> Redirect {
    Redirect::to(&format!("/people?orders={person_id}"))
}
