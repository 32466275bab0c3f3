//! Actions of reports: the sums.

pub(crate) mod add_up;
