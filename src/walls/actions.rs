//! Pairs, names and revokes walls.

use jiff::{SignedDuration, Timestamp};
use rand::RngExt as _;
use serde_json::{Value, json};

use super::model::{self, CODE_LIVES, CODE_SHOWN_UNTIL, PAUSE};
use super::queries::codes;
use super::queries::{self, NewWall};
use crate::actor::{Actor, Permission};
use crate::auth::client::{Client, Device, Source};
use crate::auth::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use crate::command::{Change, Command};
use crate::db::{CompanyTx, PooledConnection};
use crate::error::{AppError, Result, Sentence};
use crate::feed::{EventKind, NewEvent};
use crate::ids::{CompanyId, PersonId, WallId};
use crate::people::actions::By;
use crate::state::AppState;

/// Screens of one address that may show a code at once: a whole company shares one.
const CODES_OF_AN_ADDRESS: i64 = 10;
/// The most codes in all: few of a million are valid, so that a typo pairs no other screen. Whoever comes
/// when they are all taken gets one of those who have most of them: strangers who take them all keep nobody's screen out.
const CODES_IN_ALL: i64 = 500;
/// New codes that may turn out to be another screen's.
const TRIES: usize = 8;

/// The code that a screen shows now, if it has one that is good for a while.
pub async fn find_code(state: &AppState, secret: Option<Device>) -> Result<Option<String>> {
    let Some(secret) = secret else { return Ok(None) };
    let mut tx = state.db.gate().await?;
    codes::find_code(&mut tx, &secret.key(), state.clock.now() + CODE_SHOWN_UNTIL).await
}

/// A code for a screen, and the secret that it is bound to: the screen's own, or a new one.
pub async fn new_code(state: &AppState, client: &Client, secret: Option<Device>) -> Result<Device> {
    let now = state.clock.now();
    let mut tx = state.db.gate().await?;
    codes::lock_codes(&mut tx).await?;
    if let Some(secret) = secret
        && codes::find_code(&mut tx, &secret.key(), now + CODE_SHOWN_UNTIL).await?.is_some()
    {
        return Ok(secret);
    }
    let secret = match secret {
        // Its code is about to end.
        Some(secret) if codes::find_code(&mut tx, &secret.key(), now).await?.is_some() => secret,
        // The secret of a revoked wall is not used again.
        _ => Device::new(),
    };
    let key = secret.key();
    codes::delete_old_codes(&mut tx, now).await?;
    codes::delete_code(&mut tx, &key).await?;
    let (here, all) = codes::count_codes(&mut tx, &client.network).await?;
    let refused = || AppError::TooMany { sentence: Sentence::new("walls.too_many_codes"), retry_after: 60 };
    if here >= CODES_OF_AN_ADDRESS {
        return Err(refused());
    }
    if all >= CODES_IN_ALL && !codes::delete_crowding_code(&mut tx).await? {
        return Err(refused());
    }
    for _ in 0..TRIES {
        let code = format!("{:06}", rand::rng().random_range(0..1_000_000_u32));
        if codes::insert_code(&mut tx, &key, &code, &client.network, now + CODE_LIVES).await? {
            tx.commit().await?;
            return Ok(secret);
        }
    }
    Err(AppError::Unavailable(None))
}

/// Checks a code. A wrong one is counted and recorded in the audit.
pub async fn check_code(state: &AppState, actor: &Actor, source: &Source, code: Option<&str>) -> Result<()> {
    let now = state.clock.now();
    let company_id = actor.company_id;
    let mut tx = state.db.gate().await?;
    codes::lock_failures(&mut tx, company_id).await?;
    let wrong = codes::list_failures(&mut tx, company_id, now - PAUSE * 2).await?;
    if let Some(wait) = model::pause(&wrong, now) {
        return Err(model::too_many(wait));
    }
    if let Some(code) = code
        && codes::is_code_for(&mut tx, company_id, code, now).await?
    {
        return Ok(());
    }
    codes::insert_failure(&mut tx, company_id, actor.person_id, now).await?;
    let by = By { actor_id: actor.person_id, source, now };
    note(&mut tx, company_id, by, SecurityEvent::WallCodeWrong, json!({})).await?;
    tx.commit().await?;
    Err(AppError::field("code", "walls.code_wrong"))
}

async fn note(
    db: &mut PooledConnection,
    company_id: CompanyId,
    by: By<'_>,
    kind: SecurityEvent,
    detail: Value,
) -> Result<()> {
    let By { actor_id, source, now: at } = by;
    let event = NewSecurityEvent { kind, person_id: None, actor_id: Some(actor_id), source, detail, at };
    insert_security_event(db, company_id, &event).await
}

fn changed(actor_id: PersonId) -> Change {
    NewEvent::new(EventKind::WallsChanged, actor_id).into()
}

/// Makes the screen that shows a code a wall of the company. Ask [`check_code`] before.
#[derive(Debug)]
pub struct PairWall<'a> {
    pub by: By<'a>,
    pub id: WallId,
    pub name: String,
    pub code: String,
}

impl Command for PairWall<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        tx.require(Permission::Administer)?;
        let company_id = tx.company_id();
        let taken = codes::take_code(tx, &self.code, self.id, self.by.now).await?;
        let key = taken.ok_or(AppError::conflict("walls.code_used"))?;
        let By { actor_id, now, .. } = self.by;
        let new = NewWall { id: self.id, name: &self.name, key: &key, paired_by: actor_id, now };
        queries::insert_wall(tx, company_id, &new).await?;
        let detail = json!({ "wall": self.name });
        note(tx, company_id, self.by, SecurityEvent::WallPaired, detail).await?;
        Ok(changed(actor_id))
    }
}

/// Ends a wall: its screen shows nothing any more, within a second.
#[derive(Debug)]
pub struct RevokeWall<'a> {
    pub by: By<'a>,
    pub id: WallId,
}

impl Command for RevokeWall<'_> {
    /// What it was called.
    type Output = String;

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change<String>> {
        tx.require(Permission::Administer)?;
        let company_id = tx.company_id();
        let (name, paired) = queries::lock_wall(tx, company_id, self.id).await?.ok_or(AppError::NotFound)?;
        if !paired {
            return Ok(Change::unchanged(name));
        }
        queries::update_revoked(tx, company_id, self.id, self.by.actor_id, self.by.now).await?;
        note(tx, company_id, self.by, SecurityEvent::WallRevoked, json!({ "wall": name })).await?;
        Ok(Change::happened(name, NewEvent::new(EventKind::WallsChanged, self.by.actor_id)))
    }
}

/// Renames a wall.
#[derive(Debug)]
pub struct RenameWall<'a> {
    pub by: By<'a>,
    pub id: WallId,
    pub name: String,
}

impl Command for RenameWall<'_> {
    type Output = ();

    async fn apply(&self, tx: &mut CompanyTx) -> Result<Change> {
        tx.require(Permission::Administer)?;
        let company_id = tx.company_id();
        let (before, paired) =
            queries::lock_wall(tx, company_id, self.id).await?.ok_or(AppError::NotFound)?;
        if !paired {
            return Err(AppError::conflict("walls.gone"));
        }
        if before == self.name {
            return Ok(Change::unchanged(()));
        }
        queries::update_name(tx, company_id, self.id, &self.name).await?;
        let detail = json!({ "before": before, "after": self.name });
        note(tx, company_id, self.by, SecurityEvent::WallRenamed, detail).await?;
        Ok(changed(self.by.actor_id))
    }
}

/// Clears away codes that nobody typed, and wrong ones of yesterday.
pub async fn delete_old(state: &AppState) -> Result<()> {
    let now: Timestamp = state.clock.now();
    let mut tx = state.db.gate().await?;
    codes::delete_old_codes(&mut tx, now).await?;
    codes::delete_old_failures(&mut tx, now - SignedDuration::from_hours(24)).await?;
    tx.commit().await
}
