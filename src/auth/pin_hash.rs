//! Hashing of PINs.
//!
//! A PIN has a million values at best, so the table alone must not give it away: Argon2id, with the server's
//! secret mixed in. Checking one costs tens of milliseconds of a core, on purpose; it runs on the blocking
//! threads, in three lanes of a quarter of the cores each, so that sign-ins cannot starve picking, nor strangers the
//! people who work here, nor an administrator who makes PINs for a whole company whoever begins the shift.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Settings;
use crate::error::{AppError, Result};

/// OWASP's floor: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How long a sign-in waits for its turn before it is refused.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// The queue that a sign-in waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Devices that the person has used before, and whoever is signed in.
    Known,
    /// All others, and so everybody who guesses.
    Unknown,
    /// A PIN that is stored, and nobody's sign-in.
    New,
}

static KNOWN: LazyLock<Arc<Turns>> = LazyLock::new(Turns::of_this_machine);
static UNKNOWN: LazyLock<Arc<Turns>> = LazyLock::new(Turns::of_this_machine);
static NEW: LazyLock<Arc<Turns>> = LazyLock::new(Turns::of_this_machine);

/// A lane's share of the cores.
#[derive(Debug)]
struct Turns {
    places: Arc<Semaphore>,
    /// A place uses a core while it computes. Where a quarter of the cores is less than one, it rests afterwards, for so
    /// many times as long as it computed: a replica with half a core would else spend it on whoever guesses.
    rest: u32,
    rests_until: Mutex<Instant>,
}

impl Turns {
    fn of_this_machine() -> Arc<Self> {
        Arc::new(Self::of(std::thread::available_parallelism().map_or(1, usize::from)))
    }

    fn of(cores: usize) -> Self {
        let rest = match cores {
            0 | 1 => 3,
            2 | 3 => 1,
            _ => 0,
        };
        let places = Arc::new(Semaphore::new((cores / 4).max(1)));
        Self { places, rest, rests_until: Mutex::new(Instant::now()) }
    }

    fn rests_until(&self) -> Instant {
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rest_after(&self, computed: Duration) {
        let until = Instant::now() + computed * self.rest;
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

/// The right to use a core for one PIN. Taken before failures are counted, so that no more guesses are under
/// way than there are turns. It goes with the hash: a request that was given up leaves a thread behind that computes on.
#[derive(Debug)]
pub struct HashPermit {
    of: Arc<Turns>,
    _place: OwnedSemaphorePermit,
}

/// Waits for a turn; `Unavailable` when too many sign in at once.
pub async fn turn(lane: Lane) -> Result<HashPermit> {
    let turns = Arc::clone(match lane {
        Lane::Known => &KNOWN,
        Lane::Unknown => &UNKNOWN,
        Lane::New => &NEW,
    });
    let waiting = async {
        let place = Arc::clone(&turns.places).acquire_owned().await.map_err(AppError::internal)?;
        tokio::time::sleep_until(turns.rests_until().into()).await;
        Ok(HashPermit { of: turns, _place: place })
    };
    tokio::time::timeout(MAX_WAIT, waiting).await.unwrap_or_else(|_| {
        metrics::counter!("pin_turns_refused_total").increment(1);
        Err(AppError::Unavailable(None))
    })
}

/// What is stored for a PIN.
pub async fn hash(settings: &Settings, turn: HashPermit, pin: &str) -> Result<String> {
    let (pepper, pin) = (pepper(settings)?, pin.to_owned());
    run(turn, move || Ok(argon2(&pepper)?.hash_password(pin.as_bytes()).map_err(internal)?.to_string())).await
}

/// The result of verifying a PIN.
#[derive(Debug, PartialEq, Eq)]
pub enum Verified {
    Wrong,
    Right,
    /// Right, but stored under the previous pepper: store this hash instead.
    Outdated(String),
}

/// Whether `pin` is the one behind `stored`, under the pepper or the one before it. Without a stored hash (an unknown
/// number) the same work is done for nothing, so that the answer takes as long as that of a wrong PIN.
pub async fn verify(
    settings: &Settings,
    turn: HashPermit,
    pin: &str,
    stored: Option<String>,
) -> Result<Verified> {
    let (pepper, pin) = (pepper(settings)?, pin.to_owned());
    let before = settings.previous_secret().map(|secret| secret.as_bytes().to_vec());
    run(turn, move || {
        if is_right(&pepper, &pin, stored.as_deref())? {
            return Ok(Verified::Right);
        }
        match before {
            Some(before) if is_right(&before, &pin, stored.as_deref())? => {
                let renewed = argon2(&pepper)?.hash_password(pin.as_bytes()).map_err(internal)?;
                Ok(Verified::Outdated(renewed.to_string()))
            }
            _ => Ok(Verified::Wrong),
        }
    })
    .await
}

fn is_right(pepper: &[u8], pin: &str, stored: Option<&str>) -> Result<bool> {
    let argon2 = argon2(pepper)?;
    let Some(stored) = stored else {
        let mut nothing = [0; 32];
        argon2.hash_password_into(pin.as_bytes(), b"nobody's salt...", &mut nothing).map_err(internal)?;
        return Ok(false);
    };
    let stored = PasswordHash::new(stored).map_err(internal)?;
    Ok(argon2.verify_password(pin.as_bytes(), &stored).is_ok())
}

async fn run<T: Send + 'static>(
    turn: HashPermit,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let work = move || {
        let began = Instant::now();
        let done = work();
        turn.of.rest_after(began.elapsed());
        drop(turn);
        done
    };
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)?
}

fn pepper(settings: &Settings) -> Result<Vec<u8>> {
    Ok(settings.secret().map_err(AppError::internal)?.as_bytes().to_vec())
}

fn argon2(pepper: &[u8]) -> Result<Argon2<'_>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(internal)?;
    Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params).map_err(internal)
}

fn internal(error: impl std::fmt::Display) -> AppError {
    AppError::internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_request_that_was_given_up_keeps_its_turn_until_its_hash_is_done() {
        let free = UNKNOWN.places.available_permits();
        let (go, wait) = mpsc::channel::<()>();
        let turn = turn(Lane::Unknown).await.unwrap();
        let work = run(turn, move || wait.recv().map_err(AppError::internal));
        assert!(tokio::time::timeout(Duration::from_millis(50), work).await.is_err(), "given up");
        assert_eq!(UNKNOWN.places.available_permits(), free - 1);
        assert!(super::turn(Lane::Known).await.is_ok(), "the other lane is free");
        go.send(()).unwrap();
        assert!(super::turn(Lane::Unknown).await.is_ok());
    }

    #[tokio::test]
    async fn whoever_makes_new_pins_keeps_nobody_from_signing_in() {
        let mut making = Vec::new();
        while NEW.places.available_permits() > 0 {
            making.push(turn(Lane::New).await.unwrap());
        }
        for lane in [Lane::Known, Lane::Unknown] {
            assert!(turn(lane).await.is_ok(), "{lane:?}");
        }
    }

    #[tokio::test]
    async fn a_lane_of_less_than_a_core_rests_after_each_hash() {
        for (cores, rest) in [(1, 300), (2, 100), (4, 0), (16, 0)] {
            let turns = Turns::of(cores);
            let began = Instant::now();
            turns.rest_after(Duration::from_millis(100));
            let rests = turns.rests_until().saturating_duration_since(began);
            assert!((rest..rest + 50).contains(&rests.as_millis()), "{cores} cores: {rests:?}");
        }
    }
}
