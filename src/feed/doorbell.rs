//! The doorbell: "look", never "here it is". Losing a ring costs at most one poll.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;

use crate::ids::CompanyId;

/// Word that a company's feed has (at least) this head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ring {
    Look {
        company_id: CompanyId,
        head: i64,
    },
    /// Rings may have been lost (a new subscription, a slow reader): look at every company.
    LookEverywhere,
}

/// Rings the hubs of this process, and through Redis those of the others.
#[derive(Clone, Debug)]
pub struct Doorbell {
    local: broadcast::Sender<Ring>,
    /// To the task that publishes; bounded, and full means: drop it, the poll finds the event.
    remote: Option<mpsc::Sender<(CompanyId, i64)>>,
    /// When a ring last came the way that replicas hear each other by.
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

    /// Never waits and never fails: a ring that could not be sent is a metric.
    pub fn ring(&self, company_id: CompanyId, head: i64) {
        self.ring_here(Ring::Look { company_id, head });
        if self.remote.is_none() {
            self.mark_heard();
        }
        if let Some(remote) = &self.remote
            && remote.try_send((company_id, head)).is_err()
        {
            metrics::counter!("doorbell_dropped_total").increment(1);
        }
    }

    /// A ring that came from elsewhere.
    pub fn ring_here(&self, ring: Ring) {
        // An error only says that no hub listens yet.
        let _ = self.local.send(ring);
    }

    /// Redis has spoken; one's own rings come back that way, too.
    pub fn mark_heard(&self) {
        *self.heard_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// How long no ring was heard. Long while commands are made: Redis is away.
    pub fn silent_for(&self) -> Duration {
        self.heard_at.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    pub fn listen(&self) -> broadcast::Receiver<Ring> {
        self.local.subscribe()
    }
}
