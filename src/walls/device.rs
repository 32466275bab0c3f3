//! Identifies the wall behind a request, and confines it to its own pages.

use std::sync::Arc;

use axum::http::request::Parts;
use jiff::SignedDuration;

use super::queries::{self, FoundWall};
use crate::actor::{Actor, Wall};
use crate::auth::client::{self, Device};
use crate::auth::session::Held;
use crate::error::{AppError, Result};
use crate::state::AppState;

/// The use of a wall is recorded at most this often.
pub(crate) const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// What a wall may ask for: its own pages, and the one that a device keeps for when there is no network.
fn is_for_walls(path: &str) -> bool {
    path == "/wall" || path.starts_with("/wall/")
}

/// Finds out which wall is behind a request, once. Where somebody is signed in, the wall's cookie counts on the pages of
/// walls alone. Puts [`Wall`] and the company's head into the extensions, or nothing.
pub(crate) async fn load(state: &AppState, parts: &mut Parts) {
    let secret = client::wall_secret(&parts.headers, &state.settings);
    let of_walls = is_for_walls(parts.uri.path());
    let signed_in = parts.extensions.get::<Arc<Actor>>().is_some();
    let Some(secret) = secret.filter(|_| of_walls || !signed_in) else { return };
    match find(state, secret).await {
        Ok(Some(FoundWall { wall, head, .. })) => {
            parts.extensions.insert(wall);
            parts.extensions.insert(head);
        }
        Ok(None) => {}
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "a wall could not be read");
            parts.extensions.insert(Held(Arc::new(AppError::Unavailable(None))));
        }
    }
}

async fn find(state: &AppState, secret: Device) -> Result<Option<FoundWall>> {
    let now = state.clock.now();
    let Some(found) = queries::find_wall(&state.db, secret.key()).await? else { return Ok(None) };
    if now.duration_since(found.last_seen_at) >= TOUCH_EVERY {
        let mut tx = state.db.gate().await?;
        queries::touch_walls(&mut tx, &[found.wall.id], now, now - TOUCH_EVERY).await?;
        tx.commit().await?;
    }
    Ok(Some(found))
}

/// A wall sees its board, and nothing else.
pub(crate) fn keep_out(parts: &Parts) -> Result<()> {
    let path = parts.uri.path();
    let is_wall = parts.extensions.get::<Wall>().is_some();
    if !is_wall || is_for_walls(path) || path == "/away" {
        return Ok(());
    }
    metrics::counter!("wall_refused_total").increment(1);
    Err(AppError::WallOnly)
}
