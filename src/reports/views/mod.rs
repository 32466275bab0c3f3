//! Views of reports.

pub(crate) mod audit;
pub(crate) mod chart;
pub(crate) mod export;
pub mod history;
pub(crate) mod metrics;
