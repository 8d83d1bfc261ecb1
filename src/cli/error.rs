//! Errors at the program's edge: where every typed error becomes a message, a
//! next step and an exit code.
//!
//! Rooms keep their own error types; a `From` for each belongs here. Must not
//! print.

use std::fmt;

use super::environment::NotUnicode;
use super::exit::Exit;
use super::output::WriteFailed;
use crate::api::{ApiError, ApiErrorKind};
use crate::report::{Style, text};
use crate::source::WriteError;
use crate::tenant;

/// Why a command ended without its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliError {
    /// What the process ends with.
    pub exit: Exit,
    /// What went wrong. Empty when everything has been reported already.
    pub faults: Vec<Fault>,
}

/// One thing that went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Place and cause, without a final newline.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
}

impl CliError {
    /// One fault, which ends the run with [`Exit::Error`].
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        let fault = Fault { message: message.into(), hint: None };
        Self { exit: Exit::Error, faults: vec![fault] }
    }

    /// Wrong usage.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(message).exit(Exit::Usage)
    }

    /// What is not done, because it could do harm.
    #[must_use]
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(message).exit(Exit::Refused)
    }

    /// All of them, each fault once, with the code of what has to be put right first:
    /// the command line, then what is unsafe.
    #[must_use]
    pub fn together(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().fold(Self::reported(Exit::Error), |mut sum, error| {
            sum.exit = sum.exit.max(error.exit);
            for fault in error.faults {
                if !sum.faults.contains(&fault) {
                    sum.faults.push(fault);
                }
            }
            sum
        })
    }

    /// The end of a run that has reported everything already.
    #[must_use]
    pub fn reported(exit: Exit) -> Self {
        Self { exit, faults: Vec::new() }
    }

    /// Ends the run with another code.
    #[must_use]
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// Adds the next step to the last fault.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Some(fault) = self.faults.last_mut() {
            fault.hint = Some(hint.into());
        }
        self
    }

    /// Names the environment that it is about, of several.
    #[must_use]
    pub fn at(mut self, environment: Option<&str>) -> Self {
        if let Some(name) = environment {
            for fault in &mut self.faults {
                fault.message = format!("{name}: {}", fault.message);
            }
        }
        self
    }

    /// The text for stderr, in lines as long as they are. Names of files,
    /// hooks and secrets in it may hold anything.
    #[must_use]
    pub fn render(&self) -> String {
        text::message(&self.to_string(), &Style::plain(Style::ENDLESS)).trim_end().to_owned()
    }
}

/// The text as it is: to be shown by `Context::tell` or [`CliError::render`].
impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, Fault { message, hint }) in self.faults.iter().enumerate() {
            let gap = if nth > 0 { "\n" } else { "" };
            write!(f, "{gap}error: {}", message.replace('\n', "\n  "))?;
            if let Some(hint) = hint {
                write!(f, "\n  hint: {}", hint.replace('\n', "\n  "))?;
            }
        }
        Ok(())
    }
}

impl From<NotUnicode> for CliError {
    fn from(error: NotUnicode) -> Self {
        Self::new(error.to_string())
    }
}

impl From<WriteFailed> for CliError {
    fn from(error: WriteFailed) -> Self {
        Self::new(error.to_string())
    }
}

impl From<ApiError> for CliError {
    fn from(error: ApiError) -> Self {
        let exit = match error.kind {
            ApiErrorKind::FeatureRefused | ApiErrorKind::FeatureGone => Exit::TenantRefuses,
            ApiErrorKind::Interrupted => Exit::Interrupted,
            _ => Exit::Error,
        };
        let fault = Fault { message: error.to_string(), hint: error.hint() };
        Self { exit, faults: vec![fault] }
    }
}

impl From<tenant::Error> for CliError {
    fn from(error: tenant::Error) -> Self {
        Self::new(format!("the local tenant: {error}"))
    }
}

impl From<WriteError> for CliError {
    fn from(error: WriteError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_stands_below_its_error() {
        let error = CliError::usage("no such environment: x\nknown: a").hint("add it");
        assert_eq!(error.render(), "error: no such environment: x\n  known: a\n  hint: add it");
        assert_eq!(error.exit, Exit::Usage);
        assert_eq!(CliError::reported(Exit::Partial).render(), "");
        let hostile = CliError::new("a\u{1b}[2J\n::error::b\u{202e}").render();
        assert_eq!(hostile, "error: a\\u{1b}[2J\n  \\u{3a}:error::b\\u{202e}");
    }
}
