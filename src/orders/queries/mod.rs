//! SQL of orders. `read` is what screens show; `write` is what commands lock and change; `import` makes orders.

pub mod import;
pub mod read;
pub mod search;
pub mod write;
