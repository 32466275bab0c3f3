//! SQL of orders. `read` is what screens show; `write` is what commands lock and change; `import` makes orders,
//! `revise` changes them to what a newer quote says; `documents` keeps the papers.

pub mod documents;
pub mod import;
pub mod read;
pub mod revise;
pub mod search;
pub mod write;
