//! The one way to keep a change: events last, commit, then ring.

use jiff::Timestamp;

use super::doorbell::Doorbell;
use super::event::NewEvent;
use super::queries::{self, AcceptedOperation};
use crate::db::CompanyTx;
use crate::error::Result;

/// A change that is saved: the number its last event has in the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    pub n: i64,
}

/// Appends the events, commits and rings the doorbell. Best effort is only the ringing: whoever misses it
/// finds the event on its next look.
#[expect(clippy::disallowed_methods, reason = "the one place that commits a company's change")]
pub async fn commit(
    mut tx: CompanyTx,
    doorbell: &Doorbell,
    events: &[NewEvent],
    operation: Option<AcceptedOperation<'_>>,
    now: Timestamp,
) -> Result<Committed> {
    let company_id = tx.company_id();
    let n = queries::append_events(&mut tx, company_id, events, operation, now).await?;
    tx.commit().await?;
    doorbell.ring(company_id, n);
    Ok(Committed { n })
}

/// Commits what no screen shows: leases, and the clearing away of what is old.
#[expect(clippy::disallowed_methods, reason = "changes without an event, kept to this function")]
pub async fn commit_without_event(tx: CompanyTx) -> Result<()> {
    tx.commit().await
}
