//! What every test stands on: a database of its own, the real server on a free port, and clients that behave
//! like browsers.

#![expect(dead_code, reason = "what wire, socket and drain tests stand on")]

pub mod client;
pub mod counted;
pub mod database;
pub mod edge;
pub mod follower;
pub mod load;
pub mod operator;
pub mod pooler;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod quotes;
pub mod report;
pub mod scale;
pub mod screen;
pub mod server;
pub mod socket;
pub mod tripwire;
pub mod watched;
pub mod world;

use std::time::{Duration, Instant};

/// Deadlines in CI are generous; what was measured is printed.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Asks again until the answer is there; fails with `what` after [`PATIENCE`].
pub async fn wait_for<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    wait_within(PATIENCE, what, ask).await
}

/// The same with another patience, for what has a deadline of its own.
pub async fn wait_within<T>(patience: Duration, what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(began.elapsed() < patience, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Tells what was measured. `make chaos` holds it to `most`; elsewhere only to [`PATIENCE`], unless `most` is more.
pub fn measured(what: &str, took: Duration, most: Duration) {
    report::note(what, format!("{took:.2?}"));
    let limit = if scale::is_strict() { most } else { PATIENCE.max(most) };
    assert!(took <= limit, "{what}: {took:?} is more than {limit:?}");
}

/// The design's promise: two seconds after a client's connection is back, its screen shows the truth.
pub const HEALED: Duration = Duration::from_secs(2);
