//! What every handler shares.

use std::ops::Deref;
use std::sync::Arc;

use crate::clock::Clock;
use crate::config::Settings;
use crate::db::Db;
use crate::feed::Doorbell;
use crate::feed::hub::Hub;
use crate::lifecycle::Lifecycle;

/// One per server. Cheap to clone, and it is cloned a dozen times for a request: by each layer and handler.
#[derive(Clone, Debug)]
pub struct AppState(Arc<Shared>);

impl AppState {
    pub fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

#[derive(Debug)]
pub struct Shared {
    pub settings: Settings,
    pub clock: Clock,
    pub db: Db,
    pub doorbell: Doorbell,
    pub hub: Hub,
    pub lifecycle: Lifecycle,
}
