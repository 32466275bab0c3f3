//! Pure rules of settings.

pub(crate) mod changes;
pub(crate) mod colour;
pub(crate) mod company;
pub(crate) mod day;
pub(crate) mod hours;
pub(crate) mod locations;
pub(crate) mod look;
pub(crate) mod options;
pub(crate) mod permissions;
pub(crate) mod reasons;
