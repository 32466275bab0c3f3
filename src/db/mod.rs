//! Access to Postgres. The opening message of a transaction names the role that its statements run as, and the company
//! whose rows they may see.

pub mod embedded;
pub(crate) mod fault;
pub mod migrate;
pub(crate) mod operator;
mod permits;
mod pool;
pub(crate) mod pooler;
mod statement;
mod unnamed;

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{Executor as _, Row as _};
use tokio::time::Instant;
use uuid::Uuid;

use self::pool::Pool;
pub use self::pool::PooledConnection;
use crate::actor::{Grant, Overrides, Permission, Role};
use crate::error::{AppError, Result};
use crate::ids::{CompanyId, OperationId, OrderId};
use crate::lifecycle::Lifecycle;

/// The roles that statements run as.
pub(crate) const ROLES: [&str; 2] = ["separacao_app", "separacao_gate"];

/// Where a database is, for a person; never with its password.
pub(crate) fn place(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    match options.get_socket() {
        Some(socket) => format!("{database} at {}", socket.display()),
        None => format!("{database} at {}:{}", options.get_host(), options.get_port()),
    }
}

/// The database: transactions of companies, of the gate, and (in `operator`) of the operator.
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
    overrides: Overrides,
    locked_orders: Vec<PgRow>,
}

/// A transaction before any company is known, as the role `separacao_gate`: sign-in, sessions, heads.
#[derive(Debug)]
pub struct GateTx {
    connection: PooledConnection,
}

/// The rows of each statement that an opening asks besides its own.
pub type Answers = Vec<Vec<PgRow>>;

/// Statements of an opening that ask nothing: `begin` and the settings.
const OWN_STATEMENTS: usize = 2;

/// What a statement of [`Db::ask`] gives.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, sqlx::Error>>;

/// Postgres' time limit for waiting for a lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);
/// Postgres' time limit for a statement.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);
/// An operator's statement may scan whole tables.
const OPERATOR_TIMEOUT: Duration = Duration::from_secs(60);
/// Our deadline is the database's own time-out plus this.
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
        Ok(Self { pool: Pool::open(options, max_connections, statement_cache > 0, lifecycle.clone()) })
    }

    /// A transaction that may write. What it writes is kept by `feed::commit` alone.
    pub async fn company(&self, company_id: CompanyId) -> Result<CompanyTx> {
        Ok(self.begin_company("begin", company_id, &[], LOCK_TIMEOUT).await?.0)
    }

    /// The same, with the answers to `questions`, which claim and lock: statements of text in the opening's message, so they
    /// are built from typed ids, digests and instants alone.
    pub async fn claim(&self, company_id: CompanyId, questions: &[String]) -> Result<(CompanyTx, Answers)> {
        self.begin_company("begin", company_id, questions, LOCK_TIMEOUT * 2).await
    }

    /// A transaction that reads one moment, with the answers to what its opening asks.
    pub async fn snapshot(
        &self,
        company_id: CompanyId,
        questions: &[String],
    ) -> Result<(CompanyTx, Answers)> {
        let begin = "begin isolation level repeatable read, read only";
        self.begin_company(begin, company_id, questions, LOCK_TIMEOUT).await
    }

    /// A transaction of no company; see [`GateTx`].
    pub async fn gate(&self) -> Result<GateTx> {
        let opening = format!("begin; select {}", local("separacao_gate"));
        let (connection, _) = self.begin(None, &opening, LOCK_TIMEOUT, STATEMENT_TIMEOUT).await?;
        Ok(GateTx { connection })
    }

    async fn begin_company(
        &self,
        begin: &str,
        company_id: CompanyId,
        questions: &[String],
        opening_timeout: Duration,
    ) -> Result<(CompanyTx, Answers)> {
        let local = local("separacao_app");
        let mut opening =
            format!("{begin}; select {local}, set_config('app.company_id', '{company_id}', true)");
        for question in questions {
            opening.push_str("; ");
            opening.push_str(question);
        }
        let holder = Some(company_id);
        let (connection, mut answers) =
            self.begin(holder, &opening, opening_timeout, STATEMENT_TIMEOUT).await?;
        answers.drain(..answers.len().min(OWN_STATEMENTS));
        let tx = CompanyTx {
            connection,
            company_id,
            operation_id: None,
            roles: Vec::new(),
            overrides: Overrides::default(),
            locked_orders: Vec::new(),
        };
        Ok((tx, answers))
    }

    /// One statement without a transaction around it: a function of the schema that takes its role by itself, for what
    /// is asked all the time. It only reads: on a broken connection it is asked again.
    pub async fn ask<T>(
        &self,
        question: impl for<'a> Fn(&'a mut PooledConnection) -> Answer<'a, T> + Send + Sync,
    ) -> Result<T> {
        self.with_connection(None, LOCK_TIMEOUT, |connection| connection.ask(&question)).await
    }

    /// Whether the database answers and takes writes. It waits for a connection like everybody else, behind no single
    /// company. The error is the one of a refused write, so that idle connections are not trusted any more.
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
        opening_timeout: Duration,
        statement_timeout: Duration,
    ) -> Result<(PooledConnection, Answers)> {
        let longest = statement_timeout + LEEWAY;
        self.with_connection(holder, opening_timeout, |connection| connection.begin(opening, longest)).await
    }

    /// Connections are not tested before use, so a broken one shows here: what comes first is tried again on another
    /// one, until a connection that was just opened fails as well.
    async fn with_connection<T, F>(
        &self,
        holder: Option<CompanyId>,
        first_timeout: Duration,
        attempt: impl Fn(PooledConnection) -> F,
    ) -> Result<T>
    where
        F: Future<Output = Result<T, sqlx::Error>>,
    {
        let began = Instant::now();
        loop {
            let connection = self.pool.take(holder, first_timeout + LEEWAY).await?;
            let again = connection.is_reused() && began.elapsed() < pool::PATIENCE;
            match attempt(connection).await {
                Err(error) if again && fault::is_worth_another_try(&error) => {}
                other => return Ok(other?),
            }
        }
    }

    /// Connections open now, and how many of them are idle.
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

    /// Every entry of history that is written from here on names the tap, and what it may do is judged by these roles, as
    /// the company has set them.
    pub fn set_operation(&mut self, operation_id: OperationId, roles: Vec<Role>, overrides: Overrides) {
        self.operation_id = Some(operation_id);
        self.roles = roles;
        self.overrides = overrides;
    }

    /// The rows of the orders that were locked with the claim.
    pub fn set_locked_orders(&mut self, rows: Vec<PgRow>) {
        self.locked_orders = rows;
    }

    /// Takes the row of an order that was locked with the claim. Once: later reads need the current row.
    pub fn take_locked_order(&mut self, id: OrderId) -> Option<PgRow> {
        let is_it = |row: &PgRow| row.try_get("id").is_ok_and(|found: Uuid| found == id.0);
        let place = self.locked_orders.iter().position(is_it)?;
        Some(self.locked_orders.swap_remove(place))
    }

    /// The actor's roles as of the claim of the operation.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The company's overrides as of the same moment.
    pub fn overrides(&self) -> &Overrides {
        &self.overrides
    }

    /// Whether the actor has the permission for every order.
    pub fn can(&self, permission: Permission) -> bool {
        self.overrides.widest(permission, &self.roles) == Grant::Yes
    }

    /// [`Self::can`], as a refusal.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.can(permission) { Ok(()) } else { Err(AppError::Forbidden) }
    }

    /// Leaves no trace, as when it is dropped, but is over when this returns: its locks are free.
    pub async fn roll_back(self) -> Result<()> {
        Ok(self.connection.roll_back().await?)
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
