//! Refusals of files, each with its sentence.

use serde::{Deserialize, Serialize};

use crate::lang::Lang;

/// A file that gives no quote. Travels between processes as its stable code (`"not_a_pdf"`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[error("{}", self.code())]
pub enum Refusal {
    Empty,
    NotAPdf,
    /// Larger than [`crate::quotes::MAX_BYTES`].
    TooLarge,
    Encrypted,
    /// Cut off or damaged: parts of the file are missing or cannot be decoded.
    Damaged,
    /// Pages, but no text on them: a scan or a photo.
    NoText,
    TooManyPages,
    TooManyLines,
    AnotherDocument,
    /// Pages with different quote numbers.
    SeveralQuotes,
    /// The same quote more than once: two copies on a sheet, or one behind the other.
    RepeatedQuote,
    /// A page is missing, by the numbers printed on them or by their order.
    PagesMissing,
    /// Text, but of letters without a meaning that the file tells.
    Illegible,
    /// A quote, but the names of its table's columns are not those of the report, or in another order.
    TableUnreadable,
    /// A quote, but its customer or date cannot be read.
    HeaderUnreadable,
    /// A quote without VALOR TOTAL or VALOR A PAGAR: its last page is missing.
    TotalsMissing,
    /// More on the paper was not read than anybody would settle.
    TooManyLeftovers,
    /// Ran out of time or memory.
    TooHeavy,
    /// Other files are being read and none of them ended in time.
    Busy,
    /// The reader itself could not run; nothing is known about the file.
    Unavailable,
}

impl From<pdf_text::Error> for Refusal {
    fn from(error: pdf_text::Error) -> Self {
        match error {
            pdf_text::Error::Empty => Refusal::Empty,
            pdf_text::Error::NotAPdf => Refusal::NotAPdf,
            pdf_text::Error::TooLarge => Refusal::TooLarge,
            pdf_text::Error::Encrypted => Refusal::Encrypted,
            pdf_text::Error::Damaged => Refusal::Damaged,
            pdf_text::Error::NoText => Refusal::NoText,
            pdf_text::Error::TooManyPages => Refusal::TooManyPages,
            pdf_text::Error::TooHeavy => Refusal::TooHeavy,
        }
    }
}

impl Refusal {
    pub const ALL: [Refusal; 20] = [
        Refusal::Empty,
        Refusal::NotAPdf,
        Refusal::TooLarge,
        Refusal::Encrypted,
        Refusal::Damaged,
        Refusal::NoText,
        Refusal::TooManyPages,
        Refusal::TooManyLines,
        Refusal::AnotherDocument,
        Refusal::SeveralQuotes,
        Refusal::RepeatedQuote,
        Refusal::PagesMissing,
        Refusal::Illegible,
        Refusal::TableUnreadable,
        Refusal::HeaderUnreadable,
        Refusal::TotalsMissing,
        Refusal::TooManyLeftovers,
        Refusal::TooHeavy,
        Refusal::Busy,
        Refusal::Unavailable,
    ];

    /// Stable name, also the last part of the catalogue's key.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::Empty => "empty",
            Refusal::NotAPdf => "not_a_pdf",
            Refusal::TooLarge => "too_large",
            Refusal::Encrypted => "encrypted",
            Refusal::Damaged => "damaged",
            Refusal::NoText => "no_text",
            Refusal::TooManyPages => "too_many_pages",
            Refusal::TooManyLines => "too_many_lines",
            Refusal::AnotherDocument => "another_document",
            Refusal::SeveralQuotes => "several_quotes",
            Refusal::RepeatedQuote => "repeated_quote",
            Refusal::PagesMissing => "pages_missing",
            Refusal::Illegible => "illegible",
            Refusal::TableUnreadable => "table_unreadable",
            Refusal::HeaderUnreadable => "header_unreadable",
            Refusal::TotalsMissing => "totals_missing",
            Refusal::TooManyLeftovers => "too_many_leftovers",
            Refusal::TooHeavy => "too_heavy",
            Refusal::Busy => "busy",
            Refusal::Unavailable => "unavailable",
        }
    }

    /// What is wrong and what to do, for a person.
    pub fn sentence(self, lang: Lang) -> String {
        lang.t(&format!("quotes.refusal.{}", self.code())).into_owned()
    }
}
