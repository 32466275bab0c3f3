//! The page of people. Needs the permission and a PIN proven recently.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

mod roster;

use super::actions::{AnonymisePerson, By, CreatePerson, EndSessions, ResetPin, SetActive, SetRoles};
use super::model::{NewPerson, OneTimePin, PersonRow, check_new_person};
use super::queries::{self, PersonName};
use super::views::{HandOver, NewPersonForm, PeoplePage};
use crate::actor::{Actor, Role};
use crate::auth::client::Client;
use crate::auth::model::pin;
use crate::auth::pin_hash::{self, Lane};
use crate::auth::queries::devices;
use crate::auth::step_up::{administrator, needs_pin};
use crate::clock::Zone;
use crate::command::{self, Done, Tap};
use crate::error::{AppError, Result, Sentence};
use crate::extract::{NoForm, Path, Query, YesNo};
use crate::html::{FieldErrors, Layout};
use crate::ids::PersonId;
use crate::page::{self, LivePage, Visitor};
use crate::screen::Screen;
use crate::state::AppState;

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/people", get(page).post(create))
        .route("/people/roster", get(roster::page).post(roster::roster))
        .route("/people/roster/prove", post(roster::prove).get(to_people))
        .route("/people/{person}/sessions", post(end_sessions).get(to_people))
        .route("/people/{person}/roles", post(set_roles).get(to_people))
        .route("/people/{person}/active", post(set_active).get(to_people))
        .route("/people/{person}/anonymise", post(anonymise).get(to_people))
        .route("/people/{person}/pin", post(reset_pin).get(to_people))
}

/// A page that a form answered with, loaded again: back to where the form stands.
async fn to_people() -> Redirect {
    Redirect::to("/people")
}

/// Who changes something, from where and when.
pub(crate) fn by<'a>(state: &AppState, actor: &Actor, client: &'a Client) -> By<'a> {
    By { actor_id: actor.person_id, source: &client.source, now: state.clock.now() }
}

#[derive(Debug, Default, Deserialize)]
struct PeopleQuery {
    /// Whose orders are to be handed over.
    orders: Option<PersonId>,
}

async fn page(
    State(state): State<AppState>,
    visitor: Visitor,
    actor: Actor,
    Query(query): Query<PeopleQuery>,
) -> Result<Response> {
    if needs_pin(&state, &actor)? {
        return ask_pin(&state, &visitor, &actor);
    }
    let shown = PeopleView { leaving: query.orders, ..PeopleView::default() };
    render(&state, &visitor, &actor, shown).await
}

/// What the page shows besides the people.
#[derive(Default)]
struct PeopleView {
    form: NewPersonForm,
    errors: FieldErrors,
    one_time_pin: Option<OneTimePin>,
    /// Whose orders are to be handed over.
    leaving: Option<PersonId>,
}

async fn render(state: &AppState, visitor: &Visitor, actor: &Actor, shown: PeopleView) -> Result<Response> {
    let (mut tx, live) = LivePage::open(&state.db, visitor).await?;
    let mut people = queries::list_people(&mut tx, actor.company_id).await?;
    let seen = devices::list_last_seen(&mut tx, actor.company_id).await?;
    for person in &mut people {
        person.last_seen_at = seen.get(&person.id).copied();
    }
    let leaving = shown.leaving.and_then(|id| people.iter().find(|person| person.id == id));
    let hand_over = match leaving {
        Some(person) => {
            let open_orders = queries::count_open_orders(&mut tx, actor.company_id, person.id).await?;
            Some(HandOver::new(person, open_orders, &people))
        }
        None => None,
    };
    let mut layout = live.layout(tx, Screen::People, state.clock.now());
    if shown.one_time_pin.is_some() {
        // Fetched again, the page would be without it.
        layout = Layout { screen: None, cursor: None, of_a_moment: true, ..layout };
    }
    page::respond(&PeoplePage { hand_over, ..people_page(&layout, &people, &shown, actor) })
}

/// Nobody's data before the PIN.
fn ask_pin(state: &AppState, visitor: &Visitor, actor: &Actor) -> Result<Response> {
    let layout = page::layout(actor, visitor.lang, state.clock.now(), actor.can_codes(), None);
    page::respond(&PeoplePage { needs_pin: true, ..people_page(&layout, &[], &PeopleView::default(), actor) })
}

fn people_page<'a>(
    layout: &'a Layout,
    people: &'a [PersonRow],
    shown: &'a PeopleView,
    actor: &Actor,
) -> PeoplePage<'a> {
    PeoplePage {
        layout,
        people,
        form: &shown.form,
        errors: &shown.errors,
        one_time_pin: shown.one_time_pin.as_ref(),
        hand_over: None,
        needs_pin: false,
        number_digits: actor.company.login_digits,
    }
}

#[derive(Debug, Deserialize)]
struct PersonForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    roles: Vec<Role>,
}

/// Answers with the page that shows the new PIN, once.
async fn create(
    State(state): State<AppState>,
    visitor: Visitor,
    actor: Actor,
    client: Client,
    tap: Tap<PersonForm>,
) -> Result<Response> {
    administrator(&state, &actor)?;
    let (name, number) = (tap.form.name.trim().to_owned(), tap.form.number.trim().to_owned());
    let roles = tap.form.roles.clone();
    let done = match check_new_person(&name, &number, &roles, actor.company.login_digits) {
        Ok(()) => insert(&state, &actor, &client, &tap, (&name, &number, &roles)).await,
        Err(error) => Err(error),
    };
    match done {
        Ok((done, one_time_pin)) => show_pin(&state, &visitor, &actor, &client, done, one_time_pin).await,
        Err(error @ (AppError::Invalid { .. } | AppError::Conflict(_))) if !client.wants_json => {
            let mut errors = page::field_errors(&error, visitor.lang);
            if errors.is_empty() {
                errors.push("number", error.sentence().say(visitor.lang, Zone::UTC));
            }
            let form = NewPersonForm { name, number, roles };
            let mut response =
                render(&state, &visitor, &actor, PeopleView { form, errors, ..PeopleView::default() })
                    .await?;
            *response.status_mut() = error.status();
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

async fn insert(
    state: &AppState,
    actor: &Actor,
    client: &Client,
    tap: &Tap<PersonForm>,
    (name, number, roles): (&str, &str, &[Role]),
) -> Result<(Done, Option<OneTimePin>)> {
    let (pin, pin_hash) = new_pin(state, actor, number).await?;
    let new = NewPerson {
        id: PersonId::new(),
        number: number.to_owned(),
        name: name.to_owned(),
        roles: roles.to_vec(),
        pin_hash,
        pin_must_change: true,
        created_by: Some(actor.person_id),
    };
    let command = CreatePerson { by: by(state, actor, client), new };
    let outcome = command::run(state, tap, &command).await?;
    let done = Done::new(&outcome, "/people").say(Sentence::new("people.created").text("name", name));
    Ok((
        done,
        (!outcome.replayed).then(|| OneTimePin { name: name.to_owned(), number: number.to_owned(), pin }),
    ))
}

async fn new_pin(state: &AppState, actor: &Actor, number: &str) -> Result<(String, String)> {
    let pin = pin::one_time(actor.company.pin_digits, number);
    let turn = pin_hash::turn(Lane::New).await?;
    let hash = pin_hash::hash(&state.settings, turn, &pin).await?;
    Ok((pin, hash))
}

/// The script gets a sentence with the PIN; a browser gets the page. A replayed tap made one PIN, which only
/// its first answer contains: the second says so.
async fn show_pin(
    state: &AppState,
    visitor: &Visitor,
    actor: &Actor,
    client: &Client,
    done: Done,
    one_time_pin: Option<OneTimePin>,
) -> Result<Response> {
    match one_time_pin {
        Some(made) if client.wants_json => {
            let sentence = Sentence::new("people.pin_is").text("name", made.name).text("pin", made.pin);
            Ok(done.say(sentence).into_response())
        }
        None if client.wants_json => Ok(done.say(Sentence::new("people.pin_shown_before")).into_response()),
        one_time_pin => {
            render(state, visitor, actor, PeopleView { one_time_pin, ..PeopleView::default() }).await
        }
    }
}

#[derive(Debug, Deserialize)]
struct RolesForm {
    #[serde(default)]
    roles: Vec<Role>,
}

async fn set_roles(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    Path(person_id): Path<PersonId>,
    tap: Tap<RolesForm>,
) -> Result<Done> {
    administrator(&state, &actor)?;
    let mut roles = tap.form.roles.clone();
    roles.sort_by_key(|role| role.code());
    roles.dedup();
    if roles.is_empty() {
        return Err(AppError::field("roles", "people.role_required"));
    }
    let command = SetRoles { by: by(&state, &actor, &client), person_id, roles };
    let outcome = command::run(&state, &tap, &command).await?;
    Ok(Done::new(&outcome, "/people").say(Sentence::new("people.roles_saved")))
}

#[derive(Debug, Deserialize)]
struct ActiveForm {
    active: YesNo,
}

async fn set_active(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    Path(person_id): Path<PersonId>,
    tap: Tap<ActiveForm>,
) -> Result<Done> {
    administrator(&state, &actor)?;
    let active = matches!(tap.form.active, YesNo::Yes);
    let name = get_person(&state, &actor, person_id).await?.name;
    let command = SetActive { by: by(&state, &actor, &client), person_id, active };
    let outcome = command::run(&state, &tap, &command).await?;
    let key = if active { "people.reactivated" } else { "people.deactivated" };
    Ok(Done::new(&outcome, "/people").say(Sentence::new(key).text("name", name)))
}

async fn get_person(state: &AppState, actor: &Actor, id: PersonId) -> Result<PersonName> {
    let mut tx = state.db.company(actor.company_id).await?;
    queries::find_person(&mut tx, actor.company_id, id).await?.ok_or(AppError::NotFound)
}

async fn end_sessions(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    Path(person_id): Path<PersonId>,
    tap: Tap<NoForm>,
) -> Result<Done> {
    administrator(&state, &actor)?;
    let name = get_person(&state, &actor, person_id).await?.name;
    let command = EndSessions { by: by(&state, &actor, &client), person_id, own: actor.session.id };
    let outcome = command::run(&state, &tap, &command).await?;
    let key = if outcome.output > 0 { "people.sessions_ended" } else { "people.no_sessions" };
    Ok(Done::new(&outcome, "/people").say(Sentence::new(key).text("name", name)))
}

async fn anonymise(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    Path(person_id): Path<PersonId>,
    tap: Tap<NoForm>,
) -> Result<Done> {
    administrator(&state, &actor)?;
    let command = AnonymisePerson { by: by(&state, &actor, &client), person_id };
    let outcome = command::run(&state, &tap, &command).await?;
    Ok(Done::new(&outcome, "/people").say(Sentence::new("people.is_anonymised")))
}

/// Answers with the page that shows the new PIN, once.
async fn reset_pin(
    State(state): State<AppState>,
    visitor: Visitor,
    actor: Actor,
    client: Client,
    Path(person_id): Path<PersonId>,
    tap: Tap<NoForm>,
) -> Result<Response> {
    administrator(&state, &actor)?;
    let person = get_person(&state, &actor, person_id).await?;
    let (pin, pin_hash) = new_pin(&state, &actor, &person.number).await?;
    let command = ResetPin { by: by(&state, &actor, &client), person_id, pin_hash };
    let outcome = command::run(&state, &tap, &command).await?;
    let made = (!outcome.replayed).then_some(OneTimePin { name: person.name, number: person.number, pin });
    show_pin(&state, &visitor, &actor, &client, Done::new(&outcome, "/people"), made).await
}
