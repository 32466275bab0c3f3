//! What reports show.

pub(crate) mod chart;
pub(crate) mod export;
pub mod history;
pub(crate) mod metrics;

use crate::html::format::percent_encoded;

/// A path and what stands after its `?`.
pub fn address(path: &str, pairs: &[(&str, String)]) -> String {
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}
