//! What only actions have in an export: the changes of an old definition.
//!
//! Must not touch the disk.

use super::fields::key;
use super::render::{modules, text};
use crate::model::content::{LATEST, draft_is_deployed, uses};
use crate::model::{Dependencies, Live};
use crate::source::definition::Parsed;
use crate::source::node::Value;
use crate::source::yaml::Edit;

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
