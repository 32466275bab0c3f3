//! Connections that the kernel would not hand over. Out of descriptors this fails twenty times a second, for as long as it
//! lasts, and the disk of the log would be the next to be full.

use std::io::{Error, ErrorKind};
use std::time::{Duration, Instant};

/// The log is told of failures at most this often.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// Failures to accept a connection, and which of them the log was told of.
#[derive(Debug, Default)]
pub struct AcceptFailures {
    told_at: Option<Instant>,
    untold: u64,
}

impl AcceptFailures {
    /// Counts a failure. How many there were since the log was told of some; None: it was told just now.
    fn note(&mut self, now: Instant) -> Option<u64> {
        self.untold += 1;
        if self.told_at.is_some_and(|told| now.duration_since(told) < TELL_EVERY) {
            return None;
        }
        self.told_at = Some(now);
        Some(std::mem::take(&mut self.untold))
    }

    /// Counts a failure and tells of it. Whether to wait before the next try: what is open goes on, and new ones wait.
    pub fn tell(&mut self, error: &Error) -> bool {
        // This one was over before it began; the next in the queue may be well.
        if is_of_one(error.kind()) {
            return false;
        }
        metrics::counter!("accept_failures_total").increment(1);
        if let Some(failures) = self.note(Instant::now()) {
            tracing::warn!(%error, failures, "connections could not be accepted");
        }
        true
    }
}

fn is_of_one(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_without_descriptors_is_a_few_lines_that_say_how_often() {
        let (mut failures, began) = (AcceptFailures::default(), Instant::now());
        let told: Vec<u64> =
            (0..1200).filter_map(|n| failures.note(began + Duration::from_millis(50 * n))).collect();
        assert_eq!(told, [1, 200, 200, 200, 200, 200], "all but the last are told of");
    }

    #[test]
    fn a_browser_that_left_before_it_was_accepted_keeps_nobody_waiting() {
        let mut failures = AcceptFailures::default();
        assert!(!failures.tell(&ErrorKind::ConnectionAborted.into()));
        // EMFILE
        assert!(failures.tell(&Error::from_raw_os_error(24)));
    }
}
