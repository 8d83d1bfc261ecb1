//! What the process was started in: its variables and its streams, as a value.
//!
//! The only file that reads them, so that everything behind it can be tested
//! with a made-up environment. Must not interpret a variable: that is
//! [`super::settings`]'s.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Variables and streams. `Debug` shows the variables' names only: their
/// values can be secrets.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, OsString>,
    /// This program's own file, which sandboxes are started from.
    pub program: Option<PathBuf>,
    /// The three standard streams.
    pub streams: Streams,
}

/// What is known of the standard streams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Streams {
    /// Whether a person can type into stdin.
    pub stdin_is_terminal: bool,
    /// Whether stdout is a terminal.
    pub stdout_is_terminal: bool,
    /// Whether stderr is a terminal.
    pub stderr_is_terminal: bool,
    /// The terminal's width in columns, if there is one.
    pub columns: Option<usize>,
}

/// A variable whose value is no Unicode text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable {0} is not valid UTF-8")]
pub struct NotUnicode(pub String);

impl Environment {
    /// The environment that this process runs in.
    #[must_use]
    pub fn of_process() -> Self {
        let (stdout, stderr) = (std::io::stdout(), std::io::stderr());
        let columns = terminal_size::terminal_size_of(&stdout)
            .or_else(|| terminal_size::terminal_size_of(&stderr))
            .map(|(terminal_size::Width(columns), _)| usize::from(columns));
        Self {
            variables: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
                .collect(),
            program: std::env::current_exe().ok(),
            streams: Streams {
                stdin_is_terminal: std::io::stdin().is_terminal(),
                stdout_is_terminal: stdout.is_terminal(),
                stderr_is_terminal: stderr.is_terminal(),
                columns,
            },
        }
    }

    /// An environment of these variables, without any terminal.
    pub fn of<N: Into<String>, V: AsRef<OsStr>>(
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let own = |(name, value): (N, V)| (name.into(), value.as_ref().to_owned());
        Self { variables: variables.into_iter().map(own).collect(), ..Self::default() }
    }

    /// The same with these, where they aren't set already.
    #[must_use]
    pub fn with_defaults(&self, more: BTreeMap<String, String>) -> Self {
        let mut all = self.clone();
        for (name, value) in more {
            if !all.is_set(&name) {
                all.variables.insert(name, value.into());
            }
        }
        all
    }

    /// The value of a variable. An empty one counts as unset: that is what
    /// pipelines hand over for a secret they don't have.
    ///
    /// # Errors
    /// When it is set and no Unicode text.
    pub fn get(&self, name: &str) -> Result<Option<&str>, NotUnicode> {
        match self.variables.get(name).filter(|value| !value.is_empty()) {
            None => Ok(None),
            Some(value) => value.to_str().map(Some).ok_or_else(|| NotUnicode(name.to_owned())),
        }
    }

    /// The folders of `PATH`.
    #[must_use]
    pub fn search_path(&self) -> Vec<PathBuf> {
        let path = self.variables.get("PATH");
        path.map(|path| std::env::split_paths(path).collect()).unwrap_or_default()
    }

    /// Whether a variable is set to anything.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(|value| !value.is_empty())
    }

    /// What a program gets that knows secrets: all but what is ours.
    #[must_use]
    pub fn for_programs(&self) -> Vec<(String, OsString)> {
        let ours = |name: &str| {
            let name = name.to_ascii_uppercase();
            name.starts_with("AUTH0_") || name.starts_with("HOOKSYNC_")
        };
        let theirs = self.variables.iter().filter(|(name, _)| !ours(name));
        theirs.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Every variable that is Unicode text and not empty, by name.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str()?)))
            .filter(|(_, value)| !value.is_empty())
    }
}

/// Makes a folder the current one.
///
/// # Errors
/// When it can't be entered.
pub fn enter(dir: &Path) -> std::io::Result<()> {
    std::env::set_current_dir(dir)
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("variables", &self.variables.keys())
            .field("streams", &self.streams)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_is_unset_and_values_are_never_shown() {
        let environment = Environment::of([("A", ""), ("B", "canary")]);
        assert_eq!(environment.get("A"), Ok(None));
        assert!(!environment.is_set("A"));
        assert_eq!(environment.get("B"), Ok(Some("canary")));
        assert_eq!(environment.texts().collect::<Vec<_>>(), [("B", "canary")]);
        let shown = format!("{environment:?}");
        assert!(shown.contains("\"B\"") && !shown.contains("canary"), "{shown}");
    }
}
