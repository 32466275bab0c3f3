//! What the rules read: files, and in Rust what is code, what is said in strings, and what belongs to tests.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

pub struct File {
    /// Relative to the root, with `/`.
    pub path: String,
    pub text: String,
}

impl File {
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// A call of a function or a method.
pub struct Call {
    pub line: usize,
    pub name: String,
    pub on: String,
    pub is_method: bool,
}

/// A Rust file of ours as its parts; each has the lines of the file, blank where the other part stands. Comments, and
/// what is compiled for tests only, stand in neither.
pub struct Source {
    pub path: String,
    /// Without the contents of strings.
    pub code: String,
    /// The contents of strings alone, with their quotes.
    pub strings: String,
    /// Code and strings.
    pub both: String,
}

impl Source {
    pub fn new(path: String, text: &str) -> Self {
        let mut parts = Parts::of(text);
        for (from, to) in test_items(&parts.code) {
            for part in [&mut parts.code, &mut parts.strings] {
                blank(part, from, to);
            }
        }
        let both = parts.code.iter().zip(&parts.strings).map(|(code, string)| *code.max(string));
        let both = both.collect::<Vec<_>>();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("blanks do not cut a character");
        Self { path, code: text(parts.code), strings: text(parts.strings), both: text(both) }
    }

    /// What the file is called inside its crate: `orders/queries/board` for src/orders/queries/board.rs.
    pub fn inside(&self) -> &str {
        let inside = self.path.split_once("src/").map_or(self.path.as_str(), |(_, inside)| inside);
        inside.trim_end_matches(".rs").trim_end_matches("/mod")
    }

    /// `orders` for src/orders/item.rs, `clock` for src/clock.rs.
    pub fn module(&self) -> &str {
        self.inside().split('/').next().unwrap_or_default()
    }

    /// Numbered lines with code or a string in them.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.both.lines().enumerate().map(|(n, line)| (n + 1, line.trim()));
        lines.filter(|(_, line)| !line.is_empty())
    }

    /// The lines of code in which one of the words stands.
    pub fn lines_with(&self, words: &[&str], problems: &mut Problems, advice: &str) {
        for (n, line) in self.code.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                problems.add(format!("{}:{}: `{word}`: {advice}", self.path, n + 1));
            }
        }
    }

    /// Calls of a function or method whose name begins so, with the line and what it is called on: `lifecycle` for
    /// `self.lifecycle.clone().spawn(…)`, also over several lines; `task` for `task::spawn(…)`; nothing for `spawn(…)`.
    pub fn calls(&self, beginning: &str) -> Vec<Call> {
        let mut found = Vec::new();
        for (at, _) in self.code.match_indices(beginning) {
            let (before, rest) = self.code.split_at(at);
            let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            let called = rest[end..].trim_start();
            let called = called.starts_with('(') || called.starts_with("::<");
            let defined = before.trim_end().ends_with("fn");
            if !called || defined || before.ends_with(is_word) {
                continue;
            }
            found.push(Call {
                line: before.matches('\n').count() + 1,
                name: rest[..end].to_owned(),
                on: receiver(before).to_owned(),
                is_method: before.trim_end().ends_with('.'),
            });
        }
        found
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The last name before `.name(` or `::name(`.
fn receiver(before: &str) -> &str {
    let before = before.trim_end();
    let Some(on) = before.strip_suffix('.').or_else(|| before.strip_suffix("::")) else { return "" };
    let on = on.trim_end();
    let on = on.strip_suffix(".clone()").unwrap_or(on).trim_end();
    let on = on.strip_suffix("()").unwrap_or(on);
    let start = on.rfind(|c: char| !is_word(c)).map_or(0, |at| at + 1);
    &on[start..]
}

/// Code and strings of a Rust file; as bytes, so that what is blanked keeps its place.
struct Parts {
    code: Vec<u8>,
    strings: Vec<u8>,
}

impl Parts {
    fn of(text: &str) -> Self {
        let blanks: Vec<u8> = text.bytes().map(|byte| if byte == b'\n' { b'\n' } else { b' ' }).collect();
        let mut parts = Self { code: blanks.clone(), strings: blanks };
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let (length, kind) = token(rest, text[..at].chars().next_back());
            let to = match kind {
                Kind::Code => Some(&mut parts.code),
                Kind::String => Some(&mut parts.strings),
                Kind::Comment => None,
            };
            if let Some(to) = to {
                to[at..at + length].copy_from_slice(&text.as_bytes()[at..at + length]);
            }
            at += length;
        }
        parts
    }
}

enum Kind {
    Code,
    String,
    Comment,
}

/// The length and the kind of what a text begins with.
fn token(rest: &str, before: Option<char>) -> (usize, Kind) {
    let upto = |end: Option<usize>, more: usize| end.map_or(rest.len(), |end| end + more);
    if rest.starts_with("//") {
        return (upto(rest.find('\n'), 0), Kind::Comment);
    }
    if rest.starts_with("/*") {
        return (upto(rest.find("*/"), 2), Kind::Comment);
    }
    if rest.starts_with('"') {
        return (quoted(rest, '"'), Kind::String);
    }
    let raw = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'));
    if let Some(raw) = raw.filter(|_| !before.is_some_and(is_word)) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let start = rest.len() - raw.len() + hashes + 1;
            let end = rest[start..].find(&format!("\"{}", "#".repeat(hashes)));
            return (end.map_or(rest.len(), |end| start + end + 1 + hashes), Kind::String);
        }
    }
    if let Some(inside) = rest.strip_prefix('\'') {
        // A character ends with a quote, a lifetime does not.
        let escaped = inside.starts_with('\\');
        let closed = inside.chars().nth(1) == Some('\'');
        if escaped || closed {
            return (quoted(rest, '\''), Kind::String);
        }
    }
    (rest.chars().next().map_or(1, char::len_utf8), Kind::Code)
}

/// The length of a string or a character with its quotes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = true; // the opening quote
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn blank(bytes: &mut [u8], from: usize, to: usize) {
    for byte in bytes[from..to].iter_mut().filter(|byte| **byte != b'\n') {
        *byte = b' ';
    }
}

const TEST: &str = "#[cfg(test)]";

/// From where to where the items reach that are compiled for tests only, in code without strings.
fn test_items(code: &[u8]) -> Vec<(usize, usize)> {
    let code = std::str::from_utf8(code).expect("blanks do not cut a character");
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (from, _) in code.match_indices(TEST) {
        if found.last().is_none_or(|(_, to)| *to <= from) {
            let item = from + TEST.len();
            found.push((from, item + item_length(&code[item..])));
        }
    }
    found
}

/// An item ends with its first `;` outside of brackets, or with the bracket that closes its body.
fn item_length(code: &str) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' => depth -= 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// The beginnings of the paths of files that a parent declares for tests only: `#[cfg(test)] mod tests;`.
fn test_modules(file: &File) -> Vec<String> {
    let parts = Parts::of(&file.text);
    let code = String::from_utf8(parts.code).expect("blanks do not cut a character");
    let (folder, name) = file.path.rsplit_once('/').unwrap_or_default();
    let stem = name.trim_end_matches(".rs");
    let folder =
        if ["mod", "lib", "main"].contains(&stem) { folder.to_owned() } else { format!("{folder}/{stem}") };
    let items = code.split(TEST).skip(1).filter_map(|item| item.trim_start().strip_prefix("mod "));
    let declared = items.filter_map(|item| item.split_once(';').map(|(name, _)| name.trim()));
    declared.filter(|name| name.chars().all(is_word)).map(|name| format!("{folder}/{name}")).collect()
}

/// Every Rust file of the program and of its crates, without those that are compiled for tests only.
pub fn sources() -> &'static [Source] {
    static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
        let mut all = files("src", ".rs");
        all.extend(files("crates", ".rs").into_iter().filter(|file| file.path.contains("/src/")));
        let tests: BTreeSet<String> = all.iter().flat_map(test_modules).collect();
        let is_test = |path: &str| {
            tests.iter().any(|test| {
                path.strip_prefix(test.as_str()).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
            })
        };
        let ours = all.into_iter().filter(|file| !is_test(&file.path));
        ours.map(|file| Source::new(file.path, &file.text)).collect()
    });
    assert!(SOURCES.len() > 100, "the sources are found: {}", SOURCES.len());
    &SOURCES
}

#[derive(Default)]
pub struct Problems(String);

impl Problems {
    pub fn add(&mut self, problem: impl std::fmt::Display) {
        writeln!(self.0, "  {problem}").expect("a string takes it");
    }

    #[track_caller]
    pub fn none(self) {
        assert!(self.0.is_empty(), "\n{}", self.0);
    }
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn files(folder: &str, ending: &str) -> Vec<File> {
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

pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !is_word(c)).filter(|word| !word.is_empty())
}

#[test]
fn code_strings_and_comments_are_told_apart() {
    let text = "let a = \"x // {\"; // sqlx::\nlet b = r#\"from \"t\"\"#; /* } */ let c = '\"'; fn f<'a>(x: &'a str) {}";
    let source = Source::new("src/a.rs".to_owned(), text);
    assert_eq!(words(&source.code).collect::<Vec<_>>().join(" "), "let a let b let c fn f a x a str");
    assert_eq!(words(&source.strings).collect::<Vec<_>>().join(" "), "x r from t");
    assert_eq!(source.code.lines().count(), 2);
}

#[test]
fn what_is_compiled_for_tests_hides_itself_and_nothing_else() {
    let text = "#[cfg(test)]\nmod tests;\nuse axum::a;\n#[cfg(test)]\nmod more {\n fn f() { let x = [\"}\"]; }\n}\nfn g() {}";
    let source = Source::new("src/config/mod.rs".to_owned(), text);
    let lines: Vec<_> = source.lines().collect();
    assert_eq!(lines, [(3, "use axum::a;"), (8, "fn g() {}")]);
    let file = File { path: "src/config/mod.rs".to_owned(), text: text.to_owned() };
    assert_eq!(test_modules(&file), ["src/config/tests"]);
    assert!(
        sources().iter().any(|source| source.path == "src/config/mod.rs" && source.lines().count() > 100)
    );
    assert!(!sources().iter().any(|source| source.path == "src/config/tests.rs"));
}

#[test]
fn calls_are_found_over_lines_and_with_what_they_are_called_on() {
    let text = "fn spawn() { self.lifecycle\n  .clone()\n  .spawn(x); tokio::task::spawn_blocking(y); spawn(z); respawn(w); }";
    let source = Source::new("src/a.rs".to_owned(), text);
    let calls =
        source.calls("spawn").into_iter().map(|call| format!("{} {} {}", call.line, call.on, call.name));
    assert_eq!(calls.collect::<Vec<_>>(), ["3 lifecycle spawn", "3 task spawn_blocking", "3  spawn"]);
}
