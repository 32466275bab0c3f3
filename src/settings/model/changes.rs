//! Versions of settings, and who made them.

use jiff::Timestamp;

use crate::error::{AppError, Result, Sentence};

/// A part of the settings whose changes are kept together. The code is the word in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Shipping,
    Packaging,
    /// Why lines are short; of which code.
    Reasons,
    /// The company's own row: one thing.
    Company,
    /// When people work: one thing.
    Hours,
    /// Days off; of which day.
    Holidays,
    /// What the company looks like; of which part of it.
    Look,
    /// What roles may do: one thing.
    Permissions,
}

impl Part {
    pub fn code(self) -> &'static str {
        match self {
            Part::Shipping => "shipping",
            Part::Packaging => "packaging",
            Part::Reasons => "reasons",
            Part::Company => "company",
            Part::Hours => "hours",
            Part::Holidays => "holidays",
            Part::Look => "look",
            Part::Permissions => "permissions",
        }
    }
}

/// The newest change of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastChange {
    pub version: i64,
    pub by: String,
    pub at: Timestamp,
}

/// Version of what nobody has changed yet.
pub const UNCHANGED: i64 = 0;

pub fn version(last: Option<&LastChange>) -> i64 {
    last.map_or(UNCHANGED, |last| last.version)
}

/// Refuses a form that was read before somebody else's change; `truth` says what is set now, and takes `%{name}` and `%{when}`.
pub fn check_read(read: i64, last: Option<&LastChange>, truth: Sentence, now: Timestamp) -> Result<()> {
    match last {
        Some(last) if last.version != read => {
            Err(AppError::Conflict(truth.text("name", last.by.clone()).when(last.at, now)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_another_change_is_refused_with_who_made_it() {
        let at: Timestamp = "2025-10-22T17:32:00Z".parse().unwrap();
        let last = LastChange { version: 2, by: "Ana Souza".to_owned(), at };
        let check = |read, last| check_read(read, last, Sentence::new("settings.conflict.name"), at);
        assert!(check(UNCHANGED, None).is_ok());
        assert!(check(2, Some(&last)).is_ok());
        let Err(AppError::Conflict(said)) = check(1, Some(&last)) else { panic!() };
        let names: Vec<&str> = said.values.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["name", "when"]);
    }
}
