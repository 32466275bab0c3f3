//! Resets what must not survive a restore to an earlier state.

use jiff::Timestamp;
use serde_json::json;

use crate::auth::client::Source;
use crate::auth::queries::events::{NewSecurityEvent, SecurityEvent, insert_security_event};
use crate::db::{Db, PooledConnection};
use crate::error::Result;
use crate::{auth, feed, live, walls};

/// What was ended.
#[derive(Debug)]
pub struct Restored {
    pub companies: u64,
    pub sessions: u64,
    pub walls: u64,
}

/// Gives every company a new epoch, so that open screens start afresh; ends all sessions, revokes all walls and forgets the
/// codes that pair them, for some of them were ended before, or used, and live again by the restore; and forgets who has which
/// order open. Ids of operations stay: what they remember was restored with them. Claims of jobs lapse by themselves.
pub async fn start_afresh(db: &Db, now: Timestamp) -> Result<Restored> {
    let mut tx = db.operator().await?;
    let companies = feed::queries::update_epochs(&mut tx).await?;
    let sessions = auth::queries::sessions::end_all_sessions(&mut tx).await?;
    let walls = revoke_walls(&mut tx, now).await?;
    walls::queries::codes::delete_all_codes(&mut tx).await?;
    live::queries::delete_all_leases(&mut tx).await?;
    tx.commit().await?;
    Ok(Restored { companies, sessions, walls })
}

/// Revokes all walls, and tells of each. How many were paired.
async fn revoke_walls(tx: &mut PooledConnection, now: Timestamp) -> Result<u64> {
    let revoked = walls::queries::revoke_all_walls(tx, now).await?;
    for (company_id, wall) in &revoked {
        let event = NewSecurityEvent {
            kind: SecurityEvent::WallRevoked,
            person_id: None,
            actor_id: None,
            source: &Source::default(),
            detail: json!({ "why": "restore", "wall": wall }),
            at: now,
        };
        insert_security_event(tx, *company_id, &event).await?;
    }
    Ok(revoked.len() as u64)
}
