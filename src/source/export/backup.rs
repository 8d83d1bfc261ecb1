//! Live hooks put by before they are touched, as definitions that an apply can
//! put back.
//!
//! Main types: [`Backup`], what is saved, and [`Manifest`], what is known of a
//! folder that is a backup. Secret values can't be read from a tenant, so they
//! are not in it; what can't be put back is told in a note beside the files.
//! Everything is for the owner's eyes only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::names::Stems;
use super::render;
use crate::model::{Live, Name};
use crate::source::walk::display;
use crate::source::write::{Batch, NewContent, WriteError};
use crate::source::yaml::{self, SMALL};

/// The folder, inside the backup, of hooks that can't be definitions beside
/// the others. Loading passes over it, because its name begins with a dot.
const ASIDE: &str = ".not-definitions";

/// What tells a backup from other folders. Loading passes over it, too.
const MANIFEST: &str = ".hooksync-backup.json";

/// What is saved before an apply.
#[derive(Debug, Clone, Default)]
pub struct Backup<'a> {
    /// The tenant.
    pub tenant: &'a str,
    /// Every live hook that will be touched.
    pub hooks: Vec<Saved<'a>>,
    /// The names of the hooks that will be made.
    pub made: Vec<&'a Name>,
}

/// One live hook that will be touched.
#[derive(Debug, Clone, Copy)]
pub struct Saved<'a> {
    /// As it is now.
    pub hook: &'a Live,
    /// What it will be called, if it gets another name.
    pub becomes: Option<&'a Name>,
}

/// What is known of a folder that is a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The tenant whose hooks were saved.
    pub tenant: String,
    /// The hooks that were about to be made: to go back is to delete them,
    /// and no others.
    pub made: Vec<String>,
}

impl Manifest {
    /// The manifest of a folder; `None` if it is no backup.
    ///
    /// # Errors
    /// When there is one that can't be read.
    pub fn read(dir: &Path) -> std::io::Result<Option<Self>> {
        match std::fs::read(dir.join(MANIFEST)) {
            Ok(bytes) => {
                let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
                Ok(Some(serde_json::from_slice(text)?))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Writes a backup into a folder that doesn't exist yet. Returns its files.
///
/// # Errors
/// When a file can't be written.
pub fn backup(dir: &Path, backup: &Backup<'_>) -> Result<Vec<String>, WriteError> {
    let Backup { tenant, hooks, made } = backup;
    let mut batch = Batch { folder: dir.to_owned(), private: true, ..Batch::default() };
    let mut stems = Stems::default();
    stems.take("readme");
    let (mut names, mut enabled) = (BTreeSet::new(), BTreeSet::new());
    let mut remarks = Vec::new();
    let mut sorted = hooks.clone();
    sorted.sort_by_key(|saved| (&saved.hook.name, saved.hook.precedence()));
    for Saved { hook, becomes } in sorted {
        let stem = stems.give(&hook.name);
        let with_enabled = !hook.runs || enabled.insert(&hook.trigger);
        let text = render::obstacle(hook).is_none().then(|| {
            let name = render::written_name(hook)?;
            let literal = render::literal_markers(hook);
            let script = format!("{stem}.js");
            let mut tree = render::definition(hook, &name, &script, &literal, with_enabled);
            render::add_former_name(&mut tree, becomes);
            yaml::emit(&tree, SMALL)
        });
        let text = text.flatten().filter(|_| names.insert(&hook.name));
        remarks.push(remark(hook, &stem, text.is_some(), with_enabled));
        let folder = if text.is_some() { dir.to_owned() } else { dir.join(ASIDE) };
        let mut put = |ending: &str, text: String| {
            let path = folder.join(format!("{stem}.{ending}"));
            batch.writes.insert(path, NewContent { text, before: None });
        };
        put("yaml", text.unwrap_or_else(|| facts(hook)));
        if let Some(script) = &hook.script {
            put("js", script.as_str().to_owned());
        }
    }
    let made: Vec<String> = made.iter().map(ToString::to_string).collect();
    let mut put = |name: &str, text: String| {
        batch.writes.insert(dir.join(name), NewContent { text, before: None });
    };
    put("README.md", note(tenant, &remarks, &made));
    let manifest = Manifest { tenant: (*tenant).to_owned(), made };
    // texts always serialise
    put(MANIFEST, serde_json::to_string_pretty(&manifest).unwrap_or_default() + "\n");
    batch.carry_out()?;
    Ok(batch.writes.keys().map(|path| display(path)).collect())
}

/// What is known of a hook that can't be a definition, as comments, so that
/// nothing takes it for one.
fn facts(hook: &Live) -> String {
    let mut lines = vec![
        ("id", hook.id.as_str().to_owned()),
        ("name", hook.stored_name.clone().unwrap_or_default()),
        ("triggerId", hook.trigger.as_str().to_owned()),
        ("enabled", hook.runs.to_string()),
    ];
    let packages = hook.dependencies.iter().flatten();
    lines.extend(packages.map(|(package, version)| ("dependency", format!("{package} {version}"))));
    lines.extend(hook.secrets.iter().flatten().map(|key| ("secret", key.clone())));
    lines.into_iter().map(|(what, value)| format!("# {what}: {}\n", value.escape_debug())).collect()
}

/// What an apply of the backup would not bring back of a hook.
fn remark(hook: &Live, stem: &str, is_definition: bool, with_enabled: bool) -> String {
    let mut parts = BTreeMap::new();
    if !is_definition {
        parts.insert(0, format!("can't be put back by an apply; its content is in `{ASIDE}/`"));
    }
    if is_definition && !with_enabled {
        parts.insert(
            1,
            "was enabled beside another hook of its trigger; that is not put back".to_owned(),
        );
    }
    match &hook.secrets {
        Some(keys) if !keys.is_empty() => {
            let keys: Vec<String> =
                keys.iter().map(|key| format!("`{}`", key.escape_debug())).collect();
            parts.insert(2, format!("secrets without their values: {}", keys.join(", ")));
        }
        Some(_) => {}
        None => {
            parts.insert(2, "its secrets were not looked at".to_owned());
        }
    }
    let parts: Vec<String> = parts.into_values().collect();
    let parts = if parts.is_empty() { "complete".to_owned() } else { parts.join("; ") };
    format!(
        "- `{stem}`: id `{}`, {}, {parts}\n",
        hook.id.as_str().escape_debug(),
        hook.trigger.as_str().escape_debug()
    )
}

fn note(tenant: &str, remarks: &[String], made: &[String]) -> String {
    let mut note = format!(
        "# Hooks of {} as they were before an apply\n\n\
         `hooksync apply` on this folder puts them back, and touches no others. With\n\
         `--allow-delete` it also deletes what that apply made: hooks and secrets.\n\
         Values of secrets can't be read from a tenant: hooks that still exist keep theirs, but a\n\
         hook that has to be made again comes back without them, switched off until they are\n\
         given. Its id is a new one then.\n\n{}",
        tenant.escape_debug(),
        remarks.concat()
    );
    if !made.is_empty() {
        note.push_str(&format!("\nHooks that the apply was to make: `{}`\n", made.join("`, `")));
    }
    note
}
