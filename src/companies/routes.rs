//! The one-time page that creates the first administrator.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use tower_sessions::Session;

use super::actions::Operator;
use super::actions::set_up::{self, SetUp};
use super::model::{ListedCompany, NewCompany};
use super::views::SetUpPage;
use crate::auth::client::Client;
use crate::auth::session;
use crate::clock::Zone;
use crate::error::{AppError, Result};
use crate::extract::{Form, Query};
use crate::html::FieldErrors;
use crate::page;
use crate::state::AppState;

pub fn router() -> Router<AppState> {
    Router::new().route("/set-up", get(page).post(submit))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SetUpForm {
    token: String,
    company_name: String,
    company_code: String,
    time_zone: String,
    name: String,
    number: String,
    pin: String,
    pin_again: String,
}

fn operator(state: &AppState) -> Operator<'_> {
    Operator { db: &state.db, clock: &state.clock, settings: &state.settings }
}

/// 404 as soon as somebody can administer.
async fn page(
    State(state): State<AppState>,
    client: Client,
    Query(form): Query<SetUpForm>,
) -> Result<Response> {
    let form =
        SetUpForm { token: form.token, time_zone: "America/Sao_Paulo".to_owned(), ..SetUpForm::default() };
    begin(&state, &client, &form).await
}

/// The first step: the token. With the right one the page asks for the rest.
async fn begin(state: &AppState, client: &Client, form: &SetUpForm) -> Result<Response> {
    let existing = set_up::find_set_up(operator(state)).await?;
    let nothing = FieldErrors::default();
    if form.token.trim().is_empty() {
        return render(state, client, form, None, &nothing);
    }
    match set_up::check_token(operator(state), &form.token, &client.network).await {
        Ok(()) => render(state, client, form, Some(existing.as_ref()), &nothing),
        Err(error @ (AppError::Invalid { .. } | AppError::TooMany { .. })) if !client.wants_json => {
            refuse(state, client, form, None, &error)
        }
        Err(error) => Err(error),
    }
}

/// `opened` by the token: the company that is there, or none. Else the page asks for the token and for nothing else.
fn render(
    state: &AppState,
    client: &Client,
    form: &SetUpForm,
    opened: Option<Option<&ListedCompany>>,
    errors: &FieldErrors,
) -> Result<Response> {
    page::respond(&SetUpPage {
        layout: &page::signed_out(client.lang, client.theme, state.clock.now(), None),
        is_open: opened.is_some(),
        token: &form.token,
        existing: opened.flatten().map(|company| company.name.as_str()),
        company_name: &form.company_name,
        company_code: &form.company_code,
        time_zone: &form.time_zone,
        name: &form.name,
        number: &form.number,
        errors,
    })
}

fn refuse(
    state: &AppState,
    client: &Client,
    form: &SetUpForm,
    opened: Option<Option<&ListedCompany>>,
    error: &AppError,
) -> Result<Response> {
    let mut errors = page::field_errors(error, client.lang);
    if errors.is_empty() {
        errors.push("token", error.sentence().say(client.lang, Zone::UTC));
    }
    let mut response = render(state, client, form, opened, &errors)?;
    error.mark(&mut response);
    Ok(response)
}

async fn submit(
    State(state): State<AppState>,
    session: Session,
    client: Client,
    Form(form): Form<SetUpForm>,
) -> Result<Response> {
    // Nothing but the token was typed: that was the first step.
    if form.name.is_empty() && form.pin.is_empty() && !client.wants_json {
        return begin(&state, &client, &form).await;
    }
    let company = NewCompany {
        name: form.company_name.trim(),
        code: form.company_code.trim(),
        time_zone: form.time_zone.trim(),
    };
    let wanted = SetUp {
        token: &form.token,
        company,
        name: form.name.trim(),
        number: form.number.trim(),
        pin: &form.pin,
        pin_again: &form.pin_again,
    };
    match set_up::set_up(operator(&state), wanted, &client.source, &client.network).await {
        Ok(begins) => {
            session::begin(&state, &session, &begins).await?;
            Ok(Redirect::to("/").into_response())
        }
        Err(error @ (AppError::Invalid { .. } | AppError::TooMany { .. })) if !client.wants_json => {
            let existing = set_up::find_set_up(operator(&state)).await?;
            // The token is the first thing that is looked at: whatever else is wrong, it was right.
            let opened = !is_about_token(&error);
            refuse(&state, &client, &form, opened.then_some(existing.as_ref()), &error)
        }
        Err(other) => Err(other),
    }
}

/// Whether the token itself was refused, or not looked at.
fn is_about_token(error: &AppError) -> bool {
    match error {
        AppError::Invalid { fields, .. } => fields.iter().any(|(field, _)| field == "token"),
        _ => true,
    }
}
