//! SQL of reports. They read what orders keep and write nothing.

pub(crate) mod history;
