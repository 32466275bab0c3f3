//! Step-up: routes that need the permission and a PIN proven recently.

use crate::actor::{Actor, Permission};
use crate::error::{AppError, Result};
use crate::state::AppState;

/// Requires an administrator who has proven the PIN recently.
pub fn administrator(state: &AppState, actor: &Actor) -> Result<()> {
    require(state, actor, &[Permission::Administer])
}

/// All of these permissions, and a PIN proven lately.
pub fn require(state: &AppState, actor: &Actor, permissions: &[Permission]) -> Result<()> {
    if !permissions.iter().all(|permission| actor.can(*permission)) {
        return Err(AppError::Forbidden);
    }
    if actor.has_proven(state.clock.now()) { Ok(()) } else { Err(AppError::StepUp) }
}

/// Whether an administrator has to prove the PIN before seeing anything. Anybody else is refused.
pub fn needs_pin(state: &AppState, actor: &Actor) -> Result<bool> {
    match administrator(state, actor) {
        Ok(()) => Ok(false),
        Err(AppError::StepUp) => Ok(true),
        Err(other) => Err(other),
    }
}
