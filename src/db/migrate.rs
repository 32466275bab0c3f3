//! The schema: brought up to date under a lock, once, and asked for before a server says it is ready.

use sqlx::Connection;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnection;

use super::Db;
use crate::error::Result;

fn migrator() -> Migrator {
    let mut migrator = sqlx::migrate!("./migrations");
    // An older build may find the newer one's migrations: they suit it (expand, then contract).
    migrator.set_ignore_missing(true);
    migrator
}

/// Applies what is missing. Two that start at once wait for each other: sqlx takes an advisory lock on
/// this one connection, which must not be behind a transaction pooler (hence DATABASE_UNPOOLED_URL).
pub async fn run(url: &str) -> Result<(), sqlx::migrate::MigrateError> {
    let mut connection = PgConnection::connect(url).await?;
    let done = migrator().run(&mut connection).await;
    connection.close().await?;
    done
}

/// Whether the schema has everything this build needs. A newer schema is fine: migrations suit the old build too.
pub async fn is_current(db: &Db) -> Result<bool> {
    let wanted = migrator().iter().map(|migration| migration.version).max().unwrap_or(0);
    let mut tx = db.gate().await?;
    let applied = sqlx::query_scalar!(
        r#"select coalesce(max(version), 0) as "version!" from _sqlx_migrations where success"#
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(applied >= wanted)
}
