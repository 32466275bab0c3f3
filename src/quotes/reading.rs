//! The whole way from a file to a quote.

use serde::{Deserialize, Serialize};

use super::checks::{self, Problem};
use super::quote::Quote;
use super::reader;
use super::refusal::Refusal;

/// What was read from one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub quote: Quote,
    /// The text of all pages as a person reads it, one string for each printed line.
    pub text: Vec<String>,
    /// Lines of the table that begin with a product code and could not be read; they are in no item.
    pub unread: Vec<String>,
}

impl Reading {
    /// Everything that stops an import, in the order of the paper. Empty means that all checks hold.
    pub fn problems(&self) -> Vec<Problem> {
        let unread = self.unread.iter().map(|text| Problem::UnreadLine { text: text.clone() });
        unread.chain(checks::problems(&self.quote)).collect()
    }
}

/// Reads a quote from a PDF. Never panics; some milliseconds for a real quote, but a hostile file may take seconds:
/// uploads go through [`super::Sandbox`].
pub fn read(bytes: &[u8]) -> Result<Reading, Refusal> {
    let extracted = pdf_text::extract(bytes)?;
    let reading = reader::read_runs(&extracted.runs);
    reading.map_err(|refusal| match refusal {
        Refusal::AnotherDocument | Refusal::HeaderUnreadable | Refusal::TotalsMissing
            if extracted.repaired =>
        {
            Refusal::Damaged
        }
        other => other,
    })
}
