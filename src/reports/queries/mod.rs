//! SQL of reports. They read what orders keep and write nothing.

pub(crate) mod figures;
pub(crate) mod history;
