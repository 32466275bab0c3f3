//! What only the named places do.

use crate::source::{Call, Problems, Source, sources};

/// Where a call may stand, and why; everything of a folder if it ends with `/`.
struct Place {
    path: &'static str,
    reason: &'static str,
}

const fn place(path: &'static str, reason: &'static str) -> Place {
    Place { path, reason }
}

/// Who starts something without `Lifecycle`, which waits for it.
const SPAWN: &[Place] = &[
    place("src/lifecycle.rs", "it is the one that spawns"),
    place("src/db/embedded/", "PostgreSQL is a process, and its lock is waited for on a thread"),
    place("src/auth/pin_hash.rs", "a PIN is hashed on a thread, and awaited"),
    place("src/assets/mod.rs", "a file is packed on a thread, and awaited"),
    place("src/settings/picture.rs", "a picture is read on a thread, and awaited"),
    place("src/backup/dump.rs", "a backup is put on the disk on a thread, and awaited"),
    place("src/quotes/sandbox.rs", "a PDF is read in a process, which is awaited"),
    place("src/watchdog.rs", "it watches the runtime from a thread outside of it"),
];

/// The operator's way into the database, for what stands above companies.
const OPERATOR: &[Place] = &[
    place("src/db/", "it is made here"),
    place("src/companies/", "companies, and their first administrators"),
    place("src/backup/", "what must not live on after a restore"),
    place("src/run/", "the note of a backup by hand"),
    place("crates/pdf-text/", "another operator: that of a PDF's page"),
];

/// Who may look past the wall between companies.
const GATE: &[Place] = &[
    place("src/db/", "it is made here"),
    place("src/auth/", "sign-in and sessions"),
    place("src/companies/", "which company is meant"),
    place("src/http/health.rs", "readiness"),
    place("src/jobs/", "which companies there are, and the claims of jobs"),
    place("src/walls/", "which wall it is, and codes of no company yet"),
    place("src/live/sessions.rs", "which walls may still watch"),
];

/// Who asks without a transaction, through a function of the schema that takes its role by itself.
const ASK: &[Place] = &[
    place("src/db/", "it is made here"),
    place("src/auth/queries/sessions/find.rs", "find_session, once a request"),
    place("src/feed/queries/", "read_feed, once an event"),
    place("src/walls/queries/", "find_wall, once a request of a wall"),
];

/// Who may do what clippy.toml forbids.
const EXPECTED: &[Place] = &[
    place("src/clock.rs", "it is the one that reads the time"),
    place("src/config/", "settings are read here"),
    place("src/extract.rs", "it wraps axum's own extractors"),
    place("src/feed/", "feed::commit commits a company's change"),
    place("src/lifecycle.rs", "it is the one that spawns"),
];

const ENVIRONMENT: &[Place] = &[place("src/config/", "settings are read here")];

fn is_listed(source: &Source, places: &[Place]) -> bool {
    assert!(places.iter().all(|place| !place.reason.is_empty()));
    places.iter().any(|place| match place.path.strip_suffix('/') {
        Some(_) => source.path.starts_with(place.path),
        None => source.path == place.path,
    })
}

/// Calls that are `found`, outside of the places.
fn only_in(places: &[Place], beginning: &str, found: impl Fn(&Call) -> bool, advice: &str) {
    let mut problems = Problems::default();
    for source in sources().iter().filter(|source| !is_listed(source, places)) {
        for call in source.calls(beginning).iter().filter(|call| found(call)) {
            problems.add(format!("{}:{}: `{}.{}(`: {advice}", source.path, call.line, call.on, call.name));
        }
    }
    problems.none();
}

fn only_method_in(places: &[Place], name: &str, advice: &str) {
    only_in(places, name, |call| call.is_method && call.name == name, advice);
}

#[test]
fn only_lifecycle_spawns() {
    let advice = "spawn through Lifecycle, or list the place in SPAWN with a reason";
    only_in(SPAWN, "spawn", |call| call.on != "lifecycle", advice);
}

#[test]
fn only_the_named_places_act_as_operator() {
    only_method_in(OPERATOR, "operator", "it stands above companies; add the place to OPERATOR with care");
}

#[test]
fn only_the_named_places_go_through_the_gate() {
    only_method_in(
        GATE,
        "gate",
        "it is for what no company is known for yet; add the place to GATE with care",
    );
}

#[test]
fn only_the_named_places_ask_without_a_transaction() {
    only_method_in(ASK, "ask", "what is asked so scopes itself; add the place to ASK with care");
}

#[test]
fn only_the_named_places_do_what_clippy_forbids() {
    let mut problems = Problems::default();
    for source in sources().iter().filter(|source| !is_listed(source, EXPECTED)) {
        let advice = "clippy.toml says why it is forbidden, and is not talked out of it";
        source.lines_with(&["disallowed_methods", "disallowed_types"], &mut problems, advice);
    }
    problems.none();
}

#[test]
fn only_config_reads_the_environment() {
    let mut problems = Problems::default();
    for source in sources().iter().filter(|source| !is_listed(source, ENVIRONMENT)) {
        let words = ["std::env::", "use std::env", "std::{env"];
        source.lines_with(&words, &mut problems, "settings are read in config");
    }
    problems.none();
}
