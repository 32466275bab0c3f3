//! What one file may cost, counted over all its pages, forms and fonts.

use flate2::{Decompress, FlushDecompress, Status};
use lopdf::{DecompressError, Stream};

use crate::Error;

/// Decoded bytes of content and font maps. A page of 40 items is some 60 KiB.
const MAX_DECODED: usize = 48 << 20;
const MAX_OPERATORS: usize = 1_500_000;
/// 500 items are some 50,000 characters.
const MAX_CHARACTERS: usize = 400_000;
/// Characters compared with what is painted over and under them, and with pictures. A page of 40 items with a rule and a shade for each
/// line takes 200,000.
pub const MAX_COMPARISONS: usize = 200_000_000;
/// More pieces than any quote of 500 lines has (about 7,000).
const MAX_RUNS: usize = 60_000;

/// Before deflated data stand two bytes that say so.
const ZLIB_HEADER: usize = 2;
/// Data is looked through in pieces of so many bytes.
const PIECE: usize = 32 << 10;

pub struct Budget {
    decoded: usize,
    operators: usize,
    characters: usize,
    comparisons: usize,
    runs: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            decoded: MAX_DECODED,
            operators: MAX_OPERATORS,
            characters: MAX_CHARACTERS,
            comparisons: MAX_COMPARISONS,
            runs: MAX_RUNS,
        }
    }
}

impl Budget {
    pub fn operator(&mut self) -> Result<(), Error> {
        spend(&mut self.operators, 1)
    }

    pub fn character(&mut self) -> Result<(), Error> {
        spend(&mut self.characters, 1)
    }

    pub fn compare(&mut self, count: usize) -> Result<(), Error> {
        spend(&mut self.comparisons, count)
    }

    pub fn runs(&mut self, count: usize) -> Result<(), Error> {
        spend(&mut self.runs, count)
    }

    /// The decoded stream; `None` when it cannot be decoded, or not to its end: what is behind the damage would be missing.
    pub fn decode(&mut self, stream: &Stream, most: usize) -> Result<Option<Vec<u8>>, Error> {
        let most = most.min(self.decoded);
        let deflated = stream.filters().is_ok_and(|filters| filters == [b"FlateDecode"]);
        if deflated && !stream.dict.has(b"DecodeParms") {
            let Inflated { bytes, is_whole } = inflate(&stream.content, most)?;
            // What is damaged was work as well.
            spend(&mut self.decoded, bytes.len())?;
            return Ok(is_whole.then_some(bytes));
        }
        match stream.decompressed_content_with_limit(most) {
            Ok(bytes) => {
                spend(&mut self.decoded, bytes.len())?;
                Ok(Some(bytes))
            }
            Err(lopdf::Error::Decompress(DecompressError::MemoryLimitExceeded { .. })) => {
                Err(Error::TooHeavy)
            }
            Err(_) => Ok(None),
        }
    }
}

struct Inflated {
    bytes: Vec<u8>,
    /// It is not damaged, and has an end. Its checksum may be wrong, which readers forgive.
    is_whole: bool,
}

/// What deflated data says, as far as it can be read.
fn inflate(stream: &[u8], most: usize) -> Result<Inflated, Error> {
    let deflated = stream.get(ZLIB_HEADER..).unwrap_or_default();
    let mut inflate = Decompress::new(false);
    let (mut bytes, mut piece) = (Vec::new(), vec![0; PIECE]);
    let mut read = 0;
    loop {
        let rest = deflated.get(read..).unwrap_or_default();
        let (start, written) = (inflate.total_in(), inflate.total_out());
        let Ok(status) = inflate.decompress(rest, &mut piece, FlushDecompress::None) else {
            return Ok(Inflated { bytes, is_whole: false });
        };
        let [taken, given] = [inflate.total_in() - start, inflate.total_out() - written]
            .map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        read = read.saturating_add(taken);
        bytes.extend_from_slice(piece.get(..given).unwrap_or_default());
        if bytes.len() > most {
            return Err(Error::TooHeavy);
        }
        match status {
            Status::StreamEnd => return Ok(Inflated { bytes, is_whole: true }),
            _ if taken == 0 && given == 0 => return Ok(Inflated { bytes, is_whole: stream.is_empty() }),
            _ => {}
        }
    }
}

fn spend(left: &mut usize, amount: usize) -> Result<(), Error> {
    *left = left.checked_sub(amount).ok_or(Error::TooHeavy)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_is_damaged_inside_is_not_decoded_in_part() {
        let text: Vec<u8> = (0u32..4_000).flat_map(|at| format!("({at}) Tj ").into_bytes()).collect();
        let mut stream = Stream::new(lopdf::Dictionary::new(), text.clone());
        stream.compress().unwrap();
        let decode = |stream: &Stream| Budget::default().decode(stream, MAX_DECODED).unwrap();
        assert_eq!(decode(&stream), Some(text.clone()));
        let length = stream.content.len();
        let mut damaged = stream.clone();
        damaged.content[length / 2..length / 2 + 40].fill(0);
        assert_eq!(decode(&damaged), None);
        let mut cut = stream.clone();
        cut.content.truncate(length / 2);
        assert_eq!(decode(&cut), None);
        let mut checksum = stream;
        checksum.content[length - 1] ^= 1;
        assert_eq!(decode(&checksum), Some(text));
    }

    #[test]
    fn a_damaged_stream_costs_what_was_decoded_of_it() {
        let mut stream = Stream::new(lopdf::Dictionary::new(), vec![b' '; 1 << 20]);
        stream.compress().unwrap();
        stream.content.truncate(stream.content.len() - 8);
        let mut budget = Budget::default();
        let mut decoded = (0..100).map(|_| budget.decode(&stream, MAX_DECODED));
        assert!(decoded.any(|part| part == Err(Error::TooHeavy)));
    }
}
