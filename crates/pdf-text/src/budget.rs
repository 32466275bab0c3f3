//! What one file may cost, counted over all its pages, forms and fonts.

use lopdf::{DecompressError, Stream};

use crate::Error;

/// Decoded bytes of content and font maps. A page of 40 items is some 60 KiB.
const MAX_DECODED: usize = 48 << 20;
const MAX_OPERATORS: usize = 1_500_000;
/// 500 items are some 50,000 characters.
const MAX_CHARACTERS: usize = 400_000;
/// Characters compared with what is painted over and under them, and with pictures. A page of 40 items with a rule and a shade for each
/// line takes 200,000.
const MAX_COMPARISONS: usize = 200_000_000;
/// More pieces than any quote of 500 lines has (about 7,000).
const MAX_RUNS: usize = 60_000;

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

    /// The decoded stream; `None` when it cannot be decoded.
    pub fn decode(&mut self, stream: &Stream, most: usize) -> Result<Option<Vec<u8>>, Error> {
        match stream.decompressed_content_with_limit(most.min(self.decoded)) {
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

fn spend(left: &mut usize, amount: usize) -> Result<(), Error> {
    *left = left.checked_sub(amount).ok_or(Error::TooHeavy)?;
    Ok(())
}
