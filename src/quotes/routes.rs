//! `/quotes`: upload, drafts, preview, confirmation.

use std::sync::Arc;

use axum::Router;

use super::Sandbox;
use crate::state::AppState;

pub fn router(_app: AppState, _sandbox: Arc<Sandbox>) -> Router {
    Router::new()
}
