//! Reasons for which lines are short.

use super::changes::LastChange;
use super::options::Listed;
use crate::html::ShortageReason;

/// A reason, as administrators see it.
#[derive(Clone, Debug)]
pub struct Reason {
    pub reason: ShortageReason,
    /// Its name in the visitor's language.
    pub word: String,
    pub last: Option<LastChange>,
}

impl Listed for Reason {
    fn name(&self) -> &str {
        &self.word
    }

    fn hidden(&self) -> bool {
        self.reason.hidden
    }
}
