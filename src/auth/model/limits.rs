//! How long a sign-in has to wait after failures. Pure; the tallies come from Postgres, which all replicas share.
//!
//! Each count has its own delay; the longest counts:
//! - the account: from the fourth failure in an hour on 2 s, 4 s, 8 s … 15 min, never more than 50 an hour and 100 a
//!   day. At a device the person has used before only that device's failures count, elsewhere those of all unknown
//!   devices: neither a stranger who tries numbers nor a colleague at one tablet locks the person out elsewhere;
//! - a known device: from the 20th failure in an hour on, whatever the account;
//! - the address, for unknown devices: from the 60th failure in 15 minutes on. A whole company shares one;
//! - the company, for unknown devices: from the 50th different number in 15 minutes on, which is how one PIN
//!   tried on many numbers from many addresses looks; and no more than 500 failures a day in all, which is how
//!   patience looks. Known devices go on.

use jiff::{SignedDuration, Timestamp};

use crate::error::{AppError, Sentence};

/// Failures that are counted, and when the newest of them was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub count: i64,
    pub last_at: Option<Timestamp>,
}

/// What is known about the failures before this attempt.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tallies {
    /// On this account within [`ACCOUNT_WINDOW`], at this known device or at all unknown ones.
    pub account: Tally,
    /// The same within [`DAY`].
    pub account_day: Tally,
    /// At this known device within [`ACCOUNT_WINDOW`], on any account.
    pub device: Tally,
    /// From this address within [`SHARED_WINDOW`], by unknown devices.
    pub address: Tally,
    /// Different numbers of the company within [`SHARED_WINDOW`], by unknown devices.
    pub numbers: Tally,
    /// In the whole company within [`DAY`], by unknown devices.
    pub company_day: Tally,
}

/// What may be guessed wrong within [`DAY`] before nobody may try any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    Account,
    Company,
}

impl Budget {
    /// The word in metrics and events.
    pub fn code(self) -> &'static str {
        match self {
            Budget::Account => "account",
            Budget::Company => "company",
        }
    }
}

pub const ACCOUNT_WINDOW: SignedDuration = SignedDuration::from_hours(1);
pub const SHARED_WINDOW: SignedDuration = SignedDuration::from_mins(15);

pub const DAY: SignedDuration = SignedDuration::from_hours(24);

const ACCOUNT_FREE: i64 = 3;
const ACCOUNT_MOST: i64 = 50;
const ACCOUNT_DAY_MOST: i64 = 100;
const DEVICE_FREE: i64 = 20;
const COMPANY_DAY_MOST: i64 = 500;
const ADDRESS_FREE: i64 = 60;
const NUMBERS_FREE: i64 = 50;
const LONGEST_SECONDS: i64 = 15 * 60;

/// What is guessed at before anybody is known, counted by address within [`SHARED_WINDOW`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuessKind {
    /// The code of a company. A slip of the finger is common, and a whole company shares one address.
    Company,
    /// The token of the one-time page: copied, not typed.
    SetUp,
}

impl GuessKind {
    /// The word in the table.
    pub fn code(self) -> &'static str {
        match self {
            GuessKind::Company => "company",
            GuessKind::SetUp => "set_up",
        }
    }

    fn free(self) -> i64 {
        match self {
            GuessKind::Company => 20,
            GuessKind::SetUp => 5,
        }
    }
}

/// How long an address has to wait before its next guess; None: it may try.
pub fn guess_wait(kind: GuessKind, failures: Tally, now: Timestamp) -> Option<SignedDuration> {
    remaining(failures, kind.free(), now)
}

/// How long to wait from now; None: the PIN may be tried.
pub fn wait(tallies: &Tallies, known_device: bool, now: Timestamp) -> Option<SignedDuration> {
    let mut waits = vec![remaining(tallies.account, ACCOUNT_FREE, now)];
    if tallies.account.count >= ACCOUNT_MOST {
        waits.push(Some(SignedDuration::from_secs(LONGEST_SECONDS)));
    }
    if spent(tallies, known_device).is_some() {
        waits.push(Some(SignedDuration::from_secs(LONGEST_SECONDS)));
    }
    if known_device {
        waits.push(remaining(tallies.device, DEVICE_FREE, now));
    } else {
        waits.push(remaining(tallies.address, ADDRESS_FREE, now));
        waits.push(remaining(tallies.numbers, NUMBERS_FREE, now));
    }
    waits.into_iter().flatten().max()
}

/// The budget of the day that is used up, if one is.
pub fn spent(tallies: &Tallies, known_device: bool) -> Option<Budget> {
    if !known_device && tallies.company_day.count >= COMPANY_DAY_MOST {
        Some(Budget::Company)
    } else if tallies.account_day.count >= ACCOUNT_DAY_MOST {
        Some(Budget::Account)
    } else {
        None
    }
}

/// The first `free` failures cost nothing, not even the moment by which the last lies after `now`: that of somebody who
/// signs in at the same time, or by the clock of another replica.
fn remaining(tally: Tally, free: i64, now: Timestamp) -> Option<SignedDuration> {
    let until = tally.last_at? + delay(tally.count, free)?;
    let left = until.duration_since(now);
    left.is_positive().then_some(left)
}

/// The delay after the `count`th failure: none for the first `free`, then doubling.
fn delay(count: i64, free: i64) -> Option<SignedDuration> {
    if count < free {
        return None;
    }
    let doublings = u32::try_from((count - free + 1).min(20)).unwrap_or(20);
    Some(SignedDuration::from_secs((1_i64 << doublings).min(LONGEST_SECONDS)))
}

/// The refusal that says how long to wait before the next PIN.
pub fn too_many(wait: SignedDuration) -> AppError {
    refusal(wait, "sign_in.locked")
}

/// The same for whoever no administrator can help.
pub fn too_many_here(wait: SignedDuration) -> AppError {
    refusal(wait, "sign_in.wait_long")
}

fn refusal(wait: SignedDuration, when_long: &'static str) -> AppError {
    let seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
    let sentence = if seconds < 100 {
        Sentence::new("sign_in.wait").text("seconds", seconds.to_string())
    } else {
        Sentence::new(when_long).text("minutes", ((seconds + 59) / 60).to_string())
    };
    AppError::TooMany { sentence, retry_after: u64::try_from(seconds).unwrap_or(1).max(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2025-10-22T10:00:00Z".parse().unwrap()
    }

    fn tally(count: i64, seconds_ago: i64) -> Tally {
        Tally { count, last_at: Some(now() - SignedDuration::from_secs(seconds_ago)) }
    }

    fn seconds(tallies: Tallies, known: bool) -> Option<i64> {
        wait(&tallies, known, now()).map(|wait| wait.as_secs())
    }

    #[test]
    fn an_account_waits_longer_after_each_failure() {
        let account = |count| seconds(Tallies { account: tally(count, 0), ..Tallies::default() }, true);
        assert_eq!([0, 1, 2].map(account), [None; 3]);
        assert_eq!([3, 4, 5, 11, 12, 40].map(account), [2, 4, 8, 512, 900, 900].map(Some));
    }

    #[test]
    fn whoever_signs_in_at_the_same_moment_keeps_nobody_waiting() {
        let meanwhile = Tally { count: 1, last_at: Some(now() + SignedDuration::from_micros(300)) };
        let tallies =
            Tallies { account: meanwhile, address: meanwhile, numbers: meanwhile, ..Tallies::default() };
        assert_eq!(wait(&tallies, false, now()), None);
        assert_eq!(guess_wait(GuessKind::Company, meanwhile, now()), None);
    }

    #[test]
    fn the_wait_shrinks_as_time_passes() {
        let account = |ago| seconds(Tallies { account: tally(6, ago), ..Tallies::default() }, true);
        assert_eq!(account(0), Some(16));
        assert_eq!(account(10), Some(6));
        assert_eq!(account(16), None);
    }

    #[test]
    fn guessing_at_the_pace_that_is_allowed_stays_under_a_hundred_an_hour() {
        let mut failures: Vec<Timestamp> = Vec::new();
        let mut at = now();
        while at < now() + SignedDuration::from_hours(5) {
            let recent = failures.iter().filter(|failure| at.duration_since(**failure) < ACCOUNT_WINDOW);
            let account = Tally { count: recent.count() as i64, last_at: failures.last().copied() };
            match wait(&Tallies { account, ..Tallies::default() }, true, at) {
                Some(wait) => at += wait,
                None => failures.push(at),
            }
        }
        let most = failures.iter().map(|from| {
            failures.iter().filter(|at| *at >= from && at.duration_since(*from) < ACCOUNT_WINDOW).count()
        });
        assert!(most.max().unwrap() < 50);
    }

    #[test]
    fn a_busy_address_and_a_sprayed_company_slow_down_only_unknown_devices() {
        let address = Tallies { address: tally(60, 0), ..Tallies::default() };
        let numbers = Tallies { numbers: tally(51, 0), ..Tallies::default() };
        assert_eq!(seconds(address, false), Some(2));
        assert_eq!(seconds(numbers, false), Some(4));
        assert_eq!(seconds(address, true), None);
        assert_eq!(seconds(numbers, true), None);
        assert_eq!(seconds(Tallies { address: tally(59, 0), ..Tallies::default() }, false), None);
    }

    #[test]
    fn patience_is_answered_by_a_budget_for_the_day() {
        let hours_ago = |count| tally(count, 3 * 60 * 60);
        let account = |count| Tallies { account_day: hours_ago(count), ..Tallies::default() };
        let company = |count| Tallies { company_day: hours_ago(count), ..Tallies::default() };
        assert_eq!((seconds(account(99), false), seconds(account(100), false)), (None, Some(900)));
        assert_eq!(seconds(account(100), true), Some(900));
        assert_eq!((seconds(company(499), false), seconds(company(500), false)), (None, Some(900)));
        assert_eq!(seconds(company(5000), true), None, "the people who work here go on");
        assert_eq!(spent(&company(500), false), Some(Budget::Company));
        assert_eq!(spent(&account(100), true), Some(Budget::Account));
    }

    #[test]
    fn one_device_does_not_go_through_the_numbers_of_its_people() {
        let device = |count| Tallies { device: tally(count, 0), ..Tallies::default() };
        assert_eq!([19, 20, 21].map(|count| seconds(device(count), true)), [None, Some(2), Some(4)]);
        assert_eq!(seconds(device(40), false), None);
    }

    #[test]
    fn guesses_at_codes_wait_longer_and_longer() {
        let wait = |kind, count| guess_wait(kind, tally(count, 0), now()).map(|wait| wait.as_secs());
        assert_eq!(
            [4, 5, 6, 40].map(|count| wait(GuessKind::SetUp, count)),
            [None, Some(2), Some(4), Some(900)]
        );
        assert_eq!([19, 20].map(|count| wait(GuessKind::Company, count)), [None, Some(2)]);
    }

    #[test]
    fn the_sentence_says_how_long() {
        let error = too_many(SignedDuration::from_millis(1500));
        assert_eq!(error.retry_after(), Some(2));
        let error = too_many(SignedDuration::from_secs(890));
        assert_eq!(error.sentence(), Sentence::new("sign_in.locked").text("minutes", "15"));
    }
}
