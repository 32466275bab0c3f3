//! What no longer counts is cleared away.

use jiff::SignedDuration;

use crate::actor::{SESSION_ABSOLUTE, SESSION_IDLE};
use crate::auth::queries::{guesses, sessions, sign_in};
use crate::error::Result;
use crate::state::AppState;

/// Clears away what no longer counts: ended sessions, failures of yesterday, devices not seen for a year.
pub async fn delete_old(state: &AppState) -> Result<()> {
    let now = state.clock.now();
    let mut tx = state.db.gate().await?;
    let gone =
        sessions::delete_old_sessions(&mut tx, now - SESSION_ABSOLUTE, now - SESSION_IDLE, now).await?;
    let day = SignedDuration::from_hours(24);
    sign_in::delete_old_attempts(&mut tx, now - day, now - day * 400).await?;
    guesses::delete_old_door_failures(&mut tx, now - day).await?;
    tx.commit().await?;
    tracing::debug!(sessions = gone, "old sessions were cleared away");
    Ok(())
}
