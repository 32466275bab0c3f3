//! SQL of orders, by what it is about. `import` makes orders, `revise` changes them to what a newer quote says, and
//! `documents` keeps the papers.

pub(crate) mod anonymise;
pub mod board;
pub(crate) mod claims;
pub(crate) mod deadlines;
pub(crate) mod departures;
pub(crate) mod documents;
pub(crate) mod hand_over;
pub(crate) mod history;
pub mod import;
pub mod items;
pub(crate) mod locations;
pub(crate) mod notes;
pub mod options;
pub mod order;
pub(crate) mod picks;
pub(crate) mod purchases;
pub(crate) mod replacements;
pub mod revise;
pub(crate) mod search;
pub(crate) mod seen;
pub(crate) mod shelf;
pub(crate) mod shortages;
pub mod summaries;
pub(crate) mod surplus;
pub(crate) mod times;
pub(crate) mod write;
