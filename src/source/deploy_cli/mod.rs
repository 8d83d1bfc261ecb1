//! The two layouts of Auth0's Deploy CLI: folders `hooks`, `actions` and
//! `triggers` with JSON files and code, and a `tenant.yaml` with a section of each
//! among others.
//!
//! Recognised by what lies in a folder. Keywords are replaced in the text
//! before it is parsed, as the Deploy CLI does; what else it does differently
//! is said where it matters. Must not look at anything but hooks, actions
//! and triggers.

#[cfg(test)]
mod action_tests;
mod actions;
pub(crate) mod raw;
mod read;
mod replaced;
pub(crate) mod section;
pub mod settings;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use read::{read, root_of};

use super::walk::{display, has_ending};
use crate::model::Kind;

/// Sections that nearly every `tenant.yaml` has one of.
const SECTIONS: [&str; 7] =
    ["tenant:", "clients:", "resourceServers:", "connections:", "databases:", "rules:", "pages:"];

/// A folder in one of the two layouts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree {
    /// The folder that has the folders of the kinds.
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
/// The same of bindings.
pub(crate) const TRIGGERS: &str = "triggers";
/// The sections that are read.
pub(crate) const READ: [&str; 3] = [HOOKS, ACTIONS, TRIGGERS];

/// What a kind's folder or section is called.
pub(crate) fn section_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Hook => HOOKS,
        Kind::Action => ACTIONS,
        Kind::Bindings => TRIGGERS,
    }
}

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
    if FOLDERS.iter().any(|(name, sign)| has_json(&dir.join(name), sign)) {
        return Some(Tree::Directory(dir.to_owned()));
    }
    let real = dir.canonicalize().ok()?;
    let own = FOLDERS.iter().find(|(name, _)| real.file_name().is_some_and(|own| own == *name));
    let (_, sign) = own.filter(|_| !has_definitions(dir))?;
    let above = above(dir);
    if has_json(dir, sign) {
        return Some(Tree::Directory(above));
    }
    yaml_file(&above).map(Tree::Yaml)
}

/// A `tenant.yaml` that says nothing of hooks, in a folder that is no tree with
/// hooks: to the Deploy CLI that means to leave them alone.
pub(crate) fn without_hooks(dir: &Path) -> Option<PathBuf> {
    let files = YAML_FILES.iter().map(|name| dir.join(name));
    let mut files = if dir.is_file() { vec![dir.to_owned()] } else { files.collect() }.into_iter();
    files.find(|file| {
        fs::read_to_string(file).is_ok_and(|text| {
            let has = |key: &str| text.lines().any(|line| line.starts_with(key));
            !READ.iter().any(|key| has(key))
                && !has("triggerId")
                && SECTIONS.iter().any(|key| has(key))
        })
    })
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
    let has_any = |file: &PathBuf| fs::read_to_string(file).is_ok_and(|text| has_any(&text));
    YAML_FILES.iter().map(|name| dir.join(name)).find(|file| file.is_file() && has_any(file))
}

/// Whether a text has one of the sections that are read.
fn has_any(text: &str) -> bool {
    READ.iter().any(|key| section::find(text, key).is_some())
}

/// Whether a YAML file has a list of hooks. A definition, faulty or not, has
/// none: only what is a tree is taken for one.
fn has_section(file: &Path) -> bool {
    let Ok(text) = fs::read_to_string(file) else { return false };
    has_any(&text)
        || raw::parse(&text).is_some_and(|tree| {
            READ.iter().any(|key| tree.get(key).is_some()) && tree.get("name").is_none()
        })
}

/// Whether a folder has definitions of hooksync's own layout.
fn has_definitions(dir: &Path) -> bool {
    files(dir, &["yaml", "yml"]).next().is_some()
}

/// The folders of a tree, and what distinguishes their files from others.
const FOLDERS: [(&str, &str); 3] =
    [(HOOKS, "\"triggerId\""), (ACTIONS, "\"supported_triggers\""), (TRIGGERS, "\"action_name\"")];

/// Whether a folder has a JSON file with a sign that it describes a hook, an
/// action or bindings.
fn has_json(dir: &Path, sign: &str) -> bool {
    // orders that are all empty name no action: the file's own name says enough
    let orders = |file: &Path, text: &str| {
        file.ends_with(Path::new(TRIGGERS).join("triggers.json")) && text.contains('[')
    };
    !has_definitions(dir)
        && files(dir, &["json"]).any(|file| {
            fs::read_to_string(&file).is_ok_and(|text| text.contains(sign) || orders(&file, &text))
        })
}

/// Whether there is something of a kind in a tree, or a folder or section for
/// it.
pub(crate) fn speaks_of(tree: &Tree, kind: Kind) -> bool {
    let names: &[&str] = match kind {
        Kind::Hook => &[HOOKS],
        Kind::Action | Kind::Bindings => &[ACTIONS, TRIGGERS],
    };
    match tree {
        Tree::Directory(root) => names.iter().any(|name| root.join(name).is_dir()),
        Tree::File(file) => names.iter().any(|name| {
            let folder = file.parent().and_then(Path::file_name);
            folder.map_or(kind == Kind::Hook, |folder| folder == *name)
        }),
        Tree::Yaml(file) => {
            let text = fs::read_to_string(file).unwrap_or_default();
            let part = |name: &&str| section::find(&text, name).is_some();
            names.iter().any(part)
                || (!has_any(&text)
                    && raw::parse(&text)
                        .is_some_and(|tree| names.iter().any(|name| tree.get(name).is_some())))
        }
    }
}

/// Regular files right in a folder, unordered.
fn files<'a>(dir: &Path, endings: &'a [&'a str]) -> impl Iterator<Item = PathBuf> + 'a {
    let entries = dir.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| has_ending(path, endings) && path.is_file())
}
