//! docs/security.md names the test of each promise; a test that is renamed takes its line along.

use std::collections::BTreeMap;

use crate::source::{Problems, files};

/// The last point.
const LAST: u32 = 37;

/// Points, and what stands in backticks behind each.
fn points(text: &str) -> BTreeMap<u32, Vec<String>> {
    let mut points: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut current = None;
    for line in text.lines() {
        let number = line.split_once(". ").and_then(|(number, _)| number.parse::<u32>().ok());
        if number.is_some() {
            current = number;
        } else if !line.starts_with(' ') {
            current = None;
        }
        let Some(point) = current else { continue };
        let named = line.split('`').skip(1).step_by(2).filter(|name| name.contains('_')).map(str::to_owned);
        points.entry(point).or_default().extend(named);
    }
    points
}

#[test]
fn each_promise_of_security_names_a_test_that_exists() {
    let documents = files("docs", ".md");
    let document = documents.iter().find(|file| file.name() == "security.md").expect("docs/security.md");
    let tests: String = ["src", "tests", "crates"]
        .iter()
        .flat_map(|folder| files(folder, ".rs"))
        .map(|file| file.text)
        .collect();
    let points = points(&document.text);
    let mut problems = Problems::default();
    for point in 1..=LAST {
        let named = points.get(&point).map_or(&[][..], Vec::as_slice);
        if named.is_empty() {
            problems.add(format!("point {point} names no test"));
        }
        for name in named.iter().filter(|name| !tests.contains(&format!("fn {name}("))) {
            problems.add(format!("point {point}: there is no test {name}"));
        }
    }
    problems.none();
}
