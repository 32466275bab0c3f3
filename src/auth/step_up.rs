//! What is guarded twice: by the permission, and by a PIN proven lately.

use crate::actor::{Actor, Permission};
use crate::error::{AppError, Result};
use crate::state::AppState;

/// The administrator behind a request, who has proven the PIN lately.
pub fn administrator(state: &AppState, actor: &Actor) -> Result<()> {
    if !actor.can(Permission::Administer) {
        return Err(AppError::Forbidden);
    }
    if actor.has_proven(state.clock.now()) { Ok(()) } else { Err(AppError::StepUp) }
}
