//! How PINs are kept.
//!
//! A PIN has a million values at best, so the table alone must not give it away: Argon2id, with the server's
//! secret mixed in. Checking one costs tens of milliseconds of a core, on purpose; it runs on the blocking
//! threads, on at most half of the cores, so that sign-ins cannot starve picking.

use std::sync::LazyLock;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::config::Settings;
use crate::error::{AppError, Result};

/// OWASP's floor: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How long a sign-in waits for its turn before it is told to come back.
const MAX_WAIT: Duration = Duration::from_secs(5);

static TURNS: LazyLock<Semaphore> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Semaphore::new((cores / 2).max(1))
});

/// The right to use a core for one PIN. Taken before failures are counted, so that no more guesses are under
/// way than there are turns.
#[derive(Debug)]
pub struct Turn {
    _permit: SemaphorePermit<'static>,
}

/// Waits for a turn; `Unavailable` when too many sign in at once.
pub async fn turn() -> Result<Turn> {
    match tokio::time::timeout(MAX_WAIT, TURNS.acquire()).await {
        Ok(Ok(permit)) => Ok(Turn { _permit: permit }),
        Ok(Err(_)) | Err(_) => {
            metrics::counter!("pin_turns_refused_total").increment(1);
            Err(AppError::Unavailable(None))
        }
    }
}

/// What is stored for a PIN.
pub async fn hash(settings: &Settings, _turn: &Turn, pin: &str) -> Result<String> {
    let (pepper, pin) = (pepper(settings)?, pin.to_owned());
    run(move || Ok(argon2(&pepper)?.hash_password(pin.as_bytes()).map_err(internal)?.to_string())).await
}

/// Whether `pin` is the one behind `stored`. Without a stored hash (an unknown number) the same work is done
/// for nothing, so that the answer takes as long.
pub async fn verify(settings: &Settings, _turn: &Turn, pin: &str, stored: Option<String>) -> Result<bool> {
    let (pepper, pin) = (pepper(settings)?, pin.to_owned());
    run(move || {
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

async fn run<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
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
