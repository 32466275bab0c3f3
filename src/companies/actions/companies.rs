//! Creates, renames and closes companies.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::append;
use crate::auth::client::Source;
use crate::auth::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use crate::auth::queries::sessions;
use crate::clock::Clock;
use crate::companies::model::{ListedCompany, NewCompany, NewShipping, check_company};
use crate::companies::queries;
use crate::db::{Db, PooledConnection};
use crate::error::{AppError, Result};
use crate::feed::EventKind;
use crate::feed::queries::insert_head;
use crate::ids::CompanyId;
use crate::people::model::is_name;

/// Makes a company with the usual shipping and packaging.
pub async fn create_company(db: &Db, new: NewCompany<'_>) -> Result<CompanyId> {
    check_company(new)?;
    let mut tx = db.operator().await?;
    let id = insert_company(&mut tx, new).await?;
    tx.commit().await?;
    Ok(id)
}

pub(super) async fn insert_company(db: &mut PooledConnection, new: NewCompany<'_>) -> Result<CompanyId> {
    let id = CompanyId::new();
    queries::insert_company(db, id, new.name, new.code, new.time_zone).await?;
    insert_head(db, id.0).await?;
    let caixa = queries::insert_packaging(db, id, "Caixa", 1).await?;
    let sacola = queries::insert_packaging(db, id, "Sacola", 2).await?;
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
        let new = NewShipping { name, position, makes_urgent, due_minute: None, packaging };
        queries::insert_shipping(db, id, &new).await?;
    }
    Ok(id)
}

/// The minute of the day until which a shipping option's orders are to leave.
pub async fn set_shipping_time(db: &Db, company_id: CompanyId, name: &str, minute: i16) -> Result<()> {
    let mut tx = db.operator().await?;
    queries::update_shipping_time(&mut tx, company_id, name, minute).await?;
    tx.commit().await
}

pub async fn rename_company(db: &Db, clock: &Clock, code: &str, name: &str) -> Result<()> {
    if !is_name(name) {
        return Err(AppError::field("company_name", "people.name_wrong"));
    }
    let mut tx = db.operator().await?;
    let company_id = queries::update_company_name(&mut tx, code, name).await?.ok_or(AppError::NotFound)?;
    note_setting(&mut tx, company_id, json!({ "name": name }), clock.now()).await?;
    tx.commit().await
}

/// Minutes, 1 to 60, without a touch after which a shared device asks for the PIN again.
pub async fn set_shared_idle(db: &Db, clock: &Clock, code: &str, minutes: i16) -> Result<()> {
    let mut tx = db.operator().await?;
    let changed = queries::update_company_shared_idle(&mut tx, code, minutes).await?;
    let detail = json!({ "shared_idle_minutes": minutes });
    note_setting(&mut tx, changed.ok_or(AppError::NotFound)?, detail, clock.now()).await?;
    tx.commit().await
}

/// Records for the audit what the operator has set.
async fn note_setting(
    db: &mut PooledConnection,
    company_id: CompanyId,
    detail: Value,
    at: Timestamp,
) -> Result<()> {
    let source = &Source::default();
    let kind = SecurityEvent::SettingChanged;
    let event = NewSecurityEvent { kind, person_id: None, actor_id: None, source, detail, at };
    insert_security_event(db, company_id, &event).await
}

/// Closes a company: its sessions end, and nobody signs in any more. Nothing is deleted.
pub async fn close_company(db: &Db, clock: &Clock, code: &str) -> Result<()> {
    let now = clock.now();
    let mut tx = db.operator().await?;
    let closed = queries::update_company_closed(&mut tx, code, now).await?;
    let company_id = closed.ok_or(AppError::NotFound)?;
    for person_id in queries::list_people_with_sessions(&mut tx, company_id).await? {
        sessions::delete_sessions_of(&mut tx, company_id, person_id, None).await?;
        append(&mut tx, company_id, EventKind::AccessChanged, person_id, now).await?;
    }
    note_setting(&mut tx, company_id, json!({ "closed": true }), now).await?;
    tx.commit().await
}

pub async fn list_companies(db: &Db) -> Result<Vec<ListedCompany>> {
    let mut tx = db.operator().await?;
    queries::list_companies(&mut tx).await
}

/// The company with this code, or the only open one.
pub async fn get_company(db: &Db, code: Option<&str>) -> Result<ListedCompany> {
    let mut open = list_companies(db).await?;
    open.retain(|company| !company.closed && code.is_none_or(|code| company.code == code));
    match (open.pop(), open.is_empty()) {
        (Some(company), true) => Ok(company),
        (Some(_), false) => Err(AppError::invalid("set_up.which_company")),
        (None, _) => Err(AppError::NotFound),
    }
}
