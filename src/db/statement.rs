//! Deadlines of statements, and what becomes of a connection after an error.
//!
//! Postgres' own time-outs hold while it can be reached. Where its machine is gone or a network is cut, sqlx alone would
//! wait until the kernel gives up. A statement that is given up, by its deadline or by its caller, ends by closing its
//! connection: Postgres looks once a second whether somebody still wants the answer. A cancel request would go by another
//! connection, and through a pooler may hit somebody else's statement.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::Stream;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use sqlx::postgres::{PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{Describe, Either, Execute, Executor, Postgres, SqlStr};
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

use super::fault::{Fault, is_of_pooler, silence};
use super::pool::{Inner, PooledConnection, State};

type Step = Result<Either<PgQueryResult, PgRow>, sqlx::Error>;

/// A statement that runs. Dropped before its end, it leaves its connection [`State::Running`].
#[derive(Debug)]
pub(super) struct Running<'c> {
    state: &'c mut State,
    inner: &'c Inner,
    generation: u64,
    longest: Duration,
    until: Instant,
}

impl<'c> Running<'c> {
    pub(super) fn begin(state: &'c mut State, inner: &'c Inner, generation: u64, longest: Duration) -> Self {
        *state = State::Running;
        Self { state, inner, generation, longest, until: Instant::now() + longest }
    }

    async fn until_deadline<T>(
        self,
        statement: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        let outcome = timeout_at(self.until, statement).await.unwrap_or_else(|_| Err(silence(self.longest)));
        self.end(outcome.as_ref().err());
        outcome
    }

    fn end(self, error: Option<&sqlx::Error>) {
        if error.is_some_and(is_of_pooler) {
            self.inner.keep_no_statements();
        }
        *self.state = match error.map_or(Fault::Statement, Fault::of) {
            Fault::Statement => State::Open,
            Fault::Connection => State::Broken,
            Fault::Server => {
                self.inner.distrust(self.generation);
                State::Broken
            }
        };
    }
}

/// The rows of a statement, until its deadline.
struct Rows<'c> {
    rows: BoxStream<'c, Step>,
    deadline: Pin<Box<Sleep>>,
    /// None once it ended.
    running: Option<Running<'c>>,
}

impl Stream for Rows<'_> {
    type Item = Step;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Step>> {
        if self.running.is_none() {
            return Poll::Ready(None);
        }
        let step = match self.rows.as_mut().poll_next(context) {
            Poll::Ready(step) => step,
            Poll::Pending => {
                ready!(self.deadline.as_mut().poll(context));
                self.running.as_ref().map(|running| Err(silence(running.longest)))
            }
        };
        match &step {
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                if let Some(running) = self.running.take() {
                    running.end(Some(error));
                }
            }
            None => {
                if let Some(running) = self.running.take() {
                    running.end(None);
                }
            }
        }
        Poll::Ready(step)
    }
}

impl<'c> Executor<'c> for &'c mut PooledConnection {
    type Database = Postgres;

    fn execute<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<PgQueryResult, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let query = self.maybe_named(query);
        let (running, connection) = self.run();
        Box::pin(running.until_deadline(connection.execute(query)))
    }

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Step>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let query = self.maybe_named(query);
        let (running, connection) = self.run();
        let deadline = Box::pin(sleep_until(running.until));
        Box::pin(Rows { rows: connection.fetch_many(query), deadline, running: Some(running) })
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let query = self.maybe_named(query);
        let (running, connection) = self.run();
        Box::pin(running.until_deadline(connection.fetch_optional(query)))
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, sqlx::Error>>
    where
        'c: 'e,
    {
        let (running, connection) = self.run();
        Box::pin(running.until_deadline(connection.prepare_with(sql, parameters)))
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, sqlx::Error>>
    where
        'c: 'e,
    {
        let (running, connection) = self.run();
        Box::pin(running.until_deadline(connection.describe(sql)))
    }
}
