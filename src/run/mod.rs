//! Starts what the arguments name: the server here, an operator's commands in `operate`.

mod operate;

pub use self::operate::{admin, backup, company, doctor, migrate, restore, worker};

use std::path::PathBuf;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::clock::Clock;
use crate::companies::actions::Operator;
use crate::companies::actions::set_up;
use crate::config::{Settings, SettingsError};
use crate::db::embedded::{self, Embedded};
use crate::db::{migrate as schema, pooler};
use crate::demo;
use crate::error::{Chain, Result};
use crate::lifecycle::{Lifecycle, Stage};
use crate::server::{Server, Start};
use crate::state::AppState;
use crate::telemetry;
use crate::watchdog;

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Outcome = Result<(), Failure>;

/// A database to work with: the configured one, or the private one of this machine, which ends with us.
pub struct Database {
    pub url: String,
    embedded: Option<Embedded>,
}

impl Database {
    /// Takes DATABASE_URL, or starts the private PostgreSQL, which production never touches.
    pub async fn open(settings: &Settings) -> Result<Self, Failure> {
        if let Some(url) = &settings.database_url {
            return Ok(Self { url: url.clone(), embedded: None });
        }
        if settings.is_production() {
            return Err(SettingsError::DatabaseMissing.into());
        }
        let embedded = embedded::start(&settings.data_dir(), settings.pg_bin_dir.as_deref()).await?;
        Ok(Self { url: embedded.url().to_owned(), embedded: Some(embedded) })
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
pub async fn serve(mut settings: Settings, with_demo: bool) -> Outcome {
    let _log = telemetry::start_log(&settings);
    settings.check()?;
    settings.refuse_in_production("DEMO", with_demo)?;
    raise_descriptor_limit();
    crate::quotes::hide_this_process();
    if settings.is_on_railway() && settings.client_address_header.is_none() {
        tracing::warn!(
            "CLIENT_ADDRESS_HEADER is not set: all requests seem to come from Railway's edge, so that limits by address \
             hold for everybody together; set it to X-Real-IP"
        );
    }
    // From here on signals are handled, also one that comes before there is anything to drain.
    let mut signals = Signals::register()?;
    // Only a name for the one-time page; it exists while nobody can administer.
    settings.setup_token.get_or_insert_with(set_up::new_setup_token);
    let database = tokio::select! {
        database = Database::open(&settings) => database?,
        () = signals.any() => return Ok(()),
    };
    let url = database.url.clone();
    let started = tokio::select! {
        server = start(settings, url, with_demo) => server.map(Some),
        () = signals.any() => Ok(None),
    };
    let served = match started {
        Ok(Some(server)) => run_until_told(server, &mut signals).await,
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    database.close().await;
    served
}

/// Binds a server on a database that is up to date.
async fn start(mut settings: Settings, database_url: String, with_demo: bool) -> Result<Server, Failure> {
    let metrics = telemetry::start_metrics();
    if !settings.is_production() {
        schema::run(settings.migration_url(&database_url)).await?;
    }
    settings.database_statement_cache =
        pooler::kept_statements(&database_url, settings.database_statement_cache).await;
    let start = Start {
        database_url,
        program: crate::config::own_program()?,
        clock: Clock::default(),
        metrics,
        settings,
    };
    let server = Server::bind(start).await?;
    if with_demo {
        offer_demo(&server.app).await?;
    }
    announce(&server).await;
    Ok(server)
}

async fn run_until_told(server: Server, signals: &mut Signals) -> Outcome {
    let lifecycle = server.app.lifecycle.clone();
    let exit_after = Duration::from_millis(server.app.settings.drain_exit_ms);
    watchdog::start(&lifecycle)?;
    // Whatever still runs when the time is over is abandoned: a stuck request must not keep the old build alive.
    tokio::select! {
        () = server.run() => {}
        () = wait_for_signals(signals, lifecycle, exit_after) => tracing::warn!("left with something still running"),
    }
    Ok(())
}

/// Each socket is a descriptor; the usual limit of 1,024 is lower than what a server may accept.
fn raise_descriptor_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    if let Err(error) = raised {
        tracing::warn!(%error, limit = limit.current, "the limit of open files could not be raised");
    }
}

/// Makes the demo company, and prints how to sign in; the PIN is shown only here.
async fn offer_demo(app: &AppState) -> Result<()> {
    let Some(report) = demo::load(app).await? else {
        println!("Demo: its company is there already; its PIN was told when it was made.");
        println!("A new one: separacao admin reset-pin 1001 --company {}", demo::CODE);
        return Ok(());
    };
    println!(
        "Demo: {} (code {}), {} orders; everybody's PIN is {}",
        report.company, report.code, report.orders, report.pin
    );
    for (number, name, roles) in report.people {
        let roles: Vec<_> = roles.iter().map(|role| role.code()).collect();
        println!("  {number}  {name} ({})", roles.join(", "));
    }
    Ok(())
}

/// Prints the address and how to sign in.
async fn announce(server: &Server) {
    let port = server.port();
    tracing::info!(port, build = crate::assets::build(), "listening");
    println!("Separação: http://localhost:{port}");
    let app = &server.app;
    let operator = Operator { db: &app.db, clock: &app.clock, settings: &app.settings };
    match set_up::invitation(operator).await {
        Ok(Some(path)) => println!("First administrator: http://localhost:{port}{path}"),
        Ok(None) => {}
        Err(error) => {
            tracing::warn!(error = %Chain(&error), "who may sign in could not be read");
        }
    }
}

/// Time limit after SIGINT, after which running requests are abandoned.
const INTERRUPTED: Duration = Duration::from_millis(700);
/// The same after a second SIGTERM, and when a drain takes too long.
const IMPATIENT: Duration = Duration::from_millis(500);

/// The signals that a server handles.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn register() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn any(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// SIGTERM: go in order; a second one, or SIGINT: now. Ends when the time is over.
async fn wait_for_signals(signals: &mut Signals, lifecycle: Lifecycle, exit_after: Duration) {
    tokio::select! {
        _ = signals.terminate.recv() => {
            tracing::info!("told to go: no new sockets, requests are served");
            lifecycle.advance(Stage::Draining);
        }
        _ = signals.interrupt.recv() => {
            lifecycle.advance(Stage::Leaving);
            return tokio::time::sleep(INTERRUPTED).await;
        }
    }
    tokio::select! {
        () = tokio::time::sleep(exit_after.saturating_sub(IMPATIENT)) => {}
        () = signals.any() => {}
    }
    lifecycle.advance(Stage::Leaving);
    tokio::time::sleep(IMPATIENT).await;
}

/// The folder that settings or the machine name for the private PostgreSQL.
impl Settings {
    fn data_dir(&self) -> PathBuf {
        self.data_dir.clone().unwrap_or_else(|| {
            embedded::default_data_dir(self.xdg_data_home.as_deref(), self.home.as_deref())
        })
    }

    fn migration_url<'a>(&'a self, url: &'a str) -> &'a str {
        self.database_unpooled_url.as_deref().unwrap_or(url)
    }
}
