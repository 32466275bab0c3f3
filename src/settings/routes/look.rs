//! `/settings/look`: colours, logo, and what an empty board says. `/pictures` and `/colours` serve what came of it to
//! whoever knows the address, for the door of a company shows both before anybody is signed in.

use axum::Router;
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::forms::run;
use super::{by, require_administrator};
use crate::actor::Actor;
use crate::auth::client::Client;
use crate::command::{self, Caller, Done, Tap};
use crate::error::{AppError, Result};
use crate::extract::{Multipart, Parts, Path};
use crate::html::{FormState, RefusedForm};
use crate::ids::{CompanyId, OperationId};
use crate::page::{self, LivePage, Visitor};
use crate::screen::Screen;
use crate::settings::actions::look::{SetColours, SetEmptyWords, SetPicture};
use crate::settings::model::colour::Colour;
use crate::settings::model::look::{Colours, EmptyWords, PictureKind};
use crate::settings::picture::{self, MOST_BYTES};
use crate::settings::queries::look;
use crate::settings::views::look::{ColourSheet, LookPage};
use crate::state::AppState;

const PATH: &str = "/settings/look";
/// What is too large is read to its end, so that the answer says so; but not for ever.
const MOST_REQUEST_BYTES: usize = 4 * MOST_BYTES;

/// Files, which no form is shown again with, and what anybody may fetch.
pub fn pictures() -> Router<AppState> {
    Router::new()
        .route("/settings/look/picture/{kind}", post(set_picture).get(back))
        .layer(DefaultBodyLimit::max(MOST_REQUEST_BYTES))
        .route("/pictures/{company}/{hash}", get(serve_picture))
        .route("/colours/{pair}", get(serve_colours))
}

pub async fn page(State(state): State<AppState>, visitor: Visitor) -> Result<Response> {
    render(&state, &visitor, FormState(None)).await
}

pub async fn render(state: &AppState, visitor: &Visitor, given: FormState<'_>) -> Result<Response> {
    require_administrator(visitor.actor()?)?;
    let (mut tx, live) = LivePage::open(&state.db, visitor).await?;
    let look = look::get_look(&mut tx).await?;
    let layout = live.layout(tx, Screen::Settings, state.clock.now());
    page::respond(&LookPage { layout: &layout, look: &look, given })
}

/// A page that a form answered with, loaded again.
pub async fn back() -> Redirect {
    Redirect::to(PATH)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ColoursForm {
    version: i64,
    accent: String,
    night: String,
}

pub async fn set_colours(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    tap: Tap<ColoursForm>,
) -> Result<Done> {
    require_administrator(&actor)?;
    let colours = Colours::read(&tap.form.accent, &tap.form.night)?;
    let command = SetColours { by: by(&state, &actor, &client), read: tap.form.version, colours };
    run(&state, &tap, &command, PATH, "settings.saved").await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WordsForm {
    version: i64,
    title: String,
    text: String,
}

pub async fn set_words(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    tap: Tap<WordsForm>,
) -> Result<Done> {
    require_administrator(&actor)?;
    let words = EmptyWords::read(&tap.form.title, &tap.form.text)?;
    let command = SetEmptyWords { by: by(&state, &actor, &client), read: tap.form.version, words };
    run(&state, &tap, &command, PATH, "settings.saved").await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RemovePictureForm {
    version: i64,
}

pub async fn remove_picture(
    State(state): State<AppState>,
    actor: Actor,
    client: Client,
    Path(kind): Path<String>,
    tap: Tap<RemovePictureForm>,
) -> Result<Done> {
    require_administrator(&actor)?;
    let kind = PictureKind::from_code(&kind).ok_or(AppError::NotFound)?;
    let by = by(&state, &actor, &client);
    let command = SetPicture { by, read: tap.form.version, kind, picture: None };
    run(&state, &tap, &command, PATH, "settings.look.removed").await
}

async fn set_picture(
    State(state): State<AppState>,
    visitor: Visitor,
    client: Client,
    Path(kind): Path<String>,
    headers: HeaderMap,
    Multipart(parts): Multipart,
) -> Result<Response> {
    let actor = visitor.actor()?;
    require_administrator(actor)?;
    let kind = PictureKind::from_code(&kind).ok_or(AppError::NotFound)?;
    match take(&state, actor, &client, kind, (&headers, parts)).await {
        Ok(done) => Ok(done.into_response()),
        Err(error @ (AppError::Invalid { .. } | AppError::Conflict(_))) if !client.wants_json => {
            let refused = RefusedForm {
                form: format!("look/picture/{}", kind.code()),
                typed: Vec::new(),
                errors: page::field_errors(&error, visitor.lang),
                sentence: error.sentence().say(visitor.lang, visitor.zone()),
            };
            let mut response = render(&state, &visitor, FormState(Some(&refused))).await?;
            *response.status_mut() = error.status();
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

async fn take(
    state: &AppState,
    actor: &Actor,
    client: &Client,
    kind: PictureKind,
    (headers, mut parts): (&HeaderMap, Parts),
) -> Result<Done> {
    let operation_id = command::operation_header(headers)?.unwrap_or_else(OperationId::new);
    let (mut read, mut file) = (0, None);
    while let Some(field) = parts.next_field().await.map_err(|_| picture::refused("broken"))? {
        match field.name() {
            Some("version") => {
                let typed = field.text().await.map_err(|_| picture::refused("broken"))?;
                read = typed.trim().parse().unwrap_or_default();
            }
            Some("file") => file = Some(bytes_of(field).await?),
            _ => {}
        }
    }
    let file = file.filter(|file| !file.is_empty()).ok_or_else(|| picture::refused("nothing"))?;
    let fingerprint: [u8; 32] = Sha256::digest(&file).into();
    let picture = Some(picture::read(file, kind).await?);
    let caller = Caller::from(actor);
    let tap = Tap { caller, operation_id, fingerprint, tapped_at: None, form: () };
    let command = SetPicture { by: by(state, actor, client), read, kind, picture };
    run(state, &tap, &command, PATH, "settings.saved").await
}

/// One byte more than is allowed says that it is too large.
async fn bytes_of(mut field: Field<'_>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| picture::refused("too_large"))? {
        let room = MOST_BYTES + 1 - bytes.len().min(MOST_BYTES + 1);
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    Ok(bytes)
}

/// What has the hash of its bytes for an address never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// A company that is none, and a picture that it has not, are answered alike.
async fn serve_picture(
    State(state): State<AppState>,
    Path((company_id, hash)): Path<(CompanyId, String)>,
) -> Result<Response> {
    let is_hash = hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hash {
        return Err(AppError::NotFound);
    }
    let mut tx = state.db.company(company_id).await?;
    let (content_type, bytes) = look::find_picture(&mut tx, &hash).await?.ok_or(AppError::NotFound)?;
    let kind = if content_type == "image/jpeg" { "image/jpeg" } else { "image/png" };
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CACHE_CONTROL, FOR_EVER)];
    Ok((headers, bytes).into_response())
}

/// `/colours/1b4fb5-8fb0ff`, by day and by night: a style sheet of nothing else.
async fn serve_colours(Path(pair): Path<String>) -> Result<Response> {
    let (day, night) = pair.split_once('-').ok_or(AppError::NotFound)?;
    let colours = Colours { day: Colour::parse(day), night: Colour::parse(night) };
    if colours == Colours::default() {
        return Err(AppError::NotFound);
    }
    let sheet = ColourSheet { day: colours.day, night: colours.by_night() };
    let kind = HeaderValue::from_static("text/css; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, FOR_EVER)], sheet.to_string()).into_response())
}
