//! `/settings`: shipping and packaging.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::forms::{HiddenForm, NameForm, PlaceForm, run};
use super::{by, require_administrator};
use crate::actor::Actor;
use crate::auth::client::Client;
use crate::command::{self, Done, Tap};
use crate::error::{Result, Sentence, Word};
use crate::extract::{Path, YesNo};
use crate::html::FormState;
use crate::ids::{PackagingId, ShippingId};
use crate::page::{self, CompanyTime, LivePage, Visitor};
use crate::screen::Screen;
use crate::settings::actions::due::AnswerDue;
use crate::settings::actions::packaging::{AddPackaging, ChangePackaging, HidePackaging, PlacePackaging};
use crate::settings::actions::shipping::{
    AddShipping, ChangeShipping, HideShipping, PlaceShipping, ShippingFields,
};
use crate::settings::model::day::typed_minute;
use crate::settings::offers::list_offers;
use crate::settings::queries::options;
use crate::settings::views::options::OptionsPage;
use crate::state::AppState;

const PATH: &str = "/settings";

pub async fn page(State(state): State<AppState>, visitor: Visitor) -> Result<Response> {
    render(&state, &visitor, FormState(None)).await
}

pub async fn render(state: &AppState, visitor: &Visitor, given: FormState<'_>) -> Result<Response> {
    let actor = visitor.actor()?;
    require_administrator(actor)?;
    let (mut tx, live) = LivePage::open(&state.db, visitor).await?;
    let shippings = options::list_shippings(&mut tx).await?;
    let packagings = options::list_packagings(&mut tx).await?;
    let now = state.clock.now();
    let calendar = CompanyTime::from(&actor.company).calendar();
    let offers = list_offers(&mut tx, &shippings, calendar, now).await?;
    let layout = live.layout(tx, Screen::Settings, now);
    let (shippings, packagings, offers) = (&shippings, &packagings, &offers);
    page::respond(&OptionsPage { layout: &layout, shippings, packagings, offers, given })
}

#[derive(Debug, Deserialize)]
pub struct ShippingForm {
    /// What the form was read with; nothing in the form of a new one.
    #[serde(default)]
    version: i64,
    #[serde(default)]
    name: String,
    #[serde(default)]
    packagings: Vec<PackagingId>,
    makes_urgent: Option<YesNo>,
    /// "18:30", or nothing.
    #[serde(default)]
    due: String,
}

impl ShippingForm {
    fn fields(&self) -> Result<ShippingFields> {
        Ok(ShippingFields {
            name: self.name.trim().to_owned(),
            packagings: self.packagings.clone(),
            makes_urgent: matches!(self.makes_urgent, Some(YesNo::Yes)),
            due_minute: typed_minute("due", &self.due, "settings.due_wrong")?,
        })
    }
}

fn hidden_key(hidden: bool) -> &'static str {
    if hidden { "settings.hidden_done" } else { "settings.shown_done" }
}

/// Whether open orders follow a changed time.
#[derive(Debug, Deserialize)]
pub struct DueForm {
    #[serde(default)]
    version: i64,
    apply: YesNo,
}

pub async fn add_shipping(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    tap: Tap<ShippingForm>,
) -> Result<Done> {
    let command = AddShipping { by: by(&state, &actor, &client), fields: tap.form.fields()? };
    run(&state, &tap, &command, PATH, "settings.added").await
}

pub async fn change_shipping(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    Path(id): Path<ShippingId>,
    tap: Tap<ShippingForm>,
) -> Result<Done> {
    let (read, fields) = (tap.form.version, tap.form.fields()?);
    let command = ChangeShipping { by: by(&state, &actor, &client), id, read, fields };
    run(&state, &tap, &command, PATH, "settings.saved").await
}

pub async fn hide_shipping(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    Path(id): Path<ShippingId>,
    tap: Tap<HiddenForm>,
) -> Result<Done> {
    let command = HideShipping { by: by(&state, &actor, &client), id, hidden: tap.form.hidden() };
    run(&state, &tap, &command, PATH, hidden_key(tap.form.hidden())).await
}

pub async fn place_shipping(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    Path(id): Path<ShippingId>,
    tap: Tap<PlaceForm>,
) -> Result<Done> {
    let command = PlaceShipping { by: by(&state, &actor, &client), id, place: tap.form.place };
    run(&state, &tap, &command, PATH, "settings.moved").await
}

pub async fn answer_due(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    Path(id): Path<ShippingId>,
    tap: Tap<DueForm>,
) -> Result<Done> {
    let apply = matches!(tap.form.apply, YesNo::Yes);
    let command = AnswerDue { by: by(&state, &actor, &client), id, read: tap.form.version, apply };
    let outcome = command::run(&state, &tap, &command).await?;
    let orders = outcome.output;
    let done = Done::new(&outcome, PATH);
    if orders == 0 {
        return Ok(done.say(Sentence::new("settings.due_left")));
    }
    let count = Word::Count(i64::try_from(orders).unwrap_or(i64::MAX));
    let said = Sentence::new("settings.due_applied").with("count", count);
    Ok(done.say(said).undo(Some(format!("/undo/{}", tap.operation_id))))
}

pub async fn add_packaging(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    tap: Tap<NameForm>,
) -> Result<Done> {
    let command = AddPackaging { by: by(&state, &actor, &client), name: tap.form.name() };
    run(&state, &tap, &command, PATH, "settings.packaging_added").await
}

pub async fn change_packaging(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    Path(id): Path<PackagingId>,
    tap: Tap<NameForm>,
) -> Result<Done> {
    let command = ChangePackaging {
        by: by(&state, &actor, &client),
        id,
        read: tap.form.version,
        name: tap.form.name(),
    };
    run(&state, &tap, &command, PATH, "settings.saved").await
}

pub async fn hide_packaging(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    Path(id): Path<PackagingId>,
    tap: Tap<HiddenForm>,
) -> Result<Done> {
    let command = HidePackaging { by: by(&state, &actor, &client), id, hidden: tap.form.hidden() };
    run(&state, &tap, &command, PATH, hidden_key(tap.form.hidden())).await
}

pub async fn place_packaging(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    Path(id): Path<PackagingId>,
    tap: Tap<PlaceForm>,
) -> Result<Done> {
    let command = PlacePackaging { by: by(&state, &actor, &client), id, place: tap.form.place };
    run(&state, &tap, &command, PATH, "settings.moved").await
}
