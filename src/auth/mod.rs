//! Who gets in: sign-in, sessions, PINs, devices, and how often one may guess.

pub mod actions;
pub mod client;
pub mod idle_lock;
pub mod model;
pub mod pin_hash;
pub mod queries;
pub mod rotate;
pub mod routes;
pub mod session;
pub mod step_up;
pub mod views;
