//! `/quotes`: upload, drafts, preview, confirmation.

pub(crate) mod commands;
pub(crate) mod confirm_all;
pub(crate) mod pages;
pub(crate) mod upload;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::routing::{get, post};

use super::Sandbox;
use super::upload_quota::UploadQuota;
use crate::state::AppState;

/// What the routes of quotes share.
#[derive(Clone, Debug)]
pub struct QuotesState {
    pub app: AppState,
    pub sandbox: Arc<Sandbox>,
    pub quota: Arc<UploadQuota>,
}

impl FromRef<QuotesState> for AppState {
    fn from_ref(state: &QuotesState) -> Self {
        state.app.clone()
    }
}

/// Where files are sent to; these requests may last. The same as in the router below, which is read from its source.
pub const UPLOAD_PATH: &str = "/quotes";

pub fn router(app: AppState, sandbox: Arc<Sandbox>) -> Router {
    Router::new()
        .route("/quotes", get(pages::quotes).post(upload::upload))
        .route("/quotes/confirm", post(confirm_all::confirm_all).get(pages::to_list))
        .route("/quotes/{draft}", get(pages::preview))
        .route("/quotes/{draft}/quote.pdf", get(pages::quote_pdf))
        .route("/quotes/{draft}/save", post(commands::save))
        .route("/quotes/{draft}/confirm", post(commands::confirm).get(pages::to_preview))
        .route("/quotes/{draft}/discard", post(commands::discard))
        .route("/quotes/{draft}/restore", post(commands::restore))
        .layer(DefaultBodyLimit::max(upload::MOST_REQUEST_BYTES))
        .with_state(QuotesState { app, sandbox, quota: Arc::default() })
}
