//! What alarms, dashboards and the operators' page name is told by the program.

use std::collections::BTreeSet;

use crate::source::{Problems, files, root, sources, words};

/// Made by Prometheus itself.
const OF_PROMETHEUS: &[&str] = &["up"];

/// Words of PromQL that look like names of metrics.
const FUNCTIONS: &[&str] = &["histogram_quantile", "label_values"];

/// Metrics that the program tells, with what a histogram becomes.
fn told() -> BTreeSet<String> {
    let mut told: BTreeSet<String> = OF_PROMETHEUS.iter().map(|name| (*name).to_owned()).collect();
    for source in sources() {
        for (kind, endings) in [
            ("counter!(", &[""][..]),
            ("gauge!(", &[""]),
            ("histogram!(", &["", "_bucket", "_count", "_sum"]),
        ] {
            for (at, _) in source.both.match_indices(kind) {
                let Some(rest) = source.both[at + kind.len()..].trim_start().strip_prefix('"') else {
                    continue;
                };
                let literal = rest.split('"').next().unwrap_or_default();
                told.extend(endings.iter().map(|ending| format!("{literal}{ending}")));
            }
        }
    }
    told
}

/// Names in an expression that look like metrics: words with an underscore, outside of braces and strings.
fn names(expression: &str) -> Vec<String> {
    let (mut outside, mut depth) = (String::new(), 0);
    for c in expression.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if depth == 0 => outside.push(c),
            _ => {}
        }
    }
    // What results are grouped by are labels.
    let mut words = outside.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words
        .by_ref()
        // Grafana's own variables begin with two.
        .filter(|word| (word.contains('_') || *word == "up") && !word.starts_with("__"))
        .filter(|word| !FUNCTIONS.contains(word))
        .map(str::to_owned)
        .collect()
}

/// The expressions of rules (`expr: …`) and of dashboards (`"expr": "…"`).
fn expressions(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("expr: ") {
            found.push(rest.to_owned());
        } else if let Some(rest) = line.strip_prefix("\"expr\": \"") {
            let whole = rest.trim_end_matches(',').trim_end_matches('"');
            found.push(whole.replace("\\\"", "\""));
        }
    }
    found
}

#[test]
fn alarms_and_dashboards_name_metrics_that_the_program_tells() {
    let (told, mut problems, mut seen) = (told(), Problems::default(), 0);
    for file in files("deploy", "") {
        for expression in expressions(&file.text) {
            for name in names(&expression) {
                seen += 1;
                if !told.contains(&name) {
                    problems.add(format!("{}: {name} is told by nobody", file.path));
                }
            }
        }
    }
    assert!(seen > 30, "expressions are found: {seen}");
    problems.none();
}

#[test]
fn the_operators_page_explains_every_metric_and_no_other() {
    let page = std::fs::read_to_string(root().join("docs/operations.md")).expect("docs/operations.md");
    let mut problems = Problems::default();
    let told = told();
    for name in told.iter().filter(|name| !OF_PROMETHEUS.contains(&name.as_str())) {
        let base = ["_bucket", "_count", "_sum"].iter().find_map(|ending| name.strip_suffix(ending));
        if !page.contains(base.filter(|base| told.contains(*base)).unwrap_or(name)) {
            problems.add(format!("docs/operations.md: say what {name} means"));
        }
    }
    for word in page.split('`').skip(1).step_by(2) {
        let name = word.split('{').next().unwrap_or_default();
        let looks = ["_total", "_seconds", "_bytes"].iter().any(|ending| name.ends_with(ending));
        let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if looks && plain && !told.contains(name) {
            problems.add(format!("docs/operations.md: {name} is told by nobody"));
        }
    }
    problems.none();
}

#[test]
fn the_operators_page_says_what_to_do_at_each_alarm() {
    let page = std::fs::read_to_string(root().join("docs/operations.md")).expect("docs/operations.md");
    let rows: String = page.lines().filter(|line| line.starts_with('|')).collect();
    let known: BTreeSet<&str> = words(&rows).collect();
    let (mut problems, mut seen) = (Problems::default(), 0);
    for file in files("deploy", ".yml") {
        for name in file.text.lines().filter_map(|line| line.trim().strip_prefix("- alert: Separacao")) {
            seen += 1;
            if !known.contains(name) {
                problems.add(format!("docs/operations.md: say what to do first at {name}"));
            }
        }
    }
    assert!(seen > 10, "alarms are found: {seen}");
    problems.none();
}

#[test]
fn names_are_read_from_expressions() {
    let expression = r#"sum by (le) (rate(http_request_seconds_bucket{status=~"5.."}[5m])) / up > 0.05"#;
    assert_eq!(names(expression), ["http_request_seconds_bucket", "up"]);
}

/// The workflows run what people run, with actions that cannot change under us.
#[test]
fn workflows_pin_their_actions_and_run_what_people_run() {
    let mut problems = Problems::default();
    let workflows = files(".github/workflows", ".yml");
    for file in &workflows {
        for line in file.text.lines().map(str::trim) {
            let Some((_, action)) = line.split_once("uses: ").filter(|(before, _)| before.len() <= 2) else {
                continue;
            };
            let pin =
                action.split_once('@').map_or("", |(_, pin)| pin.split_whitespace().next().unwrap_or(""));
            if !(pin.len() == 40 && pin.bytes().all(|byte| byte.is_ascii_hexdigit())) {
                problems.add(format!("{}: pin {action} by its commit", file.path));
            }
        }
        if !file.text.contains("\npermissions:") {
            problems.add(format!("{}: say which permissions its token has", file.path));
        }
    }
    let named =
        |name: &str| workflows.iter().find(|file| file.path.ends_with(name)).map_or("", |file| &file.text);
    if !named("ci.yml").contains("run: .ci/run\n") {
        problems.add("ci.yml: run .ci/run, as people do".to_owned());
    }
    if !named("roll-back.yml").contains("workflow_dispatch:") {
        problems.add("roll-back.yml: a roll-back is begun by hand".to_owned());
    }
    problems.none();
}
