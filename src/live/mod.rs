//! From events to screens: fragments rendered once, sent to every socket in order.

pub(crate) mod broadcast;
pub(crate) mod channel;
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

pub use broadcast::Live;

use std::time::Duration;

/// The longest that one look or one renewal waits for the database. Statements have deadlines of their own; this one holds
/// for several together, so that a slow host freezes one screen's change and nothing else.
pub(crate) const PATIENCE: Duration = Duration::from_secs(6);
/// The same for a drawing, which asks most. Given up it closes its connection, and with it the statements that were prepared
/// there: on a database that is far away a shorter limit would begin with a new connection, and in vain, for ever.
pub(crate) const DRAWING: Duration = Duration::from_secs(15);
