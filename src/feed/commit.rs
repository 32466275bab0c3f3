//! The only way to commit a change: events last, commit, then ring.

use std::fmt;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::doorbell::Doorbell;
use super::event::NewEvent;
use super::queries::{self, Appending};
use crate::db::CompanyTx;
use crate::error::Result;

/// A change that is saved: the number its last event has in the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    pub n: i64,
}

/// What a command writes together with its events, in one statement that ends in `append_events`. The arguments of that
/// function count everything else that the statement writes, so that the head is locked last.
pub trait LastWrite: fmt::Debug + Send + Sync {
    /// Returns the number of the last event. None: another write follows, which appends the events.
    fn write<'a>(
        &'a self,
        tx: &'a mut CompanyTx,
        appending: Option<&'a Appending>,
    ) -> BoxFuture<'a, Result<Option<i64>>>;
}

/// Appends the events, commits and rings the doorbell. Only the ring is best effort: a hub that misses it
/// finds the event on its next poll.
pub async fn commit(
    tx: CompanyTx,
    doorbell: &Doorbell,
    events: &[NewEvent],
    now: Timestamp,
) -> Result<Committed> {
    commit_with(tx, doorbell, &Appending::new(events, None, now)?, &[]).await
}

/// The same, after what else is to be written, and in one statement with the last of it.
#[expect(clippy::disallowed_methods, reason = "the one place that commits a company's change")]
pub async fn commit_with(
    mut tx: CompanyTx,
    doorbell: &Doorbell,
    appending: &Appending,
    writes: &[Box<dyn LastWrite>],
) -> Result<Committed> {
    let company_id = tx.company_id();
    let mut n = None;
    for (place, write) in writes.iter().enumerate() {
        let is_last = place + 1 == writes.len();
        n = write.write(&mut tx, is_last.then_some(appending)).await?;
    }
    let n = match n {
        Some(n) => n,
        None => queries::append_events(&mut tx, company_id, appending).await?,
    };
    tx.commit().await?;
    doorbell.ring(company_id, n);
    Ok(Committed { n })
}

/// Commits what no screen shows, such as leases and deletions of old rows.
#[expect(clippy::disallowed_methods, reason = "changes without an event, kept to this function")]
pub async fn commit_without_event(tx: CompanyTx) -> Result<()> {
    tx.commit().await
}
