//! Connections, and whoever has one.
//!
//! sqlx's own pool asks each connection that comes back whether it still answers, a round trip after every transaction,
//! and in 0.9.0 it counts a transaction only once it is open, so that a request given up in between leaves an open one to
//! whoever comes next. Here a connection comes back at once if its transaction is known to have ended, and else only after
//! a `rollback` that was answered.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};

use super::Answer;

/// A turn is waited for so long, and so are a new connection and the answer to a rollback.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);
/// A database that is starting up is tried again so soon.
const RETRY: Duration = Duration::from_millis(100);
/// Connections that nobody needed for so long are closed, before something in between forgets them.
const LONGEST_REST: Duration = Duration::from_secs(600);
/// Postgres' memory of a session grows with its age.
const LONGEST_LIFE: Duration = Duration::from_secs(3600);

/// All connections of a process. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Pool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: PgConnectOptions,
    most: u32,
    /// As many as there may be connections: whoever has a turn takes one that rests, or makes one.
    permits: Arc<Semaphore>,
    /// The one that came back last is taken first.
    resting: Mutex<Vec<Idle>>,
}

#[derive(Debug)]
struct Idle {
    connection: PgConnection,
    opened_at: Instant,
    rests_since: Instant,
}

/// A connection in use.
#[derive(Debug)]
pub(super) struct PooledConnection {
    /// None only while it is dropped.
    idle_connection: Option<Idle>,
    /// No transaction can be open on it.
    idle: bool,
    permit: Option<OwnedSemaphorePermit>,
    inner: Arc<Inner>,
}

impl Pool {
    /// Connects lazily, so that a server starts while its database is away.
    pub(super) fn open(options: PgConnectOptions, connections: u32) -> Self {
        let permits = Arc::new(Semaphore::new(connections as usize));
        Self(Arc::new(Inner { options, most: connections, permits, resting: Mutex::default() }))
    }

    /// A connection in autocommit.
    pub(super) async fn take(&self) -> Result<PooledConnection, sqlx::Error> {
        let inner = self.0.clone();
        let permit = match timeout(PATIENCE, inner.permits.clone().acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(sqlx::Error::PoolClosed),
            Err(_) => return Err(sqlx::Error::PoolTimedOut),
        };
        let idle_connection = match inner.take_idle() {
            Some(idle_connection) => idle_connection,
            None => inner.connect().await?,
        };
        Ok(PooledConnection {
            idle_connection: Some(idle_connection),
            idle: true,
            permit: Some(permit),
            inner,
        })
    }

    /// Connections that are open, and how many of them rest.
    pub(super) fn usage(&self) -> (u32, usize) {
        let resting = self.0.resting().len();
        let free = self.0.permits.available_permits() as u32;
        (self.0.most.saturating_sub(free) + resting as u32, resting)
    }

    /// Closes what rests, and whatever comes back from now on.
    pub(super) fn close(&self) {
        self.0.permits.close();
        self.0.resting().clear();
    }
}

impl Inner {
    fn resting(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_idle(&self) -> Option<Idle> {
        let mut resting = self.resting();
        let rested =
            resting.partition_point(|idle_connection| idle_connection.rests_since.elapsed() > LONGEST_REST);
        resting.drain(..rested);
        resting.pop()
    }

    fn put_back(&self, idle_connection: Idle) {
        let mut resting = self.resting();
        if !self.permits.is_closed() && idle_connection.opened_at.elapsed() <= LONGEST_LIFE {
            resting.push(Idle { rests_since: Instant::now(), ..idle_connection });
        }
    }

    /// A database that refuses because it is starting up is worth waiting for.
    async fn connect(&self) -> Result<Idle, sqlx::Error> {
        let connected = timeout(PATIENCE, async {
            loop {
                match PgConnection::connect_with(&self.options).await {
                    Err(error) if is_starting(&error) => sleep(RETRY).await,
                    other => return other,
                }
            }
        });
        let connection = connected.await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
        let now = Instant::now();
        Ok(Idle { connection, opened_at: now, rests_since: now })
    }
}

fn is_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        // cannot_connect_now
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code == "57P03"),
        _ => false,
    }
}

impl PooledConnection {
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

impl Drop for PooledConnection {
    #[expect(
        clippy::disallowed_methods,
        reason = "a drop cannot wait; the rollback ends by its own deadline"
    )]
    fn drop(&mut self) {
        let Some(idle_connection) = self.idle_connection.take() else { return };
        if self.idle {
            self.inner.put_back(idle_connection);
            return;
        }
        let (inner, permit) = (self.inner.clone(), self.permit.take());
        // Without a runtime the process is at its end, and its connections with it.
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(async move {
            roll_back(&inner, idle_connection).await;
            drop(permit);
        });
    }
}

/// Ends whatever may be open on a connection. One that does not answer is closed, and those that rest with it: what is
/// the matter with one (its machine is gone) is the matter with them.
async fn roll_back(inner: &Inner, mut idle_connection: Idle) {
    match timeout(PATIENCE, idle_connection.connection.execute("rollback")).await {
        Ok(Ok(_)) => inner.put_back(idle_connection),
        Ok(Err(_)) => {}
        Err(_) => inner.resting().clear(),
    }
}

impl Deref for PooledConnection {
    type Target = PgConnection;
    fn deref(&self) -> &PgConnection {
        &self.idle_connection.as_ref().expect("a lease has its connection").connection
    }
}

impl DerefMut for PooledConnection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.idle_connection.as_mut().expect("a lease has its connection").connection
    }
}
