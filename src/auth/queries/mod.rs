//! SQL of signing in.

pub mod devices;
pub mod events;
pub mod guesses;
pub mod people;
pub mod sessions;
pub mod sign_in;
