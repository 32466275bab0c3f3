//! What only the operator does: companies, and an administrator where there is none to make one.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use sqlx::PgConnection;

use super::client::Source;
use super::model::Role;
use super::people::{check_new_person, is_name};
use super::pin;
use super::queries::companies::{self, ListedCompany, NewShipping};
use super::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use super::queries::people::{self, NewPerson};
use super::queries::sessions;
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::Db;
use crate::error::{AppError, Result, Sentence};
use crate::feed::queries::{append_event, insert_head};
use crate::feed::{EventKind, NewEvent};
use crate::ids::{CompanyId, PersonId};

/// What an operator needs: no server runs around a command line.
#[derive(Clone, Copy, Debug)]
pub struct Operator<'a> {
    pub db: &'a Db,
    pub clock: &'a Clock,
    pub settings: &'a Settings,
}

#[derive(Clone, Copy, Debug)]
pub struct NewCompany<'a> {
    pub name: &'a str,
    pub code: &'a str,
    pub time_zone: &'a str,
}

/// Makes a company with the usual shipping and packaging.
pub async fn create_company(db: &Db, new: NewCompany<'_>) -> Result<CompanyId> {
    check_company(new)?;
    let mut tx = db.operator().await?;
    let id = insert_company(&mut tx, new).await?;
    tx.commit().await?;
    Ok(id)
}

pub(super) fn check_company(new: NewCompany<'_>) -> Result<()> {
    let mut fields: Vec<(String, Sentence)> = Vec::new();
    if !is_name(new.name) {
        fields.push(("company_name".to_owned(), Sentence::new("people.name_wrong")));
    }
    if !is_code(new.code) {
        fields.push(("company_code".to_owned(), Sentence::new("set_up.code_wrong")));
    }
    if TimeZone::get(new.time_zone).is_err() {
        fields.push(("time_zone".to_owned(), Sentence::new("set_up.zone_wrong")));
    }
    match fields.first() {
        None => Ok(()),
        Some((_, sentence)) => Err(AppError::Invalid { sentence: sentence.clone(), fields }),
    }
}

/// As the table has it: 2 to 30 lower-case letters, digits and hyphens.
fn is_code(code: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (2..=30).contains(&code.len())
        && code.bytes().all(|byte| plain(byte) || byte == b'-')
        && code.bytes().next().is_some_and(plain)
}

pub(super) async fn insert_company(db: &mut PgConnection, new: NewCompany<'_>) -> Result<CompanyId> {
    let id = CompanyId::new();
    companies::insert_company(db, id, new.name, new.code, new.time_zone).await?;
    insert_head(db, id.0).await?;
    let caixa = companies::insert_packaging(db, id, "Caixa", 1).await?;
    let sacola = companies::insert_packaging(db, id, "Sacola", 2).await?;
    let either = [caixa, sacola];
    let (boxed, either) = (&either[..1], &either[..]);
    let usual = [
        ("Correios", boxed, false),
        ("Melhor Envio", boxed, false),
        ("Ônibus", boxed, false),
        ("Retirada na loja", either, false),
        ("Motoboy", either, false),
        ("Cliente na loja", either, true),
    ];
    for ((name, packaging, makes_urgent), position) in usual.into_iter().zip(1..) {
        companies::insert_shipping(db, id, &NewShipping { name, position, makes_urgent, packaging }).await?;
    }
    Ok(id)
}

pub async fn rename_company(db: &Db, code: &str, name: &str) -> Result<()> {
    if !is_name(name) {
        return Err(AppError::field("company_name", "people.name_wrong"));
    }
    let mut tx = db.operator().await?;
    if !companies::update_company_name(&mut tx, code, name).await? {
        return Err(AppError::NotFound);
    }
    tx.commit().await
}

/// Minutes, 1 to 60, without a touch after which a shared device asks for the PIN again.
pub async fn set_shared_idle(db: &Db, code: &str, minutes: i16) -> Result<()> {
    let mut tx = db.operator().await?;
    if !companies::update_company_shared_idle(&mut tx, code, minutes).await? {
        return Err(AppError::NotFound);
    }
    tx.commit().await
}

/// Closes a company: its sessions end, and nobody signs in any more. Nothing is deleted.
pub async fn close_company(db: &Db, clock: &Clock, code: &str) -> Result<()> {
    let now = clock.now();
    let mut tx = db.operator().await?;
    let closed = companies::update_company_closed(&mut tx, code, now).await?;
    let company_id = closed.ok_or(AppError::NotFound)?;
    for person_id in companies::list_people_with_sessions(&mut tx, company_id).await? {
        sessions::delete_sessions_of(&mut tx, company_id, person_id, None).await?;
        append(&mut tx, company_id, EventKind::AccessChanged, person_id, now).await?;
    }
    tx.commit().await
}

pub async fn list_companies(db: &Db) -> Result<Vec<ListedCompany>> {
    let mut tx = db.operator().await?;
    companies::list_companies(&mut tx).await
}

/// The company an operator means: by code, or the only open one.
pub async fn get_company(db: &Db, code: Option<&str>) -> Result<ListedCompany> {
    let mut open = list_companies(db).await?;
    open.retain(|company| !company.closed && code.is_none_or(|code| company.code == code));
    match (open.pop(), open.is_empty()) {
        (Some(company), true) => Ok(company),
        (Some(_), false) => Err(AppError::invalid("set_up.which_company")),
        (None, _) => Err(AppError::NotFound),
    }
}

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
    let id = people::find_person_by_number(&mut tx, company.id, number).await?.ok_or(AppError::NotFound)?;
    people::update_pin_reset(&mut tx, company.id, id, &pin_hash).await?;
    people::delete_known_devices(&mut tx, company.id, id).await?;
    sessions::delete_sessions_of(&mut tx, company.id, id, None).await?;
    note(&mut tx, company.id, SecurityEvent::PinReset, id, &Source::default(), now).await?;
    append(&mut tx, company.id, EventKind::AccessChanged, id, now).await?;
    tx.commit().await?;
    Ok(pin)
}

pub(super) async fn hash(settings: &Settings, pin: &str) -> Result<String> {
    let turn = pin::turn().await?;
    pin::hash(settings, &turn, pin).await
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
    db: &mut PgConnection,
    company_id: CompanyId,
    new: &NewPerson,
    kind: SecurityEvent,
    source: &Source,
    now: Timestamp,
) -> Result<()> {
    people::insert_person(db, company_id, new).await?;
    note(db, company_id, kind, new.id, source, now).await?;
    append(db, company_id, EventKind::PeopleChanged, new.id, now).await
}

async fn note(
    db: &mut PgConnection,
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

/// Tells open screens; they find it on their next look.
async fn append(
    db: &mut PgConnection,
    company_id: CompanyId,
    kind: EventKind,
    about: PersonId,
    now: Timestamp,
) -> Result<()> {
    let event = NewEvent::by_clock(kind).person(about);
    append_event(db, company_id, &event, None, now).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_s_code_is_what_an_address_can_hold() {
        for code in ["matriz", "filial-2", "0a"] {
            assert!(is_code(code), "{code}");
        }
        for code in ["a", "-a", "Matriz", "são", "a b", &"x".repeat(31)] {
            assert!(!is_code(code), "{code}");
        }
    }
}
