//! Limits on uploads per person, and on bodies that are received at once.

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
/// Of those, one person's: nobody takes all turns from the others.
const OF_ONE: u32 = 2;

#[derive(Debug)]
pub struct UploadQuota {
    /// When each person's minute began, and the files in it.
    sent: Mutex<HashMap<PersonId, (Timestamp, u32)>>,
    turns: Semaphore,
    taken: Mutex<HashMap<PersonId, u32>>,
}

impl Default for UploadQuota {
    fn default() -> Self {
        Self { sent: Mutex::default(), turns: Semaphore::new(AT_ONCE), taken: Mutex::default() }
    }
}

/// A turn; given back when dropped.
#[derive(Debug)]
pub struct UploadPermit<'a> {
    quota: &'a UploadQuota,
    person_id: PersonId,
    _permit: SemaphorePermit<'a>,
}

impl Drop for UploadPermit<'_> {
    fn drop(&mut self) {
        let mut taken = self.quota.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turns) = taken.get_mut(&self.person_id) {
            *turns -= 1;
        }
        taken.retain(|_, turns| *turns > 0);
    }
}

impl UploadQuota {
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
    pub fn turn(&self, person_id: PersonId) -> Result<UploadPermit<'_>> {
        let busy = || AppError::TooMany { sentence: Sentence::new("quotes.refusal.busy"), retry_after: 3 };
        let permit = self.turns.try_acquire().map_err(|_| busy())?;
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let turns = taken.entry(person_id).or_default();
        if *turns >= OF_ONE {
            return Err(busy());
        }
        *turns += 1;
        drop(taken);
        Ok(UploadPermit { quota: self, person_id, _permit: permit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_upload_of_a_person_at_once_waits_and_another_person_s_does_not() {
        let quota = UploadQuota::default();
        let (person, other) = (PersonId::new(), PersonId::new());
        let turns = [quota.turn(person).unwrap(), quota.turn(person).unwrap()];
        assert_eq!(quota.turn(person).unwrap_err().retry_after(), Some(3));
        assert!(quota.turn(other).is_ok());
        drop(turns);
        assert!(quota.turn(person).is_ok());
    }

    #[test]
    fn the_sixty_first_file_of_a_minute_waits_for_the_next() {
        let quota = UploadQuota::default();
        let (person, other) = (PersonId::new(), PersonId::new());
        let now: Timestamp = "2025-10-22T10:00:00Z".parse().unwrap();
        assert!((0..FILES).all(|_| quota.count(person, now).is_ok()));
        let later = now + SignedDuration::from_secs(20);
        assert_eq!(quota.count(person, later).unwrap_err().retry_after(), Some(41));
        assert!(quota.count(other, later).is_ok());
        assert!(quota.count(person, now + MINUTE).is_ok());
    }
}
