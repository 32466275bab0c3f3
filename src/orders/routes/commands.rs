//! Commands of an order over HTTP: read the form, run one action, answer.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use serde::de::DeserializeOwned;

// Every form: the row of a command names its form, so a new one changes nothing here.
use super::departures::*;
use super::due::*;
use super::hand_over::*;
use super::items::*;
use super::location::*;
use super::notes::*;
use super::orders::*;
use super::purchases::*;
use super::replacements::*;
use super::seen::*;
use super::{OrderPages, refused_form};
use crate::actor::Actor;
use crate::command::{self, Command, Done, Tap};
use crate::error::{Result, Sentence};
use crate::extract::Path;
use crate::ids::OrderId;
use crate::orders::actions::OrderContext;
use crate::orders::commands::{self, OrderCommand, order_commands};
use crate::state::AppState;

/// The parameters of a command's path: the order, and which part of it.
pub(super) trait OrderPath: DeserializeOwned + Send {
    fn order_id(&self) -> OrderId;
}

impl OrderPath for OrderId {
    fn order_id(&self) -> OrderId {
        *self
    }
}

impl<T: DeserializeOwned + Send> OrderPath for (OrderId, T) {
    fn order_id(&self) -> OrderId {
        self.0
    }
}

/// What a command did, in words.
pub(super) trait Answered {
    /// The sentence of the answer; None: that of the command's row.
    fn done(&self) -> Option<&'static str>;
}

impl Answered for () {
    fn done(&self) -> Option<&'static str> {
        None
    }
}

/// The form of a command of an order.
pub(super) trait OrderForm: DeserializeOwned + Send + Sync + 'static {
    type OrderPath: OrderPath;
    type Command<'a>: Command<Output: Answered>;

    /// The command; refuses invalid fields.
    fn command<'a>(&self, on: OrderContext<'a>, place: Self::OrderPath) -> Result<Self::Command<'a>>;

    /// Adjusts the answer.
    fn answer(&self, done: Done) -> Done {
        done
    }
}

/// The row of a form.
trait Declared {
    const ROW: OrderCommand;
}

macro_rules! route_commands {
    ($($name:ident = $path:literal, $permission:ident, $undo:tt, $done:literal, $form:ident;)*) => {
        $(impl Declared for $form {
            const ROW: OrderCommand = commands::$name;
        })*

        /// Forms on an order's page.
        pub(super) fn router() -> Router<OrderPages> {
            Router::new()
                $(.route(commands::$name.path, post(run::<$form>).get(refused_form::back)))*
        }
    };
}
order_commands!(route_commands);

/// Runs a command of an order.
async fn run<F: OrderForm + Declared>(
    State(state): State<AppState>,
    actor: Actor,
    Path(place): Path<F::OrderPath>,
    tap: Tap<F>,
) -> Result<Done> {
    let order_id = place.order_id();
    let on = OrderContext { actor: &actor, order_id, now: state.clock.now() };
    let command = tap.form.command(on, place)?;
    let outcome = command::run(&state, &tap, &command).await?;
    // A command that changed nothing has nothing to take back.
    let undo = (F::ROW.undoable && outcome.version.is_some()).then(|| format!("/undo/{}", tap.operation_id));
    let sentence = Sentence::new(outcome.output.done().unwrap_or(F::ROW.done));
    let done = Done::new(&outcome, format!("/orders/{order_id}")).say(sentence).undo(undo);
    Ok(tap.form.answer(done))
}
