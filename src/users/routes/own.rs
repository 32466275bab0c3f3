//! One's own session, PIN and language.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tower_sessions::Session;

use super::sign_in::local_path;
use crate::error::{AppError, Result};
use crate::extract::Form;
use crate::html::FieldErrors;
use crate::lang::Lang;
use crate::page::{self, Visitor};
use crate::state::AppState;
use crate::users::actions::{self, PinChange};
use crate::users::client::{self, Client};
use crate::users::model::Actor;
use crate::users::session;
use crate::users::views::ChangePinPage;

pub async fn sign_out(
    State(state): State<AppState>,
    actor: Option<Actor>,
    session: Session,
    client: Client,
) -> Result<Redirect> {
    if let Some(actor) = actor {
        actions::sign_out(&state, &actor, &client.source).await?;
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
        actions::change_language(&state, &actor, form.language).await?;
    }
    let mut response = Redirect::to(came_from(&headers)).into_response();
    let cookie = client::language_cookie(form.language, &state.settings);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// The path of the page with the form. Only the path of `Referer` is used, so that it cannot lead away.
pub(super) fn came_from(headers: &HeaderMap) -> &str {
    let referer = headers.get(header::REFERER).and_then(|referer| referer.to_str().ok()).unwrap_or_default();
    let path = referer.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    local_path(path.unwrap_or("/"))
}

pub async fn pin_page(State(state): State<AppState>, visitor: Visitor, actor: Actor) -> Result<Response> {
    render(&state, &visitor, &actor, &FieldErrors::default())
}

fn render(state: &AppState, visitor: &Visitor, actor: &Actor, errors: &FieldErrors) -> Result<Response> {
    let chrome = page::chrome(actor, visitor.lang, state.clock.now(), actor.can_codes(), None);
    page::respond(&ChangePinPage {
        chrome: &chrome,
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
    match actions::change_pin(&state, &actor, &client, change).await {
        Ok(begins) => {
            session::begin(&state, &session, &begins).await?;
            Ok(Redirect::to("/").into_response())
        }
        Err(error @ AppError::Invalid { .. }) if !client.wants_json => {
            let mut response = render(&state, &visitor, &actor, &said(&error, visitor.lang))?;
            *response.status_mut() = error.status();
            Ok(response)
        }
        Err(other) => Err(other),
    }
}

/// The sentences of an error, for the fields of its form.
pub(super) fn said(error: &AppError, lang: Lang) -> FieldErrors {
    let mut errors = FieldErrors::default();
    if let AppError::Invalid { fields, .. } = error {
        for (field, sentence) in fields {
            errors.push(field, sentence.say(lang, 0));
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_referer_gives_a_path_and_nothing_else() {
        let from = |referer: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::REFERER, HeaderValue::from_static(referer));
            came_from(&headers).to_owned()
        };
        assert_eq!(from("https://app.example/orders/1?a=b"), "/orders/1?a=b");
        assert_eq!(from("https://evil.example//evil.example"), "/");
        assert_eq!(from("https://app.example"), "/");
        assert_eq!(from("nonsense"), "/");
    }
}
