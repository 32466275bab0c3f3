//! "Precisa de você": shortages that wait for the visitor's answer, and the badge on every page.

pub(crate) mod model;
pub(crate) mod queries;
pub(crate) mod routes;
pub(crate) mod views;
