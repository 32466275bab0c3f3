//! Postgres: every statement runs in a transaction that says whose it is in its opening round trip.

pub mod embedded;
pub mod migrate;
pub mod operator;
mod pool;

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::PgConnection;
use sqlx::postgres::PgConnectOptions;
use tokio::time::timeout;

use self::pool::{Pool, PooledConnection};
use crate::error::{AppError, Result};
use crate::ids::CompanyId;

/// The connections, and the two ways to them (the third is the operator's).
#[derive(Clone, Debug)]
pub struct Db {
    pool: Pool,
}

/// A transaction of one company, as the role `separacao_app`. Row-level security shows it nothing else.
/// Dropped without `feed::commit`, it leaves no trace.
#[derive(Debug)]
pub struct CompanyTx {
    connection: PooledConnection,
    company_id: CompanyId,
}

/// A transaction before any company is known, as the role `separacao_gate`: sign-in, sessions, heads.
#[derive(Debug)]
pub struct GateTx {
    connection: PooledConnection,
}

/// What a statement of [`Db::ask`] gives.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, sqlx::Error>>;

/// A database that is silent for so long after one's turn came (its machine is gone, a network is cut) is away: the
/// request says so, where sqlx alone would wait for the kernel to give up.
const LEEWAY: Duration = Duration::from_secs(1);

/// What a transaction sets for itself, in one statement: every statement of the opening is a message to be read.
/// A replica that vanished in the middle must not hold its locks (the head row!) until the kernel notices: Postgres
/// ends the session itself. And plans are made once per connection: our statements are the same whatever their
/// parameters are, but an array among them makes Postgres plan anew each time (5 ms for the summary of one order).
fn local(role: &str, longest: &str) -> String {
    format!(
        "set_config('role', '{role}', true), set_config('lock_timeout', '2s', true), \
         set_config('statement_timeout', '{longest}', true), \
         set_config('plan_cache_mode', 'force_generic_plan', true), \
         set_config('idle_in_transaction_session_timeout', '5s', true)"
    )
}

impl Db {
    /// Connects lazily: a server starts, and says 503, while its database is away.
    pub fn open(url: &str, max_connections: u32, statement_cache: usize) -> Result<Self, sqlx::Error> {
        let options: PgConnectOptions = url.parse()?;
        let options = options.application_name("separacao").statement_cache_capacity(statement_cache);
        Ok(Self { pool: Pool::open(options, max_connections) })
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
        Ok(GateTx { connection: self.begin(opening).await? })
    }

    async fn begin_company(&self, begin: &str, company_id: CompanyId) -> Result<CompanyTx> {
        let local = local("separacao_app", "10s");
        let opening = format!("{begin}; select {local}, set_config('app.company_id', '{company_id}', true)");
        Ok(CompanyTx { connection: self.begin(opening).await?, company_id })
    }

    /// One statement without a transaction around it: a function of the schema that takes its role by itself, for what
    /// is asked all the time. It only reads: on a broken connection it is asked again.
    pub async fn ask<T>(
        &self,
        question: impl for<'a> Fn(&'a mut PgConnection) -> Answer<'a, T> + Send + Sync,
    ) -> Result<T> {
        self.fresh(|| async { self.pool.take().await?.ask(&question).await }).await
    }

    async fn begin(&self, opening: String) -> Result<PooledConnection> {
        self.fresh(|| async {
            let mut connection = self.pool.take().await?;
            connection.begin(&opening).await?;
            Ok(connection)
        })
        .await
    }

    /// Connections are not tested before use, so a broken one shows here. A database that was restarted leaves
    /// many of them: each is tried at most once, and then a fresh one.
    async fn fresh<T, F>(&self, attempt: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<T, sqlx::Error>>,
    {
        let (mut broken, _) = self.pool.usage();
        loop {
            match timeout(pool::PATIENCE + LEEWAY, attempt()).await {
                Ok(Err(error)) if broken > 0 && is_broken(&error) => broken -= 1,
                Ok(other) => return other.map_err(AppError::from),
                Err(_) => return Err(AppError::Unavailable(None)),
            }
        }
    }

    /// Connections open now, and how many of them rest.
    pub fn usage(&self) -> (u32, usize) {
        self.pool.usage()
    }

    pub fn close(&self) {
        self.pool.close();
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

    /// Keeps what was written; for `feed::commit` alone.
    pub async fn commit(self) -> Result<()> {
        Ok(self.connection.commit().await?)
    }
}

impl GateTx {
    /// Keeps what was written to the gate's tables.
    pub async fn commit(self) -> Result<()> {
        Ok(self.connection.commit().await?)
    }
}

impl Deref for CompanyTx {
    type Target = PgConnection;
    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for CompanyTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Deref for GateTx {
    type Target = PgConnection;
    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for GateTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}
