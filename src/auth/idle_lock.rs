//! The idle lock of shared devices: the screen stays live, commands ask for the PIN.
//!
//! A touch is a command, a page that a person opened, or `POST /touch`, by which the script tells, at most once a
//! minute, of input that caused neither. Requests that the script makes by itself do not count. A touch keeps the device
//! awake; only a PIN wakes it.

use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use jiff::SignedDuration;

use super::queries::sessions;
use crate::actor::Actor;
use crate::error::{AppError, Result};
use crate::ids::PersonId;
use crate::state::AppState;

/// A touch is recorded at most this often.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// Allowed while idle: each asks for a PIN itself, or only takes access away.
const ALWAYS: [&str; 4] = ["/unlock", "/sign-in", "/sign-out", "/pin"];

/// Refuses commands of an idle shared device, and those of a page that is somebody else's.
pub(crate) async fn require_unlocked(state: &AppState, parts: &Parts) -> Result<()> {
    let Some(actor) = parts.extensions.get::<Arc<Actor>>() else { return Ok(()) };
    let commands = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS)
        && !ALWAYS.contains(&parts.uri.path());
    if commands && is_of_another_page(&parts.headers, actor.person_id) {
        return Err(AppError::SignedOut);
    }
    if actor.session.shared {
        let touches = commands || is_opened_by_hand(&parts.headers);
        watch(state, actor, commands, touches).await?;
    }
    Ok(())
}

async fn watch(state: &AppState, actor: &Actor, commands: bool, touches: bool) -> Result<()> {
    let now = state.clock.now();
    if actor.is_idle(now) {
        return if commands { Err(AppError::Idle) } else { Ok(()) };
    }
    if touches && now.duration_since(actor.session.touched_at) >= TOUCH_EVERY {
        let mut tx = state.db.gate().await?;
        sessions::update_session_touched(&mut tx, actor.session.id, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The script says whose page a command was tapped on. Another tab of the browser may have changed hands since.
fn is_of_another_page(headers: &HeaderMap, person_id: PersonId) -> bool {
    let said = headers.get("x-person").map(|said| said.to_str().ok().and_then(|said| said.parse().ok()));
    said.is_some_and(|said: Option<PersonId>| said != Some(person_id))
}

/// `Sec-Fetch-Mode: navigate` marks a page that a person opened; frames are fetched by the page.
fn is_opened_by_hand(headers: &HeaderMap) -> bool {
    let says = |name: &str, word: &str| headers.get(name).is_some_and(|said| said == word);
    says("sec-fetch-mode", "navigate") && !says("sec-fetch-dest", "iframe")
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn a_page_is_opened_by_hand_and_the_paper_inside_it_is_not() {
        let asked = |mode: &'static str, dest: &'static str| {
            let headers = [("sec-fetch-mode", mode), ("sec-fetch-dest", dest)];
            let named =
                headers.map(|(name, word)| (HeaderName::from_static(name), HeaderValue::from_static(word)));
            is_opened_by_hand(&named.into_iter().collect())
        };
        assert!(asked("navigate", "document"));
        assert!(!asked("navigate", "iframe") && !asked("cors", "empty"));
    }

    #[test]
    fn a_command_is_refused_on_a_page_of_somebody_else() {
        let (own, other) = (PersonId::new(), PersonId::new());
        let says = |said: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-person", HeaderValue::from_str(said).unwrap());
            is_of_another_page(&headers, own)
        };
        assert!(!is_of_another_page(&HeaderMap::new(), own));
        assert!(!says(&own.to_string()));
        assert!(says(&other.to_string()) && says("nobody"));
    }
}
