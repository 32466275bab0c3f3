//! Who works here: sign-in, sessions, roles and what each may do.

pub mod actions;
pub mod cli;
pub mod client;
pub mod find_company;
pub mod idle_lock;
pub mod limits;
pub mod model;
pub mod operate;
pub mod people;
pub mod pin;
pub mod queries;
pub mod rotate;
pub mod routes;
pub mod session;
pub mod set_up;
pub mod shared;
pub mod views;
