//! Sessions: kept in Postgres, judged by our own clock, read once per request.
//!
//! The cookie holds 128 random bits; the table holds their SHA-256. What tower-sessions calls the record's data
//! is never stored: on the way in it carries who begins a session, on the way out the [`Actor`].

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::{FromRequestParts, OptionalFromRequestParts, Request};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{self, Error as StoreError};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};
use uuid::Uuid;

use super::client::wants_json;
use super::queries::sessions::{self, FoundSession, NewSession};
use crate::actor::{Actor, SESSION_ABSOLUTE, session_holds};
use crate::clock::Clock;
use crate::command::Caller;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::feed::Head;
use crate::ids::{CompanyId, PersonId, SessionId};
use crate::state::AppState;

/// A session in use is noted at most so often.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(1);

const ACTOR: &str = "actor";
const HEAD: &str = "head";
const BEGINS: &str = "begins";

/// Whose session begins, and what was checked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionStart {
    pub company_id: CompanyId,
    pub person_id: PersonId,
    /// The hash that the PIN was checked against: if it is another by now, no session begins.
    pub pin_hash: String,
    /// The session that goes on under a new key: its sockets stay open.
    pub continues: Option<SessionId>,
    /// [`super::client::Device::key`] of the browser's device, where it has one.
    pub device: Option<[u8; 32]>,
}

/// Sessions in Postgres.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    db: Db,
    clock: Clock,
}

#[async_trait]
impl SessionStore for PostgresStore {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let begins = record.data.get(BEGINS).cloned().unwrap_or_default();
        let begins: SessionStart =
            serde_json::from_value(begins).map_err(|error| StoreError::Encode(error.to_string()))?;
        // A new id at each sign-in, whatever the browser came with.
        record.id = Id::default();
        let new = NewSession {
            key: &key(record.id),
            id: begins.continues.unwrap_or_default(),
            company_id: begins.company_id,
            person_id: begins.person_id,
            pin_hash: &begins.pin_hash,
            device: begins.device.as_ref().map(<[u8; 32]>::as_slice),
            now: self.clock.now(),
        };
        let mut tx = self.db.gate().await.map_err(backend)?;
        let began = sessions::insert_session(&mut tx, &new).await.map_err(backend)?;
        tx.commit().await.map_err(backend)?;
        if began { Ok(()) } else { Err(StoreError::Backend("the PIN was changed meanwhile".to_owned())) }
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let mut data = record.data.clone();
        data.retain(|name, _| ![ACTOR, HEAD, BEGINS].contains(&name.as_str()));
        let data = serde_json::to_value(data).map_err(|error| StoreError::Encode(error.to_string()))?;
        let mut tx = self.db.gate().await.map_err(backend)?;
        sessions::update_session_data(&mut tx, &key(record.id), &data).await.map_err(backend)?;
        tx.commit().await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let now = self.clock.now();
        let found = sessions::find_session(&self.db, key(*id), now).await.map_err(backend)?;
        let Some(FoundSession { actor, last_seen_at, head }) = found else { return Ok(None) };
        if !session_holds(actor.session.created_at, last_seen_at, now) {
            return Ok(None);
        }
        if now.duration_since(last_seen_at) >= TOUCH_EVERY {
            let mut tx = self.db.gate().await.map_err(backend)?;
            let id = [actor.session.id.0];
            sessions::touch_sessions(&mut tx, &id, now, now - TOUCH_EVERY).await.map_err(backend)?;
            tx.commit().await.map_err(backend)?;
        }
        let actor = serde_json::to_value(&actor).map_err(|error| StoreError::Decode(error.to_string()))?;
        let data = [(ACTOR.to_owned(), actor), (HEAD.to_owned(), head.to_string().into())].into();
        // Nothing reads this moment: the age was judged above.
        Ok(Some(Record { id: *id, data, expiry_date: OffsetDateTime::UNIX_EPOCH }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        let mut tx = self.db.gate().await.map_err(backend)?;
        sessions::delete_session_by_key(&mut tx, &key(*id)).await.map_err(backend)?;
        tx.commit().await.map_err(backend)
    }
}

/// What the table knows a cookie by.
pub(super) fn key(id: Id) -> [u8; 32] {
    Sha256::digest(id.0.to_le_bytes()).into()
}

#[expect(clippy::needless_pass_by_value, reason = "what map_err gives away")]
fn backend(error: AppError) -> StoreError {
    tracing::warn!(error = &error as &dyn std::error::Error, "the session could not be read or written");
    StoreError::Backend(error.to_string())
}

fn unavailable(error: tower_sessions::session::Error) -> AppError {
    // The store has logged why.
    drop(error);
    AppError::Unavailable(None)
}

pub(super) fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-session" } else { "session" }
}

/// The layer that reads and writes the session cookie. Put it outside of [`load_actor`].
pub fn layer(state: &AppState) -> SessionManagerLayer<PostgresStore> {
    let store = PostgresStore { db: state.db.clone(), clock: state.clock.clone() };
    let secure = state.settings.is_https();
    SessionManagerLayer::new(store)
        .with_name(cookie_name(secure))
        .with_secure(secure)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(time::Duration::seconds(SESSION_ABSOLUTE.as_secs())))
}

/// Middleware: finds out who is behind a request, once. Puts [`Actor`], [`Who`] and the company's [`Head`] into its
/// extensions, or nothing when nobody is signed in. What goes wrong is left for [`require_session`], inside of the layers that put
/// errors into words.
pub async fn load_actor(mut request: Request, next: Next) -> Response {
    if let Some(session) = request.extensions().get::<Session>().cloned() {
        match session.get::<Actor>(ACTOR).await {
            Ok(Some(actor)) => {
                request.extensions_mut().insert(Caller::from(&actor));
                request.extensions_mut().insert(actor);
                let head = session.get::<String>(HEAD).await.ok().flatten();
                if let Some(head) = head.and_then(|head| head.parse::<Head>().ok()) {
                    request.extensions_mut().insert(head);
                }
            }
            Ok(None) => {}
            Err(error) => {
                request.extensions_mut().insert(Held(Arc::new(unavailable(error))));
            }
        }
    }
    next.run(request).await
}

/// The session could not be read.
#[derive(Clone, Debug)]
struct Held(Arc<AppError>);

/// Middleware: a database that is away is said, it signs nobody out; and somebody whose PIN must be changed gets
/// nowhere else.
pub async fn require_session(request: Request, next: Next) -> Response {
    if let Some(Held(error)) = request.extensions().get() {
        let mut response = error.status().into_response();
        response.extensions_mut().insert(error.clone());
        return response;
    }
    let path = request.uri().path();
    let must_change = request.extensions().get::<Actor>().is_some_and(|actor| actor.pin_must_change);
    if !must_change
        || matches!(path, "/pin" | "/sign-out" | "/sign-in" | "/unlock" | "/switch" | "/touch" | "/language")
    {
        return next.run(request).await;
    }
    if wants_json(request.headers()) || matches!(path, "/live" | "/feed") {
        AppError::PinMustChange.into_response()
    } else {
        Redirect::to("/pin").into_response()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Actor {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        parts.extensions.get::<Actor>().cloned().ok_or(AppError::SignedOut)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Actor {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>> {
        Ok(parts.extensions.get::<Actor>().cloned())
    }
}

/// Begins a session under a new id and ends the one the browser had, unless it is continued.
pub async fn begin(state: &AppState, session: &Session, begins: &SessionStart) -> Result<()> {
    if let Some(continued) = begins.continues {
        // Its row must outlive `flush`, which deletes by key.
        let nobody_s: [u8; 32] = rand::random();
        let mut tx = state.db.gate().await?;
        sessions::update_session_keyless(&mut tx, continued, &nobody_s).await?;
        tx.commit().await?;
    }
    session.flush().await.map_err(unavailable)?;
    session.insert(BEGINS, begins).await.map_err(unavailable)?;
    session.save().await.map_err(unavailable)
}

/// Forgets the browser's session; its row is deleted by whoever says that access changed.
pub async fn forget(session: &Session) -> Result<()> {
    session.flush().await.map_err(unavailable)
}

/// What open sockets ask once a minute, and whenever somebody's access changed: who still may, as of now. `None`
/// stands for a session that has ended. Those in `touch`, whose pages are visible, count as used.
pub async fn check_sessions(
    db: &Db,
    clock: &Clock,
    ids: &[SessionId],
    touch: &[SessionId],
) -> Result<Vec<(SessionId, Option<Actor>)>> {
    let now = clock.now();
    let raw: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut tx = db.gate().await?;
    let found = sessions::list_sessions(&mut tx, &raw).await?;
    let holding: Vec<_> = found
        .into_iter()
        .filter(|found| session_holds(found.actor.session.created_at, found.last_seen_at, now))
        .collect();
    let seen: Vec<Uuid> = holding
        .iter()
        .filter(|found| touch.contains(&found.actor.session.id))
        .filter(|found| now.duration_since(found.last_seen_at) >= TOUCH_EVERY)
        .map(|found| found.actor.session.id.0)
        .collect();
    if !seen.is_empty() {
        sessions::touch_sessions(&mut tx, &seen, now, now - TOUCH_EVERY).await?;
        tx.commit().await?;
    }
    let actors: HashMap<SessionId, Actor> =
        holding.into_iter().map(|found| (found.actor.session.id, found.actor)).collect();
    Ok(ids.iter().map(|id| (*id, actors.get(id).cloned())).collect())
}
