//! Pure rules of reports.

pub(crate) mod audit;
pub(crate) mod cover;
pub mod figures;
pub mod history;
pub(crate) mod hours;
pub(crate) mod people;
pub mod period;
pub(crate) mod rules;
pub(crate) mod work;
