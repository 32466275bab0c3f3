//! The people of a company: who they are, what they are, whether they get in.

pub mod actions;
pub mod model;
pub mod queries;
pub(crate) mod routes;
pub mod views;
