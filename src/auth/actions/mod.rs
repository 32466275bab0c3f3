//! What people do at the door: sign in and out, change the own PIN, share a device.

pub(crate) mod clear_away;
pub(crate) mod denials;
pub(crate) mod find_company;
pub(crate) mod own;
pub(crate) mod shared;
pub(crate) mod sign_in;
