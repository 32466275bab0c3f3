//! Reports: the history of closed orders, the figures of a period, the audit, and files of each.

pub(crate) mod actions;
pub(crate) mod entries;
pub mod load;
pub mod model;
pub(crate) mod period_sums;
pub mod queries;
pub(crate) mod routes;
pub(crate) mod search;
pub(crate) mod tables;
pub mod views;
