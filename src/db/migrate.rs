//! The schema: brought up to date by one program at a time, without stopping the picks of the build that runs
//! meanwhile, and asked for before a server says it is ready.

use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::migrate::{Migrate, MigrateError, Migration, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row};
use tokio::time::{Instant, sleep, timeout_at};

use super::{Db, place, pooler};
use crate::error::Result;

/// A database may still be starting, recovering, or be unknown to the name server when a deploy begins.
const PATIENCE: Duration = Duration::from_secs(30);
/// Another program may be migrating; an index of millions of rows takes minutes.
const TURN_WITHIN: Duration = Duration::from_secs(600);
const RETRY: Duration = Duration::from_millis(250);
/// How often the log repeats what is waited for.
const REMIND: Duration = Duration::from_secs(5);
/// A migration that waits longer for a table lets the picks behind it pass, and tries again.
const LOCK_TIMEOUT: &str = "2s";
/// Outside of a transaction nothing queues up behind; the wait is for the end of older transactions.
const LOCK_TIMEOUT_ALONE: &str = "60s";
const TRIES: u32 = 40;
/// Key of the advisory lock of migrations: "separac" in ASCII.
const LOCK: i64 = 0x0073_6570_6172_6163;
const TABLE: &str = "_sqlx_migrations";

/// Why the schema is not current, in a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    #[error("the database {place} did not answer within {} s: {reason}", waited.as_secs())]
    Away { place: String, waited: Duration, reason: String },
    #[error(
        "the database {place} is behind a pooler in transaction mode; set DATABASE_UNPOOLED_URL to the address past it"
    )]
    Pooled { place: String },
    #[error("another program has been migrating the database {place} for {} s", TURN_WITHIN.as_secs())]
    Taken { place: String },
    #[error(transparent)]
    Failed(#[from] MigrateError),
}

impl From<sqlx::Error> for MigrationError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

fn migrator() -> Migrator {
    sqlx::migrate!("./migrations")
}

/// Applies what is missing. An address of a transaction pooler is refused (hence DATABASE_UNPOOLED_URL): the lock belongs to
/// the session.
pub async fn run(url: &str) -> Result<(), MigrationError> {
    apply_all(url, &migrator(), PATIENCE).await
}

/// Applies what is missing of these migrations, once the database is there: within `patience`.
pub async fn apply_all(url: &str, migrator: &Migrator, patience: Duration) -> Result<(), MigrationError> {
    let options: PgConnectOptions = url.parse()?;
    let mut connection = connect(&options, patience).await?;
    // The lock would stay with a backend that serves others next, and no later migration would get it.
    if pooler::is_before(&mut connection, &options).await.unwrap_or(false) {
        return Err(MigrationError::Pooled { place: place(&options) });
    }
    take_turn(&mut connection, &options).await?;
    let done = apply_missing(&mut connection, migrator).await;
    // The lock ends with the connection.
    connection.close().await?;
    Ok(done?)
}

/// Connects to a database that takes writes, and waits for one that does not yet.
async fn connect(options: &PgConnectOptions, patience: Duration) -> Result<PgConnection, MigrationError> {
    let began = Instant::now();
    let (mut reminded, mut reason) = (None, "nothing listens there".to_owned());
    loop {
        match timeout_at(began + patience, open_writable(options)).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(error)) if is_temporary(&error) => reason = error.to_string(),
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => return Err(MigrationError::Away { place: place(options), waited: patience, reason }),
        }
        if reminded.is_none_or(|at: Instant| at.elapsed() >= REMIND) {
            tracing::info!(database = place(options), reason, "waiting for the database");
            reminded = Some(Instant::now());
        }
        sleep(RETRY).await;
    }
}

async fn open_writable(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection = options.clone().application_name("separacao migrate").connect().await?;
    // As a text: behind a pooler a prepared one may have a name that is taken.
    let recovers = connection.fetch_one("select pg_is_in_recovery()").await?;
    if recovers.try_get::<bool, _>(0)? {
        return Err(sqlx::Error::Protocol("it is in recovery and takes no writes yet".to_owned()));
    }
    Ok(connection)
}

/// Whether a database that answers so may be there in a moment: not reachable, not resolved, starting, recovering, or
/// full. A wrong password, or a database that nobody made, is none of these.
fn is_temporary(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| ["57P", "08", "53"].iter().any(|class| code.starts_with(class)))
        }
        _ => false,
    }
}

/// Takes the lock by asking again and again: a session that waits for an advisory lock is a transaction that
/// `create index concurrently` of the other would wait for.
async fn take_turn(connection: &mut PgConnection, options: &PgConnectOptions) -> Result<(), MigrationError> {
    let began = Instant::now();
    let mut reminded = None;
    loop {
        let ours: bool = sqlx::query_scalar("select pg_try_advisory_lock($1)")
            .bind(LOCK)
            .fetch_one(&mut *connection)
            .await?;
        match () {
            () if ours => return Ok(()),
            () if began.elapsed() > TURN_WITHIN => {
                return Err(MigrationError::Taken { place: place(options) });
            }
            () if reminded.is_none_or(|at: Instant| at.elapsed() >= REMIND) => {
                tracing::info!(database = place(options), "waiting for another program that migrates");
                reminded = Some(Instant::now());
            }
            () => {}
        }
        sleep(RETRY).await;
    }
}

/// An older build may find the migrations of a newer one: they suit it (expand, then contract).
async fn apply_missing(connection: &mut PgConnection, migrator: &Migrator) -> Result<(), MigrateError> {
    connection.ensure_migrations_table(TABLE).await?;
    let applied = connection.list_applied_migrations(TABLE).await?;
    for migration in migrator.iter() {
        match applied.iter().find(|applied| applied.version == migration.version) {
            Some(applied) if applied.checksum != migration.checksum => {
                return Err(MigrateError::VersionMismatch(migration.version));
            }
            Some(_) => {}
            None => apply(connection, migration).await?,
        }
    }
    Ok(())
}

/// How a database's schema compares with this build's migrations, by their versions.
#[derive(Debug, Default)]
pub struct Comparison {
    pub applied: usize,
    pub missing: Vec<i64>,
    /// Applied from files that differ from this build's.
    pub changed: Vec<i64>,
    /// Of a newer build.
    pub newer: Vec<i64>,
}

/// Compares without changing anything.
pub async fn compare(connection: &mut PgConnection) -> Result<Comparison, MigrateError> {
    let known: bool = sqlx::query_scalar("select to_regclass($1) is not null")
        .bind(TABLE)
        .fetch_one(&mut *connection)
        .await?;
    let applied = if known { connection.list_applied_migrations(TABLE).await? } else { Vec::new() };
    let migrator = migrator();
    let mut comparison = Comparison { applied: applied.len(), ..Comparison::default() };
    for migration in migrator.iter() {
        match applied.iter().find(|applied| applied.version == migration.version) {
            Some(applied) if applied.checksum == migration.checksum => {}
            Some(_) => comparison.changed.push(migration.version),
            None => comparison.missing.push(migration.version),
        }
    }
    let newest = migrator.iter().map(|migration| migration.version).max().unwrap_or(0);
    comparison.newer = applied.iter().map(|applied| applied.version).filter(|n| *n > newest).collect();
    Ok(comparison)
}

/// Applies one migration; where a lock is not to be had in time, again.
async fn apply(connection: &mut PgConnection, migration: &Migration) -> Result<(), MigrateError> {
    let lock_timeout = if migration.no_tx { LOCK_TIMEOUT_ALONE } else { LOCK_TIMEOUT };
    connection.execute(AssertSqlSafe(format!("set lock_timeout = '{lock_timeout}'"))).await?;
    for attempt in 1.. {
        if migration.no_tx {
            drop_invalid_index(connection, migration).await?;
        }
        match connection.apply(TABLE, migration).await {
            Ok(_) => break,
            Err(error) if attempt < TRIES && is_lock_failure(&error) => {
                tracing::info!(
                    version = migration.version,
                    attempt,
                    "a table is in use; the migration tries again"
                );
                sleep(RETRY).await;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// `lock_not_available` and `deadlock_detected`.
fn is_lock_failure(error: &MigrateError) -> bool {
    let (MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) = error else {
        return false;
    };
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| code == "55P03" || code == "40P01")
}

/// An index that was being built when its session ended stays behind, invalid, and in the way of the next attempt.
async fn drop_invalid_index(connection: &mut PgConnection, migration: &Migration) -> Result<(), sqlx::Error> {
    let Some(name) = built_index(migration.sql.as_str()) else { return Ok(()) };
    let invalid: bool = sqlx::query_scalar(
        "select exists (select from pg_index i where i.indexrelid = to_regclass($1) and not i.indisvalid)",
    )
    .bind(name)
    .fetch_one(&mut *connection)
    .await?;
    if invalid {
        connection.execute(AssertSqlSafe(format!("drop index concurrently {name}"))).await?;
    }
    Ok(())
}

/// The name in `create index concurrently if not exists NAME on …`.
fn built_index(sql: &str) -> Option<&str> {
    let mut words = sql.lines().filter(|line| !line.starts_with("--")).flat_map(str::split_whitespace);
    words.find(|word| *word == "concurrently")?;
    words.find(|word| !["if", "not", "exists"].contains(word))
}

/// Whether the schema has everything this build needs, also what has a lower number than the newest. A newer schema is fine:
/// migrations suit the old build too.
pub async fn is_current(db: &Db) -> Result<bool> {
    let mut tx = db.gate().await?;
    let applied =
        sqlx::query_scalar!("select version from _sqlx_migrations where success").fetch_all(&mut *tx).await?;
    Ok(migrator().iter().all(|migration| applied.contains(&migration.version)))
}
