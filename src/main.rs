//! Arguments, and what they start. No logic.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use separacao::quotes::cli::{self, QuoteArgs};

#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Quote(QuoteArgs),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        // Before any runtime, settings or database: a child that reads a hostile file must hold nothing.
        Command::Quote(args) => cli::run(&args),
    }
}
