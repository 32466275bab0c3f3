//! Reports: the history of closed orders, the figures of a period, and files of both.

pub(crate) mod csv;
pub(crate) mod load;
pub mod model;
pub(crate) mod queries;
pub(crate) mod routes;
pub(crate) mod search;
pub(crate) mod tables;
pub mod views;
