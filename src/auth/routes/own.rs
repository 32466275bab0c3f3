//! One's own session, PIN, language and theme.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tower_sessions::Session;

use super::back::came_from;
use crate::actor::Actor;
use crate::auth::actions::own::{self, PinChange};
use crate::auth::client::{self, Client};
use crate::auth::session;
use crate::auth::views::ChangePinPage;
use crate::error::{AppError, Result};
use crate::extract::Form;
use crate::html::FieldErrors;
use crate::lang::Lang;
use crate::page::{self, Visitor};
use crate::state::AppState;
use crate::theme::Theme;

pub async fn sign_out(
    State(state): State<AppState>,
    actor: Option<Actor>,
    session: Session,
    client: Client,
) -> Result<Redirect> {
    if let Some(actor) = actor {
        own::sign_out(&state, &actor, &client.source).await?;
    }
    session::forget(&session).await?;
    Ok(Redirect::to("/"))
}

#[derive(Debug, Deserialize)]
pub struct LanguageForm {
    language: Lang,
}

/// Remembered with the person, and by the browser for the pages before a sign-in.
pub async fn change_language(
    State(state): State<AppState>,
    actor: Option<Actor>,
    headers: HeaderMap,
    Form(form): Form<LanguageForm>,
) -> Result<Response> {
    if let Some(actor) = actor {
        own::change_language(&state, &actor, form.language).await?;
    }
    let mut response = Redirect::to(came_from(&headers)).into_response();
    let cookie = client::language_cookie(form.language, &state.settings);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

#[derive(Debug, Deserialize)]
pub struct ThemeForm {
    theme: Theme,
}

/// Remembered with the person, and by the browser for the pages before a sign-in.
pub async fn change_theme(
    State(state): State<AppState>,
    actor: Option<Actor>,
    headers: HeaderMap,
    Form(form): Form<ThemeForm>,
) -> Result<Response> {
    if let Some(actor) = actor {
        own::change_theme(&state, &actor, form.theme).await?;
    }
    let mut response = Redirect::to(came_from(&headers)).into_response();
    let cookie = client::theme_cookie(form.theme, &state.settings);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

pub async fn pin_page(State(state): State<AppState>, visitor: Visitor, actor: Actor) -> Result<Response> {
    render(&state, &visitor, &actor, &FieldErrors::default())
}

fn render(state: &AppState, visitor: &Visitor, actor: &Actor, errors: &FieldErrors) -> Result<Response> {
    let layout = page::layout(actor, visitor.lang, state.clock.now(), actor.can_codes(), None);
    page::respond(&ChangePinPage {
        layout: &layout,
        must_change: actor.pin_must_change,
        pin_digits: actor.company.pin_digits,
        errors,
    })
}

#[derive(Debug, Deserialize)]
pub struct PinForm {
    current_pin: String,
    pin: String,
    pin_again: String,
}

pub async fn change_pin(
    State(state): State<AppState>,
    visitor: Visitor,
    actor: Actor,
    session: Session,
    client: Client,
    Form(form): Form<PinForm>,
) -> Result<Response> {
    let change =
        PinChange { current: form.current_pin.trim(), new: form.pin.trim(), again: form.pin_again.trim() };
    match own::change_pin(&state, &actor, &client, change).await {
        Ok(begins) => {
            session::begin(&state, &session, &begins).await?;
            Ok(Redirect::to("/").into_response())
        }
        Err(error @ AppError::Invalid { .. }) if !client.wants_json => {
            let mut response = render(&state, &visitor, &actor, &page::field_errors(&error, visitor.lang))?;
            *response.status_mut() = error.status();
            Ok(response)
        }
        Err(other) => Err(other),
    }
}
