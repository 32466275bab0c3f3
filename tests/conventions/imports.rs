//! Imports point one way.

use std::collections::BTreeSet;

use crate::source::{Problems, sources, words};

/// What may import what: a module imports its own row's modules only where the row is the foundation, and
/// otherwise only rows above its own.
const ORDER: &[&[&str]] = &[
    &[
        "actor",
        "assets",
        "clock",
        "command",
        "config",
        "connection",
        "db",
        "error",
        "extract",
        "feed",
        "hex",
        "html",
        "ids",
        "lang",
        "lifecycle",
        "memo",
        "page",
        "screen",
        "state",
        "telemetry",
        "theme",
        "watchdog",
    ],
    &["auth"],
    &["export"],
    &["people"],
    &["companies"],
    &["orders"],
    &["purchasing", "quotes", "reports", "settings", "walls"],
    &["needs"],
    &["live"],
    &["backup"],
    &["jobs"],
    &["doctor", "http"],
    &["server"],
    &["demo"],
    &["run"],
    &["main"],
];

/// The modules of our crate that a line of code names: `crate::feed::…`, `use crate::{db, feed::hub}`.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, marker) in code.match_indices("crate::").chain(code.match_indices("separacao::")) {
        let part_of_a_longer_name = code[..at].ends_with(|c: char| c.is_alphanumeric() || "_:$".contains(c));
        let rest = code[at + marker.len()..].trim_start();
        if part_of_a_longer_name {
            continue;
        }
        let Some(group) = rest.strip_prefix('{') else {
            found.extend(words(rest).next().map(str::to_owned));
            continue;
        };
        let (mut depth, mut first) = (0, true);
        for token in group.split_inclusive(['{', '}', ',', ':']) {
            if depth == 0 && first {
                found.extend(words(token).next().map(str::to_owned));
            }
            match token.chars().last() {
                Some('{') => depth += 1,
                Some('}') if depth == 0 => break,
                Some('}') => depth -= 1,
                _ => {}
            }
            first = depth == 0 && token.ends_with(',');
        }
    }
    found
}

#[test]
fn imports_are_read_from_every_form_of_use() {
    let names = |code: &str| imports(code).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(names("use crate::feed::hub::Hub; fn f(x: crate::ids::OrderId) {}"), "feed ids");
    assert_eq!(names("use crate::{db, feed::{self, hub::Hub}, orders::model::Order};"), "db feed orders");
    assert_eq!(names("use separacao::{\n    config,\n    server::run,\n};"), "config server");
    assert_eq!(names("use other_crate::thing; $crate::thing!()"), "");
}

#[test]
fn imports_point_one_way() {
    let rank = |module: &str| ORDER.iter().position(|row| row.contains(&module));
    let mut problems = Problems::default();
    for source in
        sources().iter().filter(|source| source.path.starts_with("src/") && source.module() != "lib")
    {
        let own = source.module();
        let Some(own_rank) = rank(own) else {
            problems.add(format!("{}: module {own} has no place yet; give it one in ORDER", source.path));
            continue;
        };
        for other in imports(&source.code) {
            // Macros and items of lib.rs itself have no module.
            let Some(other_rank) = rank(&other) else { continue };
            let foundation = own_rank == 0 && other_rank == 0;
            if other != own && other_rank >= own_rank && !foundation {
                problems.add(format!("{}: imports crate::{other}, which stands above {own}", source.path));
            }
        }
    }
    problems.none();
}
