//! What is written was seen and agreed to: by a person on the terminal, or on
//! the command line. The same for every command that writes to a tenant.
//!
//! Must not keep an interrupt waiting: an answer can be given up.

use std::io;

use tokio::sync::oneshot;

use super::args::ResultFormat;
use super::output::Verbosity;
use super::session::Shared;
use super::{CliError, Context, Exit, Output};
use crate::report::Style;

/// Shows what would be written. Text goes where the result goes; beside a JSON
/// result it goes to stderr. With `-q` only the result counts, but nobody is
/// asked about what wasn't shown.
///
/// # Errors
/// When stdout can't be written.
pub(super) fn show(
    shown: impl Fn(&Style) -> String,
    format: ResultFormat,
    yes: bool,
    context: &Context<'_>,
) -> Result<(), CliError> {
    let output = context.output;
    let asks = !yes && output.can_ask;
    if output.verbosity == Verbosity::Quiet && !asks {
        return Ok(());
    }
    // who is asked has to see it first, and a pipe may take its time
    let beside = format == ResultFormat::Json || !context.environment.streams.stdout_is_terminal;
    match (asks, format) {
        (true, _) if beside => output.error(&shown(&output.stderr_style())),
        (false, ResultFormat::Json) => output.say(&shown(&output.stderr_style())),
        (_, _) => output.data(&shown(&output.stdout_style()))?,
    }
    Ok(())
}

/// Nothing is written unasked: a person has to be there to answer, or the
/// command line says what is agreed to.
///
/// # Errors
/// When neither is so; `hint` says what to pass.
pub(super) fn demand(given: bool, hint: &str, context: &Context<'_>) -> Result<(), CliError> {
    if given || context.output.can_ask {
        return Ok(());
    }
    Err(CliError::refused("no terminal to ask for confirmation; nothing was written").hint(hint))
}

/// Asks whether to go on. Whether there was an answer: an interrupt is left to
/// the caller.
///
/// # Errors
/// When the answer is no or can't be read.
pub(super) async fn ask(
    question: &str,
    shared: &Shared,
    context: &Context<'_>,
) -> Result<bool, CliError> {
    let answer = tokio::select! {
        biased;
        () = shared.stop.cancelled() => None,
        answer = confirm(context.output, question) => answer?,
    };
    if answer == Some(false) {
        context.output.error("Cancelled. Nothing was written.");
        return Err(CliError::reported(Exit::Error));
    }
    Ok(answer.is_some())
}

/// The line of the question, which ends with the answer or without one.
struct Line<'a> {
    output: &'a Output,
    ended: bool,
}

impl Line<'_> {
    fn answered(mut self, answer: &str) {
        self.ended = answer.ends_with('\n');
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.output.error("\n");
        }
    }
}

/// Asks for a yes. `None` when there is nobody to ask. The answer is read on
/// a thread of its own, so that the wait for it can be given up.
///
/// # Errors
/// When the answer can't be read.
async fn confirm(output: &Output, question: &str) -> io::Result<Option<bool>> {
    if !output.ask(question) {
        return Ok(None);
    }
    let (reported, heard) = oneshot::channel();
    std::thread::spawn(move || {
        let mut answer = String::new();
        let read = io::stdin().read_line(&mut answer).map(|_| answer);
        // nobody listens any more once the run was interrupted
        let _ = reported.send(read);
    });
    let line = Line { output, ended: false };
    let answer = heard.await.map_err(io::Error::other)??;
    line.answered(&answer);
    Ok(Some(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")))
}
