//! What shells complete beyond the command line's own words: the names of
//! hooks, actions and environments of the project that one stands in.
//!
//! Reads the files itself, for a definition that is being written is not whole.
//! Must be quick, and must not report anything: a shell has nowhere to show it.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use clap::CommandFactory;
use clap_complete::engine::CompletionCandidate;
use clap_complete::env::{CompleteEnv, Shells};

use super::args::Cli;
use super::settings::ConfigFile;
use super::{CliError, Environment};

/// The variable by which a shell asks.
const VARIABLE: &str = "HOOKSYNC_COMPLETE";

/// How the shell that asks wants a name: some insert it into the line as it is.
static QUOTING: OnceLock<Quoting> = OnceLock::new();

/// The most files that are looked into.
const MOST_FILES: usize = 2_000;

/// The most of a file that is read.
const MOST: u64 = 64 << 10;

/// Answers a shell that asks what could come next. Whether one did.
pub(super) fn answered(args: &[OsString], environment: &Environment) -> bool {
    if !environment.is_set(VARIABLE) {
        return false;
    }
    let quoting = match environment.get(VARIABLE) {
        Ok(Some("bash")) => Quoting::Backslash,
        Ok(Some("powershell")) => Quoting::Single,
        // these quote what they insert
        _ => Quoting::Shell,
    };
    let _ = QUOTING.set(quoting);
    let here = std::path::absolute(".").ok();
    // a shell takes whatever went wrong for no answer
    let asked = CompleteEnv::with_factory(Cli::command).var(VARIABLE);
    asked.try_complete(args.iter().cloned(), here.as_deref()).unwrap_or(true)
}

/// What a shell has to read once.
///
/// # Errors
/// When the shell isn't known.
pub(super) fn registration(shell: &str) -> Result<String, CliError> {
    let shells = Shells::builtins();
    let Some(completer) = shells.completer(shell) else {
        return Err(CliError::usage(format!("no completion for {shell}")));
    };
    let mut script = Vec::new();
    completer.write_registration(VARIABLE, "hooksync", "hooksync", "hooksync", &mut script)?;
    Ok(String::from_utf8_lossy(&script).into_owned())
}

/// What keeps a name one word of a shell's line. A name is whatever somebody wrote
/// into a file: unquoted, `$(…)` would run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quoting {
    /// The shell does it.
    Shell,
    /// `Add\ roles`, which is found by its beginning, too.
    Backslash,
    /// `'Add roles'`.
    Single,
}

impl Quoting {
    fn quoted(self, name: &str) -> String {
        let is_plain = |found: char| found.is_alphanumeric() || "-_.:/@+,".contains(found);
        match self {
            Self::Backslash => name
                .chars()
                .map(|found| if is_plain(found) { found.into() } else { format!("\\{found}") })
                .collect(),
            Self::Single if !name.chars().all(is_plain) => {
                format!("'{}'", name.replace('\'', "''"))
            }
            Self::Shell | Self::Single => name.to_owned(),
        }
    }
}

/// The environments of hooksync.yaml.
pub(super) fn environments() -> Vec<CompletionCandidate> {
    let (file, _) = ConfigFile::find(None);
    file.config.environments.iter().map(|one| CompletionCandidate::new(&one.name)).collect()
}

/// The names of all definitions, each with its file. One that is both a hook's
/// and an action's is there with its kinds, too.
pub(super) fn names() -> Vec<CompletionCandidate> {
    let (file, _) = ConfigFile::find(None);
    let folder = |given: &Option<PathBuf>, default| {
        names_below(&[given.clone().unwrap_or_else(|| file.beside(default))])
    };
    let hooks = folder(&file.config.hooks, "hooks");
    let actions = folder(&file.config.actions, "actions");
    let quoting = QUOTING.get().copied().unwrap_or(Quoting::Shell);
    all_names(hooks, actions)
        .into_iter()
        .map(|(name, file)| (quoting.quoted(&name), file))
        .map(|(name, file)| {
            CompletionCandidate::new(name).help(Some(file.display().to_string().into()))
        })
        .collect()
}

fn all_names(
    hooks: Vec<(String, PathBuf)>,
    actions: Vec<(String, PathBuf)>,
) -> Vec<(String, PathBuf)> {
    let of = |kind: &str, own: &[(String, PathBuf)], others: &[(String, PathBuf)]| {
        let is_both = |name: &str| others.iter().any(|(other, _)| other == name);
        let both = own.iter().filter(|(name, _)| is_both(name));
        both.map(|(name, file)| (format!("{kind}:{name}"), file.clone())).collect::<Vec<_>>()
    };
    let mut all = of("hook", &hooks, &actions);
    all.extend(of("action", &actions, &hooks));
    all.extend(hooks.into_iter().chain(actions));
    all.sort();
    all.dedup_by(|a, b| a.0 == b.0);
    all
}

/// Names and the files that they are in.
fn names_below(folders: &[PathBuf]) -> Vec<(String, PathBuf)> {
    let files = folders.iter().flat_map(|folder| {
        let is_visible = |entry: &walkdir::DirEntry| {
            entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
        };
        walkdir::WalkDir::new(folder).into_iter().filter_entry(is_visible).flatten()
    });
    let mut found: Vec<_> = files
        .filter(|entry| entry.file_type().is_file() && is_definition(entry.path()))
        .take(MOST_FILES)
        .filter_map(|entry| Some((name_in(entry.path())?, entry.into_path())))
        .collect();
    found.sort();
    found.dedup_by(|a, b| a.0 == b.0);
    found
}

fn is_definition(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    (name.ends_with(".yaml") || name.ends_with(".yml")) && !name.contains(".test.")
}

/// The value of the first line `name: …`.
fn name_in(path: &Path) -> Option<String> {
    let mut text = Vec::new();
    std::fs::File::open(path).ok()?.take(MOST).read_to_end(&mut text).ok()?;
    let text = String::from_utf8(text).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix("name:"))?.trim();
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split(quote).next()?,
        _ => value.split(" #").next()?.trim_end(),
    };
    // a control character in a shell's line would do anything
    let is_plain = !value.is_empty() && !value.chars().any(char::is_control);
    is_plain.then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_files_as_people_write_them() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("hooks/a.yaml", "# first\nname: add-claims # a comment\ntriggerId: x\n");
        write("hooks/deep/b.yml", "name: \"Step up: risk\"\n");
        write("hooks/c.yaml", "triggerId: x\n");
        write("hooks/d.test.yaml", "name: not-a-definition\n");
        write("hooks/.hidden/e.yaml", "name: hidden\n");
        write("hooks/f.yaml", "name: \"bell \u{7}\"\n");
        write("actions/g.yaml", "name: 'add-claims'\n");
        let folders = ["hooks", "actions", "gone"].map(|name| dir.path().join(name));
        let found: Vec<String> = names_below(&folders).into_iter().map(|(name, _)| name).collect();
        assert_eq!(found, ["Step up: risk", "add-claims"]);
    }

    #[test]
    fn a_name_of_both_kinds_is_offered_with_each() {
        let list = |names: &[&str]| {
            names.iter().map(|name| ((*name).to_owned(), PathBuf::new())).collect::<Vec<_>>()
        };
        let found = all_names(list(&["a", "b"]), list(&["b", "c"]));
        let found: Vec<String> = found.into_iter().map(|(name, _)| name).collect();
        assert_eq!(found, ["a", "action:b", "b", "c", "hook:b"]);
    }

    #[test]
    fn a_name_stays_one_word_of_the_line() {
        let check = |name: &str, bash: &str, powershell: &str| {
            assert_eq!(Quoting::Backslash.quoted(name), bash);
            assert_eq!(Quoting::Single.quoted(name), powershell);
            assert_eq!(Quoting::Shell.quoted(name), name);
        };
        check("add-claims", "add-claims", "add-claims");
        check("Add roles (日本)", "Add\\ roles\\ \\(日本\\)", "'Add roles (日本)'");
        check("$(id)`it's`", "\\$\\(id\\)\\`it\\'s\\`", "'$(id)`it''s`'");
    }

    #[test]
    fn every_shell_is_given_a_script_that_asks_us() {
        for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
            let script = registration(shell).unwrap();
            assert!(script.contains(VARIABLE) && script.contains("hooksync"), "{shell}: {script}");
        }
        assert!(registration("cmd").is_err());
    }
}
