//! The text of a PDF as runs with coordinates, in drawing order, within fixed budgets.
//!
//! # What it reads
//! - Files with a classic cross-reference table, with cross-reference streams, or with an index that had to be rebuilt
//!   ([`Extracted::repaired`]); encrypted ones as long as no password is needed to open them.
//! - Page content in any number of streams, and form XObjects drawn by it.
//! - Text of Type 1, TrueType, Type 3 and composite fonts: by their ToUnicode map, else, in fonts with codes of one
//!   byte, by their encoding and its differences. Font programs are not opened: a character without a meaning is
//!   U+FFFD, and [`Extracted::uncertain`] counts those and the ones that had to be guessed.
//! - Whether somebody who looks at the page sees the text ([`Sight`]): seen; slanted; off the sheet (its crop box);
//!   invisible (render mode 3, transparent, in the colour of what lies below, too small, in a layer that is off);
//!   covered by something opaque that is painted later; clipped away. No text is left out: the caller decides what to
//!   do with text that is not seen.
//! - Which text a stroke runs through ([`Run::struck`]), and where pictures and drawings lie ([`Picture`]).
//! - Which comments and filled-in form fields lie over a page ([`Note`]).
//!
//! A page is turned by its `/Rotate`, and then so that most of its text reads from left to right. Text that is drawn
//! twice on one spot counts once, and an accent drawn over a letter becomes part of it.
//!
//! # What it does not know
//! The shapes of glyphs, curved clipping paths (their bounding box counts), patterns (they cover nothing), colours of a
//! palette, and the text inside the appearance of an annotation: only that there is something.
//!
//! # What it refuses
//! See [`Error`]: what is no PDF, needs a password, is cut off or damaged, has no text, or spends a budget.
//!
//! # Budgets
//! | what | limit | unit |
//! |---|---|---|
//! | the file | 10 MiB ([`MAX_BYTES`]) | bytes |
//! | pages | 50 ([`MAX_PAGES`]) | pages |
//! | one object or cross-reference stream | 16 MiB | decoded bytes |
//! | the content of one page | 16 MiB, in 1,000 streams | decoded bytes |
//! | one form XObject | 8 MiB, nested 32 deep | decoded bytes |
//! | one ToUnicode map | 2 MiB, 70,000 entries | decoded bytes |
//! | the picture of one annotation | 4 MiB | decoded bytes |
//! | all of these together, also what is damaged | 48 MiB | decoded bytes |
//! | operators | 1,500,000 | operators of all pages |
//! | characters | 400,000 | shown characters of all pages |
//! | comparisons of characters with what is painted, and looks at layers | 200,000,000 | of all pages; a look counts as 20 |
//! | runs | 60,000 | runs of all pages |
//! | notes | 2,000 | of one page; more are not read |
//!
//! A hostile file ends in [`Error::TooHeavy`] after seconds and some 200 MiB at worst. Files of strangers should be read
//! in a process of its own. Nothing here panics by intent, and only nested forms and expressions of layers recurse.

mod assemble;
mod budget;
mod cmap;
mod drawn;
mod encrypted;
mod error;
mod font;
mod glyph;
mod interpreter;
mod layers;
mod lexer;
mod matrix;
mod note;
mod objects;
mod page;
mod paint;
mod path;
mod run;
mod sheet;
mod show;
mod standard;
mod state;
mod surface;
mod widths;

use lopdf::{Document, LoadOptions};

pub use drawn::Picture;
pub use error::Error;
pub use glyph::Sight;
pub use note::{Note, NoteKind};
pub use run::Run;

/// The largest file that is read, in bytes: 10 MiB.
pub const MAX_BYTES: usize = 10 << 20;
/// The most pages that are read.
pub const MAX_PAGES: usize = 50;
/// One object stream or cross-reference stream, decoded while the file is opened.
const MAX_OPENING_BYTES: usize = 16 << 20;
/// Readers accept some rubbish before the header.
const HEADER_WITHIN: usize = 1024;

/// What a file says, over all its pages.
#[derive(Clone, Debug)]
pub struct Extracted {
    /// All runs, page by page, in the order in which they are drawn.
    pub runs: Vec<Run>,
    pub notes: Vec<Note>,
    pub pictures: Vec<Picture>,
    /// Characters whose meaning is unknown or guessed.
    pub uncertain: usize,
    /// The file's cross-reference table was damaged and had to be rebuilt: the file may be cut off, and text missing.
    pub repaired: bool,
}

/// Whether an update was begun behind the file's end and never ended: what is read would be the file before it.
fn is_cut_off(bytes: &[u8]) -> bool {
    let end = bytes.windows(5).rposition(|part| part == b"%%EOF");
    let behind = end.and_then(|end| bytes.get(end..)).unwrap_or_default();
    // Programs begin an object on its line or on the next.
    behind.windows(5).any(|part| matches!(part, [b' ', b'o', b'b', b'j', b'\n' | b'\r' | b' ' | b'<' | b'[']))
}

/// All text of a file.
///
/// # Errors
/// When the file is no readable PDF, is too large, or has no text at all.
pub fn extract(bytes: &[u8]) -> Result<Extracted, Error> {
    if bytes.is_empty() {
        return Err(Error::Empty);
    }
    if bytes.len() > MAX_BYTES {
        return Err(Error::TooLarge);
    }
    let start = bytes.get(..HEADER_WITHIN).unwrap_or(bytes);
    if !start.windows(5).any(|part| part == b"%PDF-") {
        return Err(Error::NotAPdf);
    }
    if is_cut_off(bytes) {
        return Err(Error::Damaged);
    }
    let options = LoadOptions { max_decompressed_size: Some(MAX_OPENING_BYTES), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(&encrypted::with_own_object(bytes), options)?;
    if document.is_encrypted() {
        return Err(Error::Encrypted);
    }
    let pages: Vec<_> = document.page_iter().take(MAX_PAGES + 1).collect();
    match pages.len() {
        0 => return Err(Error::Damaged),
        count if count > MAX_PAGES => return Err(Error::TooManyPages),
        _ => {}
    }
    let repaired = document.xref_recovery.is_some();
    let page::Pages { runs, notes, pictures, uncertain } = page::read_pages(&document, &pages)?;
    if runs.is_empty() {
        return Err(if repaired { Error::Damaged } else { Error::NoText });
    }
    Ok(Extracted { runs, notes, pictures, uncertain, repaired })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_whose_update_is_cut_off_is_damaged() {
        let whole = b"%PDF-1.4\n1 0 obj <<>> endobj\nstartxref\n9\n%%EOF\n";
        assert!(!is_cut_off(whole));
        assert!(!is_cut_off(&[whole.as_slice(), &[0; 40]].concat()));
        let begun = [whole.as_slice(), b"1 0 obj\n<</Length 90"].concat();
        for object in [" obj\r\n<<", " obj <</Length 90", " obj<<", " obj[1 0 R", " obj [1 0 R"] {
            assert!(is_cut_off(&[whole.as_slice(), b"1 0", object.as_bytes()].concat()), "{object:?}");
        }
        assert_eq!(extract(&begun).unwrap_err(), Error::Damaged);
        assert!(!is_cut_off(&[&begun, b">>\nendobj\n%%EOF".as_slice()].concat()));
    }
}
