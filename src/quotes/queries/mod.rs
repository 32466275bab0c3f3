//! SQL of drafts, and of what stands around them.

pub(crate) mod context;
pub(crate) mod drafts;

pub use drafts::delete_old_drafts;
