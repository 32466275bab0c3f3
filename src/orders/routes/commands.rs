//! Commands over HTTP: read the form, run one action, say what was done.

use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::post;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::amount::{Amount, typed_number};
use super::hand_over::SellerForm;
use super::purchases::{
    NotFoundForm, OrderedForm, ReceivedForm, RequestForm, SettleForm, UnorderedForm, UnreceivedForm,
    WithdrawForm,
};
use super::{Pages, refused_form};

use crate::actor::Actor;
use crate::command::{self, Command, Done, Tap};
use crate::error::{AppError, Result, Sentence};
use crate::extract::Path;
use crate::ids::{ItemId, NoteId, OperationId, OrderId, PackagingId, ShippingId};
use crate::lang::Lang;
use crate::orders::actions::OrderContext;
use crate::orders::actions::hand_over::HandOverOrder;
use crate::orders::actions::items::{MarkShort, PickItem, ReturnItem, UnmarkShort, UnpickItem};
use crate::orders::actions::notes::{AddNote, ChangeNote};
use crate::orders::actions::orders::{CancelOrder, ChangeShipping, FinishOrder, ReopenOrder, SetUrgent};
use crate::orders::actions::pick_and_short::PickAndShort;
use crate::orders::actions::undo::{UndoOperation, UndoneOperation};
use crate::orders::commands::{self, OrderCommand, order_commands};
use crate::state::AppState;

/// What a path names: the order, and which part of it.
pub(super) trait Place: DeserializeOwned + Send {
    fn order_id(&self) -> OrderId;
}

impl Place for OrderId {
    fn order_id(&self) -> OrderId {
        *self
    }
}

impl<T: DeserializeOwned + Send> Place for (OrderId, T) {
    fn order_id(&self) -> OrderId {
        self.0
    }
}

/// The form of a command of an order.
pub(super) trait OrderForm: DeserializeOwned + Send + Sync + 'static {
    type Place: Place;
    type Command<'a>: Command<Output = ()>;

    /// What is to be done; refuses what was typed wrong.
    fn command<'a>(&self, on: OrderContext<'a>, place: Self::Place) -> Result<Self::Command<'a>>;

    /// What is particular to its answer.
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
        pub(super) fn router() -> Router<Pages> {
            Router::new()
                $(.route(commands::$name.path, post(run::<$form>).get(refused_form::back)))*
        }
    };
}
order_commands!(route_commands);

/// The way of every command of an order.
async fn run<F: OrderForm + Declared>(
    State(state): State<AppState>,
    actor: Actor,
    Path(place): Path<F::Place>,
    tap: Tap<F>,
) -> Result<Done> {
    let order_id = place.order_id();
    let on = OrderContext { actor: &actor, order_id, now: state.clock.now() };
    let command = tap.form.command(on, place)?;
    let outcome = command::run(&state, &tap, &command).await?;
    // A command that changed nothing has nothing to take back.
    let undo = (F::ROW.undoable && outcome.version.is_some()).then(|| format!("/undo/{}", tap.operation_id));
    let done = Done::new(&outcome, format!("/orders/{order_id}")).say(Sentence::new(F::ROW.done)).undo(undo);
    Ok(tap.form.answer(done))
}

#[derive(Debug, Deserialize)]
struct PickForm {
    #[serde(flatten)]
    amount: Amount,
}

impl OrderForm for PickForm {
    type Place = (OrderId, ItemId);
    type Command<'a> = PickItem<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::Place) -> Result<PickItem<'a>> {
        Ok(PickItem { on, item_id, quantity: self.amount.read()? })
    }
}

#[derive(Debug, Deserialize)]
struct UnpickForm {
    #[serde(flatten)]
    amount: Amount,
    /// The pick that the screen showed as the last one.
    pick: Option<i32>,
}

impl OrderForm for UnpickForm {
    type Place = (OrderId, ItemId);
    type Command<'a> = UnpickItem<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::Place) -> Result<UnpickItem<'a>> {
        // A page of a build that named neither: nobody knows which pick it showed.
        if self.amount.is_empty() && self.pick.is_none() {
            return Err(AppError::conflict("conflict.item_changed"));
        }
        Ok(UnpickItem { on, item_id, quantity: self.amount.read()?, pick: self.pick })
    }
}

#[derive(Debug, Deserialize)]
struct ReturnForm {
    #[serde(flatten)]
    amount: Amount,
}

impl OrderForm for ReturnForm {
    type Place = (OrderId, ItemId);
    type Command<'a> = ReturnItem<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::Place) -> Result<ReturnItem<'a>> {
        Ok(ReturnItem { on, item_id, quantity: self.amount.read()? })
    }
}

#[derive(Debug, Deserialize)]
struct ShortForm {
    /// A code of the list of reasons.
    #[serde(default)]
    reason: String,
    #[serde(default)]
    text: String,
}

impl OrderForm for ShortForm {
    type Place = (OrderId, ItemId);
    type Command<'a> = MarkShort<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::Place) -> Result<MarkShort<'a>> {
        Ok(MarkShort { on, item_id, code: self.reason.clone(), text: self.text.clone() })
    }
}

/// `quantity` is picked, `short` is what is left of the rest that the screen showed, in the same notation.
#[derive(Debug, Deserialize)]
struct PickAndShortForm {
    #[serde(flatten)]
    amount: Amount,
    #[serde(default)]
    short: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    text: String,
}

impl OrderForm for PickAndShortForm {
    type Place = (OrderId, ItemId);
    type Command<'a> = PickAndShort<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::Place) -> Result<PickAndShort<'a>> {
        let (picked, short) = (self.amount.read()?, self.amount.read_beside("short", &self.short)?);
        Ok(PickAndShort { on, item_id, picked, short, code: self.reason.clone(), text: self.text.clone() })
    }
}

#[derive(Debug, Deserialize)]
struct UnshortForm {}

impl OrderForm for UnshortForm {
    type Place = (OrderId, ItemId);
    type Command<'a> = UnmarkShort<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, item_id): Self::Place) -> Result<UnmarkShort<'a>> {
        Ok(UnmarkShort { on, item_id })
    }
}

#[derive(Debug, Deserialize)]
struct FinishForm {
    #[serde(default)]
    volumes: String,
    #[serde(default)]
    notation: Lang,
}

fn whole(number: Decimal) -> Option<i32> {
    number.fract().is_zero().then(|| number.to_i32()).flatten()
}

impl OrderForm for FinishForm {
    type Place = OrderId;
    type Command<'a> = FinishOrder<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<FinishOrder<'a>> {
        let invalid = || AppError::field("volumes", "orders.error.volumes_invalid");
        let volumes = Some(self.volumes.as_str())
            .filter(|text| !text.trim().is_empty())
            .map(|text| typed_number("volumes", text, self.notation))
            .map(|number| number.and_then(|number| whole(number).ok_or_else(invalid)))
            .transpose()?;
        Ok(FinishOrder { on, volumes })
    }
}

#[derive(Debug, Deserialize)]
struct ReopenForm {
    #[serde(default)]
    reason: String,
}

impl OrderForm for ReopenForm {
    type Place = OrderId;
    type Command<'a> = ReopenOrder<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<ReopenOrder<'a>> {
        Ok(ReopenOrder { on, reason: self.reason.clone() })
    }
}

#[derive(Debug, Deserialize)]
struct CancelForm {
    #[serde(default)]
    reason: String,
}

impl OrderForm for CancelForm {
    type Place = OrderId;
    type Command<'a> = CancelOrder<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<CancelOrder<'a>> {
        Ok(CancelOrder { on, reason: self.reason.clone() })
    }

    fn answer(&self, done: Done) -> Done {
        done.go("/")
    }
}

#[derive(Debug, Deserialize)]
struct UrgentForm {
    urgent: String,
}

impl OrderForm for UrgentForm {
    type Place = OrderId;
    type Command<'a> = SetUrgent<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<SetUrgent<'a>> {
        let urgent = match self.urgent.as_str() {
            "yes" => true,
            "no" => false,
            _ => return Err(AppError::invalid("error.form_unreadable")),
        };
        Ok(SetUrgent { on, urgent })
    }

    fn answer(&self, done: Done) -> Done {
        if self.urgent == "no" { done.say(Sentence::new("done.not_urgent")) } else { done }
    }
}

#[derive(Debug, Deserialize)]
struct ShippingForm {
    shipping: ShippingId,
    packaging: PackagingId,
}

impl OrderForm for ShippingForm {
    type Place = OrderId;
    type Command<'a> = ChangeShipping<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<ChangeShipping<'a>> {
        Ok(ChangeShipping { on, shipping_id: self.shipping, packaging_id: self.packaging })
    }
}

impl OrderForm for SellerForm {
    type Place = OrderId;
    type Command<'a> = HandOverOrder<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<HandOverOrder<'a>> {
        Ok(HandOverOrder { on, seller_id: self.seller })
    }
}

#[derive(Debug, Deserialize)]
struct NoteForm {
    #[serde(default)]
    text: String,
}

impl OrderForm for NoteForm {
    type Place = OrderId;
    type Command<'a> = AddNote<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, _: OrderId) -> Result<AddNote<'a>> {
        Ok(AddNote { on, text: self.text.clone() })
    }
}

#[derive(Debug, Deserialize)]
struct ChangeNoteForm {
    #[serde(default)]
    text: String,
    version: i32,
    /// `yes`: remove the note.
    #[serde(default)]
    remove: String,
}

impl ChangeNoteForm {
    fn removes(&self) -> bool {
        self.remove == "yes"
    }
}

impl OrderForm for ChangeNoteForm {
    type Place = (OrderId, NoteId);
    type Command<'a> = ChangeNote<'a>;

    fn command<'a>(&self, on: OrderContext<'a>, (_, note_id): Self::Place) -> Result<ChangeNote<'a>> {
        let text = (!self.removes()).then(|| self.text.clone());
        Ok(ChangeNote { on, note_id, version: self.version, text })
    }

    fn answer(&self, done: Done) -> Done {
        if self.removes() { done.say(Sentence::new("done.note_removed")) } else { done }
    }
}

/// A form without fields of its own.
#[derive(Debug, Deserialize)]
pub struct NoForm {}

/// `POST /undo/{operation}`: takes one tap back, whatever it changed.
pub async fn undo(
    State(state): State<AppState>,
    actor: Actor,
    Path(operation_id): Path<OperationId>,
    tap: Tap<NoForm>,
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
