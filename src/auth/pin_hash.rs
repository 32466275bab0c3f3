//! How PINs are kept.
//!
//! A PIN has a million values at best, so the table alone must not give it away: Argon2id, with the server's
//! secret mixed in. Checking one costs tens of milliseconds of a core, on purpose; it runs on the blocking
//! threads, in two lanes of a quarter of the cores each (at least one), so that sign-ins cannot starve picking, nor
//! strangers the people who work here.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

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

/// How long a sign-in waits for its turn before it is told to come back.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// Who queues with whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Devices that the person has used before, and whoever is signed in.
    Known,
    /// All others: who guesses stands here.
    Unknown,
}

static KNOWN: LazyLock<Arc<Semaphore>> = LazyLock::new(lane);
static UNKNOWN: LazyLock<Arc<Semaphore>> = LazyLock::new(lane);

fn lane() -> Arc<Semaphore> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Arc::new(Semaphore::new((cores / 4).max(1)))
}

/// The right to use a core for one PIN. Taken before failures are counted, so that no more guesses are under
/// way than there are turns. It goes with the hash: a request that was given up leaves a thread behind that computes on.
#[derive(Debug)]
pub struct Turn {
    _permit: OwnedSemaphorePermit,
}

/// Waits for a turn; `Unavailable` when too many sign in at once.
pub async fn turn(lane: Lane) -> Result<Turn> {
    let lane = match lane {
        Lane::Known => &KNOWN,
        Lane::Unknown => &UNKNOWN,
    };
    match tokio::time::timeout(MAX_WAIT, Arc::clone(lane).acquire_owned()).await {
        Ok(Ok(permit)) => Ok(Turn { _permit: permit }),
        Ok(Err(_)) | Err(_) => {
            metrics::counter!("pin_turns_refused_total").increment(1);
            Err(AppError::Unavailable(None))
        }
    }
}

/// What is stored for a PIN.
pub async fn hash(settings: &Settings, turn: Turn, pin: &str) -> Result<String> {
    let (pepper, pin) = (pepper(settings)?, pin.to_owned());
    run(turn, move || Ok(argon2(&pepper)?.hash_password(pin.as_bytes()).map_err(internal)?.to_string())).await
}

/// Whether `pin` is the one behind `stored`. Without a stored hash (an unknown number) the same work is done
/// for nothing, so that the answer takes as long.
pub async fn verify(settings: &Settings, turn: Turn, pin: &str, stored: Option<String>) -> Result<bool> {
    let (pepper, pin) = (pepper(settings)?, pin.to_owned());
    run(turn, move || {
        let argon2 = argon2(&pepper)?;
        let Some(stored) = stored else {
            let mut nothing = [0; 32];
            argon2.hash_password_into(pin.as_bytes(), b"nobody's salt...", &mut nothing).map_err(internal)?;
            return Ok(false);
        };
        let stored = PasswordHash::new(&stored).map_err(internal)?;
        Ok(argon2.verify_password(pin.as_bytes(), &stored).is_ok())
    })
    .await
}

async fn run<T: Send + 'static>(turn: Turn, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let work = move || {
        let done = work();
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
        let free = UNKNOWN.available_permits();
        let (go, wait) = mpsc::channel::<()>();
        let turn = turn(Lane::Unknown).await.unwrap();
        let work = run(turn, move || wait.recv().map_err(AppError::internal));
        assert!(tokio::time::timeout(Duration::from_millis(50), work).await.is_err(), "given up");
        assert_eq!(UNKNOWN.available_permits(), free - 1);
        assert!(super::turn(Lane::Known).await.is_ok(), "the other lane is free");
        go.send(()).unwrap();
        assert!(super::turn(Lane::Unknown).await.is_ok());
    }
}
