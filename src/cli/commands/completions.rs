//! `hooksync completions`: what a shell reads so that it asks this program what
//! could come next.
//!
//! Must not know what is completed.

use crate::cli::args::CompletionsArgs;
use crate::cli::{CliError, Context, Exit, completing};

/// Prints the script.
pub(super) fn run(args: &CompletionsArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    context.output.data(&completing::registration(&args.shell.to_string())?)?;
    Ok(Exit::Done)
}
