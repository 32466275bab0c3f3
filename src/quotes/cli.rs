//! `separacao quote FILE`: prints as JSON what is read from a PDF.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

use super::sandbox::{self, Landlock, Sandbox};
use super::{MAX_BYTES, Problem, Quote, Reading, Refusal};
use crate::lang::Lang;

/// Read a quote's PDF and print what it says as JSON.
#[derive(Args, Debug)]
pub struct QuoteArgs {
    /// The PDF; `-` reads standard input.
    #[arg(default_value = "-")]
    file: std::path::PathBuf,
    /// Read in this process, with limits, and answer for the process that started it.
    #[arg(long, hide = true)]
    child: bool,
    /// Read nothing: try what a hostile file would try where quotes are read, and say what holds.
    #[arg(long)]
    prove: bool,
}

/// Prints the quote as JSON, with a field `problems` where a check fails and `pointed_out` for what
/// stops nothing; of a refused file only the sentence, on
/// standard error, and the exit code is not zero. Needs no settings, no database and no running server.
pub fn run(args: &QuoteArgs) -> ExitCode {
    if args.prove {
        return prove();
    }
    if args.child {
        return run_child(&args.file);
    }
    let mut bytes = Vec::new();
    if let Err(error) = load(&args.file, &mut bytes) {
        eprintln!("{}: {error}", args.file.display());
        return ExitCode::FAILURE;
    }
    match read_in_child(&bytes) {
        Ok(reading) => print(&Report::new(&reading)),
        Err(refusal) => {
            eprintln!("{}", refusal.sentence(Lang::default()));
            ExitCode::FAILURE
        }
    }
}

fn load(file: &Path, bytes: &mut Vec<u8>) -> io::Result<()> {
    // One byte more than is allowed tells a file that is too large.
    let most = MAX_BYTES as u64 + 1;
    if file == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(bytes)?;
    } else {
        File::open(file)?.take(most).read_to_end(bytes)?;
    }
    Ok(())
}

fn read_in_child(bytes: &[u8]) -> Result<Reading, Refusal> {
    let program = crate::config::own_program().map_err(|_| Refusal::Unavailable)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|_| Refusal::Unavailable)?.block_on(Sandbox::new(program).read_in_child(bytes))
}

/// The other end of [`Sandbox::read_in_child`].
fn run_child(file: &Path) -> ExitCode {
    let mut bytes = Vec::new();
    if sandbox::fence_this_process().is_err() || load(file, &mut bytes).is_err() {
        return ExitCode::FAILURE;
    }
    let answer = super::read(&bytes);
    match serde_json::to_writer(io::stdout().lock(), &answer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Fences this process like a child, tries to break out, and prints for each attempt whether the fence holds. Fails where it
/// does not.
fn prove() -> ExitCode {
    let landlock = match sandbox::fence_this_process() {
        Ok(landlock) => landlock,
        Err(error) => {
            eprintln!("the fence could not be put up: {error}");
            return ExitCode::FAILURE;
        }
    };
    let tried = sandbox::try_to_break_out();
    for (what, holds) in &tried {
        println!("{}: {what}", if *holds { "holds" } else { "open" });
    }
    match landlock {
        Landlock::Enforced => println!("holds: Landlock"),
        Landlock::Missing => println!("missing: Landlock, which this kernel does not have; the others stand"),
    }
    if tried.iter().all(|(_, holds)| *holds) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    quote: &'a Quote,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<ReportedProblem>,
    /// What is on the paper, was not read, and stops nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pointed_out: Vec<String>,
}

#[derive(Serialize)]
struct ReportedProblem {
    #[serde(flatten)]
    problem: Problem,
    sentence: String,
}

impl<'a> Report<'a> {
    fn new(reading: &'a Reading) -> Self {
        let told =
            |problem: Problem| ReportedProblem { sentence: problem.sentence(Lang::default()), problem };
        let pointed_out = reading.pointed_out().map(|leftover| leftover.sentence(Lang::default()));
        Self {
            quote: &reading.quote,
            problems: reading.problems().into_iter().map(told).collect(),
            pointed_out: pointed_out.collect(),
        }
    }
}

fn print(report: &Report<'_>) -> ExitCode {
    let mut json = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut json, PrettyFormatter::with_indent(b" "));
    let written = report.serialize(&mut serializer).is_ok();
    json.push(b'\n');
    if written && io::stdout().write_all(&json).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
