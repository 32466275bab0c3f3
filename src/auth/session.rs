//! Sessions: stored in Postgres, aged by our own clock, read once per request.
//!
//! The cookie holds 128 random bits; the table holds their SHA-256. tower-sessions keeps the cookie and asks the store to
//! make and end sessions; what it calls a record's data stays empty. Who is behind a request is read here, typed.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{Method, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::SignedDuration;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{self, Error as StoreError};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};
use uuid::Uuid;

use super::client::{self, Source};
use super::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use super::queries::sessions::{self, FoundSession, NewSession};
use crate::actor::{Actor, SESSION_ABSOLUTE, session_holds};
use crate::clock::Clock;
use crate::command::Caller;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::extract::wants_json;
use crate::ids::{CompanyId, PersonId, SessionId};
use crate::state::AppState;

/// The use of a session is recorded at most this often.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(1);

tokio::task_local! {
    /// The session that is about to begin, for the store that tower-sessions calls.
    static BEGINS: SessionStart;
}

/// Whose session begins, and what was checked.
#[derive(Clone, Debug)]
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
        let nobody = |_| StoreError::Backend("nobody begins a session here".to_owned());
        let begins = BEGINS.try_with(SessionStart::clone).map_err(nobody)?;
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

    /// A record holds nothing.
    async fn save(&self, _record: &Record) -> session_store::Result<()> {
        Ok(())
    }

    /// Only whether there is one: [`load_actor`] has judged its age and knows the rest.
    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let found = sessions::find_session(&self.db, key(*id), self.clock.now()).await.map_err(backend)?;
        // Nothing reads this moment.
        let record = Record { id: *id, data: HashMap::new(), expiry_date: OffsetDateTime::UNIX_EPOCH };
        Ok(found.map(|_| record))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        let mut tx = self.db.gate().await.map_err(backend)?;
        sessions::delete_session_by_key(&mut tx, &key(*id)).await.map_err(backend)?;
        tx.commit().await.map_err(backend)
    }
}

/// The key under which the table holds a cookie.
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

/// Finds out who is behind a request, once. Puts [`Actor`], [`Caller`] and the company's [`Head`] into its extensions, or
/// nothing when nobody is signed in. What goes wrong is left for [`require_session`], whose answer is put into words.
pub(crate) async fn load_actor(state: &AppState, parts: &mut Parts) -> Option<StaleCookie> {
    let session = parts.extensions.get::<Session>()?.clone();
    let id = session.id()?;
    match find_actor(state, id, parts).await {
        Ok(Some(FoundSession { actor, head, .. })) => {
            parts.extensions.insert(Caller::from(&actor));
            parts.extensions.insert(Arc::new(actor));
            parts.extensions.insert(head);
            None
        }
        Ok(None) => Some(StaleCookie { session, id }),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "a session could not be read");
            parts.extensions.insert(Held(Arc::new(AppError::Unavailable(None))));
            None
        }
    }
}

/// A cookie whose session has ended.
#[derive(Debug)]
pub(crate) struct StaleCookie {
    session: Session,
    id: Id,
}

impl StaleCookie {
    /// The browser forgets it, unless the answer begins a session, or is for everybody.
    pub(crate) fn expire(&self, state: &AppState, response: &mut Response) {
        if self.session.id() == Some(self.id) && !client::is_for_everybody(response.headers()) {
            let secure = state.settings.is_https();
            let forgotten = client::cookie_for(cookie_name(secure), "", 0, secure);
            response.headers_mut().append(header::SET_COOKIE, forgotten);
        }
    }
}

/// The session behind a cookie, if it has not ended. One that is too old ends here, and that is told once.
async fn find_actor(state: &AppState, id: Id, parts: &Parts) -> Result<Option<FoundSession>> {
    let now = state.clock.now();
    let Some(found) = sessions::find_session(&state.db, key(id), now).await? else { return Ok(None) };
    let session = &found.actor.session;
    if !session_holds(session.created_at, found.last_seen_at, now) {
        let source = client::source(parts, &state.settings);
        end_by_age(state, &found, &source).await?;
        return Ok(None);
    }
    if now.duration_since(found.last_seen_at) >= TOUCH_EVERY && !is_asked_unseen(parts) {
        let mut tx = state.db.gate().await?;
        sessions::touch_sessions(&mut tx, &[session.id.0], now, now - TOUCH_EVERY).await?;
        tx.commit().await?;
    }
    Ok(Some(found))
}

/// Whether the script asks by itself on a page that is hidden: like a hidden page's socket it keeps no session.
fn is_asked_unseen(parts: &Parts) -> bool {
    parts.method == Method::GET && parts.headers.contains_key("x-unseen")
}

/// Ends a session that is too old, or was not used for too long.
async fn end_by_age(state: &AppState, found: &FoundSession, source: &Source) -> Result<()> {
    let now = state.clock.now();
    let FoundSession { actor, last_seen_at, .. } = found;
    let why = if now.duration_since(actor.session.created_at) >= SESSION_ABSOLUTE { "age" } else { "idle" };
    let mut tx = state.db.gate().await?;
    if !sessions::delete_session(&mut tx, actor.company_id, actor.session.id).await? {
        return Ok(());
    }
    let event = NewSecurityEvent {
        kind: SecurityEvent::SessionEnded,
        person_id: Some(actor.person_id),
        actor_id: None,
        source,
        detail: json!({ "why": why, "last_seen_at": last_seen_at.to_string() }),
        at: now,
    };
    insert_security_event(&mut tx, actor.company_id, &event).await?;
    tx.commit().await
}

/// The session could not be read.
#[derive(Clone, Debug)]
pub(crate) struct Held(pub(crate) Arc<AppError>);

/// The answer to who gets no further: 503 while the database is away, which signs nobody out; a person whose PIN must be
/// changed gets nowhere else.
pub(crate) fn require_session(parts: &Parts) -> Option<Response> {
    if let Some(Held(error)) = parts.extensions.get() {
        let mut response = error.status().into_response();
        response.extensions_mut().insert(error.clone());
        return Some(response);
    }
    let path = parts.uri.path();
    let must_change = parts.extensions.get::<Arc<Actor>>().is_some_and(|actor| actor.pin_must_change);
    // What the frame of every page is drawn with.
    let is_frame = ["/pictures/", "/colours/"].iter().any(|shown| path.starts_with(shown));
    if !must_change
        || is_frame
        || matches!(
            path,
            "/pin" | "/sign-out" | "/sign-in" | "/unlock" | "/switch" | "/touch" | "/language" | "/theme"
        )
    {
        return None;
    }
    Some(if wants_json(&parts.headers) || client::is_awaited(path) {
        AppError::PinMustChange.into_response()
    } else {
        Redirect::to("/pin").into_response()
    })
}

impl<S: Send + Sync> FromRequestParts<S> for Actor {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        parts.extensions.get::<Arc<Actor>>().map(|actor| Self::clone(actor)).ok_or(AppError::SignedOut)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Actor {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>> {
        Ok(parts.extensions.get::<Arc<Actor>>().map(|actor| Self::clone(actor)))
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
    BEGINS.scope(begins.clone(), session.save()).await.map_err(unavailable)
}

/// Forgets the browser's session; its row is deleted by the action that reports the changed access.
pub async fn forget(session: &Session) -> Result<()> {
    session.flush().await.map_err(unavailable)
}

/// Which of the open sockets' sessions still hold; checked once a minute and when somebody's access changed. `None`
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
