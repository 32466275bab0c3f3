//! What every test stands on: a database of its own, the real server on a free port, and clients that behave
//! like browsers.

#![expect(dead_code, reason = "what wire, socket and drain tests stand on")]

pub mod client;
pub mod counted;
pub mod database;
pub mod edge;
pub mod follower;
pub mod process;
pub mod proxy;
pub mod quotes;
pub mod screen;
pub mod server;
pub mod socket;
pub mod watched;
pub mod world;

use std::time::{Duration, Instant};

/// Deadlines in CI are generous; what was measured is printed.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Asks again until the answer is there; fails with `what` after [`PATIENCE`].
pub async fn wait_for<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(began.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Prints what was measured. `make chaos` holds it to `most`; elsewhere only to [`PATIENCE`].
pub fn measured(what: &str, took: Duration, most: Duration) {
    eprintln!("{what}: {took:?}");
    let limit = if std::env::var_os("CHAOS").is_some() { most } else { PATIENCE };
    assert!(took <= limit, "{what}: {took:?} is more than {limit:?}");
}
