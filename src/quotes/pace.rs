//! How fast one person may send files to this server, and how many bodies are taken in at once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{AppError, Result, Sentence};
use crate::ids::PersonId;

/// Files of one person in a minute.
const FILES: u32 = 60;
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// Requests with files that are under way at once: each holds up to 10 MiB.
const AT_ONCE: usize = 12;

#[derive(Debug)]
pub struct Pace {
    /// When each person's minute began, and the files in it.
    sent: Mutex<HashMap<PersonId, (Timestamp, u32)>>,
    turns: Semaphore,
}

impl Default for Pace {
    fn default() -> Self {
        Self { sent: Mutex::default(), turns: Semaphore::new(AT_ONCE) }
    }
}

impl Pace {
    /// Counts one more file of a person.
    pub fn count(&self, person_id: PersonId, now: Timestamp) -> Result<()> {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.retain(|_, (began, _)| now.duration_since(*began) < MINUTE);
        let (began, files) = sent.entry(person_id).or_insert((now, 0));
        if *files < FILES {
            *files += 1;
            return Ok(());
        }
        let left = (MINUTE - now.duration_since(*began)).as_secs();
        let retry_after = u64::try_from(left).unwrap_or(0) + 1;
        Err(AppError::TooMany { sentence: Sentence::new("upload.too_many"), retry_after })
    }

    /// A turn to take a request's files in.
    pub fn turn(&self) -> Result<SemaphorePermit<'_>> {
        let busy = || AppError::TooMany { sentence: Sentence::new("quotes.refusal.busy"), retry_after: 3 };
        self.turns.try_acquire().map_err(|_| busy())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixty_first_file_of_a_minute_waits_for_the_next() {
        let pace = Pace::default();
        let (person, other) = (PersonId::new(), PersonId::new());
        let now: Timestamp = "2025-10-22T10:00:00Z".parse().unwrap();
        assert!((0..FILES).all(|_| pace.count(person, now).is_ok()));
        let later = now + SignedDuration::from_secs(20);
        assert_eq!(pace.count(person, later).unwrap_err().retry_after(), Some(41));
        assert!(pace.count(other, later).is_ok());
        assert!(pace.count(person, now + MINUTE).is_ok());
    }
}
