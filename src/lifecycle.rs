//! Tasks that are tracked, and the order in which a server goes away.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Where a server is between its start and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Serving,
    /// Told to go: new sockets are refused, requests are served.
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
