//! Restores a backup into an empty database.

use std::path::Path;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};

use super::tools::{LibpqTarget, Tool};
use super::{BackupError, queries};
use crate::db::{self, embedded::binaries::parse_version, migrate};
use crate::error::Chain;

/// Restores `file` and brings the schema up to date. [`super::start_afresh`] resets what must not survive a restore.
pub async fn load(url: &str, file: &Path, bin_dir: Option<&Path>) -> Result<(), BackupError> {
    let (target, tool) = (LibpqTarget::of(url)?, Tool::find("pg_restore", bin_dir).await?);
    let written_by = read_contents(&tool, file).await?;
    tool.require(written_by, "the backup")?;
    let mut connection = PgConnection::connect(url).await?;
    require_empty(&mut connection, url).await?;
    queries::make_roles(&mut connection).await?;
    let path = file.to_string_lossy();
    tool.run(
        Some(&target),
        &["--no-owner", "--exit-on-error", "--single-transaction", "--no-password", &path],
    )
    .await?;
    migrate::run(url).await?;
    // What follows ends sessions and must not be left out for want of statistics, which come by and by.
    if let Err(error) = queries::analyze(&mut connection).await {
        tracing::warn!(error = %Chain(&error), "the restored database has no statistics yet");
    }
    Ok(())
}

async fn require_empty(connection: &mut PgConnection, url: &str) -> Result<(), BackupError> {
    if queries::is_empty(connection).await? {
        return Ok(());
    }
    let options: PgConnectOptions = url.parse()?;
    Err(BackupError::NotEmpty { database: db::place(&options) })
}

/// Reads what a file holds; answers which PostgreSQL's pg_dump wrote it.
pub(super) async fn read_contents(tool: &Tool, file: &Path) -> Result<u32, BackupError> {
    let not_ours = |why: String| BackupError::NotOurs { file: file.to_owned(), why };
    let path = file.to_string_lossy();
    let listed = tool.run(None, &["--list", &path]).await.map_err(|error| not_ours(error.to_string()))?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    if !listed.contains("TABLE DATA public _sqlx_migrations") || !listed.contains("TABLE DATA public orders")
    {
        return Err(not_ours("it holds no orders".to_owned()));
    }
    let by = listed.lines().find_map(|line| line.split_once("Dumped by pg_dump version:"));
    let major = by.and_then(|(_, version)| parse_version(&format!("(PostgreSQL) {}", version.trim())));
    major.ok_or_else(|| not_ours("it does not say which pg_dump wrote it".to_owned()))
}
