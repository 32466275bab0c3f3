//! Queries of authentication.

pub(crate) mod devices;
pub(crate) mod events;
pub(crate) mod guesses;
pub(crate) mod people;
pub(crate) mod sessions;
pub(crate) mod sign_in;
