//! The doorbell: "look", never "here it is". Losing a ring costs at most one poll.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;

use crate::ids::CompanyId;

/// What the doorbell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    /// A company's feed has at least this head.
    Look { company_id: CompanyId, head: i64 },
    /// Rings may have been lost (a new subscription, a slow reader): read every company's feed.
    LookEverywhere,
}

/// Rings the hub of this process, and through Redis those of the others.
#[derive(Clone, Debug)]
pub struct Doorbell {
    local: broadcast::Sender<Ring>,
    /// To the task that publishes; bounded. When it is full, a ring is dropped, and the poll finds the event.
    remote: Option<mpsc::Sender<(CompanyId, i64)>>,
    /// When a ring was last received through Redis.
    heard_at: Arc<Mutex<Instant>>,
}

impl Doorbell {
    /// A doorbell for a single replica.
    pub fn in_process() -> Self {
        Self {
            local: broadcast::Sender::new(4096),
            remote: None,
            heard_at: Arc::new(Mutex::new(Instant::now())),
        }
    }

    /// A doorbell that also hands every ring to a publisher; see [`super::redis`].
    pub fn with_remote(remote: mpsc::Sender<(CompanyId, i64)>) -> Self {
        Self { remote: Some(remote), ..Self::in_process() }
    }

    /// Never waits and never fails: a ring that could not be sent is counted in a metric.
    pub fn ring(&self, company_id: CompanyId, head: i64) {
        self.ring_here(Ring::Look { company_id, head });
        match &self.remote {
            None => self.mark_heard(),
            Some(remote) if remote.try_send((company_id, head)).is_err() => {
                metrics::counter!("doorbell_dropped_total").increment(1);
            }
            Some(_) => {}
        }
    }

    /// Delivers a ring to the hub of this process.
    pub fn ring_here(&self, ring: Ring) {
        // An error only says that no hub listens yet.
        let _ = self.local.send(ring);
    }

    /// Records that Redis delivered a message; a replica's own rings come back that way, too.
    pub fn mark_heard(&self) {
        *self.heard_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Time since a ring was received. If it grows while commands run, Redis is away.
    pub fn silent_for(&self) -> Duration {
        self.heard_at.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    pub fn listen(&self) -> broadcast::Receiver<Ring> {
        self.local.subscribe()
    }
}
