//! The outermost layer: which path leads where, who may come in, and how answers are put into words.

pub(crate) mod answer;
pub(crate) mod denials;
pub(crate) mod guard;
pub(crate) mod health;
pub(crate) mod rate_limits;
pub(crate) mod router;
pub(crate) mod steady;
pub mod views;

mod visitor;
