//! SQL of orders, by what it is about. `import` makes orders, `revise` changes them to what a newer quote says, and
//! `documents` keeps the papers.

pub mod board;
pub mod documents;
pub mod hand_over;
pub mod history;
pub mod import;
pub mod items;
pub mod notes;
pub mod options;
pub mod order;
pub mod picks;
pub mod revise;
pub mod search;
pub mod summaries;
