//! The command line: arguments in, exit code out.
//!
//! [`run`] is all that `main` calls. [`args`] says what can be typed,
//! [`settings`] makes it typed values together with the environment and
//! hooksync.yaml, [`steps`] says what `plan`, `apply` and `export` do, [`commands`]
//! has one file a command, [`output`] is the one place that prints. Must not decide anything about hooks.

pub mod args;
pub mod commands;
pub mod environment;
pub mod error;
pub mod exit;
mod exporting;
pub mod output;
pub mod settings;
mod tested;

mod again;
mod backup;
mod behaviour;
mod completing;
mod consent;
mod definitions;
mod editors;
mod env_file;
mod files;
mod foreign;
mod planning;
mod progress;
mod project;
mod repository;
mod saved;
mod secrets;
mod session;
mod starters;
mod steps;
mod traces;
mod watch;

pub use environment::Environment;
pub use error::CliError;
pub use exit::Exit;
pub use output::Output;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use args::{Cli, ColorWhen, GlobalArgs};
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

use crate::report::{Style, safe, text};
use output::Look;

/// What every command is given beside its arguments.
#[derive(Debug)]
pub struct Context<'a> {
    /// The process's variables and streams.
    pub environment: &'a Environment,
    /// Where it prints.
    pub output: &'a Output,
    /// The flags of every command, as they were typed.
    pub given: &'a GlobalArgs,
}

impl Context<'_> {
    /// Says what a user needs to know; on a terminal in lines that fit. Names
    /// of files, hooks and tenants in it may hold anything.
    fn say(&self, text: &str) {
        self.output.say(&self.harmless(text));
    }

    /// The same for what happens on the way (`-v`).
    fn detail(&self, text: &str) {
        self.output.detail(&self.harmless(text));
    }

    /// Reports an error; on a terminal in lines that fit.
    fn tell(&self, error: &CliError) {
        if !error.faults.is_empty() {
            self.output.error(&self.harmless(&error.to_string()));
        }
    }

    fn harmless(&self, text: &str) -> String {
        text::message(text, &self.output.stderr_style())
    }
}

/// Runs the program.
pub fn run(args: impl IntoIterator<Item = OsString>, environment: &Environment) -> ExitCode {
    output::install_panic_hook(environment);
    let args: Vec<OsString> = args.into_iter().collect();
    if args.get(1).is_some_and(|arg| arg == SANDBOX) {
        return output::serve_sandbox();
    }
    if completing::answered(&args, environment) {
        return Exit::Done.into();
    }
    // The panic hook has reported it; what is left is to end as an error does.
    let ended = catch_unwind(AssertUnwindSafe(|| run_checked(&args, environment)));
    ended.unwrap_or(Exit::Error).into()
}

/// The command by which this program starts the process that runs scripts.
/// Nobody types it, so it is no part of the command line.
const SANDBOX: &str = "__sandbox";

fn run_checked(args: &[OsString], environment: &Environment) -> Exit {
    let cli = match parse(args, environment) {
        Ok(cli) => cli,
        Err(error) => return tell_usage(args, environment, &error),
    };
    let output = Output::new(environment, &cli.global);
    let ended = prepared(&cli.global, environment).and_then(|more| {
        let environment = more.as_ref().unwrap_or(environment);
        let context = Context { environment, output: &output, given: &cli.global };
        commands::dispatch(cli.command, &context)
    });
    ended.unwrap_or_else(|error| {
        Context { environment, output: &output, given: &cli.global }.tell(&error);
        error.exit
    })
}

/// Changes the folder, and reads the file of variables, where that is asked for.
fn prepared(args: &GlobalArgs, environment: &Environment) -> Result<Option<Environment>, CliError> {
    if let Some(dir) = &args.directory {
        environment::enter(dir)
            .map_err(|error| CliError::usage(format!("-C {}: {error}", dir.display())))?;
    }
    let Some(path) = &args.env_file else { return Ok(None) };
    Ok(Some(environment.with_defaults(env_file::read(path)?)))
}

fn parse(args: &[OsString], environment: &Environment) -> Result<Cli, clap::Error> {
    let output = Output::new(environment, &early_global_args(args));
    let mut command = Cli::command();
    if let Some(width) = output.stdout_look.width {
        command = command.term_width(width.min(MAX_HELP_WIDTH));
    }
    Cli::from_arg_matches(&command.try_get_matches_from(args)?)
}

/// Help is easier to read in lines that end.
const MAX_HELP_WIDTH: usize = 100;

/// Prints help, the version, or what is wrong with the command line.
fn tell_usage(args: &[OsString], environment: &Environment, error: &clap::Error) -> Exit {
    let given = early_global_args(args);
    let output = Output::new(environment, &given);
    if let Some(ours) = foreign::flag(error, args) {
        Context { environment, output: &output, given: &given }.tell(&ours);
        return Exit::Usage;
    }
    let plain = error.render().to_string();
    // what was typed, by whoever typed it, is quoted
    let safe =
        plain.split('\n').map(|line| safe::inline(line, false)).collect::<Vec<_>>().join("\n");
    let text = if safe == plain { error.render().ansi().to_string() } else { safe };
    let fitted = |look: Look, style: &Style| match look.width {
        None => text.clone(),
        Some(_) => text::fitted(&text, style),
    };
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            match output.data(&fitted(output.stdout_look, &output.stdout_style())) {
                Ok(()) => Exit::Done,
                Err(error) => {
                    output.error(&CliError::from(error).render());
                    Exit::Error
                }
            }
        }
        _ => {
            output.error(&fitted(output.stderr_look, &output.stderr_style()));
            Exit::Usage
        }
    }
}

/// The colours that a command line asks for before it could be parsed.
fn early_global_args(args: &[OsString]) -> GlobalArgs {
    let text = |arg: &OsString| arg.to_str().map(str::to_owned).unwrap_or_default();
    let given = args.iter().enumerate().find_map(|(index, arg)| match text(arg) {
        flag if flag == "--color" => args.get(index + 1).map(text),
        flag => flag.strip_prefix("--color=").map(str::to_owned),
    });
    let color = match given.as_deref() {
        Some("always") => ColorWhen::Always,
        Some("never") => ColorWhen::Never,
        _ => ColorWhen::Auto,
    };
    GlobalArgs { directory: None, env_file: None, verbose: 0, quiet: false, color }
}
