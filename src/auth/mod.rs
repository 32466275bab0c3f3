//! Authentication: sign-in, sessions, PINs, devices, and limits on guessing.

pub(crate) mod actions;
pub mod client;
pub(crate) mod idle_lock;
pub(crate) mod model;
pub mod pin_hash;
pub(crate) mod queries;
pub(crate) mod rotate;
pub(crate) mod routes;
pub mod session;
pub(crate) mod step_up;
pub mod views;
