//! The people of a company: roles, activation, PINs.

pub mod actions;
pub mod model;
pub mod queries;
pub(crate) mod routes;
pub mod views;
