//! SQL of people, their sessions and companies.

pub mod companies;
pub mod devices;
pub mod events;
pub mod people;
pub mod sessions;
pub mod sign_in;
