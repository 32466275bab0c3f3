//! What one file may cost, counted over all its pages, forms and fonts.

use lopdf::{DecompressError, Error, Stream};

use crate::quotes::Refusal;

/// Decoded bytes of content and font maps. A page of 40 items is some 60 KiB.
const MOST_DECODED: usize = 48 << 20;
const MOST_OPERATORS: usize = 1_500_000;
/// 500 items are some 50,000 characters.
const MOST_CHARACTERS: usize = 400_000;

pub struct Budget {
    decoded: usize,
    operators: usize,
    characters: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { decoded: MOST_DECODED, operators: MOST_OPERATORS, characters: MOST_CHARACTERS }
    }
}

impl Budget {
    pub fn operator(&mut self) -> Result<(), Refusal> {
        spend(&mut self.operators, 1)
    }

    pub fn character(&mut self) -> Result<(), Refusal> {
        spend(&mut self.characters, 1)
    }

    /// The decoded stream; `None` when it cannot be decoded.
    pub fn decode(&mut self, stream: &Stream, most: usize) -> Result<Option<Vec<u8>>, Refusal> {
        match stream.decompressed_content_with_limit(most.min(self.decoded)) {
            Ok(bytes) => {
                spend(&mut self.decoded, bytes.len())?;
                Ok(Some(bytes))
            }
            Err(Error::Decompress(DecompressError::MemoryLimitExceeded { .. })) => Err(Refusal::TooHeavy),
            Err(_) => Ok(None),
        }
    }
}

fn spend(left: &mut usize, amount: usize) -> Result<(), Refusal> {
    *left = left.checked_sub(amount).ok_or(Refusal::TooHeavy)?;
    Ok(())
}
