//! From events to screens: fragments rendered once, sent to every socket in order.

pub(crate) mod channel;
pub(crate) mod company;
pub(crate) mod frame;
pub(crate) mod inbound;
pub(crate) mod limits;
pub mod outbox;
pub(crate) mod presence;
pub(crate) mod queries;
pub(crate) mod render;
pub(crate) mod routes;
pub(crate) mod sessions;
pub(crate) mod socket;
pub(crate) mod viewer;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use self::channel::Watcher;
use self::company::CompanyLive;
use crate::ids::CompanyId;
use crate::page::CompanyTime;
use crate::state::AppState;

/// The longest that one look or one renewal waits for the database. Statements have deadlines of their own; this one holds
/// for several together, so that a slow host freezes one screen's change and nothing else.
pub(crate) const PATIENCE: Duration = Duration::from_secs(6);
/// The same for a drawing, which asks most. Given up it closes its connection, and with it the statements that were prepared
/// there: on a database that is far away a shorter limit would begin with a new connection, and in vain, for ever.
pub(crate) const DRAWING: Duration = Duration::from_secs(15);

/// All live screens of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Live {
    pub state: AppState,
    companies: Arc<Mutex<HashMap<CompanyId, Arc<CompanyLive>>>>,
    ids: Arc<AtomicU64>,
}

impl Live {
    pub fn new(state: AppState) -> Self {
        Self { state, companies: Arc::default(), ids: Arc::default() }
    }

    /// The live screens of a company.
    pub fn company(&self, company_id: CompanyId, time: &CompanyTime) -> Arc<CompanyLive> {
        let mut companies = self.companies.lock().unwrap_or_else(PoisonError::into_inner);
        let company = companies
            .entry(company_id)
            .or_insert_with(|| Arc::new(CompanyLive::new(&self.state, company_id, time)));
        company.clone()
    }

    /// A number for a new socket, unique in this process.
    pub fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    /// Every open socket of this process.
    pub fn watchers(&self) -> Vec<Arc<Watcher>> {
        let companies: Vec<_> =
            self.companies.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        companies.iter().flat_map(|company| company.watchers()).collect()
    }
}
