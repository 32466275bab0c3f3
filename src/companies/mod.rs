//! Companies: made, set up and closed by the operator.

pub mod actions;
pub mod cli;
pub mod model;
pub mod queries;
pub mod routes;
pub mod views;
