//! The outermost layer: which path leads where, who may come in, and how answers are put into words.

pub mod answer;
pub mod guard;
pub mod health;
pub mod rate_limits;
pub mod router;
pub mod views;
pub mod visitor;
