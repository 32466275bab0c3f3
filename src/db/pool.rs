//! A connection pool.
//!
//! sqlx's own pool asks each connection that comes back whether it still answers, a round trip after every transaction,
//! and in 0.9.0 it counts a transaction only once it is open, so that a request given up in between leaves an open one to
//! whoever comes next. Here a connection comes back at once if its transaction is known to have ended, and else only after
//! a `rollback` that was answered; one that a statement was left running on is closed.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, Either, Executor as _, PgConnection, Row as _};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use super::permits::{Permit, Permits};
use super::statement::Running;
use super::unnamed::Passing;
use super::{Answer, Answers};
use crate::ids::CompanyId;
use crate::lifecycle::Lifecycle;

/// A permit and a connection are waited for so long, and so is the answer to a rollback.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);
/// Opening takes so long at most, for whoever comes next if the first has lost patience: it is five round trips, and on a
/// very slow wire each takes most of a second.
const LONGEST_OPENING: Duration = Duration::from_secs(6);
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
pub(super) struct Inner {
    options: PgConnectOptions,
    /// False behind a pooler in transaction mode, where each transaction may have another backend.
    keeps_statements: bool,
    /// Whoever has a permit takes a connection that rests, or makes one.
    permits: Permits,
    resting: Mutex<Resting>,
    /// Ends what transactions left open.
    lifecycle: Lifecycle,
}

#[derive(Debug, Default)]
struct Resting {
    /// The one that came back last is taken first.
    idle: Vec<Idle>,
    /// Grows with every fault of the server: connections from before it are not used again.
    generation: u64,
}

#[derive(Debug)]
struct Idle {
    connection: PgConnection,
    opened_at: Instant,
    rests_since: Instant,
    generation: u64,
}

/// A connection in use. Queries run on it, each until its deadline.
#[derive(Debug)]
pub struct PooledConnection {
    /// None only while it is dropped.
    idle: Option<Idle>,
    state: State,
    /// It rested before, so that it may have broken unnoticed.
    reused: bool,
    /// The longest that a statement takes.
    longest: Duration,
    permit: Option<Permit>,
    inner: Arc<Inner>,
}

/// What may be going on on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// No transaction can be open.
    Clean,
    /// A transaction may be open; no statement runs.
    Open,
    /// A statement was sent, and its end has not been seen.
    Running,
    /// It met something that makes it useless.
    Broken,
}

impl Pool {
    /// Connects lazily, so that a server starts while its database is away.
    pub(super) fn open(
        options: PgConnectOptions,
        connections: u32,
        keeps_statements: bool,
        lifecycle: Lifecycle,
    ) -> Self {
        let permits = Permits::new(connections);
        Self(Arc::new(Inner { options, keeps_statements, permits, resting: Mutex::default(), lifecycle }))
    }

    /// A connection in autocommit. `holder` is the company that it is for.
    pub(super) async fn take(
        &self,
        holder: Option<CompanyId>,
        longest: Duration,
    ) -> Result<PooledConnection, sqlx::Error> {
        let inner = self.0.clone();
        let taken = timeout(PATIENCE, async {
            let permit = inner.permits.acquire(holder).await.ok_or(sqlx::Error::PoolClosed)?;
            match inner.take_idle() {
                Some(idle) => Ok((permit, idle, true)),
                None => inner.clone().open(permit).await.map(|(permit, idle)| (permit, idle, false)),
            }
        });
        let (permit, idle, reused) = taken.await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
        Ok(PooledConnection {
            idle: Some(idle),
            state: State::Clean,
            reused,
            longest,
            permit: Some(permit),
            inner,
        })
    }

    /// Connections that are open, and how many of them rest.
    pub(super) fn usage(&self) -> (u32, usize) {
        let resting = self.0.resting().idle.len();
        (self.0.permits.taken() + resting as u32, resting)
    }

    /// Closes what rests, and whatever comes back from now on.
    pub(super) fn close(&self) {
        self.0.permits.close();
        self.0.resting().idle.clear();
    }
}

impl Inner {
    fn resting(&self) -> MutexGuard<'_, Resting> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_idle(&self) -> Option<Idle> {
        let mut resting = self.resting();
        let rested = resting.idle.partition_point(|idle| idle.rests_since.elapsed() > LONGEST_REST);
        resting.idle.drain(..rested);
        resting.idle.pop()
    }

    fn put_back(&self, idle: Idle) {
        let mut resting = self.resting();
        let trusted = idle.generation == resting.generation && idle.opened_at.elapsed() <= LONGEST_LIFE;
        if trusted && !self.permits.is_closed() {
            resting.idle.push(Idle { rests_since: Instant::now(), ..idle });
        }
    }

    /// What is the matter with one connection (its server has become read-only, its machine is gone) is the matter with
    /// those that were opened before.
    pub(super) fn distrust(&self, generation: u64) {
        let mut resting = self.resting();
        // Those of an earlier generation only find what is known already.
        if generation == resting.generation {
            resting.generation += 1;
            resting.idle.clear();
        }
    }

    /// Opens a connection for whoever has the permit. Its task outlives a caller that gives up, and then the connection
    /// rests: thrown away, it would be begun anew, and on a slow wire none would ever be open.
    async fn open(self: Arc<Self>, permit: Permit) -> Result<(Permit, Idle), sqlx::Error> {
        let (opened, wanted) = oneshot::channel();
        let lifecycle = self.lifecycle.clone();
        lifecycle.spawn(async move {
            let connected = timeout(LONGEST_OPENING, self.connect()).await;
            let answer = connected.unwrap_or(Err(sqlx::Error::PoolTimedOut));
            if let Err(Ok((permit, idle))) = opened.send(answer.map(|idle| (permit, idle))) {
                self.put_back(idle);
                drop(permit);
            }
        });
        wanted.await.unwrap_or(Err(sqlx::Error::PoolClosed))
    }

    /// A database that refuses because it is starting up, or is still in recovery, is worth waiting for.
    async fn connect(&self) -> Result<Idle, sqlx::Error> {
        loop {
            let generation = self.resting().generation;
            match self.connect_once().await {
                Ok(Some(connection)) => {
                    let now = Instant::now();
                    return Ok(Idle { connection, opened_at: now, rests_since: now, generation });
                }
                Ok(None) => {}
                Err(error) if is_starting(&error) => {}
                Err(error) => return Err(error),
            }
            sleep(RETRY).await;
        }
    }

    /// None: a standby, which takes no writes; it may be about to be promoted.
    async fn connect_once(&self) -> Result<Option<PgConnection>, sqlx::Error> {
        let mut connection = PgConnection::connect_with(&self.options).await?;
        // A text alone travels as one message; prepared, it would be two round trips.
        let recovers = connection.fetch_one("select pg_is_in_recovery()").await?;
        Ok((!recovers.try_get::<bool, _>(0)?).then_some(connection))
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
    /// Opens a transaction, in which a statement takes `longest` at most: `opening` begins with `begin`. Answers the rows
    /// of each of its statements.
    pub(super) async fn begin(
        mut self,
        opening: &str,
        longest: Duration,
    ) -> Result<(Self, Answers), sqlx::Error> {
        let (mut answers, mut rows) = (Answers::new(), Vec::new());
        let mut steps = self.fetch_many(AssertSqlSafe(opening.to_owned()));
        while let Some(step) = steps.try_next().await? {
            match step {
                Either::Right(row) => rows.push(row),
                Either::Left(_end_of_statement) => answers.push(mem::take(&mut rows)),
            }
        }
        drop(steps);
        self.longest = longest;
        Ok((self, answers))
    }

    /// Ends the transaction and keeps what it wrote.
    pub(super) async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.execute("commit").await?;
        self.state = State::Clean;
        Ok(())
    }

    /// Ends the transaction without a trace. Afterwards its locks are free.
    pub(super) async fn roll_back(mut self) -> Result<(), sqlx::Error> {
        self.execute("rollback").await?;
        self.state = State::Clean;
        Ok(())
    }

    /// Runs one statement outside of a transaction. Where no statements are kept it has one all the same: it is prepared and
    /// run in two messages, and between them a pooler may change the backend.
    pub(super) async fn ask<T>(
        mut self,
        question: impl for<'a> Fn(&'a mut PooledConnection) -> Answer<'a, T>,
    ) -> Result<T, sqlx::Error> {
        let alone = self.inner.keeps_statements;
        if !alone {
            self.execute("begin").await?;
        }
        let answer = question(&mut self).await?;
        if !alone {
            self.execute("commit").await?;
        }
        self.state = State::Clean;
        Ok(answer)
    }

    /// Whether it rested before, so that a fault may be older than its first statement.
    pub(super) fn is_reused(&self) -> bool {
        self.reused
    }

    /// A query as it may travel on this connection.
    pub(super) fn passing<E>(&self, query: E) -> Passing<E> {
        Passing { query, keeps_statements: self.inner.keeps_statements }
    }

    /// Begins a statement: its deadline, and what it runs on.
    pub(super) fn run(&mut self) -> (Running<'_>, &mut PgConnection) {
        let Self { idle, state, inner, longest, .. } = self;
        let Idle { connection, generation, .. } = idle.as_mut().expect("a connection until it is dropped");
        (Running::begin(state, inner, *generation, *longest), connection)
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        let Some(idle) = self.idle.take() else { return };
        match self.state {
            State::Clean => self.inner.put_back(idle),
            State::Running | State::Broken => {}
            // Without a runtime the process is at its end, and its connections with it.
            State::Open if Handle::try_current().is_err() => {}
            State::Open => {
                let (inner, permit) = (self.inner.clone(), self.permit.take());
                let lifecycle = inner.lifecycle.clone();
                lifecycle.spawn(async move {
                    roll_back(&inner, idle).await;
                    drop(permit);
                });
            }
        }
    }
}

/// Ends whatever may be open on a connection. One that does not answer is closed, and those that rest with it.
async fn roll_back(inner: &Inner, mut idle: Idle) {
    match timeout(PATIENCE, idle.connection.execute("rollback")).await {
        Ok(Ok(_)) => inner.put_back(idle),
        Ok(Err(_)) => {}
        Err(_) => inner.distrust(idle.generation),
    }
}
