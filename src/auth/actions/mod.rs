//! Actions of sign-in: sign in and out, change one's own PIN, share a device.

pub(crate) mod clear_away;
pub(crate) mod denials;
pub(crate) mod exports;
pub(crate) mod find_company;
pub(crate) mod own;
pub(crate) mod shared;
pub(crate) mod sign_in;
