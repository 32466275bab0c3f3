//! The hub: one reader per replica and company, so that Postgres is asked once for all sockets.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;

use super::company::CompanyFeed;
use super::cursor::Head;
use super::doorbell::{Doorbell, Ring};
use super::event::Event;
use crate::db::Db;
use crate::ids::CompanyId;
use crate::lifecycle::Lifecycle;

/// Why a cursor cannot be continued. The code is sent to the browser and is a label of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetReason {
    /// Another epoch, a number beyond the head or another tag: history was rewritten. An alarm.
    Rewritten,
    /// The cursor is older than what is kept, or too far behind.
    TooOld,
    /// The client could not keep up with its queue.
    Slow,
    /// What the person may do has changed.
    Access,
}

impl ResetReason {
    pub const ALL: [ResetReason; 4] =
        [ResetReason::Rewritten, ResetReason::TooOld, ResetReason::Slow, ResetReason::Access];

    pub fn code(self) -> &'static str {
        match self {
            ResetReason::Rewritten => "rewritten",
            ResetReason::TooOld => "too_old",
            ResetReason::Slow => "slow",
            ResetReason::Access => "access",
        }
    }
}

/// What came after a cursor, up to and including `head`.
#[derive(Clone, Debug)]
pub enum Since {
    Events { head: Head, events: Vec<Event> },
    Reset(ResetReason),
}

/// What watchers of a company's feed see: the head, and a number that grows when history was rewritten.
#[derive(Clone, Debug)]
pub struct Position {
    pub head: Option<Head>,
    pub rewrites: u64,
}

/// All companies' feeds of this process.
#[derive(Clone, Debug)]
pub struct Hub {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    db: Db,
    companies: Mutex<HashMap<CompanyId, Arc<CompanyFeed>>>,
}

impl Hub {
    /// Starts listening to the doorbell, and polling the feeds that are watched.
    pub fn start(db: Db, doorbell: &Doorbell, lifecycle: &Lifecycle, poll: Duration) -> Self {
        let hub = Hub { shared: Arc::new(Shared { db, companies: Mutex::default() }) };
        let (own, bell, tasks) = (hub.clone(), doorbell.clone(), lifecycle.clone());
        lifecycle.spawn_forever("feed listener", move || own.clone().listen(bell.clone(), tasks.clone()));
        let (own, tasks) = (hub.clone(), lifecycle.clone());
        lifecycle.spawn_forever("feed poll", move || own.clone().poll(poll, tasks.clone()));
        hub
    }

    /// The feed of a company; made on first use.
    pub fn company(&self, company_id: CompanyId) -> Arc<CompanyFeed> {
        let mut companies = self.shared.companies.lock().unwrap_or_else(PoisonError::into_inner);
        companies
            .entry(company_id)
            .or_insert_with(|| Arc::new(CompanyFeed::new(self.shared.db.clone(), company_id)))
            .clone()
    }

    fn known(&self, company_id: CompanyId) -> Option<Arc<CompanyFeed>> {
        self.shared.companies.lock().unwrap_or_else(PoisonError::into_inner).get(&company_id).cloned()
    }

    fn watched(&self) -> Vec<Arc<CompanyFeed>> {
        let companies = self.shared.companies.lock().unwrap_or_else(PoisonError::into_inner);
        companies.values().filter(|feed| feed.is_watched()).cloned().collect()
    }

    /// The lag: time since the last read of the watched feed that is furthest behind.
    pub fn lag(&self) -> Duration {
        self.watched().iter().map(|feed| feed.unconfirmed_for()).max().unwrap_or_default()
    }

    async fn listen(self, doorbell: Doorbell, lifecycle: Lifecycle) {
        let mut rings = doorbell.listen();
        loop {
            match rings.recv().await {
                Ok(Ring::Look { company_id, head }) => {
                    // Only companies that are known: a hostile ring must not fill the memory.
                    let known =
                        self.known(company_id).filter(|feed| feed.is_watched() && feed.head_n() < Some(head));
                    if let Some(feed) = known {
                        lifecycle.spawn_loop(async move { feed.read_up_to(head).await });
                    }
                }
                Ok(Ring::LookEverywhere) | Err(RecvError::Lagged(_)) => {
                    // The lost rings may be newer than a read in progress.
                    for feed in self.watched() {
                        lifecycle.spawn_loop(async move { feed.read_up_to(i64::MAX).await });
                    }
                }
                Err(RecvError::Closed) => return,
            }
        }
    }

    async fn poll(self, every: Duration, lifecycle: Lifecycle) {
        loop {
            let spread = 0.8 + rand::random::<f64>() * 0.4;
            tokio::time::sleep(every.mul_f64(spread)).await;
            for feed in self.watched() {
                lifecycle.spawn_loop(async move { feed.poll().await });
            }
        }
    }
}
