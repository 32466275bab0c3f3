//! Orders: the board, the picking screen and every command on an order or one of its lines.

pub(crate) mod access;
pub mod actions;
pub mod chips;
pub(crate) mod claim;
pub mod commands;
pub(crate) mod customer;
pub(crate) mod deadline;
pub(crate) mod difference;
pub mod history;
pub mod indicators;
pub mod item;
pub(crate) mod live;
pub(crate) mod location;
pub mod model;
pub mod queries;
pub(crate) mod revise;
pub(crate) mod routes;
pub(crate) mod shortage;
pub mod status;
pub(crate) mod times;
pub mod views;
