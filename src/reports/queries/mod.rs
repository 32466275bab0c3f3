//! Queries of reports. They read what orders keep, and write only sums of it.

pub(crate) mod audit;
pub(crate) mod figures;
pub(crate) mod history;
pub mod spans;
pub(crate) mod sums;
pub(crate) mod work;
