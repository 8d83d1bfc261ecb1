//! A live hook or action as the tree of a new definition. An action's says what
//! its draft is; where that is not what runs, it says `deploy: false`, so that a
//! plan right after the export changes nothing.
//!
//! Must not touch the disk or know what is on it.

use std::collections::BTreeSet;
use std::path::Path;

use super::merge::written;
use crate::model::content::draft_is_deployed;
use crate::model::secret::NOT_SHOWN;
use crate::model::{Dependencies, Kind, Live, LiveAction, LiveModule, Name, Trigger};
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
pub(crate) fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
    let entry = |(key, value): (K, Value)| Entry { key: node(text(key)), value: node(value) };
    Value::Map(entries.into_iter().map(entry).collect())
}

/// A list of texts.
pub(crate) fn texts<'a>(items: impl IntoIterator<Item = &'a String>) -> Value {
    Value::List(items.into_iter().map(|item| node(text(item))).collect())
}

/// Dependencies as a map.
pub(crate) fn dependencies(dependencies: &Dependencies) -> Value {
    map(dependencies.iter().map(|(package, version)| (package, text(version))))
}

/// Modules as a map.
pub(crate) fn modules(action: &LiveAction) -> Value {
    let number = |module: &LiveModule| Value::Number(module.uses.version.to_string());
    map(action.modules.iter().map(|module| (module.uses.name.as_str(), number(module))))
}

/// A new definition for a folder. `enabled` is left out where two hooks of one
/// trigger run, which no definitions can say.
pub(crate) fn definition(
    live: &Live,
    script_file: &str,
    literal: &BTreeSet<String>,
    with_enabled: bool,
    folder: &Path,
) -> Node {
    let Live {
        id: _,
        name,
        stored_name: _,
        trigger,
        runs,
        script: _,
        dependencies: packages,
        secrets,
        body: _,
    } = live;
    let action = live.action();
    // the folder's name may say so already
    let says_kind = action.is_some() && !folder.components().any(|it| it.as_os_str() == "actions");
    let with_modules = action.filter(|action| !action.modules.is_empty());
    let kept = |keys: &BTreeSet<String>| map(keys.iter().map(|key| (key, text(NOT_SHOWN))));
    let fields = [
        ("kind", says_kind.then(|| text("action"))),
        ("name", Some(text(name.as_str()))),
        ("triggerId", Some(text(trigger.as_str()))),
        ("enabled", (action.is_none() && with_enabled).then_some(Value::Bool(*runs))),
        ("triggerVersion", action.and_then(|action| action.trigger_version.as_ref()).map(text)),
        ("runtime", action.and_then(|action| action.runtime.as_ref()).map(text)),
        ("script", Some(text(script_file))),
        ("dependencies", packages.as_ref().map(dependencies)),
        ("modules", with_modules.map(modules)),
        ("secrets", secrets.as_ref().map(kept)),
        ("deploy", (!draft_is_deployed(live, false)).then_some(Value::Bool(false))),
        ("literalMarkers", (!literal.is_empty()).then(|| texts(literal))),
    ];
    node(map(fields.into_iter().filter_map(|(field, value)| Some((field, value?)))))
}

/// A definition in the order in which the Deploy CLI writes one.
pub(crate) fn in_deploy_order(mut tree: Node) -> Node {
    const ORDER: [&str; 6] = ["name", "script", "dependencies", "enabled", "secrets", "triggerId"];
    if let Value::Map(entries) = &mut tree.value {
        entries.sort_by_key(|entry| ORDER.iter().position(|key| entry.key.as_text() == Some(key)));
    }
    tree
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

/// Whether something live can be a definition at all, else why not.
pub(crate) fn obstacle(live: &Live) -> Option<&'static str> {
    let name = live.name.as_str();
    let is_hook = live.kind() == Kind::Hook;
    let has_name = match is_hook {
        true => Name::hook(name).is_ok_and(|identity| identity == live.name),
        false => !name.trim().is_empty() && !name.chars().any(char::is_control),
    };
    if is_hook && matches!(live.trigger, Trigger::Other(_)) {
        Some("its trigger is not supported in definitions")
    } else if !has_name {
        Some("its name can't be used in a definition")
    } else {
        (!live.has_content()).then_some("its content was not fetched")
    }
}
