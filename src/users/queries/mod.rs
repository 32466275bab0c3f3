//! SQL of people, their sessions and companies.

pub mod events;
pub mod sessions;
pub mod sign_in;
