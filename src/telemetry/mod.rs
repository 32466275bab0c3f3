//! Logs, metrics and traces: for the operator, never with names of customers, PINs or tokens.

#[cfg(feature = "otlp")]
mod otlp;

use std::io::IsTerminal;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::config::Settings;
use crate::feed::hub::ResetReason;
use crate::lifecycle::Lifecycle;

/// How often the histograms are emptied.
const UPKEEP: Duration = Duration::from_secs(5);

/// Upper bounds of the histograms' buckets, in seconds.
const BUCKETS: &[f64] = &[0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// Requests that are many and say little: files and probes.
pub fn is_quiet(route: &str) -> bool {
    matches!(route, "/static/{*path}" | "/livez" | "/readyz" | "/health" | "/metrics")
}

/// The log, and whoever is told of traces besides. Dropped, it sends what waits.
#[must_use = "dropped, it sends no more traces"]
pub struct Log {
    #[cfg(feature = "otlp")]
    _traces: Option<otlp::Traces>,
}

/// Starts the log; JSON in production, and coloured on a terminal only.
pub fn start_log(settings: &Settings) -> Log {
    let filter = EnvFilter::try_new(&settings.log_filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let json = settings.log_json.unwrap_or_else(|| settings.is_production());
    let log = fmt::layer().with_writer(std::io::stderr);
    // On a terminal NO_COLOR is respected.
    let log = if std::io::stderr().is_terminal() { log } else { log.with_ansi(false) };
    let log = if json { log.json().boxed() } else { log.compact().boxed() };
    start_with_traces(settings, filter, log)
}

type Lines = Box<dyn Layer<Registry> + Send + Sync>;

/// A second start in one process (tests) keeps the first log.
#[cfg(feature = "otlp")]
fn start_with_traces(settings: &Settings, filter: EnvFilter, log: Lines) -> Log {
    let environment = if settings.is_production() { "production" } else { "development" };
    let traces = settings.otlp_endpoint.as_deref().map(|endpoint| otlp::Traces::start(endpoint, environment));
    let Some(Ok(traces)) = traces else {
        let _ = tracing_subscriber::registry().with(log).with(filter).try_init();
        if let Some(Err(error)) = traces {
            tracing::error!(%error, "OTEL_EXPORTER_OTLP_ENDPOINT cannot be used: no traces are sent");
        }
        return Log { _traces: None };
    };
    let _ = tracing_subscriber::registry().with(log.with_filter(filter)).with(traces.layer()).try_init();
    Log { _traces: Some(traces) }
}

#[cfg(not(feature = "otlp"))]
fn start_with_traces(settings: &Settings, filter: EnvFilter, log: Lines) -> Log {
    let _ = tracing_subscriber::registry().with(log).with(filter).try_init();
    if settings.otlp_endpoint.is_some() {
        tracing::warn!(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and this build sends no traces; it needs the feature otlp"
        );
    }
    Log {}
}

/// Installs the recorder. None: this process has one already.
pub fn start_metrics() -> Option<PrometheusHandle> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS)
        .ok()?;
    let recorder = builder.install_recorder().ok()?;
    begin_at_zero();
    Some(recorder)
}

/// Registers the counters that alarms use, so that they exist before their first increment.
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
    // Loops begin theirs when they are spawned.
    for task in ["render", "request"] {
        metrics::counter!("task_panics_total", "task" => task).increment(0);
    }
    metrics::gauge!("live_sockets").set(0.0);
}

/// Counters without labels.
const COUNTERS: &[&str] = &[
    "accept_failures_total",
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
    "wall_refused_total",
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

/// Where Linux reports the memory limit and use.
const LIMIT: &str = "/sys/fs/cgroup/memory.max";
const STATUS: &str = "/proc/self/status";
const STAT: &str = "/proc/self/stat";
/// `USER_HZ`, the same on every Linux that people run.
const TICKS_A_SECOND: u64 = 100;

/// Records the process's memory and processor time, where the system reports them.
pub fn note_process() {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    if let Some(kilobytes) = resident(&read(STATUS)) {
        metrics::gauge!("process_memory_bytes").set((kilobytes * 1024) as f64);
    }
    // "max" is no number: there is no limit.
    if let Ok(limit) = read(LIMIT).trim().parse::<u64>() {
        metrics::gauge!("process_memory_limit_bytes").set(limit as f64);
    }
    if let Some(ticks) = processor_ticks(&read(STAT)) {
        metrics::counter!("process_cpu_seconds_total").absolute(ticks / TICKS_A_SECOND);
    }
}

/// Kilobytes in memory, of `/proc/self/status`.
fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Time on a processor, by the program and the kernel for it, of `/proc/self/stat`: the name may hold anything, and what
/// follows it is counted from the third field on.
fn processor_ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_uses_is_read_from_what_linux_says() {
        assert_eq!(resident("Name:\tx\nVmRSS:\t   29876 kB\nThreads:\t4\n"), Some(29_876));
        assert_eq!(resident(""), None);
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194304 900 0 3 0 250 50 0 0 20 0 4 0 100 1 2 3";
        assert_eq!(processor_ticks(stat), Some(300));
        assert_eq!(processor_ticks(""), None);
    }
}
