//! Tables: guarded by row, named in their constraints, and each of one slice.

use std::collections::BTreeSet;

use crate::source::{Problems, Source, files, sources, words};

/// Which slice a table belongs to: it alone writes the table, and reads it but for what is listed below.
const OWNERS: &[(&str, &str)] = &[
    ("_sqlx_migrations", "db"),
    ("agreed_replacements", "orders"),
    ("companies", "companies"),
    ("company_looks", "settings"),
    ("company_pictures", "settings"),
    ("door_failures", "auth"),
    ("feed_events", "feed"),
    ("feed_heads", "feed"),
    ("holidays", "settings"),
    ("item_picks", "orders"),
    ("jobs", "jobs"),
    ("known_devices", "auth"),
    ("operations", "feed"),
    ("order_adjustments", "orders"),
    ("order_claims", "orders"),
    ("order_documents", "orders"),
    ("order_history", "orders"),
    ("order_items", "orders"),
    ("order_notes", "orders"),
    ("order_outcomes", "orders"),
    ("orders", "orders"),
    ("outcome_marks", "orders"),
    ("packaging_options", "settings"),
    ("people", "people"),
    ("permission_grants", "settings"),
    ("presence_leases", "live"),
    ("purchase_allocations", "orders"),
    ("purchase_expectations", "orders"),
    ("purchases", "orders"),
    ("quote_drafts", "quotes"),
    ("report_changes", "reports"),
    ("report_hours", "reports"),
    ("report_people", "reports"),
    ("report_products", "reports"),
    ("report_spans", "reports"),
    ("search_words", "orders"),
    ("seen_changes", "orders"),
    ("security_events", "auth"),
    ("seller_aliases", "quotes"),
    ("sessions", "auth"),
    ("settings_changes", "settings"),
    ("shared_devices", "auth"),
    ("shelf_locations", "orders"),
    ("shipping_options", "settings"),
    ("shipping_packagings", "settings"),
    ("shortage_reasons", "settings"),
    ("shortages", "orders"),
    ("surplus_settlements", "orders"),
    ("sign_in_failures", "auth"),
    ("wall_code_failures", "walls"),
    ("wall_codes", "walls"),
    ("walls", "walls"),
    ("work_hours", "settings"),
];

/// What everybody may join, and these columns of it besides its keys.
const NAMES: &[(&str, &[&str])] =
    &[("people", &["name", "active"]), ("shipping_options", &["name"]), ("packaging_options", &["name"])];

/// Columns that a join is made by.
const KEYS: &[&str] = &["company_id", "id"];

/// Who else writes a table: module, table, why.
const WRITERS: &[(&str, &str, &str)] = &[
    ("auth", "order_claims", "whoever signs out holds no order"),
    ("auth", "people", "the PIN and the language of who signs in"),
    ("companies", "packaging_options", "a company begins with the usual ones"),
    ("companies", "shipping_options", "a company begins with the usual ones"),
    ("companies", "shipping_packagings", "a company begins with the usual ones"),
];

/// Who else reads a table: module, table, why. Functions of the schema (`find_session`, `read_feed`) read what they
/// need, and are no statements of ours.
const READERS: &[(&str, &str, &str)] = &[
    ("auth", "companies", "whether it is closed, and how its numbers look"),
    ("auth", "feed_heads", "how far the feed is, with each session"),
    ("auth", "people", "who signs in"),
    ("auth", "permission_grants", "what those who watch may do, asked again for open sockets"),
    ("companies", "people", "whether anybody can administer"),
    ("companies", "sessions", "whose sessions end with the company"),
    ("doctor", "jobs", "whether one is late, or fails"),
    ("feed", "permission_grants", "what those roles may do, in the same statement"),
    ("feed", "people", "which roles claim an operation, in the statement that claims it"),
    ("feed", "sessions", "whether the session is there when an operation is claimed"),
    ("jobs", "companies", "which there are, and at whose midnight an event is told"),
    ("live", "companies", "whether it is closed"),
    ("needs", "agreed_replacements", "what was taken the last time"),
    ("needs", "companies", "the code of its counter customer"),
    ("needs", "order_items", "what waits for an answer"),
    ("needs", "orders", "whose it is"),
    ("needs", "purchase_allocations", "what is late, and left over"),
    ("needs", "purchases", "when it was to come"),
    ("needs", "shortages", "since when, and because of whom"),
    ("orders", "companies", "the code of its counter customer"),
    ("orders", "people", "who sells: the choice of a form"),
    ("orders", "packaging_options", "the choice of a form"),
    ("orders", "shipping_options", "the choice of a form"),
    ("orders", "shipping_packagings", "the choice of a form"),
    ("page", "quote_drafts", "how many wait, in the frame of every page"),
    ("people", "companies", "how long its numbers are, while one is added"),
    ("purchasing", "order_items", "what is to buy"),
    ("purchasing", "order_notes", "what was said of the orders behind it"),
    ("purchasing", "orders", "for whom it is bought"),
    ("purchasing", "purchase_allocations", "what is on the way, and left over"),
    ("purchasing", "shortages", "for when it was wished"),
    ("purchasing", "purchases", "of whom it was bought"),
    ("purchasing", "surplus_settlements", "what of the stock's part is still to come"),
    ("quotes", "companies", "the code of its counter customer"),
    ("quotes", "feed_events", "which order a confirmation made"),
    ("quotes", "order_documents", "whether a paper was seen before"),
    ("quotes", "order_items", "what a newer paper changes"),
    ("quotes", "orders", "which order a paper is of"),
    ("quotes", "people", "who sells: the choice of a form"),
    ("people", "orders", "whose orders are open, before somebody leaves"),
    ("reports", "companies", "where it is and when it works"),
    ("reports", "order_history", "what figures count: what happened, not what is"),
    ("reports", "order_items", "of which goods the lines were"),
    ("reports", "order_outcomes", "closed orders"),
    ("reports", "orders", "what a customer is called, and how many orders came"),
    ("reports", "outcome_marks", "what closed orders are found by"),
    ("reports", "people", "whose orders are looked for: the choice of a form"),
    ("reports", "security_events", "what an auditor reads"),
    ("reports", "search_words", "what closed orders are found by"),
    ("settings", "companies", "its own row, locked while its settings change"),
    ("settings", "orders", "how many open orders have an option"),
    ("walls", "companies", "whether it is closed"),
];

/// Tables that the migrations create: name, and the comma-separated parts of the body.
fn tables(sql: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for piece in sql.split(';') {
        let Some((head, body)) = piece.split_once('(') else { continue };
        let head: Vec<&str> = head.split_whitespace().collect();
        let [.., "table", name] = head[..] else { continue };
        if !head.contains(&"create") {
            continue;
        }
        let (mut depth, mut parts) = (0, vec![String::new()]);
        for c in body.chars() {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                ',' if depth == 0 => {
                    parts.push(String::new());
                    continue;
                }
                _ => {}
            }
            if let Some(part) = parts.last_mut().filter(|_| depth >= 0) {
                part.push(if c.is_whitespace() { ' ' } else { c });
            }
        }
        found.push((name.to_owned(), parts));
    }
    found
}

fn migrations() -> String {
    let uncommented = |line: &str| line.split("--").next().unwrap_or_default().to_owned() + "\n";
    files("migrations", ".sql").iter().flat_map(|file| file.text.lines().map(uncommented)).collect()
}

#[test]
fn every_table_of_a_company_has_row_level_security() {
    let mut problems = Problems::default();
    let sql = migrations();
    let statements: BTreeSet<String> =
        sql.split(';').map(|statement| statement.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    // A `do $$ … $$` block may do it for an array of names.
    let loops: Vec<&str> =
        sql.split("$$").filter(|block| block.contains("enable row level security")).collect();
    for (table, parts) in tables(&sql) {
        let of_a_company = parts.iter().any(|part| words(part).next() == Some("company_id"));
        let enabled = statements.contains(&format!("alter table {table} enable row level security"))
            || loops.iter().any(|block| block.contains(&format!("'{table}'")));
        if of_a_company && !enabled {
            problems.add(format!("{table}: has company_id but no row level security"));
        }
    }
    problems.none();
}

#[test]
fn every_constraint_has_a_name() {
    let mut problems = Problems::default();
    for (table, parts) in tables(&migrations()) {
        for part in parts {
            let padded = format!(" {part} ");
            let constrains = [" primary key ", " unique ", " check ", " references "]
                .iter()
                .any(|word| padded.contains(word));
            if constrains && !padded.contains(" constraint ") {
                problems.add(format!("{table}: give this constraint a name: {}", part.trim()));
            }
        }
    }
    problems.none();
}

/// What a statement does with a table.
#[derive(Debug, PartialEq)]
struct Use<'a> {
    table: &'a str,
    writes: bool,
    /// What the statement calls it: `p` for `join people p on …`.
    alias: Option<&'a str>,
}

/// The uses of tables in the strings of a file.
fn uses(sql: &str) -> Vec<Use<'_>> {
    let words: Vec<&str> = words(sql).collect();
    let mut found = Vec::new();
    for (at, table) in words.iter().enumerate() {
        if !OWNERS.iter().any(|(name, _)| name == table) {
            continue;
        }
        let before = |back: usize| at.checked_sub(back).map_or("", |at| words[at]);
        let writes = match (before(2), before(1)) {
            ("insert", "into") | ("delete", "from") | (_, "update" | "truncate") => true,
            (_, "from" | "join" | "lateral") => false,
            _ => continue,
        };
        let alias = words.get(at + 1).copied().filter(|word| word.len() <= 2 && *word != "on");
        found.push(Use { table, writes, alias });
    }
    found
}

/// Whether a name of everybody's is used for its name alone.
fn is_name(source: &Source, used: &Use<'_>) -> bool {
    let Some((_, columns)) = NAMES.iter().find(|(table, _)| *table == used.table) else { return false };
    let Some(alias) = used.alias else { return false };
    let dotted = format!("{alias}.");
    let sql = &source.strings;
    sql.match_indices(&dotted)
        .filter(|(at, _)| !sql[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        .all(|(at, _)| {
            let column = words(&sql[at + dotted.len()..]).next().unwrap_or_default();
            columns.contains(&column) || KEYS.contains(&column)
        })
}

#[test]
fn a_table_is_written_by_the_slice_that_owns_it() {
    let mut problems = Problems::default();
    for source in sources() {
        for used in uses(&source.strings) {
            let (table, module) = (used.table, source.module());
            let owner = OWNERS.iter().find(|(name, _)| *name == table).map_or("", |(_, owner)| *owner);
            let listed = |list: &[(&str, &str, &str)]| {
                list.iter()
                    .any(|(other, listed, why)| *other == module && *listed == table && !why.is_empty())
            };
            let may_read = listed(READERS) || is_name(source, &used);
            if owner == module || listed(WRITERS) || (!used.writes && may_read) {
                continue;
            }
            let does = if used.writes { "writes" } else { "reads" };
            problems.add(format!("{}: {does} {table}, which is {owner}'s", source.path));
        }
    }
    problems.none();
}

#[test]
fn every_table_has_an_owner() {
    let mut problems = Problems::default();
    let sql = migrations();
    let made: BTreeSet<String> = tables(&sql).into_iter().map(|(table, _)| table).collect();
    for table in made.iter().filter(|made| !OWNERS.iter().any(|(table, _)| table == *made)) {
        problems.add(format!("{table}: say in OWNERS which slice it belongs to"));
    }
    for (table, _) in
        OWNERS.iter().filter(|(table, _)| !made.contains(*table) && *table != "_sqlx_migrations")
    {
        problems.add(format!("{table}: OWNERS names it, but no migration makes it"));
    }
    problems.none();
}

#[test]
fn uses_of_a_table_are_read_from_every_kind_of_statement() {
    let sql = "\"with x as (insert into operations (a) values (1)) select p.name from orders o join people p on true\"";
    let found: Vec<_> = uses(sql).into_iter().map(|used| (used.table, used.writes, used.alias)).collect();
    assert_eq!(
        found,
        [("operations", true, Some("a")), ("orders", false, Some("o")), ("people", false, Some("p"))]
    );
    let writes = "\"update orders set x = 1\" \"delete from sessions where true\" \"select from people for update of people\"";
    let found: Vec<_> = uses(writes).into_iter().map(|used| (used.table, used.writes)).collect();
    assert_eq!(found, [("orders", true), ("sessions", true), ("people", false)]);
}
