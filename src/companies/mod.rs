//! Companies: created, set up and closed by the operator.

pub mod actions;
pub mod cli;
pub mod model;
pub(crate) mod queries;
pub(crate) mod routes;
pub mod views;
