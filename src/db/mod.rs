//! Postgres: every statement runs in a transaction that says whose it is in its opening round trip.

pub mod embedded;
pub(crate) mod fault;
pub mod migrate;
pub(crate) mod operator;
mod permits;
mod pool;
mod statement;

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::Executor as _;
use sqlx::postgres::PgConnectOptions;
use tokio::time::Instant;

use self::pool::Pool;
pub use self::pool::PooledConnection;
use crate::actor::{Grant, Permission, Role};
use crate::error::{AppError, Result};
use crate::ids::{CompanyId, OperationId};
use crate::lifecycle::Lifecycle;

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
    operation_id: Option<OperationId>,
    roles: Vec<Role>,
}

/// A transaction before any company is known, as the role `separacao_gate`: sign-in, sessions, heads.
#[derive(Debug)]
pub struct GateTx {
    connection: PooledConnection,
}

/// What a statement of [`Db::ask`] gives.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, sqlx::Error>>;

/// Postgres lets a statement of ours wait for a lock so long.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
/// And ends it after so long.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);
/// An operator's statement walks whole tables.
const OPERATOR_TIMEOUT: Duration = Duration::from_secs(60);
/// A database that is silent for so long beyond its own time-out is away.
const LEEWAY: Duration = Duration::from_secs(1);

/// What a transaction sets for itself, in one statement: every statement of the opening is a message to be read.
/// A replica that vanished in the middle must not hold its locks (the head row!) until the kernel notices: Postgres
/// ends the session itself, also while a statement of it waits. And plans are made once per connection: our statements are
/// the same whatever their parameters are, but an array among them makes Postgres plan anew each time (5 ms for the
/// summary of one order).
fn local(role: &str) -> String {
    format!(
        "set_config('role', '{role}', true), set_config('lock_timeout', '{}ms', true), \
         set_config('statement_timeout', '{}ms', true), \
         set_config('client_connection_check_interval', '1s', true), \
         set_config('plan_cache_mode', 'force_generic_plan', true), \
         set_config('idle_in_transaction_session_timeout', '5s', true)",
        LOCK_TIMEOUT.as_millis(),
        STATEMENT_TIMEOUT.as_millis()
    )
}

impl Db {
    /// Connects lazily: a server starts, and says 503, while its database is away. Transactions that end without a commit
    /// are rolled back by tasks of `lifecycle`.
    pub fn open(
        url: &str,
        max_connections: u32,
        statement_cache: usize,
        lifecycle: &Lifecycle,
    ) -> Result<Self, sqlx::Error> {
        let options: PgConnectOptions = url.parse()?;
        let options = options.application_name("separacao").statement_cache_capacity(statement_cache);
        Ok(Self { pool: Pool::open(options, max_connections, lifecycle.clone()) })
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
        let opening = format!("begin; select {}", local("separacao_gate"));
        Ok(GateTx { connection: self.begin(None, &opening, STATEMENT_TIMEOUT).await? })
    }

    async fn begin_company(&self, begin: &str, company_id: CompanyId) -> Result<CompanyTx> {
        let local = local("separacao_app");
        let opening = format!("{begin}; select {local}, set_config('app.company_id', '{company_id}', true)");
        let connection = self.begin(Some(company_id), &opening, STATEMENT_TIMEOUT).await?;
        Ok(CompanyTx { connection, company_id, operation_id: None, roles: Vec::new() })
    }

    /// One statement without a transaction around it: a function of the schema that takes its role by itself, for what
    /// is asked all the time. It only reads: on a broken connection it is asked again.
    pub async fn ask<T>(
        &self,
        question: impl for<'a> Fn(&'a mut PooledConnection) -> Answer<'a, T> + Send + Sync,
    ) -> Result<T> {
        self.fresh(None, LOCK_TIMEOUT, |connection| connection.ask(&question)).await
    }

    /// Whether the database answers and takes writes. It waits for a connection like everybody else, behind no single
    /// company. The error is the one of a refused write, so that connections which rest are not trusted any more.
    pub async fn takes_writes(&self) -> bool {
        let question = "do $$ begin
            if pg_is_in_recovery() or current_setting('transaction_read_only')::boolean then
              raise read_only_sql_transaction;
            end if;
          end $$";
        self.ask(|db| Box::pin(db.execute(question))).await.is_ok()
    }

    async fn begin(
        &self,
        holder: Option<CompanyId>,
        opening: &str,
        statement_timeout: Duration,
    ) -> Result<PooledConnection> {
        let longest = statement_timeout + LEEWAY;
        self.fresh(holder, LOCK_TIMEOUT, |connection| connection.begin(opening, longest)).await
    }

    /// Connections are not tested before use, so a broken one shows here: what comes first is tried again on another
    /// one, until a connection that was just opened fails as well. It waits for locks at most.
    async fn fresh<T, F>(
        &self,
        holder: Option<CompanyId>,
        first_takes: Duration,
        attempt: impl Fn(PooledConnection) -> F,
    ) -> Result<T>
    where
        F: Future<Output = Result<T, sqlx::Error>>,
    {
        let began = Instant::now();
        loop {
            let connection = self.pool.take(holder, first_takes + LEEWAY).await?;
            let again = connection.is_reused() && began.elapsed() < pool::PATIENCE;
            match attempt(connection).await {
                Err(error) if again && fault::is_worth_another_try(&error) => {}
                other => return Ok(other?),
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

impl CompanyTx {
    pub fn company_id(&self) -> CompanyId {
        self.company_id
    }

    /// The tap that this transaction answers; None where nobody tapped.
    pub fn operation_id(&self) -> Option<OperationId> {
        self.operation_id
    }

    /// Every entry of history that is written from here on names the tap, and what it may do is judged by these roles.
    pub fn set_operation(&mut self, operation_id: OperationId, roles: Vec<Role>) {
        self.operation_id = Some(operation_id);
        self.roles = roles;
    }

    /// Of whoever tapped, as of the claim of the operation.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// Whether whoever tapped has the permission for everything.
    pub fn can(&self, permission: Permission) -> bool {
        permission.granted(&self.roles) == Grant::Yes
    }

    /// [`Self::can`], as a refusal.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.can(permission) { Ok(()) } else { Err(AppError::Forbidden) }
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
    type Target = PooledConnection;
    fn deref(&self) -> &PooledConnection {
        &self.connection
    }
}

impl DerefMut for CompanyTx {
    fn deref_mut(&mut self) -> &mut PooledConnection {
        &mut self.connection
    }
}

impl Deref for GateTx {
    type Target = PooledConnection;
    fn deref(&self) -> &PooledConnection {
        &self.connection
    }
}

impl DerefMut for GateTx {
    fn deref_mut(&mut self) -> &mut PooledConnection {
        &mut self.connection
    }
}
