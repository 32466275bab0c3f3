//! `/settings/reasons`: why lines are short.

use axum::extract::State;
use axum::response::{Redirect, Response};

use super::forms::{HiddenForm, NameForm, PlaceForm, run};
use super::{by, require_administrator};
use crate::actor::Actor;
use crate::auth::client::Client;
use crate::command::{Done, Tap};
use crate::error::Result;
use crate::extract::Path;
use crate::html::FormState;
use crate::page::{self, LivePage, Visitor};
use crate::screen::Screen;
use crate::settings::actions::reasons::{AddReason, ChangeReason, HideReason, PlaceReason};
use crate::settings::queries::reasons;
use crate::settings::views::reasons::ReasonsPage;
use crate::state::AppState;

const PATH: &str = "/settings/reasons";

pub async fn page(State(state): State<AppState>, visitor: Visitor) -> Result<Response> {
    render(&state, &visitor, FormState(None)).await
}

pub async fn render(state: &AppState, visitor: &Visitor, given: FormState<'_>) -> Result<Response> {
    require_administrator(visitor.actor()?)?;
    let (mut tx, live) = LivePage::open(&state.db, visitor).await?;
    let reasons = reasons::list_reasons(&mut tx, visitor.lang).await?;
    let layout = live.layout(tx, Screen::Settings, state.clock.now());
    page::respond(&ReasonsPage { layout: &layout, reasons: &reasons, given })
}

/// A page that a form answered with, loaded again.
pub async fn back() -> Redirect {
    Redirect::to(PATH)
}

pub async fn add(
    State(state): State<AppState>,
    visitor: Visitor,
    actor: Actor,
    client: Client,
    tap: Tap<NameForm>,
) -> Result<Done> {
    let command = AddReason { by: by(&state, &actor, &client), lang: visitor.lang, name: tap.form.name() };
    run(&state, &tap, &command, PATH, "settings.reasons.added").await
}

pub async fn change(
    State(state): State<AppState>,
    visitor: Visitor,
    actor: Actor,
    client: Client,
    Path(code): Path<String>,
    tap: Tap<NameForm>,
) -> Result<Done> {
    let (read, name) = (tap.form.version, tap.form.name());
    let command = ChangeReason { by: by(&state, &actor, &client), lang: visitor.lang, code, read, name };
    run(&state, &tap, &command, PATH, "settings.saved").await
}

pub async fn hide(
    State(state): State<AppState>,
    visitor: Visitor,
    actor: Actor,
    client: Client,
    Path(code): Path<String>,
    tap: Tap<HiddenForm>,
) -> Result<Done> {
    let hidden = tap.form.hidden();
    let command = HideReason { by: by(&state, &actor, &client), lang: visitor.lang, code, hidden };
    let said = if hidden { "settings.reasons.hidden" } else { "settings.shown_done" };
    run(&state, &tap, &command, PATH, said).await
}

pub async fn place(
    State(state): State<AppState>,
    visitor: Visitor,
    actor: Actor,
    client: Client,
    Path(code): Path<String>,
    tap: Tap<PlaceForm>,
) -> Result<Done> {
    let place = tap.form.place;
    let command = PlaceReason { by: by(&state, &actor, &client), lang: visitor.lang, code, place };
    run(&state, &tap, &command, PATH, "settings.moved").await
}
