//! Which files below a folder are definitions, and which script belongs to one.
//!
//! Opens nothing. Symbolic links are followed only to files that lie inside
//! the folder: what is outside of it is nobody's definition.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::codes;
use super::file::reason;
use crate::model::{Diagnostic, Kind};

/// A file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// The path to open it by.
    pub(crate) path: PathBuf,
    /// What findings call it.
    pub(crate) file: String,
}

/// The folder of definitions.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    /// As it was given.
    pub(crate) given: PathBuf,
    /// Without symbolic links.
    pub(crate) real: PathBuf,
}

impl Root {
    /// Looks whether a folder is there.
    pub(crate) fn open(dir: &Path) -> Result<Self, Box<Diagnostic>> {
        let file = display(dir);
        let fail = |message: String| {
            let hint = "name the folder of definitions; `hooksync init` starts one, `hooksync export` writes what a tenant has";
            Box::new(Diagnostic::error(codes::NO_FOLDER, message).in_file(&file).hint(hint))
        };
        let real = dir.canonicalize().map_err(|error| {
            fail(format!("the folder of definitions can't be read: {}", reason(&error)))
        })?;
        if real.is_dir() {
            Ok(Self { given: dir.to_owned(), real })
        } else {
            Err(fail("this is a file; definitions are read from a folder".to_owned()))
        }
    }

    /// The folder behind a DIR, and the file if DIR is one.
    pub(crate) fn of(dir: &Path) -> Result<(Self, Option<PathBuf>), Box<Diagnostic>> {
        if !dir.is_file() {
            return Ok((Self::open(dir)?, None));
        }
        if !has_ending(dir, &["yaml", "yml"]) || is_test(dir) {
            let message = "this file is not a definition";
            let found = Diagnostic::error(codes::NO_FOLDER, message).in_file(display(dir));
            return Err(Box::new(
                found.hint("name a definition (`*.yaml`), or the folder of definitions"),
            ));
        }
        Ok((Self::open(folder_of(dir))?, Some(dir.to_owned())))
    }

    /// Whether a folder of this name is right in it.
    pub(crate) fn has_folder(&self, name: &str) -> bool {
        self.real.join(name).is_dir()
    }

    /// Whether nothing at all is in it.
    pub(crate) fn is_bare(&self) -> bool {
        std::fs::read_dir(&self.real).is_ok_and(|mut entries| entries.next().is_none())
    }

    /// The kind of a file that doesn't say which: an action if a folder on the
    /// way to it is called `actions`, else what this folder stands for.
    pub(crate) fn kind_of(&self, path: &Path, default: Kind) -> Kind {
        let below =
            path.strip_prefix(&self.given).unwrap_or(path).parent().unwrap_or(Path::new(""));
        let on_the_way = below.components().any(|part| part.as_os_str() == "actions");
        if on_the_way || kind_of_folder(&self.real) == Some(Kind::Action) {
            return Kind::Action;
        }
        default
    }

    /// Whether a path, once its links are followed, lies inside the folder.
    pub(crate) fn holds(&self, path: &Path) -> std::io::Result<bool> {
        Ok(path.canonicalize()?.starts_with(&self.real))
    }

    /// The files of tests, in order of their paths.
    pub(crate) fn tests(&self) -> (Vec<Found>, Vec<Diagnostic>) {
        self.all_files(&["yaml", "yml"], is_test)
    }

    /// Every file with one of some extensions that isn't a test, in order of its path, and what
    /// is reported of the others.
    pub(crate) fn files(&self, extensions: &[&str]) -> (Vec<Found>, Vec<Diagnostic>) {
        self.all_files(extensions, |path| !is_test(path))
    }

    fn all_files(
        &self,
        extensions: &[&str],
        is_meant: impl Fn(&Path) -> bool,
    ) -> (Vec<Found>, Vec<Diagnostic>) {
        let (mut files, mut links, mut reported) = (Vec::new(), Vec::new(), Vec::new());
        let walk = WalkDir::new(&self.given).sort_by_file_name().into_iter();
        for entry in walk.filter_entry(|entry| entry.depth() == 0 || !is_passed_over(entry)) {
            match entry {
                Err(error) => reported.push(walk_error(&error, &self.given)),
                Ok(entry) if entry.path_is_symlink() && entry.depth() > 0 => {
                    links.push(entry.into_path())
                }
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => self.take(entry.into_path(), extensions, &mut files, &mut reported),
            }
        }
        self.follow(links, extensions, &mut files, &mut reported);
        files.retain(|found| is_meant(&found.path));
        files.sort_by(|a, b| a.path.cmp(&b.path));
        (files, reported)
    }

    fn take(
        &self,
        path: PathBuf,
        extensions: &[&str],
        files: &mut Vec<Found>,
        reported: &mut Vec<Diagnostic>,
    ) {
        if !has_ending(&path, extensions) || path.ends_with(SETTINGS_FILE) {
            return;
        }
        let file = display(&path);
        if path.to_str().is_none() {
            let message = "the file's name is not valid UTF-8";
            let error = Diagnostic::error(codes::FILE_NAME, message).in_file(file);
            return reported.push(error.hint("rename the file"));
        }
        files.push(Found { path, file });
    }

    /// Takes linked files that lie inside the folder and weren't found
    /// already; folders behind links are not walked.
    fn follow(
        &self,
        links: Vec<PathBuf>,
        extensions: &[&str],
        files: &mut Vec<Found>,
        reported: &mut Vec<Diagnostic>,
    ) {
        if links.is_empty() {
            return;
        }
        let known: BTreeSet<PathBuf> =
            files.iter().filter_map(|found| found.path.canonicalize().ok()).collect();
        for link in links {
            let file = display(&link);
            let relevant = |path: &Path| path.is_dir() || has_ending(&link, extensions);
            let target = match link.canonicalize() {
                Ok(target) if relevant(&target) => target,
                Ok(_) => continue,
                Err(error) if relevant(&link) => {
                    let message =
                        format!("the symbolic link can't be followed: {}", reason(&error));
                    reported.push(Diagnostic::error(codes::UNREADABLE, message).in_file(file));
                    continue;
                }
                Err(_) => continue,
            };
            if !target.starts_with(&self.real) {
                let message = "the symbolic link leads out of the folder of definitions";
                let error = Diagnostic::error(codes::LINK_LEAVES, message).in_file(file);
                reported.push(error.hint("replace the link by the file itself, or remove it"));
            } else if target.is_dir() {
                let message = "the folder behind the symbolic link is not read";
                reported.push(Diagnostic::warning(codes::LINK_PASSED_OVER, message).in_file(file));
            } else if !known.contains(&target) {
                self.take(link, extensions, files, reported);
            }
        }
    }
}

/// Whether a file's name has one of some endings.
pub(crate) fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| endings.contains(&ending))
}

/// Whether a file holds tests (`*.test.yaml`), which are no definitions.
pub(crate) fn is_test(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.ends_with(".test.yaml") || name.ends_with(".test.yml")
}

/// The folder that a file lies in.
pub(crate) fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The settings' file, which is no definition.
pub(crate) const SETTINGS_FILE: &str = "hooksync.yaml";

/// The kind that a folder's own name stands for.
#[must_use]
pub fn kind_of_folder(dir: &Path) -> Option<Kind> {
    // one that isn't there yet goes by the name it is given
    let real = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let folder = if real.is_file() { real.parent()?.to_owned() } else { real };
    kind_of_name(folder.file_name()?)
}

fn kind_of_name(name: &OsStr) -> Option<Kind> {
    match name.to_str() {
        Some("actions") => Some(Kind::Action),
        Some("hooks") => Some(Kind::Hook),
        _ => None,
    }
}

fn is_passed_over(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    name.as_encoded_bytes().starts_with(b".") || name == "node_modules"
}

fn walk_error(error: &walkdir::Error, root: &Path) -> Diagnostic {
    let why = error.io_error().map_or_else(|| "a loop of links".to_owned(), reason);
    Diagnostic::error(codes::UNREADABLE, format!("the folder can't be read: {why}"))
        .in_file(display(error.path().unwrap_or(root)))
}

/// A path as findings show it: as given, with `/` between folders.
pub(crate) fn display(path: &Path) -> String {
    let mut shown = path.to_string_lossy().into_owned();
    if std::path::MAIN_SEPARATOR != '/' {
        shown = shown.replace(std::path::MAIN_SEPARATOR, "/");
    }
    match shown.strip_prefix("./") {
        Some(rest) if !rest.is_empty() && path.starts_with(".") => rest.to_owned(),
        _ => shown,
    }
}

/// Why a path in a definition can't be a script's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadPath {
    #[error("the path is empty")]
    Empty,
    #[error("the path is absolute; it is relative to the definition")]
    Absolute,
    #[error("the path leads upwards (`..`); scripts must be beside the definition or below it")]
    Upwards,
    #[error("the path has a backslash; folders are separated by `/`")]
    Backslash,
    #[error("the path has an invalid character")]
    Character,
}

/// Takes a path that stays below the folder it is relative to.
pub(crate) fn relative(written: &str) -> Result<PathBuf, BadPath> {
    if written.is_empty() {
        return Err(BadPath::Empty);
    }
    if written.contains('\\') {
        return Err(BadPath::Backslash);
    }
    if written.chars().any(char::is_control) {
        return Err(BadPath::Character);
    }
    let drive =
        written.as_bytes().get(1) == Some(&b':') && written.as_bytes()[0].is_ascii_alphabetic();
    let mut path = PathBuf::new();
    for component in Path::new(written).components() {
        match component {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir => return Err(BadPath::Upwards),
            Component::RootDir | Component::Prefix(_) => return Err(BadPath::Absolute),
        }
    }
    if drive {
        return Err(BadPath::Absolute);
    }
    if path.as_os_str().is_empty() { Err(BadPath::Empty) } else { Ok(path) }
}

/// Takes a path as the Deploy CLI does: with `\\` for `/`, and upwards too.
/// Where it leads is looked at when it is opened.
pub(crate) fn within(written: &str) -> Result<PathBuf, BadPath> {
    let written = written.replace('\\', "/");
    if written.is_empty() {
        return Err(BadPath::Empty);
    }
    if written.chars().any(char::is_control) {
        return Err(BadPath::Character);
    }
    let path = Path::new(&written);
    if path.is_absolute() || written.starts_with('/') {
        return Err(BadPath::Absolute);
    }
    Ok(path.components().filter(|part| *part != Component::CurDir).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_their_folder() {
        assert_eq!(relative("./a/b.js"), Ok(PathBuf::from("a/b.js")));
        assert_eq!(relative("a.js"), Ok(PathBuf::from("a.js")));
        let check =
            |written: &str, bad: BadPath| assert_eq!(relative(written), Err(bad), "{written}");
        check("", BadPath::Empty);
        check("./", BadPath::Empty);
        check("/etc/passwd", BadPath::Absolute);
        check("C:/x.js", BadPath::Absolute);
        check("../x.js", BadPath::Upwards);
        check("a/../../x.js", BadPath::Upwards);
        check("a\\x.js", BadPath::Backslash);
        check("a\u{0}.js", BadPath::Character);
    }

    #[test]
    fn files_are_called_as_they_were_asked_for() {
        assert_eq!(display(Path::new("./a.yaml")), "a.yaml");
        assert_eq!(display(Path::new("hooks/a.yaml")), "hooks/a.yaml");
        assert_eq!(display(Path::new(".")), ".");
        assert_eq!(display(Path::new("/x/a.yaml")), "/x/a.yaml");
    }
}
