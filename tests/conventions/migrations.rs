//! Files of migrations/: numbered, named, and kind to the build that runs while they do.

use crate::source::{Problems, files, words};

#[test]
fn migrations_are_numbered_upwards_and_named_by_what_they_do() {
    let mut problems = Problems::default();
    let mut last = String::new();
    for file in &files("migrations", "") {
        let stem = file.name().strip_suffix(".sql").unwrap_or_default();
        let mut parts = stem.split('_');
        let named = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        let number = parts.next().unwrap_or_default();
        let is_next = number.len() == 4 && number.bytes().all(|b| b.is_ascii_digit()) && *number > *last;
        if !is_next || parts.clone().count() < 2 || !parts.all(named) {
            problems.add(format!("{}: should be called NNNN_verb_noun.sql, after {last}", file.path));
        }
        number.clone_into(&mut last);
    }
    problems.none();
}

/// The last migration that was written before anything was deployed: it and those before may rewrite what they like.
/// From the next one on, picks go on while a migration runs.
const BEFORE_DEPLOY: usize = 20;

/// Tables that have many rows, or will have.
const GROW: &[&str] = &[
    "feed_events",
    "item_picks",
    "operations",
    "order_documents",
    "order_history",
    "order_items",
    "order_notes",
    "orders",
    "quote_drafts",
    "search_words",
    "security_events",
    "sessions",
    "sign_in_failures",
];

/// The statements of a migration, in lower case, without comments and the bodies of functions, with single spaces.
fn statements(sql: &str) -> Vec<String> {
    let uncommented: Vec<&str> = sql.lines().filter_map(|line| line.split("--").next()).collect();
    // Every second part stands between dollars.
    let outside: String = uncommented.join("\n").split("$$").step_by(2).collect();
    let plain = |statement: &str| statement.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    outside.split(';').map(plain).filter(|statement| !statement.is_empty()).collect()
}

/// What in a migration would stop the picks of the build that runs meanwhile.
fn stops_picks(sql: &str) -> Vec<&'static str> {
    let statements = statements(sql);
    let any = |test: &dyn Fn(&str) -> bool| statements.iter().any(|statement| test(statement));
    let makes = |table: &str| {
        any(&|statement| statement.starts_with("create table ") && words(statement).any(|word| word == table))
    };
    let alone = sql.starts_with("-- no-transaction");
    let builds = |statement: &str| {
        statement.starts_with("create index ") || statement.starts_with("create unique index ")
    };
    let on_a_big_table = |statement: &str| {
        let table = statement.split(" on ").nth(1).and_then(|rest| words(rest).next()).unwrap_or_default();
        GROW.contains(&table) && !makes(table)
    };
    let checks = |statement: &str| {
        let constrains =
            [" check (", " foreign key", " references "].iter().any(|word| statement.contains(word));
        let adds = statement.starts_with("alter table ") && statement.contains(" add ");
        let table = words(statement.trim_start_matches("alter table ").trim_start_matches("only ")).next();
        adds && constrains && !statement.contains(" not valid") && !table.is_some_and(&makes)
    };
    let retypes = |statement: &str| {
        statement.contains(" alter column ")
            && (statement.contains(" type ") || statement.contains(" set data type "))
    };
    let concurrent = |statement: &str| statement.contains(" concurrently ");
    let rules: [(bool, &str); 6] = [
        (
            any(&retypes),
            "a changed type rewrites the table; add a column, fill it in parts, drop the old one later",
        ),
        (
            any(&|it| builds(it) && on_a_big_table(it) && !concurrent(it)),
            "an index on a table that grows is built concurrently, in a file of its own that begins with -- no-transaction",
        ),
        (any(&checks), "a constraint is added not valid, and validated by the next file"),
        (
            any(&|it| it.contains(" not valid")) && any(&|it| it.contains(" validate constraint ")),
            "what adds a constraint holds a lock until it ends; validate it in the next file",
        ),
        (
            alone && statements.len() != 1 || !alone && any(&concurrent),
            "concurrently needs a file of one statement that begins with -- no-transaction",
        ),
        (
            alone && any(&|it| builds(it) && !it.contains(" if not exists ")),
            "an index is built concurrently if not exists: its file may run twice",
        ),
    ];
    rules.into_iter().filter(|(broken, _)| *broken).map(|(_, advice)| advice).collect()
}

#[test]
fn migrations_stop_no_picks() {
    let mut problems = Problems::default();
    for file in files("migrations", "").iter().skip(BEFORE_DEPLOY) {
        for advice in stops_picks(&file.text) {
            problems.add(format!("{}: {advice}", file.path));
        }
    }
    problems.none();
}

#[test]
fn what_stops_picks_is_recognised() {
    for bad in [
        "alter table people alter column name type varchar(9)",
        "alter table orders add column x int, alter column y set data type bigint using y::bigint",
        "create index orders_x on orders (x)",
        "create unique index orders_x on orders using btree (x)",
        "-- fine\ncreate index concurrently if not exists orders_x on orders (x)",
        "-- no-transaction\ncreate index concurrently orders_x on orders (x)",
        "-- no-transaction\ncreate index concurrently if not exists orders_x on orders (x); select 1",
        "alter table orders add constraint orders_x_check check (x > 0)",
        "alter table orders add column y uuid constraint orders_y_fkey references people (id)",
        "alter table orders add constraint c check (x > 0) not valid; alter table orders validate constraint c",
    ] {
        assert!(!stops_picks(bad).is_empty(), "{bad}");
    }
    for good in [
        "alter table orders add column x int",
        "create table things (id int constraint things_id_check check (id > 0)); create index things_id on things (id)",
        "create table orders (x int); create index orders_x on orders (x)",
        "-- no-transaction\n-- why\ncreate index concurrently if not exists orders_x on orders (x)",
        "alter table orders add constraint c check (x > 0) not valid",
        "alter table orders validate constraint c",
        "create function f() returns int language sql as $$ select 1; create index a on orders (b) $$",
    ] {
        assert_eq!(stops_picks(good), Vec::<&str>::new(), "{good}");
    }
}
