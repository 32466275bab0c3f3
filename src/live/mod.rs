//! From events to screens: what each screen shows of each event, rendered once, sent to every socket in order.

pub mod broadcast;
pub mod channel;
pub mod frame;
pub mod limits;
pub mod outbox;
pub mod presence;
pub mod queries;
pub mod render;
pub mod routes;
pub mod sessions;
pub mod socket;

pub use broadcast::Live;
