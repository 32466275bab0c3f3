//! Tracked tasks, and the order of shutdown.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Pause before a task that panicked restarts, so that one that always panics does not fill the log.
const PAUSE: Duration = Duration::from_millis(200);

/// Where a server is between its start and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Serving,
    /// Shutting down: new sockets are refused, requests are served.
    Draining,
    /// Sockets are being closed, spread over a while.
    ClosingSockets,
    /// The port is closed; what runs is finished.
    Leaving,
}

/// Starts tasks and tells them to end. The only place that spawns.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    tasks: TaskTracker,
    stop: CancellationToken,
    stage: Arc<watch::Sender<Stage>>,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self {
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            stage: Arc::new(watch::Sender::new(Stage::Serving)),
        }
    }
}

impl Lifecycle {
    /// Runs a task that [`Lifecycle::finish`] waits for.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        #[expect(clippy::let_underscore_future, reason = "the tracker waits for it")]
        let _ = self.tasks.spawn(task);
    }

    /// Runs a task that is dropped when the server stops: loops that have nothing to finish.
    pub fn spawn_loop(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.spawn(async move {
            tokio::select! { () = stop.cancelled() => {} () = task => {} }
        });
    }

    /// Runs a loop that the replica depends on. A panic is logged and counted, and the loop restarts.
    /// It ends when it returns, or when the server stops.
    pub fn spawn_forever<F>(&self, name: &'static str, begin: impl Fn() -> F + Send + Sync + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        // An alarm sees a count grow, not one that begins with one.
        metrics::counter!("task_panics_total", "task" => name).increment(0);
        self.spawn_loop(async move {
            // Each run is made anew by `begin`; what runs share is locked, and a lock outlives a panic.
            while AssertUnwindSafe(async { begin().await }).catch_unwind().await.is_err() {
                metrics::counter!("task_panics_total", "task" => name).increment(1);
                tracing::error!(task = name, "a task panicked; it begins anew");
                tokio::time::sleep(PAUSE).await;
            }
        });
    }

    /// Tasks that run now.
    pub fn tasks(&self) -> usize {
        self.tasks.len()
    }

    /// Ends every loop.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    pub fn stopped(&self) -> CancellationToken {
        self.stop.clone()
    }

    pub fn stage(&self) -> Stage {
        *self.stage.borrow()
    }

    /// Waits until the stage is reached.
    pub async fn reached(&self, wanted: Stage) {
        let mut stage = self.stage.subscribe();
        // The sender lives as long as `self`, so this ends only when the stage is reached.
        let _ = stage.wait_for(|stage| *stage >= wanted).await.map(|_| ());
    }

    /// Moves on to a later stage; an earlier one is ignored.
    pub fn advance(&self, stage: Stage) {
        self.stage.send_if_modified(|current| {
            let later = stage > *current;
            if later {
                *current = stage;
            }
            later
        });
    }

    /// Ends the loops and waits for every task.
    pub async fn finish(&self) {
        self.stop();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_loop_that_panics_begins_anew_until_it_returns() {
        let (lifecycle, runs) = (Lifecycle::default(), Arc::new(AtomicU32::new(0)));
        let (done, mut is_done) = watch::channel(false);
        let (counted, done) = (runs.clone(), Arc::new(done));
        lifecycle.spawn_forever("test", move || {
            let (runs, done) = (counted.clone(), done.clone());
            async move {
                assert!(runs.fetch_add(1, Ordering::Relaxed) >= 2, "not yet");
                done.send_replace(true);
            }
        });
        is_done.wait_for(|done| *done).await.unwrap();
        assert_eq!(runs.load(Ordering::Relaxed), 3);
        lifecycle.finish().await;
    }
}
