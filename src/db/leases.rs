//! Connections, and whoever has one.
//!
//! sqlx opens and counts them; who has one, and how it comes back, is ours. sqlx asks each connection that comes back
//! whether it still answers, a round trip after every transaction, and in 0.9.0 it counts a transaction only once it is
//! open, so that a request given up in between leaves an open one to whoever comes next. Here a connection comes back
//! at once if its transaction is known to have ended, and else only after a `rollback` that was answered.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Executor as _, PgConnection, PgPool, Postgres};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::Answer;

/// A turn is waited for so long, and so is the answer to a rollback.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);
/// Connections that nobody needed for so long are closed, before something in between forgets them.
const LONGEST_REST: Duration = Duration::from_secs(600);
/// Postgres' memory of a session grows with its age.
const LONGEST_LIFE: Duration = Duration::from_secs(3600);

/// All connections of a process. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Leases(Arc<Home>);

#[derive(Debug)]
struct Home {
    pool: PgPool,
    /// As many as there may be connections: whoever has a turn finds one at rest, or room for a new one.
    turns: Arc<Semaphore>,
    /// The one that came back last is taken first.
    resting: Mutex<Vec<Kept>>,
}

#[derive(Debug)]
struct Kept {
    connection: PoolConnection<Postgres>,
    opened_at: Instant,
    rests_since: Instant,
}

/// A connection in use.
#[derive(Debug)]
pub(super) struct Lease {
    /// None only while it is dropped.
    connection: Option<PoolConnection<Postgres>>,
    opened_at: Instant,
    /// No transaction can be open on it.
    idle: bool,
    turn: Option<OwnedSemaphorePermit>,
    home: Arc<Home>,
}

impl Leases {
    /// Connects lazily, so that a server starts while its database is away.
    pub(super) fn open(options: PgConnectOptions, connections: u32) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options);
        let turns = Arc::new(Semaphore::new(connections as usize));
        Self(Arc::new(Home { pool, turns, resting: Mutex::default() }))
    }

    /// A connection in autocommit.
    pub(super) async fn take(&self) -> Result<Lease, sqlx::Error> {
        let home = self.0.clone();
        let turn = match timeout(PATIENCE, home.turns.clone().acquire_owned()).await {
            Ok(Ok(turn)) => turn,
            Ok(Err(_)) => return Err(sqlx::Error::PoolClosed),
            Err(_) => return Err(sqlx::Error::PoolTimedOut),
        };
        let (connection, opened_at) = match home.wake() {
            Some(kept) => (kept.connection, kept.opened_at),
            None => (home.pool.acquire().await?, Instant::now()),
        };
        Ok(Lease { connection: Some(connection), opened_at, idle: true, turn: Some(turn), home })
    }

    /// Connections that are open, and how many of them rest.
    pub(super) fn usage(&self) -> (u32, usize) {
        (self.0.pool.size(), self.0.resting().len())
    }

    pub(super) async fn close(&self) {
        self.0.turns.close();
        for kept in self.0.resting().drain(..) {
            close(kept.connection);
        }
        self.0.pool.close().await;
    }
}

impl Home {
    fn resting(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) -> Option<Kept> {
        let mut resting = self.resting();
        let rested = resting.partition_point(|kept| kept.rests_since.elapsed() > LONGEST_REST);
        for kept in resting.drain(..rested) {
            close(kept.connection);
        }
        resting.pop()
    }

    fn rest(&self, connection: PoolConnection<Postgres>, opened_at: Instant) {
        if self.turns.is_closed() || opened_at.elapsed() > LONGEST_LIFE {
            close(connection);
        } else {
            self.resting().push(Kept { connection, opened_at, rests_since: Instant::now() });
        }
    }
}

fn close(mut connection: PoolConnection<Postgres>) {
    connection.close_on_drop();
}

impl Lease {
    /// Opens a transaction: `opening` begins with `begin`.
    pub(super) async fn begin(&mut self, opening: &str) -> Result<(), sqlx::Error> {
        self.idle = false;
        self.execute(AssertSqlSafe(opening.to_owned())).await.map(drop)
    }

    /// Ends the transaction and keeps what it wrote.
    pub(super) async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.execute("commit").await?;
        self.idle = true;
        Ok(())
    }

    /// Runs one statement outside of a transaction.
    pub(super) async fn ask<T>(
        mut self,
        question: impl for<'a> Fn(&'a mut PgConnection) -> Answer<'a, T>,
    ) -> Result<T, sqlx::Error> {
        self.idle = false;
        let answer = question(&mut self).await?;
        self.idle = true;
        Ok(answer)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if self.idle {
            self.home.rest(connection, self.opened_at);
            return;
        }
        let (home, opened_at, turn) = (self.home.clone(), self.opened_at, self.turn.take());
        // Without a runtime the process is at its end, and its connections with it.
        let Ok(runtime) = Handle::try_current() else { return close(connection) };
        runtime.spawn(async move {
            roll_back(&home, connection, opened_at).await;
            drop(turn);
        });
    }
}

/// Ends whatever may be open on a connection. One that does not answer is closed: sqlx alone would wait for ever.
async fn roll_back(home: &Home, mut connection: PoolConnection<Postgres>, opened_at: Instant) {
    match timeout(PATIENCE, connection.execute("rollback")).await {
        Ok(Ok(_)) => home.rest(connection, opened_at),
        Ok(Err(_)) | Err(_) => close(connection),
    }
}

impl Deref for Lease {
    type Target = PgConnection;
    fn deref(&self) -> &PgConnection {
        self.connection.as_ref().expect("a lease has its connection")
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection.as_mut().expect("a lease has its connection")
    }
}
