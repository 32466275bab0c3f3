//! What every handler shares.

use std::sync::Arc;

use crate::clock::Clock;
use crate::config::Settings;
use crate::db::Db;
use crate::feed::Doorbell;
use crate::feed::hub::Hub;
use crate::lifecycle::Lifecycle;

/// Cheap to clone; one per process.
#[derive(Clone, Debug)]
pub struct AppState {
    pub settings: Arc<Settings>,
    pub clock: Clock,
    pub db: Db,
    pub doorbell: Doorbell,
    pub hub: Hub,
    pub lifecycle: Lifecycle,
}
