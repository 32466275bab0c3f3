//! Who works here: sign-in, sessions, roles and what each may do.

pub mod model;
pub mod views;
