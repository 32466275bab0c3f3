//! SQL of drafts, and of what stands around them.

pub mod context;
pub mod drafts;

pub use drafts::delete_old_drafts;
