//! What people do at the door: sign in and out, change the own PIN, share a device.

pub mod clear_away;
pub mod find_company;
pub mod own;
pub mod shared;
pub mod sign_in;
