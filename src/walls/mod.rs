//! Screens on walls: paired by a code, limited to the board, without a session.

pub(crate) mod actions;
pub(crate) mod device;
pub(crate) mod model;
pub(crate) mod queries;
pub(crate) mod routes;
pub(crate) mod views;
