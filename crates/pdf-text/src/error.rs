//! Why a file gives no text.

use lopdf::DecompressError;

use crate::MAX_BYTES;

/// A file that gives no text at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Error {
    #[error("the file is empty")]
    Empty,
    /// No `%PDF-` within the first 1,024 bytes.
    #[error("the file is no PDF")]
    NotAPdf,
    #[error("the file is larger than {MAX_BYTES} bytes")]
    TooLarge,
    /// A password is needed to open it. A file that only its owner's password protects is read.
    #[error("the file is protected by a password")]
    Encrypted,
    /// Cut off or damaged: parts of the file are missing or cannot be decoded.
    #[error("the file is damaged")]
    Damaged,
    /// Pages, but no text on them: pictures, drawings, or nothing.
    #[error("the file has no text")]
    NoText,
    #[error("the file has more pages than are read")]
    TooManyPages,
    /// One of the budgets is spent.
    #[error("reading the file takes more than it may")]
    TooHeavy,
}

impl From<lopdf::Error> for Error {
    fn from(error: lopdf::Error) -> Self {
        match error {
            lopdf::Error::InvalidPassword
            | lopdf::Error::Decryption(_)
            | lopdf::Error::UnsupportedSecurityHandler(_) => Error::Encrypted,
            lopdf::Error::Decompress(DecompressError::MemoryLimitExceeded { .. }) => Error::TooHeavy,
            _ => Error::Damaged,
        }
    }
}
