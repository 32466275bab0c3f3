//! The ERP's quote (orçamento) as it is printed: reading the PDF, checking its sums, and doing both in a child
//! process that a hostile file can only take down alone.

pub mod actions;
pub mod checks;
pub mod choices;
pub mod cli;
pub mod context;
pub mod difference;
pub mod draft;
pub mod leftover;
pub mod numbers;
pub mod preview;
pub mod queries;
pub mod quote;
mod reader;
mod reading;
pub mod refusal;
pub mod routes;
pub mod sandbox;
#[cfg(test)]
mod tests;
pub mod to_order;
pub mod upload_quota;
pub mod views;

pub use checks::{Notice, Problem};
pub use leftover::{Leftover, LeftoverKind};
pub use pdf_text::{MAX_BYTES, MAX_PAGES};
pub use quote::{Quote, QuoteLine};
pub use reader::MOST_LINES;
pub use reading::{Reading, read};
pub use refusal::Refusal;
pub use sandbox::Sandbox;
