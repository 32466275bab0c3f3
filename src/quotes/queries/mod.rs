//! Queries of drafts and of their context.

pub(crate) mod context;
pub(crate) mod drafts;

pub use drafts::delete_old_drafts;
