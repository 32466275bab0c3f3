//! Tables as files: what they hold, how they are written, and how long ones leave part by part.

pub(crate) mod csv;
pub(crate) mod file;
pub(crate) mod grant;
pub(crate) mod links;
pub(crate) mod name;
pub(crate) mod stream;
pub(crate) mod table;
pub(crate) mod xlsx;
