//! The sign-in page, and the PIN sheet over any page.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;
use tower_sessions::Session;

use super::back::local_path;
use super::shared::{self, UnlockPrompt};
use crate::actor::Actor;
use crate::auth::actions::shared::is_open;
use crate::auth::actions::sign_in::{self as actions, Attempt, ClaimedIdentity, Proven};
use crate::auth::actions::{find_company, own};
use crate::auth::client::{self, Client};
use crate::auth::model::OpenCompany;
use crate::auth::session;
use crate::auth::views::{SignInCompany, SignInPage};
use crate::clock::Zone;
use crate::error::{AppError, Result};
use crate::extract::{Form, Path};
use crate::ids::PersonId;
use crate::page::{self, Visitor};
use crate::state::AppState;

/// `/` for a visitor who is not signed in: 200, with the company that this browser is used for.
pub async fn sign_in_page(state: &AppState, client: &Client) -> Result<Response> {
    let (remembered, nothing) = (client.remembered(), Typed::default());
    match find_company::find_company(state, client, remembered).await {
        Ok(company) => {
            let mut response = render(state, client, company.as_ref(), &nothing, None).await?;
            if company.is_none() && remembered.is_some() {
                // A code that is no more is not asked for again.
                response.headers_mut().append(header::SET_COOKIE, client::no_company_cookie(&state.settings));
            }
            Ok(response)
        }
        Err(error) => refused(state, client, None, &nothing, error).await,
    }
}

#[derive(Default)]
struct Typed<'a> {
    company: &'a str,
    number: &'a str,
    next: &'a str,
}

async fn render(
    state: &AppState,
    client: &Client,
    company: Option<&OpenCompany>,
    typed: &Typed<'_>,
    error: Option<&AppError>,
) -> Result<Response> {
    let names_people = match company {
        Some(company) => is_open(state, company.id, client.device).await?,
        None => false,
    };
    let sentence = error.map(|error| error.sentence().say(client.lang, Zone::UTC));
    let page = SignInPage {
        layout: &page::signed_out(
            client.lang,
            client.theme,
            state.clock.now(),
            company.map(OpenCompany::named),
        ),
        company: match company {
            Some(company) => SignInCompany::Known { code: company.code.clone(), name: company.name.clone() },
            None => SignInCompany::Ask { typed: typed.company.to_owned() },
        },
        number: typed.number,
        number_digits: company.map_or(4, |company| company.login_digits),
        enters_after: company.filter(|company| company.pin_enters).map(|company| company.pin_digits),
        error: sentence.as_deref(),
        next: local_path(typed.next),
        names_people,
    };
    let mut response = page::respond(&page)?;
    if let Some(error) = error {
        error.mark(&mut response);
    }
    Ok(response)
}

/// `/e/{code}`: the sign-in page of one company; the browser remembers it.
pub async fn company_page(
    State(state): State<AppState>,
    Path(code): Path<String>,
    client: Client,
) -> Result<Response> {
    let typed = Typed { company: &code, ..Typed::default() };
    let company = match find_company::find_company(&state, &client, Some(client.typed(&code))).await {
        Ok(company) => company.filter(|company| company.code == code.to_lowercase()),
        Err(error) => return refused(&state, &client, None, &typed, error).await,
    };
    let Some(company) = company else {
        let error = AppError::field("company", "sign_in.company_unknown");
        let mut response = render(&state, &client, None, &typed, Some(&error)).await?;
        *response.status_mut() = StatusCode::NOT_FOUND;
        return Ok(response);
    };
    let mut response = render(&state, &client, Some(&company), &Typed::default(), None).await?;
    response.headers_mut().append(header::SET_COOKIE, client::company_cookie(&company.code, &state.settings));
    Ok(response)
}

#[derive(Debug, Deserialize)]
pub struct SignInForm {
    #[serde(default, alias = "code")]
    company: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    pin: String,
    #[serde(default)]
    next: String,
}

pub async fn sign_in(
    State(state): State<AppState>,
    actor: Option<Actor>,
    session: Session,
    client: Client,
    Form(form): Form<SignInForm>,
) -> Result<Response> {
    let typed = Typed { company: &form.company, number: &form.number, next: &form.next };
    let typed_code = Some(form.company.as_str()).filter(|code| !code.is_empty());
    let code = typed_code.map(|code| client.typed(code)).or(client.remembered());
    let company = match find_company::find_company(&state, &client, code).await {
        Ok(Some(company)) => company,
        Ok(None) => {
            let error = AppError::field("company", "sign_in.company_unknown");
            return refused(&state, &client, None, &typed, error).await;
        }
        Err(error) => return refused(&state, &client, None, &typed, error).await,
    };
    let attempt =
        attempt(&company, ClaimedIdentity::Number(form.number.trim().to_owned()), &form.pin, &client);
    match actions::sign_in(&state, attempt).await {
        Ok(proven) => {
            let mut response = enter(&state, &session, &client, actor, proven, &form.next).await?;
            let cookie = client::company_cookie(&company.code, &state.settings);
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(error) => refused(&state, &client, Some(&company), &typed, error).await,
    }
}

fn attempt(company: &OpenCompany, claim: ClaimedIdentity, pin: &str, client: &Client) -> Attempt {
    Attempt {
        company_id: company.id,
        login_digits: company.login_digits,
        pin_digits: company.pin_digits,
        claim,
        pin: pin.trim().to_owned(),
        client: client.clone(),
    }
}

/// What was wrong with a sign-in is said on its page; the script gets the problem itself.
async fn refused(
    state: &AppState,
    client: &Client,
    company: Option<&OpenCompany>,
    typed: &Typed<'_>,
    error: AppError,
) -> Result<Response> {
    match error {
        AppError::Invalid { .. } | AppError::TooMany { .. } if !client.wants_json => {
            render(state, client, company, typed, Some(&error)).await
        }
        other => Err(other),
    }
}

/// Proves the actor's PIN in the form of another page: the session goes on under a new id. Answers the cookie that
/// keeps the device.
pub async fn prove(
    state: &AppState,
    session: &Session,
    client: &Client,
    actor: &Actor,
    pin: &str,
) -> Result<HeaderValue> {
    let company = OpenCompany::from(actor);
    let attempt = attempt(&company, ClaimedIdentity::Person(actor.person_id), pin, client);
    let mut proven = match actions::sign_in(state, attempt).await {
        Err(AppError::Invalid { .. }) => return Err(AppError::field("pin", "unlock.wrong")),
        other => other?,
    };
    proven.begins.continues = Some(actor.session.id);
    session::begin(state, session, &proven.begins).await?;
    Ok(client::device_cookie(proven.device, &state.settings))
}

/// Begins the session and leads on. The same person's session goes on under a new id; another's, whose browser
/// this was, ends on every screen.
async fn enter(
    state: &AppState,
    session: &Session,
    client: &Client,
    before: Option<Actor>,
    mut proven: Proven,
    next: &str,
) -> Result<Response> {
    match before {
        Some(actor) if actor.person_id == proven.person_id => {
            proven.begins.continues = Some(actor.session.id);
        }
        Some(other) => own::sign_out(state, &other, &client.source).await?,
        None => {}
    }
    session::begin(state, session, &proven.begins).await?;
    let mut response = if client.wants_json {
        Json(json!({ "person": proven.person_id, "name": proven.name, "location": local_path(next) }))
            .into_response()
    } else {
        Redirect::to(local_path(next)).into_response()
    };
    // Sent each time: a browser forgets a cookie that is not renewed.
    let cookie = client::device_cookie(proven.device, &state.settings);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

#[derive(Debug, Deserialize)]
pub struct UnlockForm {
    /// Whose page it is; the session may have ended since.
    #[serde(default)]
    person: Option<PersonId>,
    /// Somebody else at the same device.
    #[serde(default)]
    number: Option<String>,
    #[serde(default)]
    pin: String,
    #[serde(default)]
    next: String,
}

/// The PIN over the page. The answer says who it is now, for a tap that waited is sent only for the same person.
pub async fn unlock(
    State(state): State<AppState>,
    visitor: Visitor,
    actor: Option<Actor>,
    session: Session,
    client: Client,
    Form(form): Form<UnlockForm>,
) -> Result<Response> {
    let number = form.number.as_deref().map(str::trim).filter(|number| !number.is_empty());
    let person = form.person.or(actor.as_ref().map(|actor| actor.person_id));
    let claim = match (number, person) {
        (Some(number), _) => ClaimedIdentity::Number(number.to_owned()),
        (None, Some(person)) => ClaimedIdentity::Person(person),
        (None, None) => return Err(AppError::SignedOut),
    };
    let company = match &actor {
        Some(actor) => OpenCompany::from(actor),
        None => find_company::find_company(&state, &client, client.remembered())
            .await?
            .ok_or(AppError::SignedOut)?,
    };
    let proven = actions::sign_in(&state, attempt(&company, claim, &form.pin, &client)).await;
    let error = match proven {
        Ok(proven) => return enter(&state, &session, &client, actor, proven, &form.next).await,
        Err(AppError::Invalid { .. }) if number.is_none() => {
            let ended = actions::has_access_ended(&state, company.id, person).await?;
            AppError::field("pin", if ended { "unlock.ended" } else { "unlock.wrong" })
        }
        Err(other) => other,
    };
    if !client.wants_json && matches!(error, AppError::Invalid { .. } | AppError::TooMany { .. }) {
        let asked = UnlockPrompt {
            person,
            by_number: number.is_some(),
            idle: false,
            next: local_path(&form.next),
            error: Some(&error),
        };
        if let Some(page) = shared::show(&state, actor.as_ref(), &client, visitor.lang, asked).await? {
            return Ok(page);
        }
    }
    Err(error)
}
