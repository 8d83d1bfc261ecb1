//! The one place that prints. Data goes to stdout, everything else to stderr.
//!
//! Must not know what it prints: texts come ready from `report` or a command,
//! made for the [`Look`] of the stream they go to.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anstream::AutoStream;
use unicode_width::UnicodeWidthStr;

use super::args::{ColorWhen, GlobalArgs};
use super::environment::Environment;
use crate::report::Style;

/// Both streams, and how much is reported on stderr. Can be shared by tasks;
/// clones print to the same streams.
#[derive(Debug, Clone)]
pub struct Output {
    stdout: Arc<Mutex<Sink>>,
    stderr: Arc<Mutex<Sink>>,
    /// What texts for [`Self::data`] have to be made for.
    pub stdout_look: Look,
    /// What texts for stderr have to be made for.
    pub stderr_look: Look,
    /// How much is reported.
    pub verbosity: Verbosity,
    /// Whether there is somebody to answer a question.
    pub can_ask: bool,
}

/// What a text has to be made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Whether ANSI colours are wanted.
    pub color: bool,
    /// The width in columns; `None` where lines may be as long as they are:
    /// what a pipe or a log gets is searched by line.
    pub width: Option<usize>,
    /// Whether a line can be written over again: a terminal that isn't dumb.
    pub live: bool,
}

/// How much is reported on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only (`-q`).
    Quiet,
    /// What a user needs to know.
    Normal,
    /// What happens on the way (`-v`).
    Detailed,
    /// Every request (`-vv`).
    Everything,
}

/// stdout can't take the data.
#[derive(Debug, thiserror::Error)]
#[error("can't write to stdout: {0}")]
pub struct WriteFailed(#[from] io::Error);

/// What both streams were given, for tests.
#[derive(Debug, Clone, Default)]
pub struct Captured {
    stdout: Arc<Mutex<Vec<u8>>>,
    stderr: Arc<Mutex<Vec<u8>>>,
}

/// One stream and what was last written to it.
struct Sink {
    stream: Box<dyn Write + Send>,
    /// The columns of the passing line on the terminal; 0 for none.
    passing: usize,
    /// Whether the reader has gone away.
    closed: bool,
}

impl Output {
    /// The process's own streams.
    #[must_use]
    pub fn new(environment: &Environment, args: &GlobalArgs) -> Self {
        let streams = environment.streams;
        let stdout_look = look(environment, args.color, streams.stdout_is_terminal);
        let stderr_look = look(environment, args.color, streams.stderr_is_terminal);
        let choice = |look: Look| match look.color {
            true => anstream::ColorChoice::Always,
            false => anstream::ColorChoice::Never,
        };
        let stdout = AutoStream::new(io::stdout(), choice(stdout_look));
        let stderr = AutoStream::new(io::stderr(), choice(stderr_look));
        Self {
            stdout: Sink::shared(Box::new(stdout)),
            stderr: Sink::shared(Box::new(stderr)),
            stdout_look,
            stderr_look,
            verbosity: verbosity(args),
            can_ask: streams.stdin_is_terminal && streams.stderr_is_terminal,
        }
    }

    /// Streams into memory, without colours.
    #[must_use]
    pub fn captured(verbosity: Verbosity) -> (Self, Captured) {
        Self::captured_as(Look { color: false, width: None, live: false }, verbosity)
    }

    /// The same for streams of this look.
    #[must_use]
    pub fn captured_as(look: Look, verbosity: Verbosity) -> (Self, Captured) {
        let captured = Captured::default();
        let output = Self {
            stdout: Sink::shared(Box::new(Memory(captured.stdout.clone()))),
            stderr: Sink::shared(Box::new(Memory(captured.stderr.clone()))),
            stdout_look: look,
            stderr_look: look,
            verbosity,
            can_ask: false,
        };
        (output, captured)
    }

    /// Prints the result of a command, adding the last newline if it lacks
    /// one. When the reader has gone away (`hooksync plan | head`) nothing is
    /// printed any more, and nothing is wrong.
    ///
    /// # Errors
    /// When stdout can't take it for another reason, such as a full disk.
    pub fn data(&self, text: &str) -> Result<(), WriteFailed> {
        lock(&self.stderr).clear();
        Ok(lock(&self.stdout).line(text)?)
    }

    /// The same for what was written to a tenant: where stdout can't take it, stderr does.
    ///
    /// # Errors
    /// As [`Self::data`].
    pub fn data_in_any_case(&self, text: &str) -> Result<(), WriteFailed> {
        self.data(text).inspect_err(|_| self.error(text))
    }

    /// Reports what went wrong, even with `-q`.
    pub fn error(&self, text: &str) {
        self.tell(Verbosity::Quiet, text);
    }

    /// Says what a user needs to know.
    pub fn say(&self, text: &str) {
        self.tell(Verbosity::Normal, text);
    }

    /// Says what happens on the way (`-v`).
    pub fn detail(&self, text: &str) {
        self.tell(Verbosity::Detailed, text);
    }

    /// Reports one request (`-vv`).
    pub fn trace(&self, text: &str) {
        self.tell(Verbosity::Everything, text);
    }

    /// Notes in a log, where nobody sees passing lines, that something takes
    /// its time.
    pub fn calm(&self, line: &str) {
        if !self.stderr_look.live {
            self.say(line);
        }
    }

    /// How `report` lays texts out for stdout.
    #[must_use]
    pub fn stdout_style(&self) -> Style {
        self.style(self.stdout_look)
    }

    /// How `report` lays texts out for stderr.
    #[must_use]
    pub fn stderr_style(&self) -> Style {
        self.style(self.stderr_look)
    }

    fn style(&self, look: Look) -> Style {
        Style {
            width: look.width.unwrap_or(Style::ENDLESS),
            color: look.color,
            unicode: true,
            full: self.verbosity >= Verbosity::Detailed,
        }
    }

    /// Shows what is going on: on a terminal a passing line that the next one
    /// takes the place of, elsewhere nothing. `line` must be a single line.
    pub fn progress(&self, line: &str) {
        if self.stderr_look.live && self.verbosity >= Verbosity::Normal {
            lock(&self.stderr).pass(line);
        }
    }

    /// Takes a passing line away: nothing goes on any more.
    pub fn settled(&self) {
        lock(&self.stderr).clear();
    }

    /// Puts a question, if there is somebody to answer it.
    #[must_use]
    pub fn ask(&self, question: &str) -> bool {
        if self.can_ask {
            lock(&self.stderr).ask(question);
        }
        self.can_ask
    }

    fn tell(&self, least: Verbosity, text: &str) {
        if self.verbosity >= least {
            // A stderr that can't be written to leaves nowhere to say so.
            let _ = lock(&self.stderr).line(text);
        }
    }
}

impl Captured {
    /// What went to stdout.
    #[must_use]
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&lock(&self.stdout)).into_owned()
    }

    /// What went to stderr.
    #[must_use]
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&lock(&self.stderr)).into_owned()
    }
}

impl Sink {
    fn new(stream: Box<dyn Write + Send>) -> Self {
        Self { stream, passing: 0, closed: false }
    }

    fn shared(stream: Box<dyn Write + Send>) -> Arc<Mutex<Self>> {
        Arc::new(Mutex::new(Self::new(stream)))
    }

    /// Writes whole lines.
    fn line(&mut self, text: &str) -> io::Result<()> {
        self.clear();
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        self.write(&[text, end])
    }

    /// Writes a line that may be written over.
    fn pass(&mut self, line: &str) {
        let columns = line.width();
        // blanks and no escape sequence: not every terminal that takes lines
        // again accepts those, and without colours they are left out
        let rest = " ".repeat(self.passing.saturating_sub(columns));
        let _ = self.write(&[START_OF_LINE, line, &rest]);
        self.passing = columns;
    }

    /// Writes a question below a blank line, and leaves the cursor behind it.
    fn ask(&mut self, question: &str) {
        self.clear();
        let _ = self.write(&["\n", question, " [y/N] "]);
    }

    /// Takes a passing line away.
    fn clear(&mut self) {
        let columns = std::mem::take(&mut self.passing);
        if columns > 0 {
            let _ = self.write(&[START_OF_LINE, &" ".repeat(columns), START_OF_LINE]);
        }
    }

    fn write(&mut self, parts: &[&str]) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let written = parts
            .iter()
            .try_for_each(|part| self.stream.write_all(part.as_bytes()))
            .and_then(|()| self.stream.flush());
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => other,
        }
    }
}

impl std::fmt::Debug for Sink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sink").field("closed", &self.closed).finish_non_exhaustive()
    }
}

const START_OF_LINE: &str = "\r";

/// A stream into shared memory.
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.0).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A panic while printing leaves at worst half a line behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn verbosity(args: &GlobalArgs) -> Verbosity {
    match (args.quiet, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (false, 0) => Verbosity::Normal,
        (false, 1) => Verbosity::Detailed,
        (false, _) => Verbosity::Everything,
    }
}

fn look(environment: &Environment, when: ColorWhen, is_terminal: bool) -> Look {
    let is_dumb = matches!(environment.get("TERM"), Ok(Some("dumb")));
    let color = match when {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto if environment.is_set("NO_COLOR") => false,
        ColorWhen::Auto => forced(environment) || (is_terminal && !is_dumb),
    };
    let asked = environment.get("COLUMNS").ok().flatten().and_then(|columns| columns.parse().ok());
    let found = environment.streams.columns.filter(|_| is_terminal);
    let width = asked.or(found).filter(|columns| *columns > 0);
    Look { color, width, live: is_terminal && !is_dumb }
}

/// Whether a variable asks for colours where there is no terminal.
fn forced(environment: &Environment) -> bool {
    ["CLICOLOR_FORCE", "FORCE_COLOR"].into_iter().any(|name| {
        environment.get(name).ok().flatten().is_some_and(|value| !matches!(value, "0" | "false"))
    })
}

/// Runs scripts that come on stdin, and writes what they did to stdout.
pub(super) fn serve_sandbox() -> ExitCode {
    match crate::sandbox::serve(io::stdin(), io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Replaces a panic's backtrace by one short message. With `RUST_BACKTRACE`
/// the backtrace is kept, for whoever looks for the fault.
pub(super) fn install_panic_hook(environment: &Environment) {
    if environment.is_set("RUST_BACKTRACE") {
        return;
    }
    std::panic::set_hook(Box::new(|info| {
        if crate::lint::panics_are_caught() {
            return;
        }
        let place = info.location().map(|at| format!(" ({}:{})", at.file(), at.line()));
        let message = format!(
            "error: internal error in hooksync{}\n  hint: please report it with the command \
             you ran; RUST_BACKTRACE=1 shows where it happened\n",
            place.unwrap_or_default()
        );
        let _ = io::stderr().write_all(message.as_bytes());
    }));
}

#[cfg(test)]
mod tests;
