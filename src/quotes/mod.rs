//! The ERP's quote (orçamento) as it is printed: reading the PDF, checking its sums, and doing both in a child
//! process that a hostile file can only take down alone.

pub(crate) mod actions;
pub(crate) mod checks;
pub(crate) mod choices;
pub mod cli;
pub(crate) mod context;
pub(crate) mod difference;
pub(crate) mod draft;
pub(crate) mod leftover;
pub(crate) mod numbers;
pub(crate) mod preview;
pub(crate) mod queries;
pub(crate) mod quote;
mod reader;
mod reading;
pub(crate) mod refusal;
pub(crate) mod routes;
pub(crate) mod sandbox;
#[cfg(test)]
mod tests;
pub(crate) mod to_order;
pub(crate) mod upload_quota;
pub mod views;

pub use checks::{Notice, Problem};
pub use leftover::{Leftover, LeftoverKind};
pub use pdf_text::{MAX_BYTES, MAX_PAGES};
pub use quote::{Quote, QuoteLine};
pub use reader::MOST_LINES;
pub use reading::{Reading, read};
pub use refusal::Refusal;
pub use sandbox::{Sandbox, hide_this_process};
