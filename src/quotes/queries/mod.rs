//! SQL of drafts, and of what stands around them.

pub mod around;
pub mod drafts;

pub use drafts::delete_old_drafts;
