//! Refusals to signed-in people become events of the audit, at a bounded rate: a script that tries
//! all addresses is recorded, and fills no table.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::auth::actions::denials::{Denial, note_denial};
use crate::auth::client::Source;
use crate::error::{AppError, Chain, OriginRefused};
use crate::ids::PersonId;
use crate::lifecycle::Lifecycle;
use crate::page::Visitor;
use crate::state::AppState;

/// Events of one person and kind that come at once; after them one comes every so often.
const AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
const ONE_EVERY: Duration = Duration::from_secs(30);
/// How often idle entries are dropped.
const TIDY: Duration = Duration::from_secs(60);

/// What the middleware needs.
#[derive(Clone, Debug)]
pub struct Denials {
    app: AppState,
    pace: Arc<DefaultKeyedRateLimiter<(PersonId, Denial)>>,
}

impl Denials {
    pub fn start(app: &AppState, lifecycle: &Lifecycle) -> Self {
        let quota = Quota::with_period(ONE_EVERY).unwrap_or(Quota::per_minute(AT_ONCE)).allow_burst(AT_ONCE);
        let denials = Self { app: app.clone(), pace: Arc::new(RateLimiter::keyed(quota)) };
        let pace = denials.pace.clone();
        lifecycle.spawn_forever("denials", move || tidy(pace.clone()));
        denials
    }
}

async fn tidy(pace: Arc<DefaultKeyedRateLimiter<(PersonId, Denial)>>) {
    loop {
        tokio::time::sleep(TIDY).await;
        pace.retain_recent();
    }
}

/// Middleware, inside of the layer that puts errors into words.
pub async fn note(State(denials): State<Denials>, request: Request, next: Next) -> Response {
    let visitor = request.extensions().get::<Visitor>().cloned();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let request_id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let response = next.run(request).await;
    let Some((visitor, denial)) = visitor.zip(denial(&response)) else { return response };
    metrics::counter!("denied_total").increment(1);
    let Some(actor) = visitor.person else { return response };
    if denials.pace.check_key(&(actor.person_id, denial)).is_err() {
        return response;
    }
    let source = Source { address: Some(visitor.address.to_string()), request_id };
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    if let Err(error) = note_denial(&denials.app, &actor, &source, denial, route).await {
        tracing::warn!(error = %Chain(&error), "a refusal was not kept");
    }
    response
}

fn denial(response: &Response) -> Option<Denial> {
    if response.extensions().get::<OriginRefused>().is_some() {
        return Some(Denial::ForeignOrigin);
    }
    let error = response.extensions().get::<Arc<AppError>>()?;
    matches!(**error, AppError::Forbidden).then_some(Denial::Forbidden)
}
