//! Handing over a shared device: choose a person of today, then enter the PIN.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::back::{came_from, local_path};
use crate::actor::Actor;
use crate::auth::actions::{find_company, shared};
use crate::auth::client::{self, Client};
use crate::auth::model::{OpenCompany, Present};
use crate::auth::views::{SwitchAsk, SwitchPage};
use crate::clock::Zone;
use crate::error::{AppError, Result};
use crate::extract::{Form, Query, YesNo};
use crate::ids::PersonId;
use crate::lang::Lang;
use crate::page::{self, Visitor};
use crate::state::AppState;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SwitchQuery {
    /// Whose PIN is asked for; absent: the list is shown.
    person: Option<String>,
    /// Present: sign in by number, as somebody who is not on the list.
    other: Option<String>,
    /// Present: the device was idle, and a command was refused.
    idle: Option<String>,
    next: Option<String>,
}

/// `GET /switch`: people are named only on a shared device that was unlocked recently. Elsewhere it leads home.
pub async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    client: Client,
    headers: HeaderMap,
    Query(query): Query<SwitchQuery>,
) -> Result<Response> {
    let next = query.next.as_deref().map_or_else(|| came_from(&headers), local_path);
    // From one step to the next the first page is remembered.
    let next = if next.starts_with("/switch") { "/" } else { next };
    let asked = UnlockPrompt {
        person: query.person.as_deref().and_then(|person| person.parse().ok()),
        by_number: query.other.is_some(),
        idle: query.idle.is_some(),
        next,
        error: None,
    };
    let shown = show(&state, visitor.person.as_deref(), &client, visitor.lang, asked).await?;
    Ok(shown.unwrap_or_else(|| Redirect::to("/").into_response()))
}

/// What the page is asked to show.
pub(super) struct UnlockPrompt<'a> {
    pub person: Option<PersonId>,
    pub by_number: bool,
    pub idle: bool,
    pub next: &'a str,
    pub error: Option<&'a AppError>,
}

/// None: this is no shared device, or it was not unlocked recently; and the visitor's own session needs none.
pub(super) async fn show(
    state: &AppState,
    actor: Option<&Actor>,
    client: &Client,
    lang: Lang,
    asked: UnlockPrompt<'_>,
) -> Result<Option<Response>> {
    let company = match actor {
        Some(actor) => Some(OpenCompany::from(actor)),
        None => find_company::find_company(state, client, client.remembered()).await?,
    };
    let Some(company) = company else { return Ok(None) };
    let people = match (client.device, actor) {
        (Some(device), _) if shared::is_open(state, company.id, Some(device)).await? => {
            shared::list_present(state, company.id, device).await?
        }
        // A device that lost its cookie still asks whoever acts on it.
        (_, Some(actor)) if actor.session.shared => vec![Present::from(actor)],
        _ => return Ok(None),
    };
    let acting = actor.map(|actor| actor.person_id);
    let wanted = asked.person.or(acting.filter(|_| asked.idle));
    let ask = match people.iter().find(|person| Some(person.id) == wanted) {
        _ if asked.by_number => SwitchAsk::Number(company.login_digits),
        Some(person) => SwitchAsk::Pin(person),
        None => SwitchAsk::Who,
    };
    let now = state.clock.now();
    let layout = match actor {
        Some(actor) => page::layout(actor, lang, now, actor.can_codes(), None),
        None => page::signed_out(lang, client.theme, now, Some(company.named())),
    };
    let error = asked.error.map(|error| error.sentence().say(lang, Zone::UTC));
    let mut response = page::respond(&SwitchPage {
        layout: &layout,
        people: &people,
        ask,
        acting,
        idle: asked.idle,
        next: asked.next,
        pin_digits: company.pin_digits,
        error: error.as_deref(),
    })?;
    if let Some(error) = asked.error {
        error.mark(&mut response);
    }
    Ok(Some(response))
}

#[derive(Debug, Deserialize)]
pub struct SharedForm {
    shared: YesNo,
}

/// `POST /shared`: what this device is from now on.
pub async fn set_shared(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    headers: HeaderMap,
    Form(form): Form<SharedForm>,
) -> Result<Response> {
    let device = client.device.unwrap_or_default();
    let shared = matches!(form.shared, YesNo::Yes);
    shared::set_shared(&state, &actor, &client.source, device, shared).await?;
    let mut response = Redirect::to(came_from(&headers)).into_response();
    response.headers_mut().append(header::SET_COOKIE, client::device_cookie(device, &state.settings));
    Ok(response)
}

/// `POST /touch`: a person touched the device. The layer around has recorded it.
pub async fn touch(_actor: Actor) -> StatusCode {
    StatusCode::NO_CONTENT
}
