//! What can be guessed before anybody is signed in: the codes of companies and the set-up token. Failures count by
//! address, in Postgres, which all replicas share.

use jiff::Timestamp;
use uuid::Uuid;

use crate::auth::client::{Client, GivenCode};
use crate::auth::model::OpenCompany;
use crate::auth::model::limits::{self, GuessKind};
use crate::auth::queries::{devices, guesses, sign_in};
use crate::db::PooledConnection;
use crate::error::Result;
use crate::state::AppState;

/// The company whose people sign in: by code, or the only one there is, where nothing can be guessed. None: the code
/// has to be asked for. A code that nobody has counts as a failure; after too many, right ones are not told apart
/// from wrong ones any more, except on devices that the company's people use. A code that the browser was given by us is
/// no guess, also when its company is gone or has another one.
pub async fn find_company(
    state: &AppState,
    client: &Client,
    given: Option<GivenCode<'_>>,
) -> Result<Option<OpenCompany>> {
    let mut tx = state.db.gate().await?;
    let Some(given) = given else {
        return sign_in::find_only_company(&mut tx).await;
    };
    let code = given.code.trim().to_lowercase();
    // No code is longer, and none holds what a text of the database cannot.
    let plausible = code.len() <= 30 && code.bytes().all(|byte| byte.is_ascii_graphic());
    let found = if plausible { sign_in::find_company(&mut tx, &code).await? } else { None };
    if let (Some(company), Some(device)) = (&found, client.device)
        && devices::is_known(&mut tx, company.id, &device.key()).await?
    {
        return Ok(found);
    }
    if found.is_none()
        && let Some(only) = sign_in::find_only_company(&mut tx).await?
    {
        return Ok(Some(only));
    }
    if !given.is_guess {
        return Ok(found);
    }
    let now = state.clock.now();
    check_guesses(&mut tx, GuessKind::Company, &client.network, now).await?;
    if found.is_none() {
        guesses::insert_guess_failure(&mut tx, Uuid::now_v7(), GuessKind::Company, &client.network, now)
            .await?;
        tx.commit().await?;
    }
    Ok(found)
}

/// Refuses an address that has to wait. Guesses from one address are serialised, so that parallel ones count.
pub async fn check_guesses(
    db: &mut PooledConnection,
    kind: GuessKind,
    address: &str,
    now: Timestamp,
) -> Result<()> {
    guesses::lock_guesses(db, kind, address).await?;
    let tally = guesses::get_guess_tally(db, kind, address, now - limits::SHARED_WINDOW).await?;
    limits::guess_wait(kind, tally, now).map_or(Ok(()), |wait| Err(limits::too_many_here(wait)))
}
