//! Deletes expired rows in batches, by the database's clock.

use std::time::Duration;

use crate::actor::{SESSION_ABSOLUTE, SESSION_IDLE};
use crate::auth::queries::{guesses, sessions, sign_in};
use crate::error::Result;
use crate::state::AppState;

/// Failures count for a day.
const FAILURES_KEPT: Duration = Duration::from_hours(24);
/// A device that was not used for a year and a month is forgotten: as long as browsers keep its cookie.
const DEVICES_KEPT: Duration = Duration::from_hours(400 * 24);

/// Sessions that have ended by age.
pub async fn delete_old_sessions(state: &AppState, batch: i64) -> Result<u64> {
    let mut tx = state.db.gate().await?;
    let gone = sessions::delete_old_sessions(
        &mut tx,
        SESSION_ABSOLUTE.unsigned_abs(),
        SESSION_IDLE.unsigned_abs(),
        batch,
    )
    .await?;
    tx.commit().await?;
    Ok(gone)
}

/// Deletes failures and devices; answers the number of rows of the table that lost most.
pub async fn delete_old_failures(state: &AppState, batch: i64) -> Result<u64> {
    let mut tx = state.db.gate().await?;
    let attempts = sign_in::delete_old_attempts(&mut tx, FAILURES_KEPT, batch).await?;
    let devices = sign_in::delete_old_devices(&mut tx, DEVICES_KEPT, batch).await?;
    let shared = sign_in::delete_old_shared_devices(&mut tx, DEVICES_KEPT, batch).await?;
    let guesses = guesses::delete_old_door_failures(&mut tx, FAILURES_KEPT, batch).await?;
    tx.commit().await?;
    Ok(attempts.max(devices).max(shared).max(guesses))
}
