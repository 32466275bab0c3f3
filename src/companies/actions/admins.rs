//! Creates the first administrator, and resets an administrator's PIN.

use jiff::Timestamp;
use serde_json::json;

use super::{Operator, append};
use crate::actor::Role;
use crate::auth::client::Source;
use crate::auth::model::pin;
use crate::auth::pin_hash::{self, Lane};
use crate::auth::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use crate::auth::queries::people::update_pin_reset;
use crate::auth::queries::{devices, sessions, sign_in};
use crate::companies::model::ListedCompany;
use crate::config::Settings;
use crate::db::PooledConnection;
use crate::error::{AppError, Result};
use crate::feed::EventKind;
use crate::ids::{CompanyId, PersonId};
use crate::people::model::{NewPerson, check_new_person};
use crate::people::queries;

/// Makes an administrator; the answer is the PIN, to be changed at the first sign-in.
pub async fn create_admin(
    operator: Operator<'_>,
    company: &ListedCompany,
    name: &str,
    number: &str,
) -> Result<String> {
    check_new_person(name, number, &[Role::Admin], company.login_digits)?;
    let now = operator.clock.now();
    let pin = pin::one_time(company.pin_digits, number);
    let pin_hash = hash(operator.settings, &pin).await?;
    let new = new_admin(name, number, pin_hash, true);
    let mut tx = operator.db.operator().await?;
    insert_admin(&mut tx, company.id, &new, SecurityEvent::PersonCreated, &Source::default(), now).await?;
    tx.commit().await?;
    Ok(pin)
}

/// Gives somebody a new PIN where no administrator can: the way back in.
pub async fn reset_pin(operator: Operator<'_>, company: &ListedCompany, number: &str) -> Result<String> {
    let now = operator.clock.now();
    let pin = pin::one_time(company.pin_digits, number);
    let pin_hash = hash(operator.settings, &pin).await?;
    let mut tx = operator.db.operator().await?;
    let id = queries::find_person_by_number(&mut tx, company.id, number).await?.ok_or(AppError::NotFound)?;
    update_pin_reset(&mut tx, company.id, id, &pin_hash).await?;
    devices::delete_known_devices(&mut tx, company.id, id).await?;
    sign_in::delete_failures_of(&mut tx, company.id, id).await?;
    sessions::delete_sessions_of(&mut tx, company.id, id, None).await?;
    note(&mut tx, company.id, SecurityEvent::PinReset, id, &Source::default(), now).await?;
    append(&mut tx, company.id, EventKind::AccessChanged, id, now).await?;
    tx.commit().await?;
    Ok(pin)
}

pub(super) async fn hash(settings: &Settings, pin: &str) -> Result<String> {
    let turn = pin_hash::turn(Lane::New).await?;
    pin_hash::hash(settings, turn, pin).await
}

pub(super) fn new_admin(name: &str, number: &str, pin_hash: String, pin_must_change: bool) -> NewPerson {
    NewPerson {
        id: PersonId::new(),
        number: number.to_owned(),
        name: name.to_owned(),
        roles: vec![Role::Admin],
        pin_hash,
        pin_must_change,
        created_by: None,
    }
}

pub(super) async fn insert_admin(
    db: &mut PooledConnection,
    company_id: CompanyId,
    new: &NewPerson,
    kind: SecurityEvent,
    source: &Source,
    now: Timestamp,
) -> Result<()> {
    queries::insert_person(db, company_id, new).await?;
    note(db, company_id, kind, new.id, source, now).await?;
    append(db, company_id, EventKind::PeopleChanged, new.id, now).await
}

async fn note(
    db: &mut PooledConnection,
    company_id: CompanyId,
    kind: SecurityEvent,
    about: PersonId,
    source: &Source,
    at: Timestamp,
) -> Result<()> {
    let detail = json!({ "by": "operator" });
    let event = NewSecurityEvent { kind, person_id: Some(about), actor_id: None, source, detail, at };
    insert_security_event(db, company_id, &event).await
}
