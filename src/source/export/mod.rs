//! What is live, as files: into an empty folder or into one that people keep.
//!
//! [`export`] reads the folder and decides everything; [`ExportPlan::write`]
//! only carries it out. A file is changed only where it says something else
//! than the tenant does, so comments, order, quotes and keyword markers stay.

#[cfg(test)]
mod action_tests;
mod backup;
mod backup_actions;
#[cfg(test)]
mod backup_tests;
mod bindings;
mod choice;
#[cfg(test)]
pub(in crate::source) mod common_tests;
mod deploy;
#[cfg(test)]
mod deploy_action_tests;
#[cfg(test)]
mod deploy_cli_tests;
mod fields;
mod form;
mod git;
mod local;
#[cfg(test)]
mod marker_tests;
mod merge;
mod names;
mod notes;
mod put_back;
mod render;
mod scripts;
#[cfg(test)]
mod section_tests;
#[cfg(test)]
mod tests;
mod tree;
mod yaml_form;

use std::collections::BTreeSet;
use std::path::Path;

pub use backup::{ASIDE, Backup, DRAFTS, Manifest, Saved, backup};
pub use git::Git;
pub use local::{LocalChange, Record, local_changes};
pub use names::stem;

use super::mask;
use super::walk::display;
use super::write::{Batch, WriteError};
use super::{Keywords, Layout};
use crate::model::{Diagnostic, Kind, LiveState, Name, SecretValue};

/// What an export needs to know.
pub struct ExportOptions<'a> {
    /// The keywords of this run.
    pub keywords: Keywords,
    /// Whether definitions without a live hook are removed.
    pub prune: bool,
    /// Whether scripts that no definition uses are removed.
    pub prune_scripts: bool,
    /// Which hooks are meant; others are left alone on disk.
    pub only: &'a dyn Fn(&Name) -> bool,
    /// Of which kind; bindings go with actions.
    pub kind: Kind,
    /// Whether the folder is for both kinds, so that new definitions go to a
    /// folder `hooks` or `actions` in it.
    pub both: bool,
    /// What else will be written: a tenant.yaml has both kinds. This export's
    /// text of such a file holds that one's changes, too.
    pub under: Option<&'a ExportPlan>,
    /// How a new folder is laid out. An existing one keeps its layout.
    pub layout: Option<Layout>,
}

/// Everything that an export will do.
#[derive(Debug)]
pub struct ExportPlan {
    /// The live hooks that have or get a definition, in order of their names.
    pub hooks: Vec<HookFiles>,
    /// Definitions without a live hook, in order of their files.
    pub orphans: Vec<Orphan>,
    /// What the reader has to know besides.
    pub notes: Vec<Diagnostic>,
    batch: Batch,
    /// The values of secrets that definitions give, which no output may show.
    secrets: Vec<SecretValue>,
}

/// What an export does to one file. Values of secrets are hidden in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The file.
    pub file: String,
    /// What it holds; `None` if it isn't there.
    pub before: Option<String>,
    /// What it will hold; `None` if it is removed.
    pub after: Option<String>,
}

/// One hook's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookFiles {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: Name,
    /// What becomes of its files.
    pub action: FileAction,
    /// The definition's file.
    pub source: String,
    /// The files that are written.
    pub written: Vec<String>,
}

/// What becomes of a hook's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileAction {
    /// They are new.
    Created,
    /// Some of them change.
    Updated,
    /// They say what is live already.
    Unchanged,
}

/// A definition without a live hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// What it is.
    pub kind: Kind,
    /// The name that nothing live has.
    pub name: Name,
    /// The definition's file.
    pub source: String,
    /// The files that are removed; empty unless asked for.
    pub removed: Vec<String>,
}

impl ExportPlan {
    /// Whether nothing would be written or removed.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.batch.writes.is_empty() && self.batch.removals.is_empty()
    }

    /// What happens to each file, in order, to be looked at.
    #[must_use]
    pub fn changes(&self) -> Vec<FileChange> {
        let shown = |path: &Path, text: &str| {
            let is_script = path.extension().is_some_and(|extension| extension == "js");
            let text = if is_script { text.to_owned() } else { mask::masked(text) };
            self.secrets.iter().map(SecretValue::expose).fold(text, |text, secret| {
                if secret.len() < SHORTEST { text } else { text.replace(secret, "[secret]") }
            })
        };
        let Batch { writes, removals, .. } = &self.batch;
        let written = writes.iter().map(|(path, content)| FileChange {
            file: display(path),
            before: content.before.as_deref().map(|text| shown(path, text)),
            after: Some(shown(path, &content.text)),
        });
        let removed = removals.iter().map(|path| FileChange {
            file: display(path),
            before: std::fs::read_to_string(path).ok().map(|text| shown(path, &text)),
            after: None,
        });
        let mut changes: Vec<FileChange> = written.chain(removed).collect();
        changes.sort_by(|a, b| a.file.cmp(&b.file));
        changes
    }

    /// Leaves out the files that a later export, made with this one in
    /// [`ExportOptions::under`], writes with its own changes.
    pub fn give_way_to(&mut self, later: &Self) {
        self.batch.writes.retain(|path, _| !later.batch.writes.contains_key(path));
    }

    /// Carries it out. Every file is prepared before the first is replaced.
    ///
    /// # Errors
    /// When a file can't be written or changed since it was read.
    pub fn write(&self) -> Result<(), WriteError> {
        self.batch.carry_out()
    }
}

/// The shortest value of a secret that is looked for in other texts.
const SHORTEST: usize = 4;

/// Decides how a folder has to change to say what is live. The hooks' content
/// must have been fetched; the folder need not exist.
///
/// # Errors
/// When the folder has definitions whose hook can't be read, with all that is
/// wrong with them: a second definition of one hook might come of it.
pub fn export(
    dir: &Path,
    live: &LiveState,
    options: &ExportOptions<'_>,
) -> Result<ExportPlan, Vec<Diagnostic>> {
    let tree = tree::Tree::read(dir, options)?;
    let mut plan = tree.plan(live, options)?;
    let written: BTreeSet<_> = plan.batch.writes.keys().cloned().collect();
    plan.batch.removals.retain(|path| !written.contains(path));
    plan.hooks.sort_by(|a, b| a.name.cmp(&b.name));
    plan.notes.sort();
    Ok(plan)
}
