//! The ERP's quote (orçamento).

pub mod views;
