//! Parses arguments and starts what they name. No logic.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use separacao::companies::cli::{AdminCommand, CompanyCommand};
use separacao::config::{self, Settings};
use separacao::quotes::cli::{self, QuoteArgs};
use separacao::run;

/// Order separation for a distributor's warehouse, live on every screen.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the app (what happens without a command).
    Serve {
        /// Load a demo company first, once.
        #[arg(long, env = "DEMO", default_value = "false", num_args = 0..=1, default_missing_value = "true",
              value_parser = clap::builder::BoolishValueParser::new())]
        demo: bool,
    },
    /// Bring the schema up to date, and end.
    Migrate,
    /// Run the background jobs, without serving
    Worker,
    /// Write a backup (pg_dump), and delete all but the newest.
    Backup {
        /// The folder; BACKUP_DIR without it.
        #[arg(long)]
        to: Option<std::path::PathBuf>,
        /// How many are kept; BACKUP_KEEP without it.
        #[arg(long)]
        keep: Option<usize>,
    },
    /// Put a backup back into an empty database; without a file, only end what must not live on after another way back.
    Restore { file: Option<std::path::PathBuf> },
    /// Look at the deployment and say what is wrong; fails where a check does.
    Doctor {
        /// For machines.
        #[arg(long)]
        json: bool,
    },
    /// Companies: create, rename, close, list.
    #[command(subcommand)]
    Company(CompanyCommand),
    /// Administrators: create, reset a PIN.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Read a quote PDF and print it as JSON.
    Quote(QuoteArgs),
}

/// How long threads that still work at the end are waited for.
const LAST_THREADS: Duration = Duration::from_millis(200);

/// The allocator asks for huge pages, and the kernel gives 2 MiB where a few KiB are used: an idle process of 60 MiB
/// instead of 27. Refused by a kernel that knows none, it costs memory and nothing else.
fn keep_pages_small() {
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

fn main() -> ExitCode {
    keep_pages_small();
    // A missing .env is no error; a variable that is set wins over it.
    let _ = dotenvy::dotenv();
    let Arguments { settings, command } = config::parse();
    let command = command.unwrap_or(Command::Serve { demo: false });
    if let Command::Quote(args) = command {
        // Before any runtime or database: a child that reads a hostile file must hold nothing.
        return cli::run(&args);
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("separacao: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(async {
        match command {
            Command::Serve { demo } => run::serve(settings, demo).await,
            Command::Migrate => run::migrate(settings).await,
            Command::Worker => run::worker(settings).await,
            Command::Backup { to, keep } => run::backup(settings, to, keep).await,
            Command::Restore { file } => run::restore(settings, file.as_deref()).await,
            Command::Doctor { json } => run::doctor(settings, json).await,
            Command::Company(command) => run::company(settings, command).await,
            Command::Admin(command) => run::admin(settings, command).await,
            Command::Quote(_) => Ok(()),
        }
    });
    // A thread that waits for a name server, or for another program's lock, would be waited for as long as it takes.
    runtime.shutdown_timeout(LAST_THREADS);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("separacao: {error}");
            ExitCode::FAILURE
        }
    }
}
