//! How much of a fault a test lives through: little in `make test`, much in `CHAOS_LONG=1 make chaos`.

use std::time::Duration;

/// The long form of the chaos tests.
fn is_long() -> bool {
    std::env::var_os("CHAOS_LONG").is_some_and(|value| value != "0")
}

/// A count or a duration: the first, or in the long form the second.
pub fn scaled<T>(short: T, long: T) -> T {
    if is_long() { long } else { short }
}

/// Whether the deadlines of the design are asserted, and not only CI's patience.
pub fn is_strict() -> bool {
    std::env::var_os("CHAOS").is_some()
}

/// How long the soak lasts: `CHAOS_SOAK` seconds, or two minutes in the long form.
pub fn soak() -> Duration {
    let given = std::env::var("CHAOS_SOAK").ok().map(|text| text.parse().expect("CHAOS_SOAK in seconds"));
    Duration::from_secs(given.unwrap_or_else(|| scaled(6, 120)))
}
