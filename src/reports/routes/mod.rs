//! `/history` and `/reports`: closed orders and figures, and both as files.

mod export;
mod history;
mod metrics;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;

use crate::page::PageCache;
use crate::state::AppState;

/// What the pages of reports share.
#[derive(Clone, Debug)]
pub struct Pages {
    app: AppState,
    bodies: Arc<PageCache>,
}

impl FromRef<Pages> for AppState {
    fn from_ref(pages: &Pages) -> Self {
        pages.app.clone()
    }
}

pub fn router(app: AppState) -> Router {
    Router::new()
        .route("/history", get(history::history))
        .route("/history/export", get(export::history))
        .route("/reports", get(metrics::metrics))
        .route("/reports/export/{table}", get(export::table))
        .with_state(Pages { app, bodies: Arc::default() })
}
