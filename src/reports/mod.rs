//! Reports: the history of closed orders.

pub mod model;
pub(crate) mod queries;
pub(crate) mod routes;
pub(crate) mod search;
pub mod views;
