//! Traces and errors over OTLP. Only what stands in [`KEPT`] leaves the process: no names, no ids of people or companies,
//! no values out of a database's complaint.
//!
//! An error is a span of its own, below the request that it happened in, and not an event of that: Sentry drops events.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use opentelemetry::trace::{Span as _, Status, Tracer as _, TracerProvider as _};
use opentelemetry::{Key, KeyValue, Value};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{self, SdkTracer, SdkTracerProvider, SpanData, SpanEvents, SpanLinks};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::assets;

/// Our fields that may leave, and what OpenTelemetry calls them.
const KEPT: &[(&str, &str)] = &[
    ("budget", "budget"),
    ("error", "exception.message"),
    ("job", "job"),
    ("method", "http.request.method"),
    ("reason", "reason"),
    ("request_id", "request.id"),
    ("route", "http.route"),
    ("screen", "screen"),
    ("status", "http.response.status_code"),
    ("task", "task"),
];

/// The span of a request, and the event that ends it.
const REQUEST: &str = "request";
const ANSWERED: &str = "answered";
/// What waits is sent within this when the process ends.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Sends what it is told. Dropped, it sends what waits.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// `endpoint` is the one before `/v1/traces`. Headers, sampling and batches are set by the other variables of OpenTelemetry.
    pub fn start(
        endpoint: &str,
        environment: &'static str,
    ) -> Result<Self, opentelemetry_otlp::ExporterBuildError> {
        // An error says that there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let endpoint = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
        let exporter = SpanExporter::builder().with_http().with_endpoint(endpoint).build()?;
        let resource = Resource::builder()
            .with_service_name(env!("CARGO_PKG_NAME"))
            .with_attribute(KeyValue::new("service.version", assets::build()))
            .with_attribute(KeyValue::new("deployment.environment.name", environment));
        let provider = SdkTracerProvider::builder()
            .with_resource(resource.build())
            .with_batch_exporter(Stripping(exporter))
            .build();
        Ok(Self(provider))
    }

    /// What listens to our own spans and events.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let tracer = self.0.tracer(env!("CARGO_PKG_NAME"));
        let spans = tracing_opentelemetry::layer()
            .with_tracer(tracer.clone())
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false);
        let own = Targets::new().with_target(env!("CARGO_PKG_NAME"), Level::INFO);
        spans.and_then(Errors(tracer)).with_filter(own)
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST_WORDS) {
            tracing::debug!(%error, "the last traces were not sent");
        }
    }
}

/// Makes a span of each error and warning, also of those that happen in no request.
struct Errors(SdkTracer);

impl<S: Subscriber> Layer<S> for Errors {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        if *event.metadata().level() > Level::WARN {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let name = fields.0.remove("message").unwrap_or_else(|| event.metadata().target().to_owned());
        let mut span = self.0.start(name.clone());
        for (field, text) in fields.0 {
            span.set_attribute(KeyValue::new(field, text));
        }
        span.set_status(Status::error(name));
        span.end();
    }
}

/// Fields of an event, as texts.
#[derive(Default)]
struct Fields(HashMap<&'static str, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

/// Sends on what may leave, and nothing else.
#[derive(Debug)]
struct Stripping<E>(E);

impl<E: trace::SpanExporter> trace::SpanExporter for Stripping<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.export(batch.into_iter().filter_map(strip).collect()).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

/// None: a request that says little.
fn strip(mut span: SpanData) -> Option<SpanData> {
    let is_request = span.name == REQUEST;
    let answered = span.events.events.iter().find(|event| event.name == ANSWERED);
    // An event's numbers come as texts.
    let status = answered.and_then(|event| find(&event.attributes, "status")?.as_str().parse::<i64>().ok());
    span.attributes.retain(|own| own.key.as_str() != "status");
    span.attributes.extend(status.map(|status| KeyValue::new("status", status)));
    if is_request {
        let text = |key| find(&span.attributes, key).map(|value| value.as_str().into_owned());
        let (method, route) = (text("method")?, text("route")?);
        if super::is_quiet(&route) {
            return None;
        }
        span.name = format!("{method} {route}").into();
        // Whatever else was said of it stands in a span of its own.
        span.status = if status >= Some(500) { Status::error("") } else { Status::Unset };
    }
    span.attributes = span.attributes.into_iter().filter_map(kept).collect();
    (span.events, span.links) = (SpanEvents::default(), SpanLinks::default());
    Some(span)
}

fn find<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Value> {
    attributes.iter().find(|attribute| attribute.key.as_str() == key).map(|attribute| &attribute.value)
}

fn kept(attribute: KeyValue) -> Option<KeyValue> {
    let (_, name) = KEPT.iter().find(|(own, _)| *own == attribute.key.as_str())?;
    let value = match attribute.value {
        Value::String(text) => unquoted(text.as_str()).into(),
        other => other,
    };
    Some(KeyValue::new(Key::from_static_str(name), value))
}

/// A text without what stands in quotes or brackets, for that is a value out of somebody's data.
fn unquoted(text: &str) -> String {
    let (mut kept, mut until) = (String::with_capacity(text.len()), None);
    for letter in text.chars() {
        match (until, closing(letter)) {
            (Some(end), _) if letter == end => until = None,
            (Some(_), _) => {}
            (None, Some(end)) => {
                kept.push('…');
                until = Some(end);
            }
            (None, None) => kept.push(letter),
        }
    }
    kept
}

/// What ends a text that begins so.
fn closing(letter: char) -> Option<char> {
    Some(match letter {
        '"' | '\'' | '`' => letter,
        '“' => '”',
        '‘' => '’',
        '(' => ')',
        '[' => ']',
        '{' => '}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_quotes_or_brackets_does_not_leave() {
        for (text, wanted) in [
            (
                "duplicate key value violates unique constraint \"people_number\"",
                "duplicate key value violates unique constraint …",
            ),
            ("Key (number)=(3000) already exists", "Key …=… already exists"),
            ("invalid input 'Maria \"M\" Silva' here", "invalid input … here"),
            ("no end “Maria", "no end …"),
            ("timed out", "timed out"),
        ] {
            assert_eq!(unquoted(text), wanted);
        }
    }

    #[test]
    fn only_what_is_listed_is_kept_and_under_its_own_name() {
        let given =
            [("error", "x"), ("company_id", "7"), ("route", "/orders/{order}"), ("customer", "Maria")];
        let left: Vec<_> =
            given.into_iter().filter_map(|(key, text)| kept(KeyValue::new(key, text))).collect();
        let names: Vec<_> = left.iter().map(|attribute| attribute.key.as_str()).collect();
        assert_eq!(names, ["exception.message", "http.route"]);
    }
}
