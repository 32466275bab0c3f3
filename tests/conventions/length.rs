//! How long a file of Rust may be.

use crate::source::{Problems, Source, files};

/// Lines of code: without comments, blank lines and tests inside the file.
const MOST_LINES: usize = 300;

#[test]
fn no_file_is_longer_than_three_hundred_lines_of_code() {
    let mut problems = Problems::default();
    let mut seen = 0;
    for file in ["src", "crates", "tests", "benches"].into_iter().flat_map(|folder| files(folder, ".rs")) {
        let lines = Source::new(file.path.clone(), &file.text).lines().count();
        if lines > MOST_LINES {
            problems.add(format!("{}: {lines} lines of code; split it by what it does", file.path));
        }
        seen += 1;
    }
    assert!(seen > 500, "the files are found: {seen}");
    problems.none();
}
