//! `/history`.

mod history;

use axum::Router;
use axum::routing::get;

use crate::state::AppState;

pub fn router(app: AppState) -> Router {
    Router::new().route("/history", get(history::history)).with_state(app)
}
