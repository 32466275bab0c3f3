//! What every request of a page passes on its way to a handler, and its answer on the way back, in order.
//!
//! Two middlewares and not one for each step: axum boxes and copies whatever is inside of a `from_fn` for every request, and
//! a request that waits for the database is polled through all of them each time that it wakes.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use rand::RngExt as _;
use tokio::time::timeout;

use super::answer::{self, RequestContext};
use super::denials::{self, Asked, Denials};
use super::health::HealthState;
use super::rate_limits::RateLimits;
use super::{steady, visitor};
use crate::auth::rotate::Renewal;
use crate::auth::{client, idle_lock, session};
use crate::connection::hold;
use crate::error::AppError;
use crate::live::Live;
use crate::state::AppState;
use crate::{page, quotes, walls};

/// Longer than any request of ours but an upload; polls wait 25 s.
const LONGEST_REQUEST: Duration = Duration::from_secs(45);
/// As long as the script gives an upload: a slow line gets there, see [`super::steady`].
const LONGEST_UPLOAD: Duration = Duration::from_secs(10 * 60);
/// A page comes before the script gives it up after 10 s.
const LONGEST_PAGE: Duration = Duration::from_secs(9);

/// What the steps need.
#[derive(Clone)]
pub struct Pipeline {
    pub app: AppState,
    pub live: Live,
    pub health: HealthState,
    pub limits: Arc<RateLimits>,
    pub denials: Denials,
}

/// Middleware, inside of the layer of the session's cookie: finds out who asks, and puts what is answered into words.
pub async fn identify_and_answer(
    State(pipeline): State<Arc<Pipeline>>,
    request: Request,
    next: Next,
) -> Response {
    let app = &pipeline.app;
    let (mut parts, body) = request.into_parts();
    let address = client::address(&parts, &app.settings).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    if let Err(error) = pipeline.limits.check_address(address) {
        return error.into_response();
    }
    if let Some(starting) = pipeline.unready().await {
        return starting;
    }
    let stale = session::load_actor(app, &mut parts).await;
    walls::device::load(app, &mut parts).await;
    let renewal = Renewal::due(&parts);
    let visitor = visitor::load(address, &mut parts);
    let context = RequestContext::of(visitor, &parts);
    let takes_packed = page::takes_packed(&parts.headers);

    let response = pipeline.enter(&context, Request::from_parts(parts, body), next).await;
    let mut response = page::pack(answer::say(&pipeline.live, &context, response).await, takes_packed).await;
    if let Some(renewal) = renewal {
        renewal.add_to(app, &mut response).await;
    }
    if let Some(stale) = stale {
        stale.expire(app, &mut response);
    }
    response
}

impl Pipeline {
    /// Until the schema is current nothing is served but 503: the platform waits with the switch.
    async fn unready(&self) -> Option<Response> {
        if self.health.was_ready() || self.health.is_ready().await {
            return None;
        }
        // A browser that was shown this, a wall at night, comes back by itself, and not all in the same second.
        let again = rand::rng().random_range(2..=8_u8).to_string();
        let headers = [("retry-after", "2"), ("refresh", again.as_str())];
        Some((StatusCode::SERVICE_UNAVAILABLE, headers, "starting\n").into_response())
    }

    /// Enforces the limits, and keeps what is refused.
    async fn enter(&self, context: &RequestContext, request: Request, next: Next) -> Response {
        let visitor = context.visitor();
        let turn = match self.limits.enter(visitor, &request) {
            Ok(turn) => turn,
            Err(error) => return error.into_response(),
        };
        let asked = Asked::of(&request);
        let response = next.run(request).await;
        if let Some(denial) = denials::denial(&response) {
            self.denials.note(visitor, &asked, denial).await;
        }
        match turn {
            Some(turn) => hold(response, turn),
            None => response,
        }
    }
}

/// Middleware, inside of the check of the origin: lets through who may go on, for as long as the request may take. What
/// takes longer is answered with the sentence of an outage.
pub async fn permit(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let longest = longest(request.method(), request.uri().path());
    let permitted = async {
        let (parts, body) = request.into_parts();
        match refusal(&app, &parts).await {
            Some(refusal) => refusal,
            None => next.run(Request::from_parts(parts, steady::steady(body))).await,
        }
    };
    timeout(longest, permitted).await.unwrap_or_else(|_| AppError::Unavailable(None).into_response())
}

async fn refusal(app: &AppState, parts: &Parts) -> Option<Response> {
    if let Err(error) = walls::device::keep_out(parts) {
        return Some(error.into_response());
    }
    if let Some(refusal) = session::require_session(parts) {
        return Some(refusal);
    }
    idle_lock::require_unlocked(app, parts).await.err().map(AppError::into_response)
}

fn longest(method: &Method, path: &str) -> Duration {
    match (method, path) {
        (&Method::GET, "/feed" | "/wall/feed") => LONGEST_REQUEST,
        (&Method::GET, _) => LONGEST_PAGE,
        (&Method::POST, quotes::routes::UPLOAD_PATH) => LONGEST_UPLOAD,
        _ => LONGEST_REQUEST,
    }
}
