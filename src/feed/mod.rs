//! The feed: changes in commit order, and how they are announced.
//!
//! Postgres is the truth. A [`doorbell`] only says "look"; the [`hub`] reads what came after its own last
//! event. Numbers are dense and in commit order because [`commit`] locks the head row last.

pub mod commit;
pub(crate) mod company;
pub(crate) mod cursor;
pub(crate) mod doorbell;
pub(crate) mod event;
pub mod hub;
pub mod queries;
mod recent;
pub(crate) mod redis;
pub(crate) mod topic;

pub use commit::{LastWrite, commit, commit_with, commit_without_event};
pub use cursor::{Cursor, Head};
pub use doorbell::Doorbell;
pub use event::{Event, EventKind, NewEvent};
pub use recent::KEPT_EVENTS;
pub use topic::{Topic, Topics};
