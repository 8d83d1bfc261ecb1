//! `hooksync completions`: a completion script, made from the definition of
//! the command line.

use clap::CommandFactory;

use crate::cli::args::{Cli, CompletionsArgs};
use crate::cli::{CliError, Context, Exit};

/// Prints the script.
pub(super) fn run(args: &CompletionsArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hooksync", &mut script);
    context.output.data(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::Verbosity;
    use crate::cli::{Environment, Output};
    use clap::ValueEnum;
    use clap_complete::Shell;

    #[test]
    fn every_shell_gets_the_commands_and_triggers() {
        for &shell in Shell::value_variants() {
            let (output, captured) = Output::captured(Verbosity::Normal);
            let environment = Environment::default();
            let context = Context { environment: &environment, output: &output };
            assert_eq!(run(&CompletionsArgs { shell }, &context), Ok(Exit::Done));
            let script = captured.stdout();
            assert!(script.contains("validate") && script.contains("allow-delete"), "{shell}");
        }
    }
}
