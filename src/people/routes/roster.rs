//! People from a file: previewed first, then created together, their PINs shown once.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};
use tower_sessions::Session;

use super::{by, new_pin};
use crate::actor::{Actor, Permission};
use crate::auth::client::Client;
use crate::auth::routes::sign_in;
use crate::auth::step_up::{administrator, needs_pin};
use crate::clock::Zone;
use crate::command::{self, Tap};
use crate::error::{AppError, Result, Sentence};
use crate::extract::{Form, YesNo};
use crate::html::Layout;
use crate::ids::PersonId;
use crate::page::{self, LivePage, Visitor};
use crate::people::actions::CreatePeople;
use crate::people::model::roster::{self, RosterRow};
use crate::people::model::{NewPerson, OneTimePin};
use crate::people::queries;
use crate::people::views::RosterPage;
use crate::screen::Screen;
use crate::state::AppState;

#[derive(Debug, Deserialize)]
pub struct RosterForm {
    /// The text of the file.
    #[serde(default)]
    people: String,
    /// The preview was confirmed.
    create: Option<YesNo>,
}

/// What the page shows.
#[derive(Default)]
struct RosterView<'a> {
    text: &'a str,
    rows: &'a [RosterRow],
    error: Option<String>,
    made: &'a [OneTimePin],
    /// The PIN was not proven recently: it is asked for first, and the text kept.
    asks_pin: bool,
}

/// `GET /people/roster`
pub async fn page(State(state): State<AppState>, visitor: Visitor, actor: Actor) -> Result<Response> {
    if needs_pin(&state, &actor)? {
        let asked = RosterView { asks_pin: true, ..RosterView::default() };
        return show(&state, &visitor, &actor, &asked);
    }
    // Which numbers are taken is what a file is checked against.
    let (tx, live) = LivePage::open(&state.db, &visitor).await?;
    respond(&live.layout(tx, Screen::People, state.clock.now()), &actor, &RosterView::default())
}

/// What a form is answered with. Fetched again it would be gone, with the PINs that only it shows: so it is not live.
fn show(state: &AppState, visitor: &Visitor, actor: &Actor, shown: &RosterView<'_>) -> Result<Response> {
    let layout = page::layout(actor, visitor.lang, state.clock.now(), actor.can_codes(), None);
    respond(&Layout { of_a_moment: !shown.asks_pin, ..layout }, actor, shown)
}

fn respond(layout: &Layout, actor: &Actor, shown: &RosterView<'_>) -> Result<Response> {
    page::respond(&RosterPage {
        layout,
        text: shown.text,
        rows: shown.rows,
        error: shown.error.as_deref(),
        made: shown.made,
        asks_pin: shown.asks_pin,
        login_digits: actor.company.login_digits,
    })
}

/// `POST /people/roster`: shows what would be created; with `create`, creates all of them or nobody.
pub async fn roster(
    State(state): State<AppState>,
    visitor: Visitor,
    actor: Actor,
    client: Client,
    tap: Tap<RosterForm>,
) -> Result<Response> {
    let text = tap.form.people.as_str();
    match administrator(&state, &actor) {
        Err(AppError::StepUp) if !client.wants_json => {
            let mut response = show(
                &state,
                &visitor,
                &actor,
                &RosterView { text, asks_pin: true, ..RosterView::default() },
            )?;
            AppError::StepUp.mark(&mut response);
            return Ok(response);
        }
        other => other?,
    }
    let refused = |error: &AppError| {
        let error = Some(error.sentence().say(visitor.lang, Zone::UTC));
        RosterView { text, error, ..RosterView::default() }
    };
    let rows = match roster::read(text, &taken(&state, &actor).await?, actor.company.login_digits) {
        Ok(rows) => rows,
        Err(error) => {
            let mut response = show(&state, &visitor, &actor, &refused(&error))?;
            error.mark(&mut response);
            return Ok(response);
        }
    };
    let wanted = matches!(tap.form.create, Some(YesNo::Yes));
    if !wanted || rows.iter().any(|row| row.wrong.is_some()) {
        return show(&state, &visitor, &actor, &RosterView { text, rows: &rows, ..RosterView::default() });
    }
    match create(&state, &actor, &client, &tap, &rows).await {
        Ok(made) => show(&state, &visitor, &actor, &RosterView { made: &made, ..RosterView::default() }),
        // Somebody else was quicker with a number, or the machine is too slow.
        Err(error @ (AppError::Conflict(_) | AppError::Busy(_))) => {
            let mut response =
                show(&state, &visitor, &actor, &RosterView { rows: &rows, ..refused(&error) })?;
            error.mark(&mut response);
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

/// Has no operation id: it changes nothing.
#[derive(Debug, Deserialize)]
pub struct ProveForm {
    #[serde(default)]
    people: String,
    #[serde(default)]
    pin: String,
}

/// `POST /people/roster/prove`: the PIN, with the file that was dropped before it; answers with the preview.
pub async fn prove(
    State(state): State<AppState>,
    visitor: Visitor,
    actor: Actor,
    session: Session,
    client: Client,
    Form(form): Form<ProveForm>,
) -> Result<Response> {
    if !actor.can(Permission::Administer) {
        return Err(AppError::Forbidden);
    }
    let text = form.people.as_str();
    let cookie = match sign_in::prove(&state, &session, &client, &actor, &form.pin).await {
        Ok(cookie) => cookie,
        Err(error @ (AppError::Invalid { .. } | AppError::TooMany { .. })) if !client.wants_json => {
            let said = Some(error.sentence().say(visitor.lang, Zone::UTC));
            let shown = RosterView { text, error: said, asks_pin: true, ..RosterView::default() };
            let mut response = show(&state, &visitor, &actor, &shown)?;
            error.mark(&mut response);
            return Ok(response);
        }
        Err(error) => return Err(error),
    };
    let rows = roster::read(text, &taken(&state, &actor).await?, actor.company.login_digits);
    let mut response = match rows {
        Ok(rows) => {
            show(&state, &visitor, &actor, &RosterView { text, rows: &rows, ..RosterView::default() })?
        }
        Err(error) => {
            let error = Some(error.sentence().say(visitor.lang, Zone::UTC));
            show(&state, &visitor, &actor, &RosterView { text, error, ..RosterView::default() })?
        }
    };
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Hashing the PINs of a file takes no longer, so that the answer, which alone knows them, comes before the browser gives up.
const HASHING: Duration = Duration::from_secs(6);

/// The PINs of everybody of the file, and what is stored of each. A machine that is busy, or weak, cannot make all of them in time:
/// then it says how many it can.
async fn hash_pins(state: &AppState, actor: &Actor, rows: &[RosterRow]) -> Result<Vec<(String, String)>> {
    let until = Instant::now() + HASHING;
    let mut pins = Vec::new();
    for row in rows {
        match timeout_at(until, new_pin(state, actor, &row.number)).await {
            Ok(Ok(made)) => pins.push(made),
            Ok(Err(AppError::Unavailable(_))) | Err(_) => {
                let most = pins.len().max(1).to_string();
                return Err(AppError::Busy(Sentence::new("roster.too_slow").text("most", most)));
            }
            Ok(Err(other)) => return Err(other),
        }
    }
    Ok(pins)
}

/// Creates everybody of the file in one transaction. The PINs exist only in the answer.
async fn create(
    state: &AppState,
    actor: &Actor,
    client: &Client,
    tap: &Tap<RosterForm>,
    rows: &[RosterRow],
) -> Result<Vec<OneTimePin>> {
    let (mut people, mut pins) = (Vec::new(), Vec::new());
    for (row, (pin, pin_hash)) in rows.iter().zip(hash_pins(state, actor, rows).await?) {
        pins.push(OneTimePin { name: row.name.clone(), number: row.number.clone(), pin });
        people.push(NewPerson {
            id: PersonId::new(),
            number: row.number.clone(),
            name: row.name.clone(),
            roles: row.roles.clone(),
            pin_hash,
            pin_must_change: true,
            created_by: Some(actor.person_id),
        });
    }
    let command = CreatePeople { by: by(state, actor, client), people };
    let outcome = command::run(state, tap, &command).await?;
    if outcome.replayed { Err(AppError::conflict("people.pin_shown_before")) } else { Ok(pins) }
}

async fn taken(state: &AppState, actor: &Actor) -> Result<HashMap<String, String>> {
    let mut tx = state.db.company(actor.company_id).await?;
    let people = queries::list_people(&mut tx, actor.company_id).await?;
    Ok(people.into_iter().map(|person| (person.number, person.name)).collect())
}
