//! The table of contents: every path, and the layers around them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::csrf::CsrfLayer;

use super::guard::{self, Hosts};
use super::health::{self, HealthState};
use super::{answer, visitor};
use crate::assets;
use crate::config::SettingsError;
use crate::error::{AppError, Result};
use crate::extract::Query;
use crate::live::Live;
use crate::live::routes::LiveState;
use crate::orders::routes::pages::BoardQuery;
use crate::page::Visitor;
use crate::quotes::Sandbox;
use crate::state::AppState;
use crate::users::client::Client;
use crate::{live, orders, quotes, users};

/// Longer than any request of ours; polls wait 25 s, uploads are read for 10 s at most.
const LONGEST_REQUEST: Duration = Duration::from_secs(45);

/// What the routes are made of.
pub struct Parts {
    pub app: AppState,
    pub live: Live,
    pub health: HealthState,
    pub sandbox: Arc<Sandbox>,
    /// Exact origins that may send commands and open sockets.
    pub origins: Vec<String>,
}

pub fn build(parts: Parts) -> Result<Router, SettingsError> {
    let Parts { app, live, health, sandbox, origins } = parts;
    let mut csrf = CsrfLayer::new();
    for origin in &origins {
        csrf = csrf.add_trusted_origin(origin).map_err(|_| SettingsError::OriginInvalid(origin.clone()))?;
    }
    let live_state = LiveState {
        live: live.clone(),
        limits: live::limits::Limits::new(app.settings.max_sockets),
        origins: Arc::new(origins),
    };
    let hosts = Hosts { allowed: Arc::new(app.settings.hosts()) };

    let pages = Router::new()
        .route("/", get(home))
        .merge(users::routes::router())
        .merge(orders::routes::router())
        .with_state(app.clone())
        .merge(quotes::routes::router(app.clone(), sandbox))
        .merge(live::routes::router(live_state))
        .fallback(async || AppError::NotFound)
        .method_not_allowed_fallback(async || AppError::NotFound)
        .layer(from_fn_with_state(app.clone(), users::idle::hold_back))
        .layer(from_fn(users::session::hold_back))
        .layer(from_fn(give_up_late))
        .layer(from_fn_with_state(live, answer::answer))
        .layer(from_fn_with_state(app.clone(), visitor::load))
        .layer(from_fn_with_state(app.clone(), users::renew::renew))
        .layer(from_fn(users::session::load_actor))
        .layer(users::session::layer(&app))
        .layer(from_fn_with_state(health.clone(), unready))
        .layer(csrf);

    let probes = Router::new()
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/health", get(health::health))
        .route("/metrics", get(health::metrics))
        .with_state(health)
        .route("/static/{*path}", get(assets::serve));

    Ok(probes
        .merge(pages)
        .layer(
            CompressionLayer::new()
                .gzip(true)
                .quality(tower_http::CompressionLevel::Fastest)
                .compress_when(compressible()),
        )
        .layer(from_fn_with_state(app, guard::secure))
        .layer(from_fn_with_state(hosts, guard::check_host))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(guard::observe)))
}

/// Middleware: a request that takes longer than any should is answered, with the sentence of an outage.
async fn give_up_late(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    match tokio::time::timeout(LONGEST_REQUEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => AppError::Unavailable(None).into_response(),
    }
}

/// Pages, styles and script; not PDFs, and not answers of commands, which are small and many.
fn compressible() -> impl Predicate {
    let not = |kind| NotForContentType::const_new(kind);
    SizeAbove::new(1024)
        .and(not("application/json"))
        .and(not("application/pdf"))
        .and(not("application/problem+json"))
}

/// `GET /`: the board, or the sign-in page, which answers 200: the platform's health check has no session.
async fn home(
    State(state): State<AppState>,
    visitor: Visitor,
    client: Client,
    Query(query): Query<BoardQuery>,
) -> Result<Response> {
    if visitor.person.is_some() {
        orders::routes::pages::board(&state, &visitor, &query).await
    } else {
        users::routes::sign_in_page(&state, &client).await
    }
}

/// Until the schema is current nothing is served but 503: the platform waits with the switch.
async fn unready(
    State(health): State<HealthState>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    if health.was_ready() || health.is_ready().await {
        next.run(request).await
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "2")], "starting\n").into_response()
    }
}
