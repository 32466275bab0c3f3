//! Queries for security and administrative events. No PIN and no cookie is ever stored in one.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use uuid::Uuid;

use crate::auth::client::Source;
pub use crate::auth::model::events::SecurityEvent;
use crate::db::PooledConnection;
use crate::error::Result;
use crate::ids::{CompanyId, PersonId};

/// An event about to be written.
#[derive(Debug)]
pub struct NewSecurityEvent<'a> {
    pub kind: SecurityEvent,
    /// Whom it is about.
    pub person_id: Option<PersonId>,
    /// Who did it; None: nobody who is signed in.
    pub actor_id: Option<PersonId>,
    pub source: &'a Source,
    pub detail: serde_json::Value,
    pub at: Timestamp,
}

pub async fn insert_security_event(
    db: &mut PooledConnection,
    company_id: CompanyId,
    event: &NewSecurityEvent<'_>,
) -> Result<()> {
    sqlx::query!(
        "insert into security_events (company_id, id, kind, person_id, actor_id, address, request_id, detail, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        company_id.0,
        Uuid::now_v7(),
        event.kind.code(),
        event.person_id.map(|id| id.0),
        event.actor_id.map(|id| id.0),
        event.source.address.as_deref(),
        event.source.request_id.as_deref(),
        event.detail,
        event.at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}
