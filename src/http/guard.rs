//! Checks of host and origin, and the headers that every answer carries.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::answer::{self, Plainly};
use crate::assets;
use crate::auth::client;
use crate::lifecycle::Stage;
use crate::state::AppState;
use crate::telemetry;

/// What the health check of the hosting platform calls itself.
const HEALTHCHECK_HOST: &str = "healthcheck.railway.app";

/// Host names that requests may carry.
#[derive(Clone, Debug)]
pub struct Hosts {
    pub allowed: Arc<Vec<String>>,
    /// Development: every name.
    pub any: bool,
}

/// Middleware: refuses foreign hosts and plain http, and says errors of what is inside that nobody else put into words.
pub async fn admit(State((app, hosts)): State<(AppState, Hosts)>, request: Request, next: Next) -> Response {
    if let Some(elsewhere) = check_host(&hosts, &request).or_else(|| require_https(&app, &request)) {
        return elsewhere;
    }
    let plainly = Plainly::to(request.headers());
    answer::say_plainly(plainly, next.run(request).await)
}

/// Refuses foreign host names: links and redirects are built from the host.
fn check_host(hosts: &Hosts, request: &Request) -> Option<Response> {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = name_of(host).to_ascii_lowercase();
    let path = request.uri().path();
    let is_health = name == HEALTHCHECK_HOST && matches!(path, "/" | "/livez" | "/readyz" | "/health");
    // Probes and scrapers inside the private network come by address.
    let is_probe = matches!(path, "/livez" | "/readyz" | "/health" | "/metrics");
    if hosts.any || hosts.allowed.contains(&name) || is_health || is_probe {
        return None;
    }
    let sentence = client::lang(request.headers()).t("error.host_unknown");
    Some((StatusCode::BAD_REQUEST, format!("{sentence}\n")).into_response())
}

/// Redirects plain http to https, where a trusted proxy reports the scheme. Without such a
/// report, and for probes, requests are answered as they come.
fn require_https(state: &AppState, request: &Request) -> Option<Response> {
    let probe = matches!(request.uri().path(), "/livez" | "/readyz");
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let trusted = peer.is_some_and(|peer| state.settings.is_trusted(peer));
    let told = request.headers().get_all("x-forwarded-proto").iter().next_back();
    // A list is read from its end: only the last entry was written by the proxy itself.
    let plain = told
        .and_then(|told| told.to_str().ok()?.rsplit(',').next())
        .is_some_and(|last| last.trim().eq_ignore_ascii_case("http"));
    if !state.settings.is_https() || probe || !trusted || !plain {
        return None;
    }
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = name_of(host);
    if name == HEALTHCHECK_HOST {
        return None;
    }
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let location = [(header::LOCATION, format!("https://{name}{path}"))];
    Some((StatusCode::PERMANENT_REDIRECT, location).into_response())
}

/// A host without its port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     font-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The headers that keep a page to itself (OWASP ASVS 5.0, chapter 3).
fn secure(state: &AppState, headers: &mut HeaderMap) {
    let set = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=(), payment=()",
        ),
    ];
    for (name, value) in set {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if state.settings.is_https() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        );
    }
    if state.lifecycle.stage() > Stage::Serving {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
}

/// Tells a browser that this app answered, and which build: an answer without this header comes from
/// a gateway, a proxy or a captive portal, and counts as none.
pub const BUILD: HeaderName = HeaderName::from_static("x-build");

/// Middleware: marks, secures and observes every answer. Outermost, so that no refusal of another layer goes without.
pub async fn mark(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = observe(request, next).await;
    secure(&state, response.headers_mut());
    response.headers_mut().insert(BUILD, HeaderValue::from_static(assets::build()));
    response
}

/// One line of the log and one observation of the histogram for each request; the id is the caller's or a new one, and
/// the answer carries it under the names it came by.
async fn observe(mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let (id, correlation) = known_as(request.headers());
    let value = HeaderValue::from_str(&id).unwrap_or_else(|_| HeaderValue::from_static("invalid"));
    request.headers_mut().insert("x-request-id", value.clone());
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let quiet = telemetry::is_quiet(&route);
    let span = tracing::info_span!("request", request_id = id, method = %method, route);
    let mut response = next.run(request).instrument(span.clone()).await;
    let seconds = began.elapsed().as_secs_f64();
    let status = response.status();
    metrics::histogram!("http_request_seconds", "method" => name(&method), "route" => route, "status" => status.as_str().to_owned())
        .record(seconds);
    span.in_scope(|| {
        let (status, milliseconds) = (status.as_u16(), (seconds * 1e4).round() / 10.0);
        if quiet {
            tracing::debug!(status, milliseconds, "answered");
        } else {
            tracing::info!(status, milliseconds, "answered");
        }
    });
    response.headers_mut().insert("x-request-id", value);
    if let Some(correlation) = correlation {
        response.headers_mut().insert("x-correlation-id", correlation);
    }
    response
}

/// The id that a request came with, by either name, or a new one; and what is told under the second name.
fn known_as(headers: &HeaderMap) -> (String, Option<HeaderValue>) {
    let plain = |name: &str| {
        let given = headers.get(name).filter(|id| id.to_str().is_ok_and(is_plain));
        given.cloned()
    };
    let correlation = plain("x-correlation-id");
    let given = plain("x-request-id").or_else(|| correlation.clone());
    let id = given.as_ref().and_then(|id| id.to_str().ok());
    (id.map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned), correlation)
}

/// An id that may stand in a log line.
fn is_plain(id: &str) -> bool {
    (1..=100).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}

fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        _ => "OTHER",
    }
}
