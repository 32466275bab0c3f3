//! Rotation of session keys after a change of roles, so that a copied key is soon worthless.

use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use jiff::SignedDuration;
use tower_sessions::Session;
use tower_sessions::session::Id;

use super::client;
use super::queries::sessions;
use super::session::{cookie_name, key};
use crate::actor::{Actor, SESSION_ABSOLUTE};
use crate::error::{Chain, Result};
use crate::ids::SessionId;
use crate::state::AppState;

/// How long the old key still serves requests that were under way when the new one was made.
const GRACE: SignedDuration = SignedDuration::from_secs(20);

/// A session that is due for another key: the next page brings it.
#[derive(Debug)]
pub(crate) struct Renewal {
    session_id: SessionId,
    old: Id,
}

impl Renewal {
    /// Not with an answer that may come long after it was asked for: commands that carry files, sockets and polls, also
    /// those of walls, which the browser of a person may ask for.
    pub(crate) fn due(parts: &Parts) -> Option<Self> {
        let actor = parts.extensions.get::<Arc<Actor>>().filter(|actor| actor.session.renew)?;
        if parts.method != Method::GET || client::is_awaited(parts.uri.path()) {
            return None;
        }
        let old = parts.extensions.get::<Session>().and_then(Session::id)?;
        Some(Self { session_id: actor.session.id, old })
    }

    /// Adds the new key to an answer, unless a cache may give it to somebody else.
    pub(crate) async fn add_to(&self, state: &AppState, response: &mut Response) {
        if client::is_for_everybody(response.headers()) {
            return;
        }
        match new_key(state, self.session_id, self.old).await {
            Ok(Some(cookie)) => {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            // Another request of the same page brings it.
            Ok(None) => {}
            Err(error) => {
                // The page is shown all the same; the next one tries again.
                tracing::warn!(error = %Chain(&error), "a session got no new key");
            }
        }
    }
}

async fn new_key(state: &AppState, session_id: SessionId, old: Id) -> Result<Option<HeaderValue>> {
    let new = Id::default();
    let until = state.clock.now() + GRACE;
    let mut tx = state.db.gate().await?;
    if !sessions::update_session_renewed(&mut tx, session_id, &key(old), &key(new), until).await? {
        return Ok(None);
    }
    tx.commit().await?;
    let secure = state.settings.is_https();
    let seconds = u64::try_from(SESSION_ABSOLUTE.as_secs()).unwrap_or_default();
    Ok(Some(client::cookie_for(cookie_name(secure), &new.to_string(), seconds, secure)))
}
