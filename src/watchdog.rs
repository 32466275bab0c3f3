//! Ends a process whose runtime has stalled, so that its platform restarts it.
//!
//! A thread outside of the runtime wakes up every second and looks for a tick of the runtime. It counts its own
//! wake-ups, not time: a process that was stopped or throttled wakes up as rarely as its runtime does, and is well.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::lifecycle::Lifecycle;

const WAKE_UP: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(250);
/// Wake-ups in a row without a tick after which the process is given up.
const MOST_MISSED: u32 = 5;
/// Time limit for the last log line: the log may be what is stuck.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Watches the runtime that this is called on, until the server stops.
pub fn start(lifecycle: &Lifecycle) -> std::io::Result<()> {
    let ticks = Arc::new(AtomicU64::new(0));
    let ticking = ticks.clone();
    lifecycle.spawn_loop(async move {
        loop {
            ticking.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(TICK).await;
        }
    });
    let stopped = lifecycle.stopped();
    let watch = move || {
        let mut watch = Watch::default();
        while !stopped.is_cancelled() {
            thread::sleep(WAKE_UP);
            if watch.has_stalled(ticks.load(Ordering::Relaxed)) && !stopped.is_cancelled() {
                give_up();
            }
        }
    };
    thread::Builder::new().name("watchdog".to_owned()).spawn(watch).map(drop)
}

/// What the thread saw at its last wake-ups.
#[derive(Default)]
struct Watch {
    seen: u64,
    missed: u32,
}

impl Watch {
    fn has_stalled(&mut self, ticks: u64) -> bool {
        self.missed = if ticks == self.seen { self.missed + 1 } else { 0 };
        self.seen = ticks;
        self.missed >= MOST_MISSED
    }
}

/// Aborts: an orderly exit would wait for what is stuck.
fn give_up() -> ! {
    let last_words =
        || tracing::error!("the runtime has not moved for {MOST_MISSED} seconds; the process ends");
    let _ = thread::Builder::new().spawn(last_words);
    thread::sleep(LAST_WORDS);
    std::process::abort()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_has_stalled_after_five_wake_ups_without_a_tick() {
        let mut watch = Watch::default();
        let seen = [1, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6].map(|ticks| watch.has_stalled(ticks));
        assert_eq!(seen.iter().position(|stalled| *stalled), Some(11));
    }
}
