//! What an export would destroy that is nowhere else.
//!
//! A file may be overwritten or removed where git has its content committed.
//! Where git can't know it (no repository, or the file is ignored), it may be
//! where it is what the last export left there: [`Record`] keeps hashes of that.
//! Must not write anything but the record.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ExportPlan;
use super::git::{Git, Held};
use crate::model::Sha256;
use crate::source::file::read_up_to;
use crate::source::schema;
use crate::source::walk::display;
use crate::source::write::{Batch, NewContent, WriteError};

/// Where the record lies, below the folder of hooksync.yaml.
const FOLDER: &str = ".hooksync";
const FILE: &str = "exported.json";

/// The largest record that is read.
const MOST: u64 = 20_000_000;

/// A file that an export would overwrite or remove, and that is nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalChange {
    /// The file.
    pub file: String,
    /// Why its content counts as being nowhere else.
    pub why: String,
}

/// What the last exports left on disk where git can't know it, as hashes.
#[derive(Debug, Clone, Default)]
pub struct Record {
    folder: PathBuf,
    files: BTreeMap<String, String>,
    /// The file as it is.
    before: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Written {
    format_version: String,
    #[serde(default)]
    files: BTreeMap<String, String>,
}

impl Record {
    /// The record of a project. One that can't be read knows nothing.
    #[must_use]
    pub fn read(project: &Path) -> Self {
        let folder = project.canonicalize().unwrap_or_else(|_| project.to_owned());
        let path = folder.join(FOLDER).join(FILE);
        let before = read_up_to(&path, &display(&path), "record", MOST)
            .ok()
            .map(|text| text.text.to_string());
        let written: Option<Written> =
            before.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let files = written.filter(|written| written.format_version == "1");
        Self { folder, files: files.unwrap_or_default().files, before }
    }

    fn key(&self, file: &Path) -> String {
        let inside = file.strip_prefix(&self.folder).unwrap_or(file);
        display(inside).replace('\\', "/")
    }

    fn knows(&self, file: &Path, content: &[u8]) -> bool {
        self.files.get(&self.key(file)).is_some_and(|known| *known == hash(content))
    }

    /// Keeps what some exports have written, as far as git can't.
    ///
    /// # Errors
    /// When the record can't be written.
    pub fn keep(&mut self, plans: &[ExportPlan], git: &Git) -> Result<(), WriteError> {
        let mut paths: BTreeSet<&PathBuf> = BTreeSet::new();
        for plan in plans {
            paths.extend(plan.batch.writes.keys());
            for gone in &plan.batch.removals {
                // its folder may be reached through a link
                let parent = gone.parent().and_then(|parent| parent.canonicalize().ok());
                if let Some((parent, name)) = parent.zip(gone.file_name()) {
                    self.files.remove(&self.key(&parent.join(name)));
                }
            }
        }
        let files: Vec<_> = paths.into_iter().filter_map(|path| on_disk(path)).collect();
        for ((path, content), held) in files.iter().zip(git.holds(&files)) {
            let key = self.key(path);
            match held {
                Held::NoGit(_) | Held::Ignored => self.files.insert(key, hash(content)),
                Held::Committed | Held::Differs | Held::Untracked => self.files.remove(&key),
            };
        }
        let written = Written { format_version: "1".to_owned(), files: self.files.clone() };
        let mut text = serde_json::to_string_pretty(&written).unwrap_or_default();
        text.push('\n');
        if self.before.as_ref() == Some(&text)
            || (self.before.is_none() && written.files.is_empty())
        {
            return Ok(());
        }
        let content = NewContent { text, before: self.before.clone() };
        let writes = [(self.folder.join(FOLDER).join(FILE), content)].into();
        Batch { folder: self.folder.clone(), writes, ..Batch::default() }.carry_out()
    }
}

/// Every file that some exports would overwrite or remove though its content
/// is nowhere else, in order.
#[must_use]
pub fn local_changes(plans: &[ExportPlan], git: &Git, record: &Record) -> Vec<LocalChange> {
    let mut paths: BTreeSet<&PathBuf> = BTreeSet::new();
    for plan in plans {
        let Batch { writes, removals, .. } = &plan.batch;
        let replaced = writes.iter().filter(|(_, content)| content.before.is_some());
        paths.extend(replaced.map(|(path, _)| path).chain(removals));
    }
    let mut changes = Vec::new();
    let (names, files): (Vec<String>, Vec<_>) =
        paths.into_iter().filter_map(|path| Some((display(path), on_disk(path)?))).unzip();
    for ((file, (path, content)), held) in names.into_iter().zip(&files).zip(git.holds(&files)) {
        let why = match held {
            Held::Committed => continue,
            Held::Differs => "differs from what is committed".to_owned(),
            Held::Untracked => "is not committed".to_owned(),
            Held::Ignored | Held::NoGit(_) if record.knows(path, content) => continue,
            Held::Ignored => "is ignored by git, and does not match the last export".to_owned(),
            Held::NoGit(None) => {
                "is not in a git repository, and does not match the last export".to_owned()
            }
            Held::NoGit(Some(why)) => format!("does not match the last export (git: {why})"),
        };
        changes.push(LocalChange { file, why });
    }
    changes
}

/// A file that is there, with links followed, and what it holds. Schemas are
/// written by this program, and hold nothing of anybody's.
fn on_disk(path: &Path) -> Option<(PathBuf, Vec<u8>)> {
    let real = path.canonicalize().ok().filter(|_| !is_schema(path))?;
    let content = fs::read(&real).ok()?;
    Some((real, content))
}

fn is_schema(path: &Path) -> bool {
    let ours = [schema::HOOK_FILE, schema::ACTION_FILE, schema::BINDINGS_FILE];
    let folder = path.parent().and_then(Path::file_name);
    folder.is_some_and(|folder| folder == schema::FOLDER)
        && path.file_name().is_some_and(|name| ours.iter().any(|own| name == *own))
}

fn hash(content: &[u8]) -> String {
    format!("sha256:{}", Sha256::of(content))
}
