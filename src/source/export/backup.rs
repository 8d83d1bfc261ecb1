//! Live hooks, actions and bindings put by before they are touched, as
//! definitions that an apply can put back.
//!
//! Main types: [`Backup`], what is saved, and [`Manifest`], what is known of a
//! folder that is a backup. Secret values can't be read from a tenant, so they
//! are not in it; what can't be put back is reported in a note beside the files.
//! Everything is for the owner's eyes only.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::backup_actions;
use super::names::Stems;
use super::render::{self, node, text};
use crate::model::{Address, Kind, Live, LiveBindings, Name, Script, SecretKey};
use crate::source::node::{Entry, Value};
use crate::source::walk::display;
use crate::source::write::{Batch, WriteError};
use crate::source::yaml::{self, SMALL};

/// The folder, inside the backup, of hooks that can't be definitions beside
/// the others. Loading passes over it, because its name begins with a dot.
pub const ASIDE: &str = ".not-definitions";

/// The folder, inside the backup, of drafts that were not deployed: what runs
/// comes first, and a definition says one thing.
pub const DRAFTS: &str = ".drafts";

/// What distinguishes a backup from other folders. Loading passes over it, too.
const MANIFEST: &str = ".hooksync-backup.json";

/// What is saved before an apply.
#[derive(Debug, Clone, Default)]
pub struct Backup<'a> {
    /// The tenant.
    pub tenant: &'a str,
    /// The environment of hooksync.yaml, if one was chosen.
    pub environment: Option<&'a str>,
    /// The command that is about to write.
    pub command: &'a str,
    /// Every live hook and action that will be touched.
    pub saved: Vec<Saved<'a>>,
    /// The order of every trigger that will be touched.
    pub bindings: Vec<LiveBindings>,
    /// What will be created.
    pub made: Vec<Address>,
}

/// One live hook or action that will be touched.
#[derive(Debug, Clone)]
pub struct Saved<'a> {
    /// As it is now.
    pub live: &'a Live,
    /// What it will be called, if it gets another name.
    pub becomes: Option<&'a Name>,
    /// Whether what runs of an action is touched, and not its draft alone.
    pub goes_live: bool,
    /// The secrets that it will lose.
    pub loses: BTreeSet<SecretKey>,
}

/// What is known of a folder that is a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The tenant whose state was saved.
    pub tenant: String,
    /// The hooks that were about to be made: to go back is to delete them,
    /// and no others.
    pub made: Vec<String>,
    /// The same of actions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made_actions: Vec<String>,
    /// The environment of hooksync.yaml, if one was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The command that was about to write, such as `apply`; backups of older
    /// versions don't say it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub command: String,
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
            Err(error) => match error.kind() {
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => Ok(None),
                _ => Err(error),
            },
        }
    }

    fn text(&self) -> String {
        // texts always serialise
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// What may be deleted on the way back.
    #[must_use]
    pub fn deletable(&self) -> BTreeSet<Address> {
        let Self { tenant: _, made, made_actions, environment: _, command: _ } = self;
        let hooks = made.iter().filter_map(|name| Name::hook(name).ok());
        let hooks = hooks.map(|name| Address { kind: Kind::Hook, name });
        let actions = made_actions.iter().map(|name| Name::action(name.as_str()));
        hooks.chain(actions.map(|name| Address { kind: Kind::Action, name })).collect()
    }
}

/// Writes a backup into a folder that doesn't exist yet. Returns its files.
///
/// # Errors
/// When a file can't be written.
pub fn backup(dir: &Path, backup: &Backup<'_>) -> Result<Vec<String>, WriteError> {
    let Backup { tenant, environment, command, saved, bindings, made } = backup;
    let mut batch = Batch { folder: dir.to_owned(), private: true, ..Batch::default() };
    let (actions, hooks): (Vec<_>, Vec<_>) =
        saved.iter().partition(|saved| saved.live.kind() == Kind::Action);
    let mut remarks = of_hooks(dir, hooks, &mut batch);
    let of_actions = backup_actions::add(dir, actions, bindings, &mut batch);
    remarks.extend(of_actions.remarks);
    let made_of = |kind: Kind| -> Vec<String> {
        made.iter().filter(|own| own.kind == kind).map(|own| own.name.to_string()).collect()
    };
    let manifest = Manifest {
        tenant: (*tenant).to_owned(),
        made: made_of(Kind::Hook),
        made_actions: made_of(Kind::Action),
        environment: environment.map(str::to_owned),
        command: (*command).to_owned(),
    };
    batch.create(dir.join("README.md"), note(&manifest, &remarks, of_actions.drafts));
    batch.create(dir.join(MANIFEST), manifest.text());
    if of_actions.drafts {
        let own = Manifest { made: Vec::new(), made_actions: Vec::new(), ..manifest };
        batch.create(dir.join(DRAFTS).join(MANIFEST), own.text());
    }
    batch.carry_out()?;
    Ok(batch.writes.keys().map(|path| display(path)).collect())
}

/// Adds the files of hooks; gives a remark on each.
fn of_hooks(dir: &Path, mut hooks: Vec<&Saved<'_>>, batch: &mut Batch) -> Vec<String> {
    let mut stems = Stems::default();
    stems.take("readme");
    stems.take("actions");
    let (mut names, mut enabled) = (BTreeSet::new(), BTreeSet::new());
    let mut remarks = Vec::new();
    hooks.sort_by_key(|saved| (&saved.live.name, saved.live.precedence()));
    for Saved { live: hook, becomes, .. } in hooks {
        let stem = stems.give(&hook.name);
        let with_enabled = !hook.runs || enabled.insert(&hook.trigger);
        let text = definition(hook, &stem, with_enabled, *becomes, dir);
        let text = text.filter(|_| names.insert(&hook.name));
        remarks.push(remark(hook, &stem, text.is_some(), with_enabled));
        let folder = if text.is_some() { dir.to_owned() } else { dir.join(ASIDE) };
        let text = text.unwrap_or_else(|| facts(hook));
        put_files(batch, &folder, &stem, text, hook.script.as_ref());
    }
    remarks
}

/// A definition with the name under which it may be found now; `None` if it
/// can't be one.
pub(super) fn definition(
    live: &Live,
    stem: &str,
    with_enabled: bool,
    becomes: Option<&Name>,
    folder: &Path,
) -> Option<String> {
    if render::obstacle(live).is_some() {
        return None;
    }
    let literal = render::literal_markers(live);
    let script = format!("{stem}.js");
    let mut tree = render::definition(live, &script, &literal, with_enabled, folder);
    if let (Some(name), Value::Map(entries)) = (becomes, &mut tree.value) {
        let (key, value) = (node(text("renamedFrom")), node(text(name.as_str())));
        entries.push(Entry { key, value });
    }
    yaml::emit(&tree, SMALL)
}

/// The two files of a definition.
pub(super) fn put_files(
    batch: &mut Batch,
    folder: &Path,
    stem: &str,
    text: String,
    script: Option<&Script>,
) {
    batch.create(folder.join(format!("{stem}.yaml")), text);
    if let Some(script) = script {
        batch.create(folder.join(format!("{stem}.js")), script.as_str());
    }
}

/// What is known of a hook that can't be a definition, as comments, so that
/// nothing takes it for one.
pub(super) fn facts(hook: &Live) -> String {
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
    let mut parts = Vec::new();
    if !is_definition {
        parts.push(format!("can't be put back by an apply; its content is in `{ASIDE}/`"));
    } else if !with_enabled {
        let part = "was enabled beside another hook of its trigger; that is not put back";
        parts.push(part.to_owned());
    }
    parts.extend(of_secrets(hook));
    let parts = if parts.is_empty() { "complete".to_owned() } else { parts.join("; ") };
    format!(
        "- `{stem}`: id `{}`, {}, {parts}\n",
        hook.id.as_str().escape_debug(),
        hook.trigger.as_str().escape_debug()
    )
}

/// What is missing of the secrets.
pub(super) fn of_secrets(live: &Live) -> Option<String> {
    match &live.secrets {
        Some(keys) if keys.is_empty() => None,
        Some(keys) => {
            let keys: Vec<String> =
                keys.iter().map(|key| format!("`{}`", key.escape_debug())).collect();
            Some(format!("secrets without their values: {}", keys.join(", ")))
        }
        None => Some("its secrets were not looked at".to_owned()),
    }
}

/// The text beside a backup: what is in it, with a line on each hook, action and
/// trigger, and what an apply of it can't bring back.
fn note(manifest: &Manifest, remarks: &[String], drafts: bool) -> String {
    let Manifest { tenant, made, made_actions, environment: _, command: _ } = manifest;
    let mut note = format!(
        "# {} as it was before an apply\n\n\
         `hooksync apply` on this folder puts back what is listed here, and touches nothing\n\
         else. With `--allow-delete` it also deletes what that apply created: hooks, actions\n\
         and secrets, and entries in the order of a trigger.\n\n\
         Values of secrets can't be read from a tenant: what still exists keeps its own. A hook\n\
         or action that has to be created again comes back without them and with a new id; it\n\
         stays off (an action: is not deployed) until they are given. An action that still\n\
         exists has its old versions with the values they had: `hooksync rollback NAME --to N`\n\
         makes one live again.\n\n{}",
        tenant.escape_debug(),
        remarks.concat()
    );
    if drafts {
        note.push_str(&format!(
            "\nDrafts that were not deployed are in `{DRAFTS}/`. An apply of that folder, after\n\
             this one, puts them back without deploying them.\n"
        ));
    }
    for (kind, made) in [("Hooks", made), ("Actions", made_actions)] {
        if !made.is_empty() {
            let names: Vec<String> =
                made.iter().map(|name| format!("`{}`", name.escape_debug())).collect();
            note.push_str(&format!(
                "\n{kind} that the apply was to create: {}\n",
                names.join(", ")
            ));
        }
    }
    note
}
