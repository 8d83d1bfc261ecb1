//! What shells complete beyond the command line's own words: the names of
//! hooks, actions and environments of the project that one stands in.
//!
//! Reads the files itself, for a definition that is being written is not whole.
//! Must be quick, and must not report anything: a shell has nowhere to show it.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use clap_complete::engine::CompletionCandidate;
use clap_complete::env::{Bash, CompleteEnv, Elvish, EnvCompleter, Fish, Powershell, Shells, Zsh};

use super::args::{Cli, CompletionsArgs};
use super::settings::ConfigFile;
use super::{CliError, Context, Environment, Exit};

/// The variable by which a shell asks.
const VARIABLE: &str = "HOOKSYNC_COMPLETE";

/// The most files that are looked into.
const MOST_FILES: usize = 2_000;

/// The most of a file that is read.
const MOST: u64 = 64 << 10;

/// Answers a shell that asks what could come next. Whether one did.
pub(super) fn answered(args: &[OsString], environment: &Environment) -> bool {
    if !environment.is_set(VARIABLE) {
        return false;
    }
    let here = std::path::absolute(".").ok();
    // a shell takes whatever went wrong for no answer
    let (bash, powershell) = (Careful::bash(), Careful::powershell());
    let shells = [&bash as &dyn EnvCompleter, &powershell, &Elvish, &Fish, &Zsh];
    let asked = CompleteEnv::with_factory(Cli::command).var(VARIABLE);
    asked
        .shells(Shells(&shells))
        .try_complete(args.iter().cloned(), here.as_deref())
        .unwrap_or(true)
}

/// `hooksync completions`: prints what a shell has to read once, so that it asks this
/// program what could come next.
///
/// # Errors
/// When stdout can't be written to.
pub(super) fn run(args: &CompletionsArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    context.output.data(&registration(&args.shell.to_string())?)?;
    Ok(Exit::Done)
}

fn registration(shell: &str) -> Result<String, CliError> {
    let shells = Shells::builtins();
    let Some(completer) = shells.completer(shell) else {
        return Err(CliError::usage(format!("no completion for {shell}")));
    };
    let mut script = Vec::new();
    completer.write_registration(VARIABLE, "hooksync", "hooksync", "hooksync", &mut script)?;
    Ok(String::from_utf8_lossy(&script).into_owned())
}

/// A shell that inserts into its line what it is given, as it is: names and folders
/// are quoted for it. They are whatever somebody wrote into a file or called a
/// folder: unquoted, `$(…)` would run.
struct Careful {
    shell: &'static dyn EnvCompleter,
    quoting: Quoting,
    /// What stands between two candidates.
    between: char,
}

impl Careful {
    fn bash() -> Self {
        Self { shell: &Bash, quoting: Quoting::Backslash, between: '\u{b}' }
    }

    fn powershell() -> Self {
        Self { shell: &Powershell, quoting: Quoting::Single, between: '\n' }
    }

    /// Candidates, each perhaps with a tab and its help, as this shell is given them.
    fn harmless(&self, candidates: &str) -> String {
        let each = candidates.split(self.between).filter_map(|candidate| {
            let (value, help) = candidate.split_once('\t').unwrap_or((candidate, ""));
            let help = if help.is_empty() { String::new() } else { format!("\t{help}") };
            is_plain(value).then(|| self.quoting.quoted(value) + &help)
        });
        each.collect::<Vec<_>>().join(&self.between.to_string())
    }
}

impl EnvCompleter for Careful {
    fn name(&self) -> &'static str {
        self.shell.name()
    }

    fn is(&self, name: &str) -> bool {
        self.shell.is(name)
    }

    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn std::io::Write,
    ) -> std::io::Result<()> {
        self.shell.write_registration(var, name, bin, completer, buf)
    }

    fn write_complete(
        &self,
        command: &mut clap::Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn std::io::Write,
    ) -> std::io::Result<()> {
        // bash passes words as they are typed
        let typed = |arg: OsString| match (self.quoting, arg.to_str()) {
            (Quoting::Backslash, Some(word)) => unquoted(word).into(),
            _ => arg,
        };
        let args = args.into_iter().map(typed).collect();
        let mut found = Vec::new();
        self.shell.write_complete(command, args, current_dir, &mut found)?;
        buf.write_all(self.harmless(&String::from_utf8_lossy(&found)).as_bytes())
    }
}

/// What keeps a text one word of a shell's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quoting {
    /// `Add\ roles`.
    Backslash,
    /// `'Add roles'`.
    Single,
}

impl Quoting {
    fn quoted(self, text: &str) -> String {
        let is_plain = |found: char| found.is_alphanumeric() || "-_.:/@+,=".contains(found);
        // the reader's own home
        let (home, rest) = match text.strip_prefix("~/") {
            Some(rest) => ("~/", rest),
            None => ("", text),
        };
        match self {
            Self::Backslash => rest.chars().fold(home.to_owned(), |mut out, found| {
                out.extend((!is_plain(found)).then_some('\\'));
                out.push(found);
                out
            }),
            Self::Single if !rest.chars().all(is_plain) => {
                format!("'{}'", text.replace('\'', "''"))
            }
            Self::Single => text.to_owned(),
        }
    }
}

/// A word of bash's line without what quotes it.
fn unquoted(word: &str) -> String {
    let mut out = String::new();
    let mut within = None;
    let mut chars = word.chars();
    while let Some(found) = chars.next() {
        match (found, within) {
            ('\\', None | Some('"')) => out.extend(chars.next()),
            (quote @ ('\'' | '"'), None) => within = Some(quote),
            (found, Some(quote)) if found == quote => within = None,
            _ => out.push(found),
        }
    }
    out
}

/// The environments of hooksync.yaml.
pub(super) fn environments() -> Vec<CompletionCandidate> {
    let (file, _) = ConfigFile::find(None);
    let names = file.config.environments.iter().map(|one| one.name.as_str());
    names.filter(|name| is_plain(name)).map(CompletionCandidate::new).collect()
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
    all_names(hooks, actions)
        .into_iter()
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
    is_plain(value).then(|| value.to_owned())
}

/// Whether a text can be offered: a control character in a shell's line would do
/// anything.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(char::is_control)
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
            assert_eq!(unquoted(bash), name);
            assert_eq!(Quoting::Single.quoted(name), powershell);
        };
        check("add-claims", "add-claims", "add-claims");
        check("--allow-delete=true", "--allow-delete=true", "--allow-delete=true");
        check("Add roles (日本)", "Add\\ roles\\ \\(日本\\)", "'Add roles (日本)'");
        check("$(id)`it's`", "\\$\\(id\\)\\`it\\'s\\`", "'$(id)`it''s`'");
        check("~/my dir/", "~/my\\ dir/", "'~/my dir/'");
        check("~x", "\\~x", "'~x'");
    }

    #[test]
    fn a_word_is_read_as_bash_reads_it() {
        for word in ["my\\ d", "'my d", "\"my d", "\"my d\"", "m\"y \"d"] {
            assert_eq!(unquoted(word), "my d", "{word}");
        }
    }

    #[test]
    fn candidates_are_quoted_one_by_one_and_what_acts_is_left_out() {
        assert_eq!(Careful::bash().harmless("my dir/\u{b}a\nb/\u{b}c/"), "my\\ dir/\u{b}c/");
        let lines = "a b\tits file\nplan";
        assert_eq!(Careful::powershell().harmless(lines), "'a b'\tits file\nplan");
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
