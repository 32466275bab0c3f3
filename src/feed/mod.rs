//! The feed: what changed, in commit order, and how word of it travels.
//!
//! Postgres is the truth. A [`doorbell`] only says "look"; the [`hub`] reads what came after its own last
//! event. Numbers are dense and in commit order because [`commit`] locks the head row last.

pub mod commit;
pub mod company;
pub mod cursor;
pub mod doorbell;
pub mod event;
pub mod hub;
pub mod queries;
pub mod redis;
pub mod topic;

pub use commit::{Committed, commit, commit_without_event};
pub use cursor::{Cursor, Head};
pub use doorbell::Doorbell;
pub use event::{Event, EventKind, NewEvent};
pub use topic::{Topic, Topics};
