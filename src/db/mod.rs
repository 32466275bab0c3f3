//! Postgres: every statement runs in a transaction that says whose it is in its opening round trip.

pub mod embedded;
pub mod migrate;
pub mod operator;

use std::ops::{Deref, DerefMut};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Executor as _, PgConnection, PgPool, Postgres, Transaction};
use tokio::time::timeout;

use crate::error::{AppError, Result};
use crate::ids::CompanyId;

/// The pool, and the two ways into it (the third is the operator's).
#[derive(Clone, Debug)]
pub struct Db {
    pool: PgPool,
    /// The database was silent when it was last asked.
    silent: Arc<AtomicBool>,
}

/// A transaction of one company, as the role `separacao_app`. Row-level security shows it nothing else.
/// Dropped without `feed::commit`, it leaves no trace.
#[derive(Debug)]
pub struct CompanyTx {
    tx: Transaction<'static, Postgres>,
    company_id: CompanyId,
}

/// A transaction before any company is known, as the role `separacao_gate`: sign-in, sessions, heads.
#[derive(Debug)]
pub struct GateTx {
    tx: Transaction<'static, Postgres>,
}

/// A database that is silent for so long (its machine is gone, a network is cut) is away: the request says so, and the
/// connection is dropped, where sqlx alone would wait for the kernel to give up.
const PATIENCE: Duration = Duration::from_secs(3);

/// For the transaction's opening, once the pool has given a connection.
const LEEWAY: Duration = Duration::from_secs(1);

/// What a transaction sets for itself, in one statement: every statement of the opening is a message to be read.
/// A replica that vanished in the middle must not hold its locks (the head row!) until the kernel notices: Postgres
/// ends the session itself.
fn local(role: &str, longest: &str) -> String {
    format!(
        "set_config('role', '{role}', true), set_config('lock_timeout', '2s', true), \
         set_config('statement_timeout', '{longest}', true), \
         set_config('idle_in_transaction_session_timeout', '5s', true)"
    )
}

impl Db {
    /// Opens a pool lazily: a server starts, and says 503, while its database is away.
    pub fn open(url: &str, max_connections: u32, statement_cache: usize) -> Result<Self, sqlx::Error> {
        let options: PgConnectOptions = url.parse()?;
        let options = options.application_name("separacao").statement_cache_capacity(statement_cache);
        let silent = Arc::<AtomicBool>::default();
        let doubtful = silent.clone();
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .idle_timeout(Duration::from_secs(600))
            .max_lifetime(Duration::from_secs(3600))
            .after_release(move |connection, _| {
                let doubtful = doubtful.load(Ordering::Relaxed);
                Box::pin(async move { if doubtful { still_answers(connection).await } else { Ok(true) } })
            })
            .connect_lazy_with(options);
        Ok(Self { pool, silent })
    }

    /// A transaction that may write. It must end in `feed::commit`.
    pub async fn company(&self, company_id: CompanyId) -> Result<CompanyTx> {
        self.begin_company("begin", company_id).await
    }

    /// A transaction that reads one moment: what it reads and the head it reads belong together.
    pub async fn snapshot(&self, company_id: CompanyId) -> Result<CompanyTx> {
        self.begin_company("begin isolation level repeatable read, read only", company_id).await
    }

    /// A transaction of no company; see [`GateTx`].
    pub async fn gate(&self) -> Result<GateTx> {
        let opening = format!("begin; select {}", local("separacao_gate", "5s"));
        Ok(GateTx { tx: self.begin(opening).await? })
    }

    async fn begin_company(&self, begin: &str, company_id: CompanyId) -> Result<CompanyTx> {
        let local = local("separacao_app", "10s");
        let opening = format!("{begin}; select {local}, set_config('app.company_id', '{company_id}', true)");
        Ok(CompanyTx { tx: self.begin(opening).await?, company_id })
    }

    /// One statement without a transaction around it: a function of the schema that becomes `separacao_gate` by
    /// itself, for what every request asks. It only reads: on a broken connection it is asked again.
    pub async fn ask<T, F>(&self, statement: impl Fn(PgPool) -> F) -> Result<T>
    where
        F: Future<Output = Result<T, sqlx::Error>>,
    {
        self.fresh(|| statement(self.pool.clone())).await
    }

    pub(super) async fn begin(&self, opening: String) -> Result<Transaction<'static, Postgres>> {
        self.fresh(|| {
            let opened = open(self.pool.clone(), self.silent.clone(), opening.clone());
            // To its end, also when the request is given up: sqlx 0.9.0 counts a transaction only once it is open, so an
            // opening dropped half-way would leave it to whoever has the connection next.
            #[expect(
                clippy::disallowed_methods,
                reason = "it ends by itself in seconds, and nothing waits for it at the end"
            )]
            let opened = tokio::spawn(opened);
            async { opened.await.unwrap_or(Err(sqlx::Error::WorkerCrashed)) }
        })
        .await
    }

    /// Connections are not tested before use, so a broken one shows here. A database that was restarted leaves
    /// a pool full of them: each is tried at most once, and then a fresh one.
    async fn fresh<T, F>(&self, attempt: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<T, sqlx::Error>>,
    {
        let mut broken = self.pool.size();
        loop {
            // The pool has a time-out of its own for waiting one's turn.
            match timeout(PATIENCE + LEEWAY, attempt()).await {
                Ok(Err(error)) if broken > 0 && is_broken(&error) => broken -= 1,
                Ok(other) => {
                    self.silent.store(false, Ordering::Relaxed);
                    return other.map_err(AppError::from);
                }
                Err(_) => {
                    self.silent.store(true, Ordering::Relaxed);
                    return Err(AppError::Unavailable(None));
                }
            }
        }
    }

    /// Connections open now, and how many of them rest.
    pub fn usage(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Opens a transaction. Given up only after whoever waited for it: the connection, if it comes back, is asked.
async fn open(
    pool: PgPool,
    silent: Arc<AtomicBool>,
    opening: String,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let mut opened = pin!(pool.begin_with(AssertSqlSafe(opening)));
    match timeout(PATIENCE + 2 * LEEWAY, opened.as_mut()).await {
        Ok(opened) => opened,
        Err(_) => {
            silent.store(true, Ordering::Relaxed);
            Err(sqlx::Error::PoolTimedOut)
        }
    }
}

/// Asks a connection that comes back to the pool while the database is silent, and ends what may be open on it; sqlx
/// alone would wait for ever.
async fn still_answers(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    match timeout(PATIENCE, connection.execute("rollback")).await {
        Ok(answered) => answered.map(|_| true),
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}

/// The connection is of no use any more; another may be.
fn is_broken(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| code.starts_with("57P") || code == "25P03")
        }
        _ => false,
    }
}

impl CompanyTx {
    pub fn company_id(&self) -> CompanyId {
        self.company_id
    }

    /// The transaction itself, for `feed::commit` alone.
    pub fn into_inner(self) -> Transaction<'static, Postgres> {
        self.tx
    }
}

impl GateTx {
    /// Keeps what was written to the gate's tables.
    #[expect(clippy::disallowed_methods, reason = "gate tables are on no screen; nothing rings")]
    pub async fn keep(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }
}

impl Deref for CompanyTx {
    type Target = PgConnection;
    fn deref(&self) -> &PgConnection {
        &self.tx
    }
}

impl DerefMut for CompanyTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.tx
    }
}

impl Deref for GateTx {
    type Target = PgConnection;
    fn deref(&self) -> &PgConnection {
        &self.tx
    }
}

impl DerefMut for GateTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.tx
    }
}
