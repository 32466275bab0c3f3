//! House rules that no lint knows. Each test names its rule; each failure names the file and what to do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

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
        "html",
        "ids",
        "lang",
        "lifecycle",
        "memo",
        "page",
        "state",
        "telemetry",
    ],
    &["auth"],
    &["people"],
    &["companies"],
    &["orders"],
    &["purchasing", "quotes", "reports", "settings"],
    &["live"],
    &["http", "jobs"],
    &["server"],
    &["demo"],
    &["run"],
    &["main"],
];

/// Keys of the catalogue that the code puts together in a way this test cannot see: prefix and place.
const BUILT_KEYS: &[(&str, &str)] = &[];

/// Who may look past the wall between companies: sign-in, sessions, readiness, and which companies there are.
const GATE: &[&str] = &["src/db/", "src/auth/", "src/companies/", "src/http/health.rs", "src/jobs.rs"];

struct File {
    /// Relative to the root, with `/`.
    path: String,
    text: String,
}

impl File {
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Numbered lines of code: no comments, no blank lines, nothing of the tests at the end of the file.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = if self.name() == "tests.rs" || self.path.contains("/tests/") {
            Some(0)
        } else {
            self.text.find("#[cfg(test)]\nmod tests")
        };
        let lines = self.text[..tests.unwrap_or(self.text.len())].lines().enumerate();
        let numbered = lines.map(|(n, line)| (n + 1, line.trim()));
        numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with("//"))
    }

    /// The lines of code in which one of the words stands.
    fn lines_with(&self, words: &[&str], problems: &mut Problems, advice: &str) {
        for (n, line) in self.code() {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                problems.add(format!("{}:{n}: `{word}`: {advice}", self.path));
            }
        }
    }

    /// `orders` for src/orders/item.rs, `clock` for src/clock.rs.
    fn module(&self) -> &str {
        let inside = self.path.trim_start_matches("src/");
        inside.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }
}

#[derive(Default)]
struct Problems(String);

impl Problems {
    fn add(&mut self, problem: impl std::fmt::Display) {
        writeln!(self.0, "  {problem}").expect("a string takes it");
    }

    #[track_caller]
    fn none(self) {
        assert!(self.0.is_empty(), "\n{}", self.0);
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, ending: &str) -> Vec<File> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).into_iter().flatten() {
            let path = entry.expect("a folder that can be read").path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut paths = Vec::new();
    walk(&root().join(folder), &mut paths);
    paths.sort();
    let named = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).ok()?;
        Some(File { path: path.strip_prefix(root()).ok()?.to_str()?.to_owned(), text })
    };
    paths.into_iter().filter(|path| path.to_string_lossy().ends_with(ending)).filter_map(named).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[test]
fn no_source_file_is_longer_than_five_hundred_lines_of_code() {
    let mut problems = Problems::default();
    for file in files("src", ".rs") {
        let lines = file.code().count();
        if lines > 500 {
            problems.add(format!("{}: {lines} lines of code; split it by what it does", file.path));
        }
    }
    problems.none();
}

#[test]
fn each_role_imports_only_what_it_may() {
    let mut problems = Problems::default();
    for file in files("src", ".rs") {
        let (banned, advice): (&[&str], _) = match file.name() {
            "model.rs" => {
                (&["async fn", ".await", "sqlx::", "axum::", "askama"], "model.rs holds pure rules")
            }
            "queries.rs" => (&["axum::", "askama"], "queries.rs holds SQL and decides nothing"),
            "actions.rs" => (&["axum::", "askama"], "actions.rs knows no HTTP and no HTML"),
            "routes.rs" => (&["sqlx::"], "routes.rs calls an action or a query, never the database"),
            "views.rs" => (&["sqlx::", "async fn", ".await"], "views.rs formats, without I/O"),
            _ => continue,
        };
        file.lines_with(banned, &mut problems, advice);
    }
    problems.none();
}

#[test]
fn sql_stands_in_queries_only() {
    let mut problems = Problems::default();
    let macros =
        ["query!(", "query_as!(", "query_scalar!(", "query_unchecked!(", "query_file!(", "sqlx::query"];
    for file in files("src", ".rs") {
        if file.name() != "queries.rs"
            && !file.path.contains("/queries/")
            && !file.path.starts_with("src/db/")
        {
            file.lines_with(&macros, &mut problems, "SQL goes into the slice's queries.rs");
        }
    }
    problems.none();
}

#[test]
fn only_the_named_places_read_the_environment_spawn_and_commit() {
    let rules: &[(&[&str], &[&str], &str)] = &[
        (&["std::env::", "use std::env", "std::{env"], &["src/config/"], "settings are read in config"),
        (
            &["tokio::spawn", "task::spawn("],
            &["src/lifecycle.rs"],
            "spawn through lifecycle, which waits for it",
        ),
        (
            &["db.operator()"],
            &["src/companies/", "src/run.rs"],
            "the operator's way into the database is for what stands above companies",
        ),
        (
            &[".gate()"],
            GATE,
            "the gate is for what happens before a company is known; add the place to GATE with care",
        ),
        (
            &["disallowed_methods"],
            &["src/feed/", "src/lifecycle.rs", "src/clock.rs"],
            "only feed::commit commits a company's change: clippy.toml says so, and is not talked out of it",
        ),
    ];
    let mut problems = Problems::default();
    for file in files("src", ".rs") {
        for (banned, places, advice) in rules {
            if !places.iter().any(|place| file.path.starts_with(place)) {
                file.lines_with(banned, &mut problems, advice);
            }
        }
    }
    problems.none();
}

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
    for file in files("src", ".rs") {
        let own = file.module();
        if own == "lib" {
            continue;
        }
        let Some(own_rank) = rank(own) else {
            problems.add(format!("{}: module {own} has no place yet; give it one in ORDER", file.path));
            continue;
        };
        let code: String = file.code().map(|(_, line)| format!("{line}\n")).collect();
        for other in imports(&code) {
            // Macros and items of lib.rs itself have no module.
            let Some(other_rank) = rank(&other) else { continue };
            let foundation = own_rank == 0 && other_rank == 0;
            if other != own && other_rank >= own_rank && !foundation {
                problems.add(format!("{}: imports crate::{other}, which stands above {own}", file.path));
            }
        }
    }
    problems.none();
}

#[test]
fn templates_escape_everything_and_hold_no_inline_script_or_style() {
    let mut problems = Problems::default();
    for file in files("templates", ".html") {
        for (n, line) in file.text.lines().enumerate() {
            let lower = line.to_ascii_lowercase();
            let attribute = |start: &str| {
                lower.match_indices(start).any(|(at, _)| {
                    let rest = &lower[at + start.len()..];
                    let name = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
                    rest[name..].starts_with('=') && (name > 0 || start.ends_with('e'))
                })
            };
            let found = match () {
                () if lower.replace(' ', "").contains("|safe") => "|safe",
                () if lower.contains("<style") || attribute(" style") => "an inline style",
                () if lower.contains("<script") && !lower.contains(" src=") => "an inline script",
                () if lower.contains("javascript:") || attribute(" on") => "an inline handler",
                () => continue,
            };
            problems.add(format!("{}:{}: {found}; the content policy refuses it", file.path, n + 1));
        }
    }
    problems.none();
}

/// Templates still to be laid out.
const LONG_LINES: &[&str] = &["templates/quotes/"];

#[test]
fn no_line_of_a_template_or_a_style_sheet_is_longer_than_140_characters() {
    let mut problems = Problems::default();
    for file in files("templates", ".html").iter().chain(&files("static/css", ".css")) {
        if LONG_LINES.iter().any(|start| file.path.starts_with(start)) {
            continue;
        }
        for (n, line) in file.text.lines().enumerate() {
            let length = line.chars().count();
            if length > 140 {
                problems.add(format!("{}:{}: {length} characters; one element a line", file.path, n + 1));
            }
        }
    }
    problems.none();
}

#[test]
fn every_template_is_used() {
    let mut mentions: String = files("src", ".rs").into_iter().map(|file| file.text).collect();
    mentions.extend(files("templates", "").into_iter().map(|file| file.text));
    let mut problems = Problems::default();
    for file in files("templates", "") {
        let path = file.path.trim_start_matches("templates/");
        if !mentions.contains(&format!("\"{path}\"")) {
            problems.add(format!("{}: nothing renders or includes it; delete it", file.path));
        }
    }
    problems.none();
}

type Catalogue = BTreeMap<String, BTreeMap<String, String>>;

/// Key, then language, then text. The files are plain: keys at the margin, languages two spaces in.
fn catalogue(problems: &mut Problems) -> Catalogue {
    let mut catalogue = Catalogue::new();
    for file in files("locales", ".yml") {
        let mut current: Option<String> = None;
        for (n, line) in file.text.lines().enumerate() {
            let place = format!("{}:{}", file.path, n + 1);
            if line.trim().is_empty() || line.trim_start().starts_with('#') || line == "_version: 2" {
                continue;
            }
            let Some((name, text)) = line.split_once(':') else {
                problems.add(format!("{place}: one line per text, please"));
                continue;
            };
            match (name.strip_prefix("  "), &current) {
                (None, _) => {
                    if !text.trim().is_empty() || catalogue.contains_key(name) {
                        problems.add(format!("{place}: {name} is there twice, or is no key of a text"));
                    }
                    catalogue.entry(name.to_owned()).or_default();
                    current = Some(name.to_owned());
                }
                (Some(lang), Some(key)) => {
                    let texts = catalogue.entry(key.clone()).or_default();
                    texts.insert(lang.trim_matches('"').to_owned(), text.trim().to_owned());
                }
                (Some(_), None) => problems.add(format!("{place}: a text without a key")),
            }
        }
    }
    catalogue
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split("%{").skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

#[test]
fn every_text_is_there_in_both_languages_with_the_same_placeholders() {
    let mut problems = Problems::default();
    for (key, texts) in catalogue(&mut problems) {
        let languages: Vec<&str> = texts.keys().map(String::as_str).collect();
        if languages != ["en", "pt-BR"] || texts.values().any(String::is_empty) {
            problems.add(format!("{key}: needs a text in pt-BR and one in en, has {languages:?}"));
        } else if placeholders(&texts["en"]) != placeholders(&texts["pt-BR"]) {
            problems.add(format!("{key}: the placeholders of the two languages differ"));
        }
    }
    problems.none();
}

/// Words that are not said on a screen, each with what is said instead; `*` stands for any ending. From the glossary of
/// the product, and from how a warehouse speaks.
const NOT_SAID: &[(&str, &str)] = &[
    ("clic*", "tocar"),
    ("cliqu*", "tocar"),
    ("coleta*", "separação: it is not picked up by a courier"),
    ("cookie*", "nothing: no jargon"),
    ("corte*", "falta: a cut is also a cut-off time"),
    ("delet*", "remover"),
    ("download*", "baixar, or the name of the file"),
    ("exclu*", "remover"),
    ("faturad*", "finalizado: invoicing is the ERP's"),
    ("guard*", "salvar: guardar means putting away"),
    ("inválid*", "what is wrong, and what to do"),
    ("linha*", "item"),
    ("log", "histórico"),
    ("logar", "entrar"),
    ("login", "entrar, or número"),
    ("logout", "sair"),
    ("lote*", "todos: a batch of goods is something else"),
    ("offline", "sem conexão"),
    ("online", "ao vivo"),
    ("picking", "separação"),
    ("status", "situação"),
    ("submet*", "enviar"),
    ("sucesso", "nothing: what was done says it"),
    ("timeout", "demorou"),
    ("token*", "código"),
    ("upload*", "enviar"),
    ("usuári*", "pessoa, or the function"),
    ("erro interno", "algo deu errado aqui"),
    ("!", "a full stop"),
];

#[test]
fn the_screens_speak_the_language_of_the_warehouse() {
    let mut problems = Problems::default();
    for (key, texts) in catalogue(&mut problems) {
        let text = texts.get("pt-BR").map(|text| text.to_lowercase()).unwrap_or_default();
        let spoken = text.split("%{").map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
        let spoken = spoken.collect::<Vec<_>>().join(" ");
        let said = |unsaid: &str| match unsaid.strip_suffix('*') {
            Some(beginning) => words(&spoken).any(|word| word.starts_with(beginning)),
            None if unsaid.chars().all(char::is_alphanumeric) => words(&spoken).any(|word| word == unsaid),
            None => spoken.contains(unsaid),
        };
        for (unsaid, instead) in NOT_SAID.iter().filter(|(unsaid, _)| said(unsaid)) {
            problems.add(format!("{key} says “{unsaid}”; say: {instead}"));
        }
    }
    problems.none();
}

/// What the strings of a file say about the catalogue.
#[derive(Default)]
struct Keys<'a> {
    /// Look like keys: `orders.card.urgent`.
    likely: BTreeSet<&'a str>,
    /// Are keys, because they stand where only a key can: `t("orders.card.urgent")`.
    certain: BTreeSet<&'a str>,
    /// Beginnings of keys: `quotes.refusal.{`.
    beginnings: BTreeSet<&'a str>,
}

fn keys_in(text: &str) -> Keys<'_> {
    let takes_a_key =
        ["t(", "t_with(", "count(", "Sentence::new(", "AppError::invalid(", "AppError::conflict("];
    let mut keys = Keys::default();
    for (at, _) in text.match_indices('"') {
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && !"._".contains(c));
        let (key, after) = rest.split_at(end.unwrap_or(rest.len()));
        let dotted = key.contains('.') && !key.starts_with('.');
        if dotted && after.starts_with('"') && !key.ends_with('.') {
            keys.likely.insert(key);
            if takes_a_key.iter().any(|call| text[..at].ends_with(call)) {
                keys.certain.insert(key);
            }
        } else if dotted && (after.starts_with('{') || key.ends_with('.')) {
            keys.beginnings.insert(key);
        }
    }
    keys
}

#[test]
fn every_key_that_is_used_exists_and_every_key_that_exists_is_used() {
    let mut problems = Problems::default();
    let catalogue = catalogue(&mut problems);
    let areas: BTreeSet<&str> = catalogue.keys().filter_map(|key| key.split('.').next()).collect();
    let mut sources = files("templates", ".html");
    sources.extend(files("src", ".rs").into_iter().map(|file| {
        let text = file.code().map(|(_, line)| format!("{line}\n")).collect();
        File { text, ..file }
    }));
    let forms = |key: &str| ["one", "other"].map(|form| format!("{key}.{form}"));

    let mut used = BTreeSet::new();
    let mut beginnings: BTreeSet<&str> = BUILT_KEYS.iter().map(|(prefix, _)| *prefix).collect();
    for file in &sources {
        let keys = keys_in(&file.text);
        beginnings.extend(&keys.beginnings);
        let of_an_area = |key: &&str| areas.contains(key.split('.').next().unwrap_or_default());
        let likely = keys.likely.iter().copied().filter(of_an_area);
        for key in likely.chain(keys.certain).collect::<BTreeSet<_>>() {
            let known =
                catalogue.contains_key(key) || forms(key).iter().all(|form| catalogue.contains_key(form));
            if !known && ![".html", ".css"].iter().any(|ending| key.ends_with(ending)) {
                problems.add(format!("{}: {key} is in no file of locales/", file.path));
            }
            used.insert(key.to_owned());
            used.extend(forms(key));
        }
    }
    for key in catalogue.keys().filter(|key| !used.contains(*key)) {
        if !beginnings.iter().any(|start| key.starts_with(start)) {
            problems.add(format!("{key}: nothing says it; delete it from locales/"));
        }
    }
    problems.none();
}

#[test]
fn vendored_files_are_the_ones_their_list_says() {
    let mut problems = Problems::default();
    let folder = root().join("static/vendor");
    let list = std::fs::read_to_string(folder.join("VENDOR")).expect("static/vendor/VENDOR");
    let mut listed = BTreeSet::from(["VENDOR".to_owned()]);
    for line in list.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let [file, name, _version, _licence, sha256] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            problems.add(format!("VENDOR: a line is: file name version licence sha256; not: {line}"));
            continue;
        };
        let bytes = std::fs::read(folder.join(file)).unwrap_or_default();
        let actual: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if actual != sha256 {
            problems.add(format!("{file}: SHA-256 is {actual}, VENDOR says {sha256}"));
        }
        if !folder.join(format!("{name}.LICENSE")).is_file() {
            problems.add(format!("{file}: {name}.LICENSE is missing"));
        }
        listed.extend([file.to_owned(), format!("{name}.LICENSE")]);
    }
    for entry in std::fs::read_dir(&folder).expect("static/vendor") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        if !listed.contains(&name) {
            problems.add(format!("static/vendor/{name}: VENDOR does not list it"));
        }
    }
    problems.none();
}

#[test]
fn migrations_are_numbered_without_gaps_and_named_by_what_they_do() {
    let mut problems = Problems::default();
    for (n, file) in files("migrations", "").iter().enumerate() {
        let expected = format!("{:04}", n + 1);
        let stem = file.name().strip_suffix(".sql").unwrap_or_default();
        let mut parts = stem.split('_');
        let named = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if parts.next() != Some(expected.as_str()) || parts.clone().count() < 2 || !parts.all(named) {
            problems.add(format!("{}: should be {expected}_verb_noun.sql", file.path));
        }
    }
    problems.none();
}

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
