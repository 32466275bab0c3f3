//! Records requests that were refused to a signed-in person, for the audit.

use serde_json::json;

use crate::actor::Actor;
use crate::auth::client::Source;
use crate::auth::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use crate::error::Result;
use crate::state::AppState;

/// Why somebody was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Denial {
    /// The role does not allow it.
    Forbidden,
    /// A command or a socket came from a page that is not ours.
    ForeignOrigin,
}

/// Keeps a refusal: who, from where, and what was asked for, as the pattern of its route.
pub async fn note_denial(
    state: &AppState,
    actor: &Actor,
    source: &Source,
    denial: Denial,
    route: &str,
) -> Result<()> {
    let kind = match denial {
        Denial::Forbidden => SecurityEvent::Denied,
        Denial::ForeignOrigin => SecurityEvent::OriginRefused,
    };
    let event = NewSecurityEvent {
        kind,
        person_id: Some(actor.person_id),
        actor_id: Some(actor.person_id),
        source,
        detail: json!({ "route": route }),
        at: state.clock.now(),
    };
    let mut tx = state.db.gate().await?;
    insert_security_event(&mut tx, actor.company_id, &event).await?;
    tx.commit().await
}
