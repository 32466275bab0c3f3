//! Sign-in: verifies a PIN and counts failures.

use serde_json::json;
use tokio::sync::oneshot;
use tracing::Instrument;
use uuid::Uuid;

use crate::auth::client::{Client, Device};
use crate::auth::model::limits::{self, Budget, Tallies, Tally};
use crate::auth::pin_hash::{self, HashPermit, Lane, Verified};
use crate::auth::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use crate::auth::queries::people;
use crate::auth::queries::sign_in::{self, Account, FailureKey};
use crate::auth::session::SessionStart;
use crate::db::GateTx;
use crate::error::{AppError, Result};
use crate::ids::{CompanyId, PersonId};
use crate::state::AppState;

/// Who the person claims to be.
#[derive(Clone, Debug)]
pub enum ClaimedIdentity {
    /// By login number.
    Number(String),
    /// By the page that is still open.
    Person(PersonId),
}

/// A PIN to verify, and what it is tried for.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub company_id: CompanyId,
    pub login_digits: u8,
    pub pin_digits: u8,
    pub claim: ClaimedIdentity,
    pub pin: String,
    pub client: Client,
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

/// Verifies a PIN. A failure is written first, under a lock, and taken back when the PIN was right: guesses sent
/// in parallel count as well. An unknown number takes the same path, and the same time. A caller who has to wait is
/// refused before queueing for a hash, so that guesses which are refused anyway do not delay other sign-ins.
pub async fn sign_in(state: &AppState, attempt: Attempt) -> Result<Proven> {
    let mut tx = state.db.gate().await?;
    let before = weigh(state, &mut tx, &attempt).await?;
    drop(tx);
    let turn = pin_hash::turn(if before.known() { Lane::Known } else { Lane::Unknown }).await?;
    // A request that is given up (a second press of the button, a page that was left) must not leave the failure of a
    // right PIN behind: once it has its turn, it runs to its end.
    let (tell, told) = oneshot::channel();
    let running = state.clone();
    let work = async move {
        let _ = tell.send(judge(&running, &attempt, turn).await);
    };
    state.lifecycle.spawn(work.in_current_span());
    told.await.map_err(AppError::internal)?
}

/// Whether the PIN of an open page was refused because its person is no longer active. Only who has the page knows the
/// id; numbers can be guessed, so of them nothing is told.
pub async fn has_access_ended(
    state: &AppState,
    company_id: CompanyId,
    person_id: Option<PersonId>,
) -> Result<bool> {
    let Some(person_id) = person_id else { return Ok(false) };
    let mut tx = state.db.gate().await?;
    people::is_inactive(&mut tx, company_id, person_id).await
}

/// Counts the attempt and verifies its PIN.
async fn judge(state: &AppState, attempt: &Attempt, turn: HashPermit) -> Result<Proven> {
    let (weighed, failure_id) = open_attempt(state, attempt).await?;
    let stored = weighed.account.as_ref().map(|account| account.pin_hash.clone());
    let verified = pin_hash::verify(&state.settings, turn, &attempt.pin, stored).await?;
    let proven = match (weighed.account.clone(), verified) {
        (Some(account), Verified::Right) => accept(state, attempt, failure_id, account, None).await?,
        (Some(account), Verified::Outdated(renewed)) => {
            accept(state, attempt, failure_id, account, Some(renewed)).await?
        }
        _ => None,
    };
    if let Some(proven) = proven {
        return Ok(proven);
    }
    refuse(state, attempt, &weighed).await?;
    Err(AppError::invalid("sign_in.wrong"))
}

/// Whose PIN is tried, and what was tried before.
struct Weighed {
    account: Option<Account>,
    tallies: Tallies,
}

impl Weighed {
    fn known(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.known_device)
    }
}

/// Finds the account and counts its failures; refuses an attempt that has to wait.
async fn weigh(state: &AppState, tx: &mut GateTx, attempt: &Attempt) -> Result<Weighed> {
    let Attempt { company_id, ref client, .. } = *attempt;
    let (number, person_id) = match &attempt.claim {
        ClaimedIdentity::Number(number) => (Some(number.as_str()), None),
        ClaimedIdentity::Person(id) => (None, Some(*id)),
    };
    let device = client.device.map(Device::key);
    let device = device.as_ref().map(<[u8; 32]>::as_slice);
    let now = state.clock.now();
    let account = sign_in::find_account(tx, company_id, number, person_id, device).await?;
    let mut weighed = Weighed { account, tallies: Tallies::default() };
    let key = failure_key(attempt, &weighed, device);
    weighed.tallies = sign_in::get_tallies(tx, company_id, key, now).await?;
    if let Some(wait) = limits::wait(&weighed.tallies, weighed.known(), now) {
        metrics::counter!("sign_ins_total", "outcome" => "waits").increment(1);
        return Err(limits::too_many(wait));
    }
    Ok(weighed)
}

fn failure_key<'a>(attempt: &'a Attempt, weighed: &'a Weighed, device: Option<&'a [u8]>) -> FailureKey<'a> {
    FailureKey {
        number: weighed.account.as_ref().map_or_else(|| counted_as(attempt), |account| &account.number),
        address: &attempt.client.network,
        known_device: device.filter(|_| weighed.known()),
    }
}

/// Writes the failure that this attempt is until its PIN turns out right.
async fn open_attempt(state: &AppState, attempt: &Attempt) -> Result<(Weighed, Uuid)> {
    let mut tx = state.db.gate().await?;
    sign_in::lock_failures(&mut tx, attempt.company_id).await?;
    let weighed = weigh(state, &mut tx, attempt).await?;
    let failure_id = Uuid::now_v7();
    let device = attempt.client.device.map(Device::key);
    let key = failure_key(attempt, &weighed, device.as_ref().map(<[u8; 32]>::as_slice));
    sign_in::insert_failure(&mut tx, attempt.company_id, failure_id, key, state.clock.now()).await?;
    tx.commit().await?;
    Ok((weighed, failure_id))
}

/// Unknown numbers are counted as they are, so that they behave like known ones. What does
/// not even look like one is not written down: it may be a PIN in the wrong field.
fn counted_as(attempt: &Attempt) -> &str {
    match &attempt.claim {
        ClaimedIdentity::Number(number)
            if (2..=usize::from(attempt.login_digits)).contains(&number.len())
                && number.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            number
        }
        _ => "",
    }
}

/// None: the PIN was replaced since it was read. `renewed`: what is stored of it from now on, where its pepper was that of
/// before. The person's row is locked first, as by whoever resets the PIN.
async fn accept(
    state: &AppState,
    attempt: &Attempt,
    failure_id: Uuid,
    mut account: Account,
    renewed: Option<String>,
) -> Result<Option<Proven>> {
    let Attempt { company_id, ref client, .. } = *attempt;
    let now = state.clock.now();
    let device = client.device.unwrap_or_default();
    let mut tx = state.db.gate().await?;
    let checked = (account.person_id, account.pin_hash.as_str());
    if !sign_in::upsert_known_device(&mut tx, company_id, checked, &device.key(), now).await? {
        return Ok(None);
    }
    sign_in::delete_failure(&mut tx, company_id, failure_id).await?;
    if account.known_device {
        sign_in::delete_failures_at_device(&mut tx, company_id, &account.number, &device.key()).await?;
    }
    if attempt.pin.len() < usize::from(attempt.pin_digits) && !account.pin_must_change {
        people::update_pin_must_change(&mut tx, company_id, account.person_id).await?;
    }
    if let Some(renewed) = renewed
        && people::renew_pin_hash(&mut tx, company_id, account.person_id, &account.pin_hash, &renewed).await?
    {
        account.pin_hash = renewed;
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
    Ok(Some(Proven { begins, person_id: account.person_id, name: account.name, device }))
}

async fn refuse(state: &AppState, attempt: &Attempt, weighed: &Weighed) -> Result<()> {
    let now = state.clock.now();
    let (known, before) = (weighed.known(), weighed.tallies);
    let one_more = |tally: Tally| Tally { count: tally.count + 1, last_at: Some(now) };
    let after = Tallies {
        account: one_more(before.account),
        account_day: one_more(before.account_day),
        device: one_more(before.device),
        company_day: one_more(before.company_day),
        ..before
    };
    let wait = limits::wait(&after, known, now).map_or(0, |wait| wait.as_secs());
    let mut event = NewSecurityEvent {
        kind: SecurityEvent::SignInFailed,
        person_id: weighed.account.as_ref().map(|account| account.person_id),
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
    if let Some(budget) = limits::spent(&after, known) {
        event.kind = SecurityEvent::GuessBudgetSpent;
        event.detail = json!({ "known_device": known, "budget": budget.code() });
        insert_security_event(&mut tx, attempt.company_id, &event).await?;
        tell_operator(attempt.company_id, budget);
    }
    tx.commit().await?;
    metrics::counter!("sign_ins_total", "outcome" => "wrong").increment(1);
    Ok(())
}

/// A slow attack, which nobody in the company can see: the log tells whoever runs the server.
fn tell_operator(company_id: CompanyId, budget: Budget) {
    metrics::counter!("sign_in_budget_spent_total", "budget" => budget.code()).increment(1);
    tracing::warn!(%company_id, budget = budget.code(), "wrong PINs have used up a day's budget");
}
