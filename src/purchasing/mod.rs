//! Purchasing: goods to buy, on the way, late and left over. Its commands are those of orders.

pub(crate) mod model;
pub(crate) mod queries;
pub(crate) mod routes;
pub(crate) mod views;
