//! What git holds of some files, without running anything that a checkout
//! could name.
//!
//! Only commands that read objects are called, and what is compared is the
//! blob's id, computed here: no filter, text conversion, monitor or hook of the
//! repository's own configuration ever runs, nothing is fetched, and none of
//! this process's variables but the few that git needs is passed on. What git
//! refuses to look at (a repository of another user) counts as no git. Must not
//! write anything.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Seek, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};

const PROGRAM: &str = if cfg!(windows) { "git.exe" } else { "git" };

/// The longest that one command may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Files that one command is asked about: command lines have a limit.
const AT_ONCE: usize = 200;

/// The variables that git finds itself, its user's settings and its libraries by.
const VARIABLES: [&str; 6] =
    ["PATH", "HOME", "XDG_CONFIG_HOME", "USERPROFILE", "SystemRoot", "PATHEXT"];

/// Settings of ours, which go before those of the repository.
const SETTINGS: [&str; 3] =
    ["core.fsmonitor=false", "safe.bareRepository=explicit", "core.untrackedCache=false"];

/// What git holds of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Held {
    /// Its content is committed.
    Committed,
    /// Another content is committed.
    Differs,
    /// Nothing is committed of it.
    Untracked,
    /// It is kept out of git on purpose.
    Ignored,
    /// There is no repository, or none that git would look at; then why.
    NoGit(Option<String>),
}

/// The program, and how it is called.
#[derive(Debug, Clone, Default)]
pub struct Git {
    variables: Vec<(String, OsString)>,
    /// The folders in which programs are looked for.
    folders: Vec<PathBuf>,
}

impl Git {
    /// With these variables, of which only those that git needs are passed on.
    pub fn new<'a>(
        variables: impl IntoIterator<Item = (&'a str, &'a str)>,
        folders: Vec<PathBuf>,
    ) -> Self {
        let known = variables.into_iter().filter(|(name, _)| VARIABLES.contains(name));
        let variables = known.map(|(name, value)| (name.to_owned(), value.into())).collect();
        Self { variables, folders }
    }

    /// What git holds of each file. Paths are absolute, with links followed.
    pub(crate) fn holds(&self, files: &[(PathBuf, Vec<u8>)]) -> Vec<Held> {
        let mut groups: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
        for (at, (path, _)) in files.iter().enumerate() {
            if let Some(top) = repository_of(path) {
                groups.entry(top.to_owned()).or_default().push(at);
            }
        }
        let mut held = vec![Held::NoGit(None); files.len()];
        for (top, places) in groups {
            let asked: Vec<&(PathBuf, Vec<u8>)> = places.iter().map(|&at| &files[at]).collect();
            let answers = self
                .ask(&top, &asked)
                .unwrap_or_else(|why| vec![Held::NoGit(Some(why)); asked.len()]);
            for (at, answer) in places.into_iter().zip(answers) {
                held[at] = answer;
            }
        }
        held
    }

    /// Asks about files of one repository. An error is why git can't be asked.
    fn ask(&self, top: &Path, files: &[&(PathBuf, Vec<u8>)]) -> Result<Vec<Held>, String> {
        let program = self.program(top).ok_or("there is no `git` on the PATH")?;
        let run = |arguments: &[&OsStr], input: &[u8]| self.run(&program, top, arguments, input);
        let said = run(&["rev-parse", "--show-toplevel"].map(OsStr::new), &[])?.expect_done()?;
        let root = path_of(said.strip_suffix(b"\n").unwrap_or(&said))
            .and_then(|root| root.canonicalize().ok())
            .ok_or("git reports a folder that doesn't exist")?;
        let names: Vec<PathBuf> = files
            .iter()
            .map(|(path, _)| path.strip_prefix(&root).map(Path::to_owned))
            .collect::<Result<_, _>>()
            .map_err(|_| "git reports another folder as the repository's root")?;
        let committed = self.committed(&program, &root, &names)?;
        let mut held: Vec<Held> = files
            .iter()
            .zip(&names)
            .map(|((_, content), name)| match committed.get(name) {
                None => Held::Untracked,
                Some(id) if is_blob(content, id) => Held::Committed,
                Some(_) => Held::Differs,
            })
            .collect();
        let unknown: Vec<&PathBuf> = names
            .iter()
            .zip(&held)
            .filter(|(_, held)| **held == Held::Untracked)
            .map(|(name, _)| name)
            .collect();
        let ignored = self.ignored(&program, &root, &unknown)?;
        for (name, held) in names.iter().zip(&mut held) {
            if *held == Held::Untracked && ignored.contains(name) {
                *held = Held::Ignored;
            }
        }
        Ok(held)
    }

    /// The ids of what is committed under these names.
    fn committed(
        &self,
        program: &Path,
        root: &Path,
        names: &[PathBuf],
    ) -> Result<BTreeMap<PathBuf, String>, String> {
        let verify = ["rev-parse", "--quiet", "--verify", "HEAD^{tree}"].map(OsStr::new);
        let tree = self.run(program, root, &verify, &[])?;
        if !tree.done {
            // no commit yet
            return Ok(BTreeMap::new());
        }
        let tree = String::from_utf8_lossy(&tree.output).trim().to_owned();
        let mut ids = BTreeMap::new();
        for some in names.chunks(AT_ONCE) {
            let mut arguments = ["ls-tree", "-z", &tree, "--"].map(OsStr::new).to_vec();
            arguments.extend(some.iter().map(|name| name.as_os_str()));
            let listed = self.run(program, root, &arguments, &[])?.expect_done()?;
            // MODE blob ID<tab>NAME<nul>
            for entry in listed.split(|&byte| byte == 0) {
                let Some(tab) = entry.iter().position(|&byte| byte == b'\t') else { continue };
                let (before, name) = entry.split_at(tab);
                let id = before.rsplit(|&byte| byte == b' ').next().unwrap_or_default();
                if let Some(name) = path_of(name.get(1..).unwrap_or_default()) {
                    ids.insert(name, String::from_utf8_lossy(id).into_owned());
                }
            }
        }
        Ok(ids)
    }

    /// Those of some names that are kept out of git on purpose.
    fn ignored(
        &self,
        program: &Path,
        root: &Path,
        names: &[&PathBuf],
    ) -> Result<BTreeSet<PathBuf>, String> {
        if names.is_empty() {
            return Ok(BTreeSet::new());
        }
        let mut input = Vec::new();
        for name in names {
            // a name may begin with a colon, which means more to git
            input.extend_from_slice(b"./");
            input.extend_from_slice(name.as_os_str().as_encoded_bytes());
            input.push(0);
        }
        let arguments = ["check-ignore", "-z", "--stdin"].map(OsStr::new);
        // it ends with 1 where nothing is ignored
        let said = self.run(program, root, &arguments, &input)?;
        let names = said.output.split(|&byte| byte == 0);
        Ok(names.filter_map(|name| path_of(name.strip_prefix(b"./")?)).collect())
    }

    /// The file of the program. Entries of the PATH that are relative or lie in
    /// the repository could be the work of whoever wrote that.
    fn program(&self, top: &Path) -> Option<PathBuf> {
        self.folders
            .iter()
            .filter(|folder| folder.is_absolute())
            .filter_map(|folder| folder.canonicalize().ok())
            .filter(|folder| !folder.starts_with(top))
            .map(|folder| folder.join(PROGRAM))
            .find(|file| file.is_file())
    }

    fn run(
        &self,
        program: &Path,
        top: &Path,
        arguments: &[&OsStr],
        input: &[u8],
    ) -> Result<Said, String> {
        let mut command = Command::new(program);
        command.env_clear().envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
            .env("LC_ALL", "C")
            .env("GIT_ALLOW_PROTOCOL", "none")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0");
        for setting in SETTINGS {
            command.arg("-c").arg(setting);
        }
        command.arg("-C").arg(top).args(arguments).current_dir(top);
        said(command, input).map_err(|error| format!("git can't be asked: {error}"))
    }
}

/// What a command said.
struct Said {
    done: bool,
    output: Vec<u8>,
    complaint: String,
}

impl Said {
    fn expect_done(self) -> Result<Vec<u8>, String> {
        if self.done { Ok(self.output) } else { Err(self.complaint) }
    }
}

/// Runs a command with its streams in files, so that neither side waits for
/// the other, for no longer than [`PATIENCE`].
fn said(mut command: Command, input: &[u8]) -> io::Result<Said> {
    let [mut stdin, mut stdout, mut stderr] =
        [tempfile::tempfile()?, tempfile::tempfile()?, tempfile::tempfile()?];
    stdin.write_all(input)?;
    stdin.rewind()?;
    command.stdin(Stdio::from(stdin));
    command.stdout(Stdio::from(stdout.try_clone()?)).stderr(Stdio::from(stderr.try_clone()?));
    let mut child = command.spawn()?;
    let done = ended(&mut child)?;
    let (mut output, mut complaint) = (Vec::new(), Vec::new());
    stdout.rewind()?;
    stdout.read_to_end(&mut output)?;
    stderr.rewind()?;
    stderr.take(4096).read_to_end(&mut complaint)?;
    let complaint = String::from_utf8_lossy(&complaint);
    let complaint = complaint.lines().next().unwrap_or("git failed without a word");
    let complaint = complaint.strip_prefix("fatal: ").unwrap_or(complaint).to_owned();
    Ok(Said { done, output, complaint })
}

/// Waits for a process. Returns whether it ended well.
fn ended(child: &mut Child) -> io::Result<bool> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if started.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::new(io::ErrorKind::TimedOut, "it doesn't answer"));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The nearest folder above a file that has a `.git`.
fn repository_of(file: &Path) -> Option<&Path> {
    let mut folders = file.ancestors().skip(1);
    folders.find(|folder| std::fs::symlink_metadata(folder.join(".git")).is_ok())
}

/// A path as git writes it.
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    if bytes.is_empty() {
        return None;
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        Some(PathBuf::from(OsStr::from_bytes(bytes)))
    }
    #[cfg(not(unix))]
    {
        std::str::from_utf8(bytes).ok().map(PathBuf::from)
    }
}

/// Whether a content is the blob of an id, whatever its line ends: a checkout
/// may have written them otherwise.
fn is_blob(content: &[u8], id: &str) -> bool {
    let mut lines: Vec<&[u8]> = content.split(|&byte| byte == b'\n').collect();
    for line in lines.iter_mut().rev().skip(1) {
        *line = line.strip_suffix(b"\r").unwrap_or(line);
    }
    let is_id = |content: &[u8]| blob_id(content, id.len()) == id;
    is_id(content) || is_id(&lines.join(&b"\n"[..])) || is_id(&lines.join(&b"\r\n"[..]))
}

/// The id that git gives a content, in the hash that ids of a length are made with.
fn blob_id(content: &[u8], length: usize) -> String {
    let mut hash = Context::new(if length == 64 { &SHA256 } else { &SHA1_FOR_LEGACY_USE_ONLY });
    hash.update(format!("blob {}\0", content.len()).as_bytes());
    hash.update(content);
    hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_git_hash_object() {
        let id = "ce013625030ba8dba906f756967f9e9ca394464a";
        assert!(is_blob(b"hello\n", id) && is_blob(b"hello\r\n", id));
        assert!(!is_blob(b"hello", id) && !is_blob(b"hello\r", id));
        let crlf = blob_id(b"a\r\nb\r\n", 40);
        assert!(is_blob(b"a\nb\n", &crlf));
        let long = "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4";
        assert!(is_blob(b"hello\n", long));
    }

    #[test]
    fn no_program_from_a_relative_entry_or_the_repository() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(top.join("repo/bin")).unwrap();
        std::fs::create_dir(top.join("bin")).unwrap();
        for dir in ["repo/bin", "bin"] {
            std::fs::write(top.join(dir).join(PROGRAM), "").unwrap();
        }
        let program = |entries: &[&Path]| {
            let folders = entries.iter().map(|&entry| entry.to_owned()).collect();
            Git::new([], folders).program(&top.join("repo"))
        };
        let (inside, outside) = (top.join("repo/bin"), top.join("bin"));
        assert_eq!(program(&[Path::new("."), &inside]), None);
        assert_eq!(program(&[&inside, &outside]), Some(outside.join(PROGRAM)));
        assert_eq!(Git::default().program(&top), None);
    }
}
