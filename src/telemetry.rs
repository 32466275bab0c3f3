//! Logs and metrics: for the operator, never with names of customers, PINs or tokens.

use std::io::IsTerminal;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::Settings;
use crate::feed::hub::ResetReason;
use crate::lifecycle::Lifecycle;

/// How often the histograms are emptied.
const UPKEEP: Duration = Duration::from_secs(5);

/// Upper bounds of the histograms' buckets, in seconds.
const BUCKETS: &[f64] = &[0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// Starts the log; JSON in production, and coloured on a terminal only.
pub fn start_log(settings: &Settings) {
    let filter = EnvFilter::try_new(&settings.log_filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let json = settings.log_json.unwrap_or_else(|| settings.is_production());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // On a terminal NO_COLOR decides.
    let log = if std::io::stderr().is_terminal() { log } else { log.with_ansi(false) };
    // A second start in one process (tests) keeps the first log.
    let _ = if json { log.json().try_init() } else { log.compact().try_init() };
}

/// Starts counting. None: something in this process counts already.
pub fn start_metrics() -> Option<PrometheusHandle> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS)
        .ok()?;
    let recorder = builder.install_recorder().ok()?;
    begin_at_zero();
    Some(recorder)
}

/// What alarms look at is there from the start, not only after it first happened.
fn begin_at_zero() {
    for reason in ResetReason::ALL {
        metrics::counter!("live_resets_total", "reason" => reason.code()).increment(0);
    }
    for name in COUNTERS {
        metrics::counter!(*name).increment(0);
    }
    for budget in ["account", "company"] {
        metrics::counter!("sign_in_budget_spent_total", "budget" => budget).increment(0);
    }
    metrics::gauge!("live_sockets").set(0.0);
}

/// Counters without labels.
const COUNTERS: &[&str] = &[
    "doorbell_dropped_total",
    "doorbell_heard_total",
    "doorbell_publish_failures_total",
    "doorbell_unreadable_total",
    "feed_read_failures_total",
    "feed_rewrites_total",
    "http_foreign_refused_total",
    "http_slow_closed_total",
    "live_origin_refused_total",
    "live_slow_closed_total",
];

/// Histograms keep every observation until somebody reads them; where nobody does, this loop empties them.
pub fn keep_up(recorder: &PrometheusHandle, lifecycle: &Lifecycle) {
    let recorder = recorder.clone();
    lifecycle.spawn_forever("metrics upkeep", move || {
        let recorder = recorder.clone();
        async move {
            loop {
                tokio::time::sleep(UPKEEP).await;
                recorder.run_upkeep();
            }
        }
    });
}
