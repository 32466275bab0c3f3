//! Settings of a company: options, permissions, hours.

pub(crate) mod actions;
pub(crate) mod model;
pub(crate) mod offers;
pub(crate) mod picture;
pub(crate) mod queries;
pub(crate) mod routes;
pub(crate) mod views;
