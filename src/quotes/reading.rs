//! Reads a quote from the bytes of a file.

use pdf_text::NoteKind;
use serde::{Deserialize, Serialize};

use super::checks::{self, Problem};
use super::leftover::{Leftover, LeftoverKind};
use super::quote::Quote;
use super::reader;
use super::refusal::Refusal;

/// What was read from one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub quote: Quote,
    /// The text of all pages as a person reads it, one string for each printed line.
    pub text: Vec<String>,
    /// What is on the paper and in no cell of the quote.
    #[serde(default)]
    pub leftovers: Vec<Leftover>,
}

impl Reading {
    /// Everything that stops an import, in the order of the paper. Empty means that all checks hold.
    pub fn problems(&self) -> Vec<Problem> {
        let leftovers = self.leftovers.iter().filter(|leftover| leftover.kind.stops());
        leftovers.cloned().map(Problem::Leftover).chain(checks::problems(&self.quote)).collect()
    }

    /// Whether something on the paper makes this item doubtful: struck out, or written beside it.
    pub fn may_drop(&self, line: u32) -> bool {
        line > 0
            && self
                .leftovers
                .iter()
                .any(|leftover| leftover.line == line && leftover.kind.may_drop_its_item())
    }

    /// What is on the paper, was not read, and stops nothing.
    pub fn pointed_out(&self) -> impl Iterator<Item = &Leftover> {
        self.leftovers.iter().filter(|leftover| !leftover.kind.stops())
    }
}

/// If more than one character in this many has no certain meaning, that is why a paper was not recognised.
const CERTAIN: usize = 50;
/// The longest list of what was not read. A paper with more that stops its import is refused: nobody settles so many, and a
/// list that is cut would be settled although the rest of it is not.
const MOST_LEFTOVERS: usize = 300;

/// Reads a quote from a PDF. Never panics; some milliseconds for a real quote, but a hostile file may take seconds:
/// uploads go through [`super::Sandbox`].
pub fn read(bytes: &[u8]) -> Result<Reading, Refusal> {
    let extracted = pdf_text::extract(bytes)?;
    let letters: usize = extracted.runs.iter().map(|run| run.edges.len()).sum();
    let mut reading =
        reader::read_runs(&extracted.runs, &extracted.pictures).map_err(|refusal| match refusal {
            Refusal::AnotherDocument
            | Refusal::TableUnreadable
            | Refusal::HeaderUnreadable
            | Refusal::TotalsMissing
                if extracted.repaired =>
            {
                Refusal::Damaged
            }
            Refusal::AnotherDocument
            | Refusal::TableUnreadable
            | Refusal::HeaderUnreadable
            | Refusal::TotalsMissing
                if extracted.uncertain * CERTAIN > letters =>
            {
                Refusal::Illegible
            }
            other => other,
        })?;
    let notes = extracted.notes.into_iter().map(|note| {
        let kind = match note.kind {
            NoteKind::Comment => LeftoverKind::Comment,
            NoteKind::Field => LeftoverKind::Field,
        };
        // A line drawn through an amount has no words.
        let text = if note.text.is_empty() { "—".to_owned() } else { note.text };
        Leftover::new(kind, text, 0)
    });
    reading.leftovers.extend(notes);
    shorten(&mut reading.leftovers, MOST_LEFTOVERS)?;
    Ok(reading)
}

/// Keeps at most `most`, in the order of the paper: only what is pointed out is left out. A paper must not seem right because
/// the list was full.
fn shorten(leftovers: &mut Vec<Leftover>, most: usize) -> Result<(), Refusal> {
    let stopping = leftovers.iter().filter(|leftover| leftover.kind.stops()).count();
    let mut room = most.checked_sub(stopping).ok_or(Refusal::TooManyLeftovers)?;
    leftovers.retain(|leftover| {
        let kept = leftover.kind.stops() || room > 0;
        if !leftover.kind.stops() {
            room = room.saturating_sub(1);
        }
        kept
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stops_an_import_is_not_pushed_out_by_what_is_only_pointed_out() {
        let leftover = |kind, text: &str| Leftover::new(kind, text, 0);
        let mut leftovers = vec![
            leftover(LeftoverKind::Mark, "CÓPIA"),
            leftover(LeftoverKind::Line, "00099 CABO"),
            leftover(LeftoverKind::OffSheet, "RASCUNHO"),
            leftover(LeftoverKind::Mark, "2ª VIA"),
            leftover(LeftoverKind::Comment, "trocar por 3"),
        ];
        let texts = |leftovers: &[Leftover]| leftovers.iter().map(|one| one.text.clone()).collect::<Vec<_>>();
        assert_eq!(shorten(&mut leftovers, 3), Ok(()));
        assert_eq!(texts(&leftovers), ["CÓPIA", "00099 CABO", "trocar por 3"]);
        assert_eq!(shorten(&mut leftovers, 2), Ok(()));
        assert_eq!(texts(&leftovers), ["00099 CABO", "trocar por 3"]);
    }

    #[test]
    fn more_that_stops_an_import_than_is_listed_refuses_the_paper() {
        let comments = |count: usize| vec![Leftover::new(LeftoverKind::Comment, "trocar por 3", 0); count];
        assert_eq!(shorten(&mut comments(MOST_LEFTOVERS), MOST_LEFTOVERS), Ok(()));
        let refused = shorten(&mut comments(MOST_LEFTOVERS + 1), MOST_LEFTOVERS);
        assert_eq!(refused, Err(Refusal::TooManyLeftovers));
    }
}
