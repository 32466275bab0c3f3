//! Records exported files, for the audit.

use serde_json::json;

use crate::actor::Actor;
use crate::auth::client::Source;
use crate::auth::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use crate::error::Result;
use crate::state::AppState;

/// Keeps who has begun to download what: `history`, the word of a table, `audit`.
pub async fn note_export(state: &AppState, actor: &Actor, source: &Source, what: &str) -> Result<()> {
    let event = NewSecurityEvent {
        kind: SecurityEvent::Exported,
        person_id: None,
        actor_id: Some(actor.person_id),
        source,
        detail: json!({ "what": what }),
        at: state.clock.now(),
    };
    let mut tx = state.db.gate().await?;
    insert_security_event(&mut tx, actor.company_id, &event).await?;
    tx.commit().await
}
