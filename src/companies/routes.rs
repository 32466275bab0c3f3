//! The one-time page that makes the first administrator.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use tower_sessions::Session;

use super::actions::Operator;
use super::actions::set_up::{self, SetUp};
use super::model::NewCompany;
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
    render(&state, &client, &form, &FieldErrors::default()).await
}

async fn render(
    state: &AppState,
    client: &Client,
    form: &SetUpForm,
    errors: &FieldErrors,
) -> Result<Response> {
    let existing = set_up::find_set_up(operator(state)).await?;
    page::respond(&SetUpPage {
        chrome: &page::signed_out(client.lang, state.clock.now(), None),
        token: &form.token,
        existing: existing.as_ref().map(|company| company.name.as_str()),
        company_name: &form.company_name,
        company_code: &form.company_code,
        time_zone: &form.time_zone,
        name: &form.name,
        number: &form.number,
        errors,
    })
}

async fn submit(
    State(state): State<AppState>,
    session: Session,
    client: Client,
    Form(form): Form<SetUpForm>,
) -> Result<Response> {
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
            let mut errors = page::field_errors(&error, client.lang);
            if errors.is_empty() {
                errors.push("token", error.sentence().say(client.lang, Zone::UTC));
            }
            let mut response = render(&state, &client, &form, &errors).await?;
            error.mark(&mut response);
            Ok(response)
        }
        Err(other) => Err(other),
    }
}
