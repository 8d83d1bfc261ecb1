//! A live hook as the tree of a new definition.
//!
//! Must not touch the disk or know what is on it.

use std::collections::BTreeSet;

use super::merge::written;
use crate::model::secret::NOT_SHOWN;
use crate::model::{Dependencies, Kind, Live, Name, Trigger};
use crate::source::node::{Entry, Node, Value};

/// A text as a value.
pub(crate) fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

/// A node that stands nowhere yet.
pub(crate) fn node(value: Value) -> Node {
    Node::new(value, 0..0)
}

/// A map with keys in the given order.
pub(crate) fn map(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
    let entry = |(key, value)| Entry { key: node(text(key)), value: node(value) };
    Value::Map(entries.into_iter().map(entry).collect())
}

/// A list of texts.
pub(crate) fn texts<'a>(items: impl IntoIterator<Item = &'a String>) -> Value {
    Value::List(items.into_iter().map(|item| node(text(item))).collect())
}

/// Dependencies as a map.
pub(crate) fn dependencies(dependencies: &Dependencies) -> Value {
    map(dependencies.iter().map(|(package, version)| (package.clone(), text(version))))
}

/// The name to write for a live hook: its identity, which is what the tenant
/// stores. `None` if that is no name that a definition can have.
pub(crate) fn written_name(hook: &Live) -> Option<String> {
    if hook.kind() == Kind::Action {
        return Some(hook.name.to_string());
    }
    let identity = Name::hook(hook.name.as_str()).ok()?;
    (identity == hook.name).then(|| identity.to_string())
}

/// A new definition. `enabled` is left out where two hooks of one trigger run,
/// which no definitions can say.
pub(crate) fn definition(
    hook: &Live,
    name: &str,
    script_file: &str,
    literal: &BTreeSet<String>,
    with_enabled: bool,
) -> Node {
    let Live {
        id: _,
        name: _,
        stored_name: _,
        trigger,
        runs,
        script: _,
        dependencies: packages,
        secrets,
        body: _,
    } = hook;
    let mut fields =
        vec![("name".to_owned(), text(name)), ("triggerId".to_owned(), text(trigger.as_str()))];
    if with_enabled {
        fields.push(("enabled".to_owned(), Value::Bool(*runs)));
    }
    fields.push(("script".to_owned(), text(script_file)));
    if let Some(packages) = packages {
        fields.push(("dependencies".to_owned(), dependencies(packages)));
    }
    if let Some(keys) = secrets {
        let kept = keys.iter().map(|key| (key.clone(), text(NOT_SHOWN)));
        fields.push(("secrets".to_owned(), map(kept)));
    }
    if !literal.is_empty() {
        fields.push(("literalMarkers".to_owned(), texts(literal)));
    }
    node(map(fields))
}

/// A definition in the order in which the Deploy CLI writes one.
pub(crate) fn in_deploy_order(mut tree: Node) -> Node {
    const ORDER: [&str; 6] = ["name", "script", "dependencies", "enabled", "secrets", "triggerId"];
    if let Value::Map(entries) = &mut tree.value {
        entries.sort_by_key(|entry| ORDER.iter().position(|key| entry.key.as_text() == Some(key)));
    }
    tree
}

/// Adds the name under which a hook may be found now.
pub(crate) fn add_former_name(definition: &mut Node, name: Option<&Name>) {
    if let (Some(name), Value::Map(entries)) = (name, &mut definition.value) {
        let (key, value) = (node(text("renamedFrom")), node(text(name.as_str())));
        entries.push(Entry { key, value });
    }
}

/// The markers in a live hook's versions, and in an action's name: text, not
/// keywords. (A hook's name can't hold any.)
pub(crate) fn literal_values(live: &Live) -> BTreeSet<String> {
    let versions = live.dependencies.iter().flatten().flat_map(|(_, version)| written(version));
    versions.chain(written(live.name.as_str())).collect()
}

/// All markers in what is live: text, not keywords.
pub(crate) fn literal_markers(hook: &Live) -> BTreeSet<String> {
    let script = hook.script.iter().flat_map(|script| written(script.as_str()));
    script.chain(literal_values(hook)).collect()
}

/// Whether a hook can be a definition at all, else why not.
pub(crate) fn obstacle(hook: &Live) -> Option<String> {
    if hook.kind() == Kind::Action {
        let name = hook.name.as_str();
        if name.trim().is_empty() || name.chars().any(char::is_control) {
            return Some("its name can't be used in a definition".to_owned());
        }
        return (!hook.has_content()).then(|| "its content was not fetched".to_owned());
    }
    if matches!(hook.trigger, Trigger::Other(_)) {
        return Some("its trigger is not supported in definitions".to_owned());
    }
    if written_name(hook).is_none() {
        return Some("its name can't be used in a definition".to_owned());
    }
    (!hook.has_content()).then(|| "its content was not fetched".to_owned())
}
