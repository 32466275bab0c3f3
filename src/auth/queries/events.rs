//! SQL of what an auditor asks for. Never a PIN, never a cookie.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use uuid::Uuid;

use crate::auth::client::Source;
use crate::db::PooledConnection;
use crate::error::Result;
use crate::ids::{CompanyId, PersonId};

/// What happened. The code is the word in the table and in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityEvent {
    SignedIn,
    SignInFailed,
    /// A failure after which the account has to wait.
    LockedOut,
    /// Wrong PINs have used up what a day allows for an account or for the company's unknown devices.
    GuessBudgetSpent,
    SignedOut,
    PinChanged,
    PinReset,
    PersonCreated,
    RolesChanged,
    PersonDeactivated,
    PersonReactivated,
    SetUpDone,
    DeviceShared,
    DeviceUnshared,
    /// Something that the person's role does not allow.
    Denied,
    /// A command or a socket from a page that is not ours, with the session of somebody.
    OriginRefused,
    /// A session was too old, or not used for too long.
    SessionEnded,
    /// The operator has changed something of the company.
    SettingChanged,
}

impl SecurityEvent {
    pub fn code(self) -> &'static str {
        match self {
            SecurityEvent::SignedIn => "signed_in",
            SecurityEvent::SignInFailed => "sign_in_failed",
            SecurityEvent::LockedOut => "locked_out",
            SecurityEvent::GuessBudgetSpent => "guess_budget_spent",
            SecurityEvent::SignedOut => "signed_out",
            SecurityEvent::PinChanged => "pin_changed",
            SecurityEvent::PinReset => "pin_reset",
            SecurityEvent::PersonCreated => "person_created",
            SecurityEvent::RolesChanged => "roles_changed",
            SecurityEvent::PersonDeactivated => "person_deactivated",
            SecurityEvent::PersonReactivated => "person_reactivated",
            SecurityEvent::SetUpDone => "set_up_done",
            SecurityEvent::DeviceShared => "device_shared",
            SecurityEvent::DeviceUnshared => "device_unshared",
            SecurityEvent::Denied => "denied",
            SecurityEvent::OriginRefused => "origin_refused",
            SecurityEvent::SessionEnded => "session_ended",
            SecurityEvent::SettingChanged => "setting_changed",
        }
    }
}

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
