//! The one-time set-up: the first company and its first administrator.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Operator;
use super::admins::{hash, insert_admin, new_admin};
use super::companies::{insert_company, list_companies};
use crate::actor::Role;
use crate::auth::actions::find_company::check_guesses;
use crate::auth::actions::own::check_new_pin;
use crate::auth::client::Source;
use crate::auth::model::limits::GuessKind;
use crate::auth::queries::events::SecurityEvent;
use crate::auth::queries::guesses;
use crate::auth::session::SessionStart;
use crate::companies::model::{ListedCompany, NewCompany, check_company};
use crate::companies::queries;
use crate::error::{AppError, Result};
use crate::people::model::check_new_person;

/// What the one-time page asks.
#[derive(Clone, Copy, Debug)]
pub struct SetUp<'a> {
    pub token: &'a str,
    /// Used only while there is no company.
    pub company: NewCompany<'a>,
    pub name: &'a str,
    pub number: &'a str,
    pub pin: &'a str,
    pub pin_again: &'a str,
}

/// Whether the one-time page exists at all, and then the company that has nobody yet.
pub async fn find_set_up(operator: Operator<'_>) -> Result<Option<ListedCompany>> {
    if operator.settings.setup_token.is_none() {
        return Err(AppError::NotFound);
    }
    let mut gate = operator.db.gate().await?;
    if queries::has_admin(&mut gate).await? {
        return Err(AppError::NotFound);
    }
    drop(gate);
    Ok(list_companies(operator.db).await?.into_iter().find(|company| !company.closed))
}

/// Makes the company if there is none, and its first administrator, who is signed in at once. `network` is what
/// wrong tokens are counted by.
pub async fn set_up(
    operator: Operator<'_>,
    form: SetUp<'_>,
    source: &Source,
    network: &str,
) -> Result<SessionStart> {
    let existing = find_set_up(operator).await?;
    check_token(operator, form.token, network).await?;
    if existing.is_none() {
        check_company(form.company)?;
    }
    let (login_digits, pin_digits) =
        existing.as_ref().map_or((4, 6), |company| (company.login_digits, company.pin_digits));
    check_new_person(form.name, form.number, &[Role::Admin], login_digits)?;
    check_new_pin(form.pin, form.pin_again, pin_digits, form.number)?;
    let new = new_admin(form.name, form.number, hash(operator.settings, form.pin).await?, false);
    let now = operator.clock.now();
    let mut tx = operator.db.operator().await?;
    queries::lock_set_up(&mut tx).await?;
    if queries::has_admin(&mut tx).await? {
        return Err(AppError::conflict("set_up.token_used"));
    }
    let company_id = match existing {
        Some(company) => company.id,
        None => insert_company(&mut tx, form.company).await?,
    };
    insert_admin(&mut tx, company_id, &new, SecurityEvent::SetUpDone, source, now).await?;
    tx.commit().await?;
    Ok(SessionStart { company_id, person_id: new.id, pin_hash: new.pin_hash, continues: None, device: None })
}

/// Checks the token; failures make an address wait, and then the right token is not checked either.
pub async fn check_token(operator: Operator<'_>, given: &str, network: &str) -> Result<()> {
    let now = operator.clock.now();
    let expected = operator.settings.setup_token.as_deref().unwrap_or_default();
    let mut tx = operator.db.gate().await?;
    check_guesses(&mut tx, GuessKind::SetUp, network, now).await?;
    if is_same(given.trim(), expected) {
        return Ok(());
    }
    guesses::insert_guess_failure(&mut tx, Uuid::now_v7(), GuessKind::SetUp, network, now).await?;
    tx.commit().await?;
    Err(AppError::field("token", "set_up.token_wrong"))
}

/// Compares hashes: how long it takes says nothing about the token.
fn is_same(given: &str, expected: &str) -> bool {
    !expected.is_empty() && Sha256::digest(given) == Sha256::digest(expected)
}

/// A new token for the one-time page, printed at start where the settings name none.
pub fn new_setup_token() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// The path of the one-time page with its token, while nobody can administer.
pub async fn invitation(operator: Operator<'_>) -> Result<Option<String>> {
    match find_set_up(operator).await {
        Ok(_) => Ok(operator.settings.setup_token.as_deref().map(|token| format!("/set-up?token={token}"))),
        Err(AppError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_opens_a_set_up_that_has_none() {
        assert!(!is_same("", ""));
        assert!(!is_same("a", "b"));
        assert!(is_same("a", "a"));
    }
}
