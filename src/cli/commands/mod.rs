//! One file a command. Each takes its arguments and the [`Context`], and
//! gives the code to end with.
//!
//! Must not print but through [`super::output`].

mod completions;
mod man;

use super::args::Command;
use super::{CliError, Context, Exit};

/// Runs one command.
///
/// # Errors
/// Whatever stopped it, with the code to end with.
pub fn dispatch(command: Command, context: &Context<'_>) -> Result<Exit, CliError> {
    match command {
        Command::Completions(args) => completions::run(&args, context),
        Command::Man(args) => man::run(&args, context),
        _ => Err(CliError::new("this command is not part of this build")),
    }
}
