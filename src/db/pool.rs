//! A connection pool.
//!
//! sqlx's own pool asks each connection that comes back whether it still answers, a round trip after every transaction,
//! and in 0.9.0 it counts a transaction only once it is open, so that a request given up in between leaves an open one to
//! whoever comes next. Here a connection comes back at once if its transaction is known to have ended, and else only after
//! a `rollback` that was answered; one that a statement was left running on is closed.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
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
use super::unnamed::MaybeNamed;
use super::{Answer, Answers};
use crate::ids::CompanyId;
use crate::lifecycle::Lifecycle;

/// How long a permit and a connection are waited for, and the answer to a rollback.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);
/// The longest that opening takes. It outlasts the patience of who asked, for whoever comes next: it is five round trips,
/// and on a very slow wire each takes most of a second.
const LONGEST_OPENING: Duration = Duration::from_secs(6);
/// Pause before a database that is starting up is tried again.
const RETRY: Duration = Duration::from_millis(100);
/// Connections that nobody needed for so long are closed, before something in between forgets them.
const LONGEST_IDLE: Duration = Duration::from_secs(600);
/// Postgres' memory of a session grows with its age.
const LONGEST_LIFE: Duration = Duration::from_secs(3600);

/// All connections of a process. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Pool(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    options: PgConnectOptions,
    /// False behind a pooler in transaction mode, where each transaction may have another backend: from the start, or since
    /// it showed.
    keeps_statements: AtomicBool,
    /// Whoever has a permit takes an idle connection, or opens one.
    permits: Permits,
    idle: Mutex<IdleConnections>,
    /// Ends what transactions left open.
    lifecycle: Lifecycle,
}

#[derive(Debug, Default)]
struct IdleConnections {
    /// The one that came back last is taken first.
    connections: Vec<Idle>,
    /// Grows with every fault of the server: connections from before it are not used again.
    generation: u64,
}

#[derive(Debug)]
struct Idle {
    connection: OpenConnection,
    since: Instant,
}

/// A connection to the server, and what tells whether it may be used again.
#[derive(Debug)]
struct OpenConnection {
    raw: PgConnection,
    opened_at: Instant,
    generation: u64,
}

/// A connection in use. Queries run on it, each until its deadline.
#[derive(Debug)]
pub struct PooledConnection {
    /// None only while it is dropped.
    connection: Option<OpenConnection>,
    state: State,
    /// It was idle before, so that it may have broken unnoticed.
    reused: bool,
    /// The longest that a statement takes.
    longest: Duration,
    permit: Option<Permit>,
    inner: Arc<Inner>,
}

/// What a connection may be in the middle of.
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
        let keeps_statements = AtomicBool::new(keeps_statements);
        Self(Arc::new(Inner { options, keeps_statements, permits, idle: Mutex::default(), lifecycle }))
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
                Some(connection) => Ok((permit, connection, true)),
                None => {
                    let opened = inner.clone().open(permit).await;
                    opened.map(|(permit, connection)| (permit, connection, false))
                }
            }
        });
        let (permit, connection, reused) = taken.await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
        Ok(PooledConnection {
            connection: Some(connection),
            state: State::Clean,
            reused,
            longest,
            permit: Some(permit),
            inner,
        })
    }

    /// Connections that are open, and how many of them are idle.
    pub(super) fn usage(&self) -> (u32, usize) {
        let idle = self.0.idle().connections.len();
        (self.0.permits.taken() + idle as u32, idle)
    }

    /// Closes what is idle, and whatever comes back from now on.
    pub(super) fn close(&self) {
        self.0.permits.close();
        self.0.idle().connections.clear();
    }
}

impl Inner {
    fn idle(&self) -> MutexGuard<'_, IdleConnections> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_idle(&self) -> Option<OpenConnection> {
        let mut idle = self.idle();
        let too_long = idle.connections.partition_point(|idle| idle.since.elapsed() > LONGEST_IDLE);
        idle.connections.drain(..too_long);
        idle.connections.pop().map(|idle| idle.connection)
    }

    fn put_back(&self, connection: OpenConnection) {
        let mut idle = self.idle();
        let is_young = connection.opened_at.elapsed() <= LONGEST_LIFE;
        if is_young && connection.generation == idle.generation && !self.permits.is_closed() {
            idle.connections.push(Idle { connection, since: Instant::now() });
        }
    }

    fn keeps_statements(&self) -> bool {
        self.keeps_statements.load(Ordering::Relaxed)
    }

    /// From here on statements have no names; connections that have given some are not used again.
    pub(super) fn keep_no_statements(&self) {
        if self.keeps_statements.swap(false, Ordering::Relaxed) {
            tracing::warn!(
                "sessions share backends, as behind a pooler in transaction mode: no prepared statements are kept any more; \
                 set DATABASE_STATEMENT_CACHE=0"
            );
        }
    }

    /// What is the matter with one connection (its server has become read-only, its machine is gone) is the matter with
    /// those that were opened before.
    pub(super) fn distrust(&self, generation: u64) {
        let mut idle = self.idle();
        // Those of an earlier generation only find what is known already.
        if generation == idle.generation {
            idle.generation += 1;
            idle.connections.clear();
        }
    }

    /// Opens a connection for whoever has the permit. Its task outlives a caller that gives up, and then the connection
    /// is put back: thrown away, it would be begun anew, and on a slow wire none would ever be open.
    async fn open(self: Arc<Self>, permit: Permit) -> Result<(Permit, OpenConnection), sqlx::Error> {
        let (opened, wanted) = oneshot::channel();
        let lifecycle = self.lifecycle.clone();
        lifecycle.spawn(async move {
            let connected = timeout(LONGEST_OPENING, self.connect()).await;
            let answer = connected.unwrap_or(Err(sqlx::Error::PoolTimedOut));
            let answer = answer.map(|connection| (permit, connection));
            if let Err(Ok((permit, connection))) = opened.send(answer) {
                self.put_back(connection);
                drop(permit);
            }
        });
        wanted.await.unwrap_or(Err(sqlx::Error::PoolClosed))
    }

    /// A database that refuses because it is starting up, or is still in recovery, is worth waiting for.
    async fn connect(&self) -> Result<OpenConnection, sqlx::Error> {
        loop {
            let generation = self.idle().generation;
            match self.connect_once().await {
                Ok(Some(raw)) => return Ok(OpenConnection { raw, opened_at: Instant::now(), generation }),
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
        let alone = self.inner.keeps_statements();
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

    /// Whether it was idle before, so that a fault may be older than its first statement.
    pub(super) fn is_reused(&self) -> bool {
        self.reused
    }

    /// A query as it may travel on this connection.
    pub(super) fn maybe_named<E>(&self, query: E) -> MaybeNamed<E> {
        MaybeNamed { query, keeps_statements: self.inner.keeps_statements() }
    }

    /// Begins a statement: its deadline, and what it runs on.
    pub(super) fn run(&mut self) -> (Running<'_>, &mut PgConnection) {
        let Self { connection, state, inner, longest, .. } = self;
        let OpenConnection { raw, generation, .. } =
            connection.as_mut().expect("a connection until it is dropped");
        (Running::begin(state, inner, *generation, *longest), raw)
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        match self.state {
            State::Clean => self.inner.put_back(connection),
            State::Running | State::Broken => {}
            // Without a runtime the process is at its end, and its connections with it.
            State::Open if Handle::try_current().is_err() => {}
            State::Open => {
                let (inner, permit) = (self.inner.clone(), self.permit.take());
                let lifecycle = inner.lifecycle.clone();
                lifecycle.spawn(async move {
                    roll_back(&inner, connection).await;
                    drop(permit);
                });
            }
        }
    }
}

/// Ends whatever may be open on a connection. One that does not answer is closed, and the idle ones with it.
async fn roll_back(inner: &Inner, mut connection: OpenConnection) {
    match timeout(PATIENCE, connection.raw.execute("rollback")).await {
        Ok(Ok(_)) => inner.put_back(connection),
        Ok(Err(_)) => {}
        Err(_) => inner.distrust(connection.generation),
    }
}
