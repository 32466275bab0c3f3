//! The one-time page that makes the first administrator.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tower_sessions::Session;

use super::own::said;
use super::sign_in::chrome;
use crate::error::{AppError, Result};
use crate::extract::{Form, Query};
use crate::html::FieldErrors;
use crate::page;
use crate::state::AppState;
use crate::users::client::Client;
use crate::users::operate::{NewCompany, Operator};
use crate::users::session;
use crate::users::set_up::{self, SetUp};
use crate::users::views::SetUpPage;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SetUpForm {
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
pub async fn page(
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
        chrome: &chrome(state, client.lang, None),
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

pub async fn submit(
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
            let mut errors = said(&error, client.lang);
            if errors.is_empty() {
                errors.push("token", error.sentence().say(client.lang, 0));
            }
            let mut response = render(&state, &client, &form, &errors).await?;
            error.mark(&mut response);
            Ok(response)
        }
        Err(other) => Err(other),
    }
}
