//! Orders: the board, the picking screen and every command on an order or one of its lines.

pub mod access;
pub mod actions;
pub mod history;
pub mod indicators;
pub mod item;
pub mod live;
pub mod model;
pub mod queries;
pub mod revise;
pub mod routes;
pub mod status;
pub mod views;
