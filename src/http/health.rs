//! Health endpoints and metrics: for the platform, the load balancer and the operator.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::db::migrate;
use crate::lifecycle::Stage;
use crate::live::outbox;
use crate::state::AppState;
use crate::telemetry;

/// What the health routes share.
#[derive(Clone)]
pub struct HealthState {
    pub app: AppState,
    pub metrics: Option<PrometheusHandle>,
    pub readiness: Arc<Readiness>,
}

/// The last result, shared by all requests.
#[derive(Debug, Default)]
pub struct Readiness {
    /// The schema was current once: it never goes back.
    schema_ready: AtomicBool,
    /// When the database was last checked, and the result. Held during a check, so that one check serves all requests.
    answered: Mutex<Option<(Instant, bool)>>,
}

/// For how long a result is reused.
const KEPT: Duration = Duration::from_secs(1);

impl HealthState {
    /// Whether the database answers, takes writes and has the schema that this build needs.
    pub async fn is_ready(&self) -> bool {
        let asked = Instant::now();
        let mut answered = self.readiness.answered.lock().await;
        let ready = match *answered {
            Some((at, ready)) if at >= asked || (self.was_ready() && at.elapsed() < KEPT) => return ready,
            _ if self.was_ready() => self.app.db.takes_writes().await,
            _ => {
                let current = matches!(migrate::is_current(&self.app.db).await, Ok(true));
                current && self.app.db.takes_writes().await
            }
        };
        if ready {
            self.readiness.schema_ready.store(true, Ordering::Relaxed);
        }
        *answered = Some((Instant::now(), ready));
        ready
    }

    /// Without asking the database: a request then finds out by itself.
    pub fn was_ready(&self) -> bool {
        self.readiness.schema_ready.load(Ordering::Relaxed)
    }

    fn is_operator(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = given.and_then(|value| value.strip_prefix("Bearer "));
        match (token, self.app.settings.metrics_token.as_deref()) {
            (Some(given), Some(wanted)) => same(given.as_bytes(), wanted.as_bytes()),
            _ => false,
        }
    }
}

/// Compares in constant time.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// `GET /livez`: the process runs.
pub async fn livez() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: send requests here. 503 while draining, and while the database is away.
pub async fn readyz(State(health): State<HealthState>) -> Response {
    if health.app.lifecycle.stage() > Stage::Serving {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n").into_response();
    }
    if health.is_ready().await {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
    }
}

/// `GET /health`: the same as JSON; details only with the token.
pub async fn health(State(health): State<HealthState>, headers: HeaderMap) -> Response {
    let ready = health.is_ready().await;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut body = json!({ "status": if ready { "ok" } else { "unavailable" } });
    if health.is_operator(&headers) {
        let (connections, idle) = health.app.db.usage();
        body["build"] = json!(crate::assets::build());
        body["stage"] = json!(format!("{:?}", health.app.lifecycle.stage()).to_lowercase());
        body["database"] = json!({ "connections": connections, "idle": idle });
        body["redis"] =
            json!(if health.app.settings.redis_url.is_some() { "configured" } else { "in process" });
        body["queue_bytes"] = json!(outbox::waiting_bytes());
    }
    (status, Json(body)).into_response()
}

/// `GET /metrics`: Prometheus text; only with the token, else it does not exist.
pub async fn metrics(State(health): State<HealthState>, headers: HeaderMap) -> Response {
    match &health.metrics {
        Some(recorder) if health.is_operator(&headers) => {
            let (connections, idle) = health.app.db.usage();
            metrics::gauge!("database_connections").set(f64::from(connections));
            metrics::gauge!("database_connections_idle").set(idle as f64);
            let most = health.app.settings.database_max_connections;
            metrics::gauge!("database_connections_max").set(f64::from(most));
            telemetry::note_process();
            metrics::gauge!("tasks").set(health.app.lifecycle.tasks() as f64);
            metrics::gauge!("feed_lag_seconds").set(health.app.hub.lag().as_secs_f64());
            metrics::gauge!("doorbell_age_seconds").set(health.app.doorbell.silent_for().as_secs_f64());
            metrics::gauge!("live_queue_bytes").set(outbox::waiting_bytes() as f64);
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], recorder.render()).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
