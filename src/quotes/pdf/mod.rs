//! The text of a PDF as runs with coordinates, in drawing order. Knows nothing of quotes.

mod budget;
mod cmap;
mod font;
mod interpreter;
mod lexer;
mod matrix;
mod objects;
mod page;
mod run;
mod state;
mod widths;

use lopdf::{DecompressError, Document, Error, LoadOptions};

pub use run::Run;

use super::Refusal;

/// The largest file that is read, in bytes: 10 MiB.
pub const MOST_BYTES: usize = 10 << 20;
pub const MOST_PAGES: usize = 50;
/// One object stream or cross-reference stream, decoded while the file is opened.
const MOST_OPENING_BYTES: usize = 16 << 20;
/// Readers accept some rubbish before the header.
const HEADER_WITHIN: usize = 1024;

/// What the pages say.
pub struct Extracted {
    pub runs: Vec<Run>,
    /// The file's index was damaged and rebuilt: what is missing is missing because the file is cut off.
    pub repaired: bool,
}

/// All text of a file. Refuses what is no readable PDF, what is too large, and what has no text at all.
pub fn extract(bytes: &[u8]) -> Result<Extracted, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    if bytes.len() > MOST_BYTES {
        return Err(Refusal::TooLarge);
    }
    let start = bytes.get(..HEADER_WITHIN).unwrap_or(bytes);
    if !start.windows(5).any(|part| part == b"%PDF-") {
        return Err(Refusal::NotAPdf);
    }
    let options = LoadOptions { max_decompressed_size: Some(MOST_OPENING_BYTES), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options).map_err(|error| refusal(&error))?;
    if document.is_encrypted() {
        return Err(Refusal::Encrypted);
    }
    let pages: Vec<_> = document.page_iter().take(MOST_PAGES + 1).collect();
    match pages.len() {
        0 => return Err(Refusal::Damaged),
        count if count > MOST_PAGES => return Err(Refusal::TooManyPages),
        _ => {}
    }
    let repaired = document.xref_recovery.is_some();
    let runs = page::read_pages(&document, &pages)?;
    if runs.is_empty() {
        return Err(if repaired { Refusal::Damaged } else { Refusal::NoText });
    }
    Ok(Extracted { runs, repaired })
}

fn refusal(error: &Error) -> Refusal {
    match error {
        Error::InvalidPassword | Error::Decryption(_) | Error::UnsupportedSecurityHandler(_) => {
            Refusal::Encrypted
        }
        Error::Decompress(DecompressError::MemoryLimitExceeded { .. }) => Refusal::TooHeavy,
        _ => Refusal::Damaged,
    }
}
