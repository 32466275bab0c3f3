//! SQL of orders, by what it is about. `import` makes orders, `revise` changes them to what a newer quote says, and
//! `documents` keeps the papers.

pub mod board;
pub(crate) mod claims;
pub(crate) mod documents;
pub(crate) mod hand_over;
pub(crate) mod history;
pub mod import;
pub mod items;
pub(crate) mod notes;
pub mod options;
pub mod order;
pub(crate) mod picks;
pub(crate) mod purchases;
pub(crate) mod revise;
pub(crate) mod search;
pub mod summaries;
pub(crate) mod times;
pub(crate) mod write;
