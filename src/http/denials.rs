//! Refusals to signed-in people become events of the audit, at a bounded rate: a script that tries
//! all addresses is recorded, and fills no table.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::HeaderValue;
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

/// Keeps what was refused.
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

/// What is told of a request if it is refused.
#[derive(Debug)]
pub(super) struct Asked {
    route: Option<MatchedPath>,
    request_id: Option<HeaderValue>,
}

impl Asked {
    pub(super) fn of(request: &Request) -> Self {
        Self {
            route: request.extensions().get::<MatchedPath>().cloned(),
            request_id: request.headers().get("x-request-id").cloned(),
        }
    }
}

impl Denials {
    pub(super) async fn note(&self, visitor: &Visitor, asked: &Asked, denial: Denial) {
        metrics::counter!("denied_total").increment(1);
        let Some(actor) = &visitor.person else { return };
        if self.pace.check_key(&(actor.person_id, denial)).is_err() {
            return;
        }
        let request_id = asked.request_id.as_ref().and_then(|id| id.to_str().ok()).map(str::to_owned);
        let source = Source { address: Some(visitor.address.to_string()), request_id };
        let route = asked.route.as_ref().map_or("unmatched", MatchedPath::as_str);
        if let Err(error) = note_denial(&self.app, actor, &source, denial, route).await {
            tracing::warn!(error = %Chain(&error), "a refusal was not kept");
        }
    }
}

/// Whether an answer that is not yet put into words is a refusal to be kept.
pub(super) fn denial(response: &Response) -> Option<Denial> {
    if response.extensions().get::<OriginRefused>().is_some() {
        return Some(Denial::ForeignOrigin);
    }
    let error = response.extensions().get::<Arc<AppError>>()?;
    matches!(**error, AppError::Forbidden).then_some(Denial::Forbidden)
}
