//! The two layouts of Auth0's Deploy CLI: `hooks/*.json` with scripts beside
//! them, and a `tenant.yaml` with a list of hooks among other sections.
//!
//! Recognised by what lies in a folder. Keywords are replaced in the text
//! before it is parsed, as the Deploy CLI does; what else it does differently
//! is said where it matters. Must not look at anything but hooks.

pub(crate) mod raw;
mod read;
mod replaced;
pub(crate) mod section;
pub mod settings;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use read::{read, root_of, source_text};

use super::walk::display;
use super::yaml;

/// Sections that nearly every `tenant.yaml` has one of.
const SECTIONS: [&str; 8] = [
    "tenant:",
    "clients:",
    "resourceServers:",
    "connections:",
    "databases:",
    "rules:",
    "actions:",
    "pages:",
];

/// A folder in one of the two layouts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree {
    /// The folder that has a folder `hooks`.
    Directory(PathBuf),
    /// The YAML file.
    Yaml(PathBuf),
    /// One definition's file out of the directory layout.
    File(PathBuf),
}

impl Tree {
    /// What findings about the tree as a whole name.
    pub(crate) fn shown(&self) -> String {
        let (Self::Directory(path) | Self::Yaml(path) | Self::File(path)) = self;
        display(path)
    }
}

/// The folder's name inside an export in the directory layout.
pub(crate) const HOOKS: &str = "hooks";
/// The same of actions.
pub(crate) const ACTIONS: &str = "actions";

/// The names of the YAML layout's file.
const YAML_FILES: [&str; 2] = ["tenant.yaml", "tenant.yml"];

/// The layout of a folder (or of the one above it, if a folder `hooks` is
/// given), if it is one of the Deploy CLI's.
pub(crate) fn recognise(dir: &Path) -> Option<Tree> {
    if dir.is_file() {
        return match dir.extension()?.to_str()? {
            "yaml" | "yml" if has_section(dir) => Some(Tree::Yaml(dir.to_owned())),
            "json" => Some(Tree::File(dir.to_owned())),
            _ => None,
        };
    }
    if let Some(file) = yaml_file(dir) {
        return Some(Tree::Yaml(file));
    }
    if has_hooks(&dir.join(HOOKS)) {
        return Some(Tree::Directory(dir.to_owned()));
    }
    let is_hooks =
        dir.canonicalize().is_ok_and(|real| real.file_name().is_some_and(|n| n == HOOKS));
    if !is_hooks || has_definitions(dir) {
        return None;
    }
    let above = above(dir);
    if has_hooks(dir) {
        return Some(Tree::Directory(above));
    }
    yaml_file(&above).map(Tree::Yaml)
}

/// A `tenant.yaml` that says nothing of hooks, in a folder that is no tree with
/// hooks: to the Deploy CLI that means to leave them alone.
pub(crate) fn without_hooks(dir: &Path) -> Option<PathBuf> {
    let files = YAML_FILES.iter().map(|name| dir.join(name));
    let mut files = if dir.is_file() { vec![dir.to_owned()] } else { files.collect() };
    files.retain(|file| {
        fs::read_to_string(file).is_ok_and(|text| {
            let has = |key: &str| text.lines().any(|line| line.starts_with(key));
            !has("hooks") && !has("triggerId") && SECTIONS.iter().any(|key| has(key))
        })
    });
    files.into_iter().next()
}

/// The folder above one, as a person would write it.
fn above(dir: &Path) -> PathBuf {
    match dir.parent() {
        _ if dir.ends_with("..") || dir == Path::new(".") => dir.join(".."),
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => dir.to_owned(),
    }
}

fn yaml_file(dir: &Path) -> Option<PathBuf> {
    let files = YAML_FILES.iter().map(|name| dir.join(name));
    files.into_iter().find(|file| {
        file.is_file() && fs::read_to_string(file).is_ok_and(|text| section::find(&text).is_some())
    })
}

/// Whether a YAML file has a list of hooks. A definition, faulty or not, has
/// none: only what is a tree is taken for one.
fn has_section(file: &Path) -> bool {
    let Ok(text) = fs::read_to_string(file) else { return false };
    section::find(&text).is_some()
        || yaml::parse(&raw::quote_bare(&text).0, yaml::LARGE)
            .is_ok_and(|tree| tree.get("hooks").is_some() && tree.get("name").is_none())
}

/// Whether a folder has definitions of hooksync's own layout.
fn has_definitions(dir: &Path) -> bool {
    files(dir, &["yaml", "yml"]).next().is_some()
}

/// Whether a folder has a JSON file that describes a hook.
fn has_hooks(dir: &Path) -> bool {
    !has_definitions(dir)
        && files(dir, &["json"])
            .any(|file| fs::read_to_string(file).is_ok_and(|text| text.contains("\"triggerId\"")))
}

/// Regular files right in a folder, unordered.
fn files<'a>(dir: &Path, endings: &'a [&'a str]) -> impl Iterator<Item = PathBuf> + 'a {
    let entries = dir.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| {
        let ending = path.extension().and_then(|ending| ending.to_str());
        ending.is_some_and(|ending| endings.contains(&ending)) && path.is_file()
    })
}
