//! What the arguments start.

use std::path::PathBuf;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::clock::Clock;
use crate::config::Settings;
use crate::db::embedded::{self, Embedded};
use crate::db::{Db, migrate};
use crate::feed;
use crate::lifecycle::{Lifecycle, Stage};
use crate::server::{Server, Start};
use crate::{demo, telemetry, users};

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// A database to work with: the configured one, or the private one of this machine, which ends with us.
pub struct Database {
    pub url: String,
    embedded: Option<Embedded>,
}

impl Database {
    /// Takes DATABASE_URL, or starts the private PostgreSQL where settings allow it.
    pub async fn open(settings: &Settings) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        if let Some(url) = &settings.database_url {
            return Ok(Self { url: url.clone(), embedded: None });
        }
        let embedded = embedded::start(&settings.data_dir(), settings.pg_bin_dir.as_deref()).await?;
        Ok(Self { url: embedded.url(), embedded: Some(embedded) })
    }

    pub async fn close(self) {
        if let Some(embedded) = self.embedded
            && let Err(error) = embedded.stop().await
        {
            tracing::warn!(%error, "the private PostgreSQL did not stop");
        }
    }
}

/// `separacao serve`
pub async fn serve(settings: Settings, with_demo: bool) -> Outcome {
    telemetry::start_log(&settings);
    settings.check()?;
    let metrics = telemetry::start_metrics();
    let database = Database::open(&settings).await?;
    if !settings.is_production() {
        migrate::run(settings.migration_url(&database.url)).await?;
    }
    let start = Start {
        database_url: database.url.clone(),
        program: std::env::current_exe()?,
        clock: Clock::default(),
        metrics,
        settings,
    };
    let server = Server::bind(start).await?;
    if with_demo {
        println!("{}", demo::load(&server.app).await?);
    }
    announce(&server).await;
    let lifecycle = server.app.lifecycle.clone();
    let exit_after = Duration::from_millis(server.app.settings.drain_exit_ms);
    lifecycle.spawn_loop(heed_signals(lifecycle.clone(), exit_after));
    server.run().await;
    database.close().await;
    Ok(())
}

/// Says where it is and how to come in.
async fn announce(server: &Server) {
    let port = server.port();
    tracing::info!(port, build = crate::assets::build(), "listening");
    if server.app.settings.is_production() {
        return;
    }
    println!("Separação: http://localhost:{port}");
    match users::setup::invitation(&server.app).await {
        Ok(Some(path)) => println!("First administrator: http://localhost:{port}{path}"),
        Ok(None) => {}
        Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "who may sign in could not be read"),
    }
}

/// SIGTERM: go in order; a second one, or SIGINT: now.
async fn heed_signals(lifecycle: Lifecycle, exit_after: Duration) {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be heard");
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {
            tracing::info!("told to go: no new sockets, requests are served");
            lifecycle.advance(Stage::Draining);
        }
        _ = interrupt.recv() => lifecycle.advance(Stage::Leaving),
    }
    let patience = if lifecycle.stage() == Stage::Leaving { Duration::from_millis(900) } else { exit_after };
    tokio::select! {
        () = tokio::time::sleep(patience) => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    lifecycle.advance(Stage::Leaving);
    // What is still running has had its time: a stuck request must not keep the old build alive.
    tokio::time::sleep(Duration::from_millis(500)).await;
    std::process::exit(0);
}

/// `separacao migrate`
pub async fn migrate(settings: Settings) -> Outcome {
    telemetry::start_log(&settings);
    let database = Database::open(&settings).await?;
    migrate::run(settings.migration_url(&database.url)).await?;
    println!("The schema is current.");
    database.close().await;
    Ok(())
}

/// `separacao restore`: run once after a backup was put back, so that open screens start afresh.
pub async fn restore(settings: Settings) -> Outcome {
    telemetry::start_log(&settings);
    let database = Database::open(&settings).await?;
    let db = Db::open(&database.url, 1, 0)?;
    let mut tx = db.operator().await?;
    let companies = feed::queries::update_epochs(&mut tx).await?;
    tx.commit().await?;
    println!("New epoch for {companies} companies: every open screen fetches its page again.");
    db.close().await;
    database.close().await;
    Ok(())
}

/// The folder that settings or the machine name for the private PostgreSQL.
impl Settings {
    fn data_dir(&self) -> PathBuf {
        self.data_dir.clone().unwrap_or_else(|| {
            embedded::place::default_data_dir(self.xdg_data_home.as_deref(), self.home.as_deref())
        })
    }

    fn migration_url<'a>(&'a self, url: &'a str) -> &'a str {
        self.database_unpooled_url.as_deref().unwrap_or(url)
    }
}
