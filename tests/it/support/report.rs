//! What a test measured, for the table that `make chaos` prints: a line each in the file that `CHAOS_REPORT` names.

use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::Write;

/// Says it on standard error, too.
pub fn note(what: &str, value: impl Display) {
    eprintln!("{what}: {value}");
    // nextest runs each test in a process of its own and names it.
    let Ok(path) = std::env::var("CHAOS_REPORT") else { return };
    let Ok(test) = std::env::var("NEXTEST_TEST_NAME") else { return };
    let line = format!("{test}\t{what}\t{value}\n");
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(line.as_bytes()).unwrap();
}
