//! `/history`, `/reports` and `/audit`: closed orders, figures, and what happened; all of them as files, too.

mod audit;
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
pub struct ReportPages {
    app: AppState,
    bodies: Arc<PageCache>,
}

impl FromRef<ReportPages> for AppState {
    fn from_ref(pages: &ReportPages) -> Self {
        pages.app.clone()
    }
}

pub fn router(app: AppState) -> Router {
    Router::new()
        .route("/audit", get(audit::audit))
        .route("/audit/export", get(audit::export))
        .route("/history", get(history::history))
        .route("/history/export", get(export::history))
        .route("/reports", get(metrics::metrics))
        .route("/reports/export/{table}", get(export::table))
        .with_state(ReportPages { app, bodies: Arc::default() })
}
