//! Templates: escaped, without inline script or style, and each of use.

use crate::source::{Problems, files};

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

#[test]
fn no_line_of_a_template_or_a_style_sheet_is_longer_than_140_characters() {
    let mut problems = Problems::default();
    for file in files("templates", ".html").iter().chain(&files("static/css", ".css")) {
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

#[test]
fn every_rule_of_a_style_sheet_ends() {
    let mut problems = Problems::default();
    for file in files("static/css", ".css") {
        let count = |brace: char| file.text.matches(brace).count();
        if count('{') != count('}') {
            problems.add(format!("{}: a rule does not end, and takes in all that follow it", file.path));
        }
    }
    problems.none();
}

/// What the server would refuse is not offered: a permission that the styles do not know would show its buttons to all.
#[test]
fn every_permission_hides_what_needs_it() {
    let mut problems = Problems::default();
    let read =
        |path: &str| std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    let (actor, styles) = (read("src/actor.rs").unwrap(), read("static/css/offered.css").unwrap());
    let codes = actor.lines().filter_map(|line| {
        let (_, code) = line.trim().strip_prefix("Permission::")?.split_once(" => \"")?;
        code.strip_suffix("\",")
    });
    // Everybody sees; names in figures are left out by the server.
    let codes: Vec<_> = codes.filter(|code| !matches!(*code, "view" | "figures")).collect();
    assert!(codes.len() > 14, "{codes:?}");
    for code in codes.iter().filter(|code| !styles.contains(&format!("[data-need=\"{code}\"]"))) {
        problems.add(format!("offered.css hides nothing that needs {code:?}"));
    }
    problems.none();
}

/// The dot after a fact belongs to nobody: a link that is one would underline it.
#[test]
fn no_link_is_a_fact_itself() {
    let mut problems = Problems::default();
    for file in files("templates", ".html") {
        for (n, line) in file.text.lines().enumerate() {
            if line.contains("<a class=\"fact\"") {
                problems.add(format!(
                    "{}:{}: the dot after it is underlined; put the link inside",
                    file.path,
                    n + 1
                ));
            }
        }
    }
    problems.none();
}
