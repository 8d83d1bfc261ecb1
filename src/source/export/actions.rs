//! What only actions have in an export: the fields of a new definition, and the
//! changes of an old one.
//!
//! A definition says what the draft is; where that is not what runs, it says
//! `deploy: false`, so that a plan right after the export changes nothing.
//! Must not touch the disk.

use std::collections::BTreeSet;
use std::path::Path;

use super::fields::key;
use super::render::{dependencies, map, node, text, texts};
use crate::model::content::{LATEST, draft_is_deployed, uses};
use crate::model::secret::NOT_SHOWN;
use crate::model::{Dependencies, Live, LiveAction};
use crate::source::definition::Parsed;
use crate::source::node::{Node, Value};
use crate::source::yaml::Edit;

/// A new definition for a folder.
pub(crate) fn definition(
    live: &Live,
    script_file: &str,
    literal: &BTreeSet<String>,
    folder: &Path,
) -> Node {
    let mut fields = Vec::new();
    let mut add = |name: &str, value: Value| fields.push((name.to_owned(), value));
    // the folder's name says so already
    if !folder.components().any(|part| part.as_os_str() == "actions") {
        add("kind", text("action"));
    }
    add("name", text(live.name.as_str()));
    add("triggerId", text(live.trigger.as_str()));
    let action = live.action().cloned().unwrap_or_default();
    if let Some(version) = &action.trigger_version {
        add("triggerVersion", text(version));
    }
    if let Some(runtime) = &action.runtime {
        add("runtime", text(runtime));
    }
    add("script", text(script_file));
    if let Some(packages) = &live.dependencies {
        add("dependencies", dependencies(packages));
    }
    if !action.modules.is_empty() {
        add("modules", modules(&action));
    }
    if let Some(keys) = &live.secrets {
        add("secrets", map(keys.iter().map(|key| (key.clone(), text(NOT_SHOWN)))));
    }
    if !draft_is_deployed(live, false) {
        add("deploy", Value::Bool(false));
    }
    if !literal.is_empty() {
        add("literalMarkers", texts(literal));
    }
    node(map(fields))
}

/// Adds the changes of the fields that only an action has. Fields that the
/// definition leaves out stay out.
pub(crate) fn edits(definition: &Parsed, live: &Live, edits: &mut Vec<Edit>) {
    let Some(action) = live.action() else { return };
    let has = |field: &str| definition.written.get(field).is_some();
    let mut word = |field: &str, old: &Option<String>, live: &Option<String>| {
        if let Some(live) = live.as_ref().filter(|live| has(field) && Some(*live) != old.as_ref()) {
            edits.push(Edit::Set(key(field), text(live)));
        }
    };
    let own = &definition.action;
    word("triggerVersion", &own.trigger_version, &action.trigger_version);
    word("runtime", &own.runtime, &action.runtime);
    let used = uses(&action.modules);
    if has("modules") && own.modules.as_ref() != Some(&used) {
        edits.push(Edit::Set(key("modules"), modules(action)));
    }
    if own.deploy && !draft_is_deployed(live, false) {
        edits.push(Edit::Set(key("deploy"), Value::Bool(false)));
    }
}

fn modules(action: &LiveAction) -> Value {
    map(action
        .modules
        .iter()
        .map(|module| (module.uses.name.clone(), Value::Number(module.uses.version.to_string()))))
}

/// Live packages with those left at `latest` that a file has so.
pub(crate) fn latest_kept(live: &Dependencies, old: Option<&Dependencies>) -> Dependencies {
    let is_latest =
        |package: &String| old.and_then(|old| old.get(package)).is_some_and(|v| v == LATEST);
    live.iter()
        .map(|(package, version)| {
            let version = if is_latest(package) { LATEST } else { version.as_str() };
            (package.clone(), version.to_owned())
        })
        .collect()
}
