//! The files of a migration, and which of them may be overwritten.
//!
//! A file of this command begins with a comment that holds a hash of the rest:
//! one that was edited, or that somebody else wrote, is left alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::convert::{Action, stem};
use crate::cli::CliError;
use crate::cli::starters::write_schemas;
use crate::model::{Kind, LiveBinding, LiveBindings, Script};
use crate::source::{self, schema};

const MARK: &str = "written by hooksync migrate, sha256:";

/// Writes everything, or nothing. `live` are the bindings of all triggers, where
/// the tenant was asked.
pub(super) fn write(
    out: &Path,
    hooks: &mut [Action],
    live: Option<&[LiveBindings]>,
    force: bool,
) -> Result<(), CliError> {
    let mut files: BTreeMap<PathBuf, String> = BTreeMap::new();
    let mut taken = BTreeMap::new();
    for hook in hooks.iter_mut().filter(|hook| hook.migrated.style.is_some()) {
        let mut stem = stem(&hook.migrated.name);
        let times = taken.entry(stem.to_lowercase()).or_insert(0);
        *times += 1;
        if *times > 1 {
            stem = format!("{stem}-{times}");
        }
        let (definition, script) = (format!("{stem}.yaml"), format!("{stem}.js"));
        let mut own = vec![
            (
                out.join(&definition),
                own_yaml(schema::ACTION_HEADER, &definition_of(hook, &script)?),
            ),
            (out.join(&script), own_text("//", &hook.migrated.converted)),
        ];
        if !hook.tests.is_empty() {
            own.push((
                out.join(format!("{stem}.test.yaml")),
                own_yaml(schema::TEST_HEADER, &hook.tests),
            ));
        }
        hook.migrated.files = own.iter().map(|(path, _)| path.display().to_string()).collect();
        files.extend(own);
    }
    if let Some(bindings) = bindings(hooks, live)? {
        files.insert(out.join("bindings.yaml"), own_yaml(schema::BINDINGS_HEADER, &bindings));
    }
    refuse_foreign(&files, force)?;
    for (path, text) in &files {
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        write_whole(path, text)?;
    }
    if !files.is_empty() {
        write_schemas(out, Kind::Action)?;
    }
    Ok(())
}

/// Replaces a file at once or not at all.
fn write_whole(path: &Path, text: &str) -> Result<(), CliError> {
    use std::io::Write as _;
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // what the user's umask leaves of it, as for any file
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map_err(|error| CliError::from(error.error))?;
    Ok(())
}

fn refuse_foreign(files: &BTreeMap<PathBuf, String>, force: bool) -> Result<(), CliError> {
    let mut foreign = Vec::new();
    for (path, text) in files {
        let there = match fs_err::read(path) {
            Ok(there) => String::from_utf8_lossy(&there).into_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error.into()),
        };
        if there != *text && !is_own(&there) {
            foreign.push(path.display().to_string());
        }
    }
    if force || foreign.is_empty() {
        return Ok(());
    }
    Err(CliError::refused(format!(
        "these files were edited, or not written by migrate: {}; nothing was written",
        foreign.join(", ")
    ))
    .hint("write elsewhere with --out, or overwrite them with --force"))
}

pub(super) fn own_text(comment: &str, rest: &str) -> String {
    format!("{comment} {MARK}{}\n{rest}", Script::new(rest).sha256())
}

/// The same with the line by which editors find the schema.
fn own_yaml(header: &str, rest: &str) -> String {
    own_text("#", &format!("{header}{rest}"))
}

/// Whether a file is as this command wrote it.
fn is_own(text: &str) -> bool {
    let Some((first, rest)) = text.split_once('\n') else { return false };
    let hash = first.split_once(MARK).map(|(_, hash)| hash.trim());
    hash.is_some_and(|hash| hash == Script::new(rest).sha256().to_string())
}

fn definition_of(hook: &Action, script: &str) -> Result<String, CliError> {
    let mut fields = json!({
        "kind": "action",
        "name": hook.migrated.name,
        "triggerId": hook.migrated.trigger_id,
        "script": script,
        "runtime": "node22",
    });
    if !hook.dependencies.is_empty() {
        fields["dependencies"] = json!(hook.dependencies);
    }
    if !hook.secrets.is_empty() {
        fields["secrets"] = hook.secrets.iter().cloned().collect();
    }
    yaml(&fields)
}

/// One list for each trigger; its actions come before what is bound already,
/// since hooks ran before Actions. Where that is known the list is whole.
fn bindings(hooks: &[Action], live: Option<&[LiveBindings]>) -> Result<Option<String>, CliError> {
    let mut triggers: Map<String, Value> = Map::new();
    for hook in hooks.iter().filter(|hook| hook.migrated.style.is_some() && hook.is_bound) {
        let entry = triggers
            .entry(hook.migrated.trigger_id.clone())
            .or_insert_with(|| json!({ "prepend": true, "actions": [] }));
        if let Some(list) = entry.get_mut("actions").and_then(Value::as_array_mut) {
            list.push(hook.migrated.name.as_str().into());
        }
    }
    if triggers.is_empty() {
        return Ok(None);
    }
    for live in live.into_iter().flatten() {
        let Some(list) = triggers.get_mut(live.trigger.as_str()) else { continue };
        let ours = list.get("actions").and_then(Value::as_array).cloned().unwrap_or_default();
        let is_ours = |entry: &LiveBinding| {
            !entry.installed && ours.iter().any(|own| *own == entry.action_name.as_str())
        };
        let others = live.entries.iter().filter(|entry| !is_ours(entry)).map(entry);
        *list = ours.iter().cloned().chain(others).collect();
    }
    if live.is_some() {
        // nothing is bound where the tenant lists nothing
        for list in triggers.values_mut() {
            if let Some(ours) = list.get("actions").cloned() {
                *list = ours;
            }
        }
    }
    yaml(&json!({ "kind": "bindings", "bindings": triggers })).map(Some)
}

/// A live entry as a definition has it.
fn entry(entry: &LiveBinding) -> Value {
    let name = entry.action_name.as_str();
    match &entry.display_name {
        _ if entry.installed => {
            let shown = entry.display_name.as_deref().unwrap_or(name);
            json!({ "id": entry.action_id.as_str(), "displayName": shown })
        }
        Some(shown) if shown != name => json!({ "action": name, "displayName": shown }),
        _ => name.into(),
    }
}

pub(super) fn yaml(value: &Value) -> Result<String, CliError> {
    source::to_yaml(value)
        .ok_or_else(|| CliError::new("a definition can't be written as YAML that reads the same"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_own_until_it_is_edited() {
        let text = own_text("//", "code\nmore\n");
        assert!(is_own(&text), "{text}");
        assert!(!is_own(&text.replace("more", "edited")));
        assert!(!is_own("code\n"));
        assert!(!is_own(""));
    }
}
