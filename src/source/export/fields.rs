//! Which fields of a definition an export changes.
//!
//! A field whose resolved value is the live one stays as it is written, and an
//! omitted field stays omitted: what a person left unmanaged is not drift.
//! Must not know about files.

use std::collections::BTreeSet;

use super::merge::written;
use super::put_back::put_back_value;
use super::render::{dependencies, map, modules, node, text, texts};
use crate::model::content::{LATEST, draft_is_deployed, uses};
use crate::model::secret::NOT_SHOWN;
use crate::model::{Dependencies, Kind, Live, Name};
use crate::source::definition::Parsed;
use crate::source::node::{Entry, Node, Value};
use crate::source::yaml::Edit;

/// What the file needs besides the tenant's fields.
pub(crate) struct Beside {
    /// A new path for the script.
    pub(crate) script: Option<String>,
    /// Markers that are text in the script and the versions.
    pub(crate) literal: BTreeSet<String>,
    /// Whether `enabled` can be written.
    pub(crate) with_enabled: bool,
}

/// The edits that make a definition say what is live, and the markers that are
/// gone from some place with them.
pub(crate) fn edits(
    definition: &Parsed,
    live: &Live,
    beside: &Beside,
) -> (Vec<Edit>, BTreeSet<String>) {
    let new: BTreeSet<String> = beside.literal.difference(&definition.literal).cloned().collect();
    let old = Old { definition, turned: &new };
    let mut edits = Vec::new();
    old.name(live, &mut edits);
    let trigger = definition.trigger.as_ref().is_some_and(|old| old.value == live.trigger);
    if !trigger || old.turns("triggerId") {
        edits.push(Edit::Set(key("triggerId"), text(live.trigger.as_str())));
    }
    action_edits(definition, live, &mut edits);
    if old.has("enabled") {
        let same = definition.enabled.as_ref().is_some_and(|old| old.value == live.runs);
        if !beside.with_enabled {
            edits.push(Edit::Remove(key("enabled")));
        } else if !same || old.turns("enabled") {
            edits.push(Edit::Set(key("enabled"), Value::Bool(live.runs)));
        }
    }
    if let Some(path) = &beside.script {
        edits.push(Edit::Set(key("script"), text(path)));
    }
    old.dependencies(live.dependencies.as_ref(), &mut edits);
    old.secrets(live.secrets.as_ref(), &mut edits);
    let lost = lost(definition, &edits);
    if !new.is_empty() {
        let all: BTreeSet<String> = definition.literal.union(&new).cloned().collect();
        edits.push(Edit::Set(key("literalMarkers"), texts(&all)));
    }
    (edits, lost)
}

/// The markers of values that are written out. What a field's own text still
/// has stays, and so do secrets, whose values are the file's.
fn lost(definition: &Parsed, edits: &[Edit]) -> BTreeSet<String> {
    let written = edits.iter().filter_map(|edit| match edit {
        Edit::Set(path, value) if path.first().is_none_or(|field| field != "secrets") => {
            let mut old = Some(&definition.written);
            for part in path {
                old = old.and_then(|node| node.get(part)).map(|entry| &entry.value);
            }
            Some((old?, node(value.clone())))
        }
        _ => None,
    });
    let gone = written.flat_map(|(old, new)| {
        let new = markers_of(&new);
        markers_of(old).into_iter().filter(move |marker| !new.contains(marker))
    });
    gone.filter(|marker| !definition.literal.contains(marker)).collect()
}

fn markers_of(node: &Node) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    node.each(&mut |part| found.extend(part.as_text().map(written).unwrap_or_default()));
    found
}

pub(super) fn key(key: &str) -> Vec<String> {
    vec![key.to_owned()]
}

/// A definition as it is, and the markers that turn from keywords into text.
struct Old<'a> {
    definition: &'a Parsed,
    turned: &'a BTreeSet<String>,
}

impl Old<'_> {
    fn field(&self, field: &str) -> Option<&Node> {
        self.definition.written.get(field).map(|entry| &entry.value)
    }

    fn has(&self, field: &str) -> bool {
        self.field(field).is_some()
    }

    /// Whether a field has a marker that turns into text, so that it has to be
    /// written out.
    fn turns(&self, field: &str) -> bool {
        let any = |node: &Node| !markers_of(node).is_disjoint(self.turned);
        !self.turned.is_empty() && self.field(field).is_some_and(any)
    }

    fn name(&self, live: &Live, edits: &mut Vec<Edit>) {
        let same = self.definition.name.as_ref().is_some_and(|name| name.value == live.name);
        if !same || self.turns("name") {
            edits.push(Edit::Set(key("name"), text(live.name.as_str())));
        }
        if same {
            return;
        }
        let former = &self.definition.renamed_from;
        let rest: Vec<String> = former
            .iter()
            .filter(|name| name.value != live.name)
            .map(|name| Name::to_string(&name.value))
            .collect();
        if rest.is_empty() {
            edits.push(Edit::Remove(key("renamedFrom")));
        } else if rest.len() < former.len() {
            edits.push(Edit::Set(key("renamedFrom"), texts(&rest)));
        }
    }

    fn dependencies(&self, live: Option<&Dependencies>, edits: &mut Vec<Edit>) {
        const FIELD: &str = "dependencies";
        let (Some(live), Some(written)) = (live, self.field(FIELD)) else { return };
        let old = self.definition.dependencies.as_ref();
        let live = &match self.definition.kind {
            Kind::Action => latest_kept(live, old),
            Kind::Hook | Kind::Bindings => live.clone(),
        };
        let turns = self.turns(FIELD);
        if old == Some(live) && !turns {
            return;
        }
        // One by one, so that the other lines stay as they are.
        if let (Some(old), Some(_), false, false) = (old, written.as_map(), turns, live.is_empty())
        {
            let kept = |package: &String, version: &str| {
                let written = written.get(package).and_then(|entry| entry.value.as_text());
                match (written, old.get(package)) {
                    (Some(written), Some(old)) => put_back_value(written, old, version),
                    _ => version.to_owned(),
                }
            };
            let gone = old.keys().filter(|package| !live.contains_key(*package));
            edits.extend(gone.map(|package| Edit::Remove(vec![FIELD.to_owned(), package.clone()])));
            let set = live.iter().filter(|(package, version)| old.get(*package) != Some(version));
            edits.extend(set.map(|(package, version)| {
                Edit::Set(vec![FIELD.to_owned(), package.clone()], text(kept(package, version)))
            }));
        } else {
            edits.push(Edit::Set(key(FIELD), dependencies(live)));
        }
    }

    fn secrets(&self, live: Option<&BTreeSet<String>>, edits: &mut Vec<Edit>) {
        const FIELD: &str = "secrets";
        let (Some(live), Some(written)) = (live, self.field(FIELD)) else { return };
        let old = self.definition.secrets.as_ref();
        if old.is_some_and(|old| old.keys().eq(live)) {
            return;
        }
        let kept = |key: &String| (key.clone(), text(NOT_SHOWN));
        // Values of keys that stay are the file's own, so they must not go.
        let is_text = |entry: &Entry| entry.key.as_text().is_some();
        let texts = written.as_map().filter(|entries| entries.iter().all(is_text));
        match texts {
            Some(entries) if !live.is_empty() => {
                let has = |wanted: &str| entries.iter().any(|e| e.key.as_text() == Some(wanted));
                let gone = entries.iter().filter_map(|entry| entry.key.as_text());
                let gone = gone.filter(|key| !live.contains(*key));
                edits.extend(gone.map(|key| Edit::Remove(vec![FIELD.to_owned(), key.to_owned()])));
                let new = live.iter().filter(|key| !has(key));
                edits.extend(
                    new.map(|key| Edit::Set(vec![FIELD.to_owned(), key.clone()], text(NOT_SHOWN))),
                );
            }
            _ => edits.push(Edit::Set(key(FIELD), map(live.iter().map(kept)))),
        }
    }
}

/// Adds the changes of the fields that only an action has. Fields that the
/// definition leaves out stay out.
fn action_edits(definition: &Parsed, live: &Live, edits: &mut Vec<Edit>) {
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
fn latest_kept(live: &Dependencies, old: Option<&Dependencies>) -> Dependencies {
    let is_latest =
        |package: &String| old.and_then(|old| old.get(package)).is_some_and(|v| v == LATEST);
    live.iter()
        .map(|(package, version)| {
            let version = if is_latest(package) { LATEST } else { version.as_str() };
            (package.clone(), version.to_owned())
        })
        .collect()
}
