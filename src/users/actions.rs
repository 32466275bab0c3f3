//! Signing in, out, and changing one's own PIN.

use serde_json::json;
use uuid::Uuid;

use super::client::{Client, Device, Source};
use super::limits::{self, Tallies, Tally};
use super::model::Actor;
use super::pin::{self, Turn};
use super::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use super::queries::sign_in::{self, Account, FailureKey};
use super::queries::{devices, people, sessions};
use super::session::SessionStart;
use crate::error::{AppError, Result, Sentence};
use crate::feed::{self, EventKind, NewEvent};
use crate::ids::{CompanyId, PersonId};
use crate::lang::Lang;
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
    let turn = pin::turn().await?;
    let opened = open_attempt(state, attempt).await?;
    let stored = opened.account.as_ref().map(|account| account.pin_hash.clone());
    let right = pin::verify(&state.settings, &turn, attempt.pin, stored).await?;
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
        sign_in::update_pin_must_change(&mut tx, company_id, account.person_id).await?;
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

/// Ends the session everywhere it is open: its sockets hear of it through the feed.
pub async fn sign_out(state: &AppState, actor: &Actor, source: &Source) -> Result<()> {
    let now = state.clock.now();
    let Actor { company_id, person_id, .. } = *actor;
    let mut tx = state.db.company(company_id).await?;
    if !sessions::delete_session(&mut tx, company_id, actor.session.id).await? {
        return Ok(());
    }
    insert_security_event(&mut tx, company_id, &own_event(SecurityEvent::SignedOut, actor, source, now))
        .await?;
    let event = NewEvent::new(EventKind::AccessChanged, person_id).person(person_id);
    feed::commit(tx, &state.doorbell, &event, None, now).await?;
    Ok(())
}

fn own_event<'a>(
    kind: SecurityEvent,
    actor: &Actor,
    source: &'a Source,
    at: jiff::Timestamp,
) -> NewSecurityEvent<'a> {
    let person_id = Some(actor.person_id);
    NewSecurityEvent { kind, person_id, actor_id: person_id, source, detail: json!({}), at }
}

/// What a person types to change the own PIN.
#[derive(Clone, Copy, Debug)]
pub struct PinChange<'a> {
    pub current: &'a str,
    pub new: &'a str,
    pub again: &'a str,
}

/// Changes the own PIN and ends the person's other sessions. The current one goes on under a new id.
pub async fn change_pin(
    state: &AppState,
    actor: &Actor,
    client: &Client,
    change: PinChange<'_>,
) -> Result<SessionStart> {
    check_new_pin(change.new, change.again, actor.company.pin_digits, &actor.number)?;
    if change.new == change.current {
        return Err(AppError::field("pin", "pin.same"));
    }
    let attempt = Attempt {
        company_id: actor.company_id,
        login_digits: actor.company.login_digits,
        pin_digits: 0,
        claim: Claim::Person(actor.person_id),
        pin: change.current,
        client,
    };
    let proven = sign_in(state, attempt).await.map_err(|error| match error {
        AppError::Invalid { .. } => AppError::field("current_pin", "pin.wrong"),
        other => other,
    })?;
    let turn: Turn = pin::turn().await?;
    let pin_hash = pin::hash(&state.settings, &turn, change.new).await?;
    drop(turn);
    let now = state.clock.now();
    let Actor { company_id, person_id, .. } = *actor;
    let mut tx = state.db.company(company_id).await?;
    // First the person's row, then the sessions: one that begins meanwhile waits for this row, and is refused.
    let own =
        people::update_own_pin(&mut tx, company_id, person_id, &proven.begins.pin_hash, &pin_hash).await?;
    if !own {
        return Err(AppError::field("current_pin", "pin.wrong"));
    }
    sessions::delete_sessions_of(&mut tx, company_id, person_id, Some(actor.session.id)).await?;
    insert_security_event(
        &mut tx,
        company_id,
        &own_event(SecurityEvent::PinChanged, actor, &client.source, now),
    )
    .await?;
    let event = NewEvent::new(EventKind::AccessChanged, person_id).person(person_id);
    feed::commit(tx, &state.doorbell, &event, None, now).await?;
    Ok(SessionStart { pin_hash, continues: Some(actor.session.id), ..proven.begins })
}

/// A new PIN, typed twice, against the rule. The sentences stand beside their fields.
pub fn check_new_pin(new: &str, again: &str, digits: u8, number: &str) -> Result<()> {
    if let Err(fault) = pin::check(new, digits, number) {
        let sentence = fault.sentence(digits);
        return Err(AppError::Invalid {
            sentence: sentence.clone(),
            fields: vec![("pin".to_owned(), sentence)],
        });
    }
    if new != again {
        let sentence = Sentence::new("pin.differs");
        return Err(AppError::Invalid {
            sentence: sentence.clone(),
            fields: vec![("pin_again".to_owned(), sentence)],
        });
    }
    Ok(())
}

/// Remembers the language a person chose. No screen of anybody else shows it.
pub async fn change_language(state: &AppState, actor: &Actor, lang: Lang) -> Result<()> {
    let mut tx = state.db.company(actor.company_id).await?;
    people::update_language(&mut tx, actor.company_id, actor.person_id, lang).await?;
    feed::commit_without_event(tx).await
}

/// Clears away what no longer counts: ended sessions, failures of yesterday, devices not seen for a year.
pub async fn delete_old(state: &AppState) -> Result<()> {
    let now = state.clock.now();
    let mut tx = state.db.gate().await?;
    let gone = sessions::delete_old_sessions(
        &mut tx,
        now - super::model::SESSION_ABSOLUTE,
        now - super::model::SESSION_IDLE,
    )
    .await?;
    let day = jiff::SignedDuration::from_hours(24);
    sign_in::delete_old_attempts(&mut tx, now - day, now - day * 400).await?;
    devices::delete_old_door_failures(&mut tx, now - day).await?;
    tx.commit().await?;
    tracing::debug!(sessions = gone, "old sessions were cleared away");
    Ok(())
}
