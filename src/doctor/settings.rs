//! Checks settings: refused ones and unwise ones.

use super::report::Section;
use crate::config::Settings;

pub fn examine(settings: &Settings, section: &mut Section<'_>) {
    let environment = match (settings.is_on_railway(), settings.is_production()) {
        (true, _) => "production, on Railway",
        (false, true) => "production",
        (false, false) => "development",
    };
    section.ok("environment", environment);
    match settings.check() {
        Ok(()) => section.ok("values", "every command takes them"),
        Err(error) => section.fail("values", error.to_string(), "every command refuses them until then"),
    }
    hosts(settings, section);
    address_header(settings, section);
    if settings.is_production() && settings.metrics_token.is_none() {
        section.warn(
            "metrics token",
            "/metrics and the details of /health are closed",
            "set METRICS_TOKEN to watch them",
        );
    }
    drain(settings, section);
}

fn hosts(settings: &Settings, section: &mut Section<'_>) {
    let hosts = settings.hosts();
    match (hosts.is_empty(), settings.is_production()) {
        (false, _) => section.ok("host names", hosts.join(", ")),
        (true, false) => section.ok("host names", "any, as in development"),
        (true, true) => section.fail(
            "host names",
            "none: only probes are answered",
            "set ALLOWED_HOSTS to the name that people open",
        ),
    }
}

fn address_header(settings: &Settings, section: &mut Section<'_>) {
    match &settings.client_address_header {
        Some(header) => {
            section.ok("address header", format!("{header}, believed from {}", settings.proxies_told()));
        }
        None if settings.is_on_railway() => section.warn(
            "address header",
            "not set: all requests seem to come from Railway's edge",
            "set CLIENT_ADDRESS_HEADER=X-Real-IP, so that limits by address hold for each",
        ),
        None => section.ok("address header", "none: the address is the connection's"),
    }
}

fn drain(settings: &Settings, section: &mut Section<'_>) {
    let sockets = settings.drain_sockets_after_ms + settings.drain_spread_ms;
    let (listen, exit) = (settings.drain_listen_ms, settings.drain_exit_ms);
    let told = format!("sockets closed by {sockets} ms, port by {listen} ms, end by {exit} ms after SIGTERM");
    if sockets <= listen && listen < exit {
        section.ok("drain", told);
    } else {
        section.warn(
            "drain",
            told,
            "DRAIN_SOCKETS_AFTER_MS + DRAIN_SPREAD_MS ≤ DRAIN_LISTEN_MS < DRAIN_EXIT_MS",
        );
    }
}
