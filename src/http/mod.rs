//! The HTTP layer: routing, guards and answers.

pub(crate) mod answer;
pub(crate) mod denials;
pub(crate) mod guard;
pub(crate) mod health;
pub(crate) mod pipeline;
pub(crate) mod rate_limits;
pub(crate) mod router;
pub(crate) mod steady;
pub mod views;

mod visitor;
