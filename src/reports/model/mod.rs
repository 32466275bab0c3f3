//! What reports are asked for, and how their figures are worked out.

pub(crate) mod figures;
pub mod history;
pub(crate) mod hours;
pub(crate) mod people;
pub(crate) mod period;
pub(crate) mod table;
