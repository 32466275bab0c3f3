//! Who works here: sign-in, sessions, roles and what each may do.

pub mod client;
pub mod limits;
pub mod model;
pub mod pin;
pub mod queries;
pub mod session;
pub mod views;
