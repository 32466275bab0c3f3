//! What reports are asked for, and how their figures are worked out.

pub mod history;
