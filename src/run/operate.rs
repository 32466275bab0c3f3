//! The operator's commands: each does one thing and ends.

use std::path::{Path, PathBuf};

use super::{Database, Outcome, Signals};
use crate::backup::{BackupError, dump, load, start_afresh};
use crate::clock::{Clock, Zone};
use crate::companies::actions::Operator;
use crate::companies::cli::{self, AdminCommand, CompanyCommand};
use crate::config::Settings;
use crate::db::{self, Db};
use crate::error::{Chain, Result};
use crate::lang::Lang;
use crate::lifecycle::Lifecycle;
use crate::{jobs, server, telemetry, watchdog};

/// `separacao migrate`
pub async fn migrate(settings: Settings) -> Outcome {
    let _log = telemetry::start_log(&settings);
    settings.check()?;
    let database = Database::open(&settings).await?;
    let migrated = db::migrate::run(settings.migration_url(&database.url)).await;
    database.close().await;
    migrated?;
    println!("The schema is current.");
    Ok(())
}

/// `separacao backup`
pub async fn backup(settings: Settings, to: Option<PathBuf>, keep: Option<usize>) -> Outcome {
    let _log = telemetry::start_log(&settings);
    settings.check()?;
    let dir = to.or_else(|| settings.backup_dir.clone()).ok_or(BackupError::NoFolder)?;
    let keep = keep.unwrap_or(settings.backup_keep);
    let database = Database::open(&settings).await?;
    let (url, bin_dir) = (settings.migration_url(&database.url), settings.pg_bin_dir.as_deref());
    let made = dump(url, &dir, Some(keep), bin_dir, Clock::default().now()).await;
    if made.is_ok()
        && let Err(error) = note_backup(url).await
    {
        tracing::warn!(error = %Chain(&error), "the backup is made, and could not be noted");
    }
    database.close().await;
    let made = made?;
    println!("{}: {} KB; {} older ones deleted", made.file.display(), made.bytes / 1000, made.removed);
    Ok(())
}

/// Notes the backup, whose age is monitored.
async fn note_backup(url: &str) -> Result<()> {
    let db = Db::open(url, 1, 0, &Lifecycle::default())?;
    let mut tx = db.operator().await?;
    jobs::queries::upsert_success(&mut tx, jobs::BACKUP).await?;
    tx.commit().await?;
    db.close();
    Ok(())
}

/// `separacao restore`: puts a backup back, if a file is given; then, and after every other way back in time, ends what
/// must not live on.
pub async fn restore(settings: Settings, file: Option<&Path>) -> Outcome {
    let _log = telemetry::start_log(&settings);
    settings.check()?;
    let database = Database::open(&settings).await?;
    let restored = restore_into(settings.migration_url(&database.url), &settings, file).await;
    database.close().await;
    restored
}

async fn restore_into(url: &str, settings: &Settings, file: Option<&Path>) -> Outcome {
    if let Some(file) = file {
        load(url, file, settings.pg_bin_dir.as_deref()).await?;
        println!("{} is restored, and its schema is current.", file.display());
    }
    let db = Db::open(url, 1, 0, &Lifecycle::default())?;
    let ended = start_afresh(&db, Clock::default().now()).await;
    let ended = ended.map_err(|error| BackupError::NotEnded(Chain(&error).to_string()))?;
    println!("New epoch for {} companies: every open screen fetches its page again.", ended.companies);
    println!("{} sessions are ended: everybody signs in again.", ended.sessions);
    println!("{} walls are revoked: they show a code, and an administrator pairs them again.", ended.walls);
    db.close();
    Ok(())
}

/// `separacao worker`: the background jobs without a server.
pub async fn worker(settings: Settings) -> Outcome {
    let _log = telemetry::start_log(&settings);
    settings.check()?;
    let mut signals = Signals::register()?;
    let database = Database::open(&settings).await?;
    let worked = work(settings, &database.url, &mut signals).await;
    database.close().await;
    worked
}

/// Does the background jobs until a signal comes.
async fn work(settings: Settings, url: &str, signals: &mut Signals) -> Outcome {
    let lifecycle = Lifecycle::default();
    let database_statement_cache = db::pooler::kept_statements(url, settings.database_statement_cache).await;
    let settings = Settings { jobs: true, database_statement_cache, ..settings };
    let app = server::open(settings, url, Clock::default(), &lifecycle)?;
    jobs::start(&app);
    watchdog::start(&lifecycle)?;
    tracing::info!(build = crate::assets::build(), "doing the background jobs");
    signals.any().await;
    lifecycle.finish().await;
    app.db.close();
    Ok(())
}

/// `separacao doctor`: a table, or JSON; a failure where a check failed. Warnings are none.
pub async fn doctor(settings: Settings, json: bool) -> Outcome {
    let _log = telemetry::start_log(&settings);
    // An embedded database is started only where all settings say that there shall be one.
    let opened = match (&settings.database_url, settings.check()) {
        (None, Err(_)) => Err("DATABASE_URL is not set".to_owned()),
        _ => Database::open(&settings).await.map_err(|error| error.to_string()),
    };
    let url = opened.as_ref().map(|database| database.url.as_str()).map_err(String::clone);
    let report = crate::doctor::examine(&settings, url).await;
    if json {
        println!("{:#}", report.json());
    } else {
        println!("{report}");
    }
    if let Ok(database) = opened {
        database.close().await;
    }
    Ok(report.outcome()?)
}

/// `separacao company …`
pub async fn company(settings: Settings, command: CompanyCommand) -> Outcome {
    operate(settings, async |operator| cli::run_company(operator, command).await).await
}

/// `separacao admin …`
pub async fn admin(settings: Settings, command: AdminCommand) -> Outcome {
    operate(settings, async |operator| cli::run_admin(operator, command).await).await
}

/// Runs an operator's command on a database that is up to date; says its refusal in words.
async fn operate(settings: Settings, command: impl AsyncFnOnce(Operator<'_>) -> Result<()>) -> Outcome {
    let _log = telemetry::start_log(&settings);
    settings.check()?;
    let database = Database::open(&settings).await?;
    // As the schema's owner: a server's own login may have no rights outside of its roles.
    let done = operate_on(settings.migration_url(&database.url), &settings, command).await;
    database.close().await;
    done
}

async fn operate_on(
    url: &str,
    settings: &Settings,
    command: impl AsyncFnOnce(Operator<'_>) -> Result<()>,
) -> Outcome {
    db::migrate::run(url).await?;
    let db = Db::open(url, 2, 0, &Lifecycle::default())?;
    let done = command(Operator { db: &db, clock: &Clock::default(), settings }).await;
    db.close();
    done.map_err(|error| error.sentence().say(Lang::En, Zone::UTC).into())
}
