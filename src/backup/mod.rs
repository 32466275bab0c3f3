//! `separacao backup` and `separacao restore`, which run pg_dump and pg_restore.

mod after;
mod dump;
mod load;
mod queries;
mod tools;

pub use self::after::start_afresh;
pub use self::dump::dump;
pub use self::load::load;
pub use self::queries::get_major as server_major;
pub use self::tools::Tool;

use std::path::PathBuf;

use crate::db::migrate::MigrationError;

/// Why there is no backup, or no restored database; a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("say where backups go: separacao backup --to FOLDER, or BACKUP_DIR")]
    NoFolder,
    #[error(
        "{program} was not found; install PostgreSQL's client programs (Debian: postgresql-client), or set PG_BIN_DIR to their folder"
    )]
    NotFound { program: &'static str },
    #[error(
        "{program} {here} is older than {what}, which is of PostgreSQL {there}; install the client programs of {there} or newer, or set PG_BIN_DIR to their folder"
    )]
    TooOld { program: &'static str, here: u32, there: u32, what: &'static str },
    #[error("{program} failed: {said}")]
    Failed { program: &'static str, said: String },
    #[error("{} is no backup of Separação: {why}", file.display())]
    NotOurs { file: PathBuf, why: String },
    #[error(
        "the database {database} is not empty; restore into a new one: createdb separacao_restored, and its address in DATABASE_URL"
    )]
    NotEmpty { database: String },
    #[error("DATABASE_URL cannot be used: {0}")]
    Url(String),
    #[error("{}: {source}", path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(
        "the backup is restored, but not its schema brought up to date: {0}; sessions and walls of then live again, so once `separacao migrate` succeeds run `separacao restore` without a file, before a server starts"
    )]
    Schema(#[from] MigrationError),
    #[error(
        "sessions and walls of then could not be ended, and live again: {0}; run `separacao restore` without a file, before a server starts"
    )]
    NotEnded(String),
}
