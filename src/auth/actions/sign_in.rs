//! Signing in: a PIN is looked at, and failures are counted.

use serde_json::json;
use uuid::Uuid;

use crate::auth::client::{Client, Device};
use crate::auth::model::limits::{self, Tallies, Tally};
use crate::auth::pin_hash;
use crate::auth::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use crate::auth::queries::people;
use crate::auth::queries::sign_in::{self, Account, FailureKey};
use crate::auth::session::SessionStart;
use crate::error::{AppError, Result};
use crate::ids::{CompanyId, PersonId};
use crate::state::AppState;

/// Who somebody says to be.
#[derive(Clone, Copy, Debug)]
pub enum Claim<'a> {
    /// By login number.
    Number(&'a str),
    /// By the page that is still open.
    Person(PersonId),
}

/// What the PIN is looked at for.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    pub company_id: CompanyId,
    pub login_digits: u8,
    pub pin_digits: u8,
    pub claim: Claim<'a>,
    pub pin: &'a str,
    pub client: &'a Client,
}

/// Somebody whose PIN was right.
#[derive(Debug)]
pub struct Proven {
    pub begins: SessionStart,
    pub person_id: PersonId,
    pub name: String,
    /// The browser's device, or a new one for it to keep.
    pub device: Device,
}

/// Looks at a PIN. A failure is written first, under a lock, and taken back when the PIN was right: guesses sent
/// side by side count as well. An unknown number takes the same way, and the same time.
pub async fn sign_in(state: &AppState, attempt: Attempt<'_>) -> Result<Proven> {
    let turn = pin_hash::turn().await?;
    let opened = open_attempt(state, attempt).await?;
    let stored = opened.account.as_ref().map(|account| account.pin_hash.clone());
    let right = pin_hash::verify(&state.settings, &turn, attempt.pin, stored).await?;
    drop(turn);
    match opened.account {
        Some(account) if right => accept(state, attempt, opened.failure_id, account).await,
        account => {
            refuse(state, attempt, account.map(|account| account.person_id), opened.tallies, opened.known)
                .await?;
            Err(AppError::invalid("sign_in.wrong"))
        }
    }
}

struct Opened {
    account: Option<Account>,
    failure_id: Uuid,
    tallies: Tallies,
    known: bool,
}

async fn open_attempt(state: &AppState, attempt: Attempt<'_>) -> Result<Opened> {
    let Attempt { company_id, client, .. } = attempt;
    let (number, person_id) = match attempt.claim {
        Claim::Number(number) => (Some(number), None),
        Claim::Person(id) => (None, Some(id)),
    };
    let device = client.device.map(Device::key);
    let now = state.clock.now();
    let mut tx = state.db.gate().await?;
    sign_in::lock_failures(&mut tx, company_id).await?;
    let account = sign_in::find_account(
        &mut tx,
        company_id,
        number,
        person_id,
        device.as_ref().map(<[u8; 32]>::as_slice),
    )
    .await?;
    let known = account.as_ref().is_some_and(|account| account.known_device);
    let key = FailureKey {
        number: account.as_ref().map_or_else(|| counted_as(attempt), |account| account.number.as_str()),
        address: &client.network,
        known_device: known,
    };
    let tallies = sign_in::get_tallies(&mut tx, company_id, key, now).await?;
    if let Some(wait) = limits::wait(&tallies, known, now) {
        metrics::counter!("sign_ins_total", "outcome" => "waits").increment(1);
        return Err(limits::too_many(wait));
    }
    let failure_id = Uuid::now_v7();
    sign_in::insert_failure(&mut tx, company_id, failure_id, key, now).await?;
    tx.commit().await?;
    Ok(Opened { account, failure_id, tallies, known })
}

/// Numbers that nobody has are counted as they are, so that they behave like those that somebody has. What does
/// not even look like one is not written down: it may be a PIN in the wrong field.
fn counted_as(attempt: Attempt<'_>) -> &str {
    match attempt.claim {
        Claim::Number(number)
            if number.len() == usize::from(attempt.login_digits)
                && number.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            number
        }
        _ => "",
    }
}

async fn accept(
    state: &AppState,
    attempt: Attempt<'_>,
    failure_id: Uuid,
    account: Account,
) -> Result<Proven> {
    let Attempt { company_id, client, .. } = attempt;
    let now = state.clock.now();
    let device = client.device.unwrap_or_default();
    let mut tx = state.db.gate().await?;
    sign_in::delete_failure(&mut tx, company_id, failure_id).await?;
    if account.known_device {
        sign_in::delete_failures_on_known_devices(&mut tx, company_id, &account.number).await?;
    }
    sign_in::upsert_known_device(&mut tx, company_id, account.person_id, &device.key(), now).await?;
    if attempt.pin.len() < usize::from(attempt.pin_digits) && !account.pin_must_change {
        people::update_pin_must_change(&mut tx, company_id, account.person_id).await?;
    }
    let event = NewSecurityEvent {
        kind: SecurityEvent::SignedIn,
        person_id: Some(account.person_id),
        actor_id: Some(account.person_id),
        source: &client.source,
        detail: json!({ "known_device": account.known_device }),
        at: now,
    };
    insert_security_event(&mut tx, company_id, &event).await?;
    tx.commit().await?;
    metrics::counter!("sign_ins_total", "outcome" => "ok").increment(1);
    let begins = SessionStart {
        company_id,
        person_id: account.person_id,
        pin_hash: account.pin_hash,
        continues: None,
        device: Some(device.key()),
    };
    Ok(Proven { begins, person_id: account.person_id, name: account.name, device })
}

async fn refuse(
    state: &AppState,
    attempt: Attempt<'_>,
    person_id: Option<PersonId>,
    before: Tallies,
    known: bool,
) -> Result<()> {
    let now = state.clock.now();
    let one_more = |tally: Tally| Tally { count: tally.count + 1, last_at: Some(now) };
    let after = Tallies { account: one_more(before.account), ..before };
    let wait = limits::wait(&after, known, now).map_or(0, |wait| wait.as_secs());
    let mut event = NewSecurityEvent {
        kind: SecurityEvent::SignInFailed,
        person_id,
        actor_id: None,
        source: &attempt.client.source,
        detail: json!({ "known_device": known }),
        at: now,
    };
    let mut tx = state.db.gate().await?;
    insert_security_event(&mut tx, attempt.company_id, &event).await?;
    if wait > 0 {
        event.kind = SecurityEvent::LockedOut;
        event.detail = json!({ "known_device": known, "seconds": wait });
        insert_security_event(&mut tx, attempt.company_id, &event).await?;
    }
    tx.commit().await?;
    metrics::counter!("sign_ins_total", "outcome" => "wrong").increment(1);
    Ok(())
}
