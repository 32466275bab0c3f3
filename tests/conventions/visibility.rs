//! Modules are public where tests, benches and main name them, and visible to the crate alone elsewhere: what the
//! compiler takes for used by others, it never calls dead.

use std::collections::BTreeSet;

use crate::source::{Problems, Source, files, root, sources};

/// Names and punctuation of code: `a`, `::`, `{`, `,`, …
fn tokens(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = match () {
            () if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            () if rest.starts_with("::") => 2,
            () => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        found.push(token);
        rest = after.trim_start();
    }
    found
}

/// Adds the paths of a tree such as `feed::{self, hub::Hub}` under a prefix; answers where the tree ends.
fn add_tree(tokens: &[&str], mut at: usize, prefix: &str, found: &mut BTreeSet<String>) -> usize {
    if tokens.get(at) == Some(&"{") {
        while tokens.get(at).is_some_and(|token| *token != "}") {
            at = add_tree(tokens, at + 1, prefix, found);
        }
        return at + 1;
    }
    let Some(name) = tokens.get(at).filter(|token| token.starts_with(char::is_alphabetic)) else { return at };
    let path = if *name == "self" { prefix.to_owned() } else { format!("{prefix}::{name}") };
    found.insert(path.clone());
    at += 1;
    if tokens.get(at) == Some(&"::") { add_tree(tokens, at + 1, &path, found) } else { at }
}

/// What a file outside of the library names of it, also through what it imported: `feed::hub` after `use separacao::feed`.
fn named(code: &str) -> BTreeSet<String> {
    let tokens = tokens(code);
    let mut found = BTreeSet::new();
    let starts = |at: usize, name: &str| {
        tokens[at] == name && tokens.get(at + 1) == Some(&"::") && (at == 0 || tokens[at - 1] != "::")
    };
    for at in (0..tokens.len()).filter(|at| starts(*at, "separacao")) {
        add_tree(&tokens, at + 2, "", &mut found);
    }
    for path in found.clone() {
        let name = path.rsplit("::").next().unwrap_or_default();
        for at in (0..tokens.len()).filter(|at| starts(*at, name)) {
            add_tree(&tokens, at + 2, &path, &mut found);
        }
    }
    found
}

#[test]
fn modules_are_public_where_somebody_outside_names_them() {
    let outside = ["tests/it", "benches"].iter().flat_map(|folder| files(folder, ".rs"));
    let main = std::fs::read_to_string(root().join("src/main.rs")).expect("src/main.rs");
    let mut used: BTreeSet<String> = named(&Source::new("src/main.rs".to_owned(), &main).code);
    used.extend(outside.flat_map(|file| named(&Source::new(file.path, &file.text).code)));
    let mut problems = Problems::default();
    for source in sources().iter().filter(|source| source.path.starts_with("src/")) {
        let parent = source.inside().replace('/', "::");
        let parent = if parent == "lib" { String::new() } else { format!("::{parent}") };
        let declared =
            source.code.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
        for module in declared {
            let path = format!("{parent}::{module}");
            if !used.iter().any(|used| *used == path || used.starts_with(&format!("{path}::"))) {
                problems
                    .add(format!("{}: {module} is needed by nobody outside: pub(crate) mod", source.path));
            }
        }
    }
    problems.none();
}

#[test]
fn paths_are_read_from_trees_and_through_imports() {
    let code =
        "use separacao::{db, feed::{self, hub::Hub}}; fn f() { feed::queries::list(); other::feed::x(); }";
    let found: Vec<String> = named(code).into_iter().collect();
    assert_eq!(
        found,
        ["::db", "::feed", "::feed::hub", "::feed::hub::Hub", "::feed::queries", "::feed::queries::list"]
    );
}
