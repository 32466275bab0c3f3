//! One's own session, PIN, language and theme.

use serde_json::json;

use super::sign_in::{Attempt, ClaimedIdentity, sign_in};
use crate::actor::Actor;
use crate::auth::client::{Client, Source};
use crate::auth::model::pin;
use crate::auth::pin_hash::{self, Lane};
use crate::auth::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use crate::auth::queries::{people, sessions};
use crate::auth::session::SessionStart;
use crate::error::{AppError, Result, Sentence};
use crate::feed::{self, EventKind, NewEvent};
use crate::lang::Lang;
use crate::state::AppState;
use crate::theme::Theme;

/// Ends the session everywhere: its sockets learn of it through the feed.
pub async fn sign_out(state: &AppState, actor: &Actor, source: &Source) -> Result<()> {
    let now = state.clock.now();
    let Actor { company_id, person_id, .. } = *actor;
    let mut tx = state.db.company(company_id).await?;
    if !sessions::delete_session(&mut tx, company_id, actor.session.id).await? {
        return Ok(());
    }
    insert_security_event(&mut tx, company_id, &own_event(SecurityEvent::SignedOut, actor, source, now))
        .await?;
    let given_up = sessions::end_claim(&mut tx, company_id, person_id, now).await?;
    let given_up = given_up.map(|order_id| NewEvent::new(EventKind::ClaimChanged, person_id).order(order_id));
    let ended = NewEvent::new(EventKind::AccessChanged, person_id).person(person_id);
    let events: Vec<NewEvent> = given_up.into_iter().chain([ended]).collect();
    feed::commit(tx, &state.doorbell, &events, now).await?;
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
        claim: ClaimedIdentity::Person(actor.person_id),
        pin: change.current.to_owned(),
        client: client.clone(),
    };
    let proven = sign_in(state, attempt).await.map_err(|error| match error {
        AppError::Invalid { .. } => AppError::field("current_pin", "pin.wrong"),
        other => other,
    })?;
    let turn = pin_hash::turn(Lane::New).await?;
    let pin_hash = pin_hash::hash(&state.settings, turn, change.new).await?;
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
    feed::commit(tx, &state.doorbell, &[event], now).await?;
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

/// Stores the language that a person chose.
pub async fn change_language(state: &AppState, actor: &Actor, lang: Lang) -> Result<()> {
    let mut tx = state.db.company(actor.company_id).await?;
    people::update_language(&mut tx, actor.company_id, actor.person_id, lang).await?;
    feed::commit_without_event(tx).await
}

/// Remembers the theme a person chose: all screens that he or she has open show it at once.
pub async fn change_theme(state: &AppState, actor: &Actor, theme: Theme) -> Result<()> {
    let Actor { company_id, person_id, .. } = *actor;
    let mut tx = state.db.company(company_id).await?;
    people::update_theme(&mut tx, company_id, person_id, theme).await?;
    let event = NewEvent::new(EventKind::ThemeChanged, person_id).person(person_id);
    feed::commit(tx, &state.doorbell, &[event], state.clock.now()).await?;
    Ok(())
}
