//! All routes, and the layers around them.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use super::answer;
use super::denials::Denials;
use super::guard::{self, Hosts};
use super::health::{self, HealthState};
use super::pipeline::{self, Pipeline};
use super::rate_limits::RateLimits;
use crate::assets;
use crate::auth::client::Client;
use crate::config::SettingsError;
use crate::error::{AppError, OriginRefused, Result};
use crate::extract::Query;
use crate::live::Live;
use crate::live::routes::LiveState;
use crate::orders::routes::OrderPages;
use crate::orders::routes::board::BoardQuery;
use crate::page::{self, Visitor};
use crate::quotes::Sandbox;
use crate::state::AppState;
use crate::{auth, companies, live, needs, orders, people, purchasing, quotes, reports, settings, walls};

/// Bytes that are sent as they are: packed, such an answer would hardly be smaller. The counts on the board's chips are more.
const MOST_PLAIN: u64 = 512;

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
    let csrf = csrf(&origins)?;
    let live_state = LiveState {
        live: live.clone(),
        limits: live::limits::Limits::new(app.settings.max_sockets),
        origins: Arc::new(origins),
    };
    let limits = RateLimits::start(&app.settings, &app.lifecycle);
    let denials = Denials::start(&app, &app.lifecycle);

    let order_pages = OrderPages::new(app.clone());
    let pages = Router::new()
        .route("/", get(home))
        .with_state(order_pages.clone())
        .route("/away", get(answer::away))
        .with_state(app.clone())
        .merge(auth::routes::router().with_state(app.clone()))
        .merge(people::routes::router().with_state(app.clone()))
        .merge(companies::routes::router().with_state(app.clone()))
        .merge(orders::routes::router(order_pages))
        .merge(purchasing::routes::router().with_state(app.clone()))
        .merge(needs::routes::router(app.clone()))
        .merge(quotes::routes::router(app.clone(), sandbox))
        .merge(reports::routes::router(app.clone()))
        .merge(settings::routes::router(app.clone()))
        .merge(walls::routes::router(app.clone()))
        .merge(live::routes::router(live_state))
        .fallback(async || AppError::NotFound)
        .method_not_allowed_fallback(async || AppError::NotFound);
    let pipeline = Arc::new(Pipeline { app: app.clone(), live, health: health.clone(), limits, denials });
    // Outermost first. One stack, because a router puts each layer of its own into a box, to be copied with every request.
    let pages = pages.layer(
        ServiceBuilder::new()
            .layer(auth::session::layer(&app))
            .layer(from_fn_with_state(pipeline, pipeline::identify_and_answer))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(csrf.with_rejection_response(foreign))
            .layer(from_fn_with_state(app.clone(), pipeline::permit)),
    );

    Ok(guarded(probes(health).merge(pages), &app))
}

/// What every answer passes on its way out.
fn guarded(all: Router, app: &AppState) -> Router {
    all.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(app.clone(), guard::mark))
            .layer(CatchPanicLayer::new())
            .layer(from_fn_with_state((app.clone(), hosts(app)), guard::admit))
            .layer(
                CompressionLayer::new()
                    .gzip(true)
                    .quality(tower_http::CompressionLevel::Precise(page::LEVEL.cast_signed()))
                    .compress_when(compressible()),
            ),
    )
}

/// Endpoints for machines, without a session.
fn probes(health: HealthState) -> Router {
    Router::new()
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/health", get(health::health))
        .route("/metrics", get(health::metrics))
        .with_state(health)
        .route("/static/{*path}", get(assets::serve))
        .route("/worker.js", get(assets::serve_worker))
}

fn csrf(origins: &[String]) -> Result<CsrfLayer, SettingsError> {
    origins.iter().try_fold(CsrfLayer::new(), |csrf, origin| {
        csrf.add_trusted_origin(origin).map_err(|_| SettingsError::OriginInvalid(origin.clone()))
    })
}

/// An empty list means every name in development; in production it is refused.
fn hosts(app: &AppState) -> Hosts {
    let allowed = app.settings.hosts();
    let any = allowed.is_empty() && !app.settings.is_production();
    if allowed.is_empty() && !any {
        tracing::warn!("neither ALLOWED_HOSTS nor RAILWAY_PUBLIC_DOMAIN is set: only probes are answered");
    }
    Hosts { allowed: Arc::new(allowed), any }
}

/// A request that panicked is answered with a sentence.
#[expect(clippy::needless_pass_by_value, reason = "what the layer calls")]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text");
    metrics::counter!("task_panics_total", "task" => "request").increment(1);
    AppError::internal(format!("a request panicked: {text}")).into_response()
}

/// A command from a page that is not ours.
fn foreign(_: ProtectionError) -> Response {
    metrics::counter!("http_foreign_refused_total").increment(1);
    tracing::warn!("a command from a foreign origin was refused");
    OriginRefused.into_response()
}

/// Pages, styles and script; not PDFs, and not answers of commands, which are small and many.
fn compressible() -> impl Predicate {
    let not = |kind| NotForContentType::const_new(kind);
    SizeAbove::new(MOST_PLAIN)
        .and(not("application/json"))
        .and(not("application/pdf"))
        .and(not("application/problem+json"))
}

/// `GET /`: the board, or the sign-in page, which answers 200: the platform's health check has no session.
async fn home(
    State(pages): State<OrderPages>,
    visitor: Visitor,
    client: Client,
    Query(query): Query<BoardQuery>,
) -> Result<Response> {
    if visitor.person.is_some() {
        orders::routes::board::board(&pages, &visitor, &query).await
    } else {
        auth::routes::sign_in_page(&pages.app, &client).await
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::Request;
    use axum::http::StatusCode;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_request_that_panics_is_answered_like_any_other_error() {
        let panics = async || -> &'static str { panic!("on purpose") };
        let router: Router = Router::new().route("/", get(panics)).layer(CatchPanicLayer::custom(panicked));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let error = response.extensions().get::<Arc<AppError>>().expect("an error to put into words");
        assert!(matches!(**error, AppError::Internal(_)));
    }
}
