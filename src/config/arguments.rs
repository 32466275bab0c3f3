//! Arguments from the command line and the environment.

use clap::{Command, Parser};

/// The arguments of this process. A variable that is set to nothing counts as not set: deployments clear one that way.
pub fn parse<P: Parser>() -> P {
    let matches = without_blank_variables(P::command()).get_matches();
    P::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
fn without_blank_variables(command: Command) -> Command {
    let command = command.mut_args(|argument| match argument.get_env().and_then(std::env::var_os) {
        Some(value) if value.to_string_lossy().trim().is_empty() => argument.env(None::<&str>),
        _ => argument,
    });
    command.mut_subcommands(without_blank_variables)
}
