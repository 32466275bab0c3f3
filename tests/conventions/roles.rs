//! A slice's files by their roles: what each may import, and what it may hold.

use crate::source::{Problems, Source, sources};

/// A role is the name of a file or of a folder of files.
struct Role {
    name: &'static str,
    /// Must not stand in its code.
    banned: &'static [&'static str],
    /// Roles above it, which it must not name.
    above: &'static [&'static str],
    advice: &'static str,
}

const ROLES: &[Role] = &[
    Role {
        name: "model",
        // An enum may say what it is called in a column: sqlx::Type.
        banned: &[
            "async fn",
            ".await",
            "sqlx::query",
            "sqlx::Pg",
            "PgConnection",
            "CompanyTx",
            "axum::",
            "askama",
        ],
        above: &["queries", "actions", "routes", "views"],
        advice: "a model holds pure rules",
    },
    Role {
        name: "queries",
        banned: &["axum::", "askama"],
        above: &["actions", "routes", "views"],
        advice: "queries hold SQL and decide nothing",
    },
    Role {
        name: "actions",
        banned: &["axum::", "askama"],
        above: &["routes", "views"],
        advice: "actions know no HTTP and no HTML",
    },
    Role {
        name: "routes",
        banned: &["sqlx::"],
        above: &[],
        advice: "routes call an action or a query, never the database",
    },
    Role {
        name: "views",
        banned: &["sqlx::", "async fn", ".await"],
        above: &["queries", "actions", "routes"],
        advice: "views format, without I/O",
    },
    Role {
        name: "live",
        banned: &["axum::", "sqlx::"],
        above: &["actions", "routes"],
        advice: "live reads through queries and draws with views",
    },
];

/// Folders of pure rules by another name.
const MODELS: &[&str] = &["orders/item", "orders/revise", "orders/status"];

/// The role of a file: what it, or a folder inside its slice, is called.
fn role(file: &str) -> Option<&'static Role> {
    let named = |name: &str| ROLES.iter().find(|role| role.name == name);
    if MODELS.iter().any(|model| file == *model || file.starts_with(&format!("{model}/"))) {
        return named("model");
    }
    file.split('/').skip(1).find_map(named)
}

/// Whether code names a module: `views::Card`, `use super::{queries, views};`.
fn names_module(line: &str, module: &str) -> bool {
    line.match_indices(module).any(|(at, _)| {
        let (before, after) = (&line[..at], line[at + module.len()..].trim_start());
        let whole = !before.ends_with(|c: char| c.is_alphanumeric() || "_.".contains(c));
        let imported = line.starts_with("use ") && (after.starts_with([',', '}', ';']) || after.is_empty());
        whole && (after.starts_with("::") || imported)
    })
}

fn check(source: &Source, role: &Role, problems: &mut Problems) {
    source.lines_with(role.banned, problems, role.advice);
    for (n, line) in source.code.lines().enumerate() {
        for module in role.above.iter().filter(|module| names_module(line.trim(), module)) {
            let path = &source.path;
            problems.add(format!("{path}:{}: {} names {module}: {}", n + 1, role.name, role.advice));
        }
    }
}

#[test]
fn each_role_imports_only_what_it_may() {
    let mut problems = Problems::default();
    let mut seen = 0;
    for source in sources() {
        if let Some(role) = role(source.inside()) {
            check(source, role, &mut problems);
            seen += 1;
        }
    }
    assert!(seen > 60, "role files are found: {seen}");
    problems.none();
}

#[test]
fn a_role_is_a_file_or_a_folder() {
    let name = |file| role(file).map(|role| role.name);
    assert_eq!(name("orders/queries/board"), Some("queries"));
    assert_eq!(name("orders/queries"), Some("queries"));
    assert_eq!(name("orders/item/decisions"), Some("model"));
    assert_eq!(name("live/queries"), Some("queries"));
    assert_eq!(name("live"), None);
    assert_eq!(name("live/socket"), None);
    assert!(names_module("use super::{queries, views};", "views"));
    assert!(names_module("crate::people::views::Row", "views"));
    assert!(!names_module("let reviews::x = self.views;", "views"));
}

#[test]
fn sql_stands_in_queries_only() {
    let mut problems = Problems::default();
    let macros = [
        "query!(",
        "query_as!(",
        "query_scalar!(",
        "query_unchecked!(",
        "query_file!(",
        "sqlx::query",
        "raw_sql(",
    ];
    for source in sources() {
        let queries = role(source.inside()).is_some_and(|role| role.name == "queries");
        if !queries && source.module() != "db" {
            source.lines_with(&macros, &mut problems, "SQL goes into the slice's queries");
        }
    }
    problems.none();
}
