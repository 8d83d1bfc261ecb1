//! Actions and bindings in the shapes of the Deploy CLI.
//!
//! What is new is written as version 8.44 writes it; of what is there only the
//! fields change that say something else than the tenant. Must not touch the
//! disk.

use std::collections::BTreeSet;

use super::put_back::put_back_value;
use super::render::{map, node, text};
use crate::model::content::draft_is_deployed;
use crate::model::{BuildStatus, Dependencies, Live, LiveAction, LiveBinding, LiveBindings};
use crate::source::definition::Parsed;
use crate::source::node::{Node, Value};
use crate::source::yaml::Edit;

/// An action's map.
pub(super) fn definition(live: &Live, code: &str) -> Node {
    let none = LiveAction::default();
    let action = live.action().unwrap_or(&none);
    let mut fields = vec![("name", text(live.name.as_str())), ("code", text(code))];
    if let Some(runtime) = &action.runtime {
        fields.push(("runtime", text(runtime)));
    }
    let status = match &action.build {
        BuildStatus::Unknown(_) => "built",
        known => known.word(),
    };
    fields.push(("status", text(status)));
    fields.push(("dependencies", dependencies(live, None)));
    fields.push(("secrets", secrets(live, None)));
    fields.push(("supported_triggers", triggers(live, action)));
    fields.push(("deployed", Value::Bool(draft_is_deployed(live, false))));
    if !action.modules.is_empty() {
        fields.push(("modules", modules(action)));
    }
    node(map(fields))
}

/// A map in the order in which the YAML layout has it.
pub(super) fn in_yaml_order(mut tree: Node) -> Node {
    if let Value::Map(entries) = &mut tree.value {
        entries.sort_by_key(|entry| {
            let key = entry.key.as_text().unwrap_or_default().to_owned();
            (key != "name", key != "code", key)
        });
    }
    tree
}

/// The edits of a native definition as those of the Deploy CLI's map. `written`
/// is that map with its markers as the file has them.
pub(super) fn edits(parsed: &Parsed, written: &Node, live: &Live, native: &[Edit]) -> Vec<Edit> {
    let none = LiveAction::default();
    let action = live.action().unwrap_or(&none);
    let mut fields: BTreeSet<&str> = BTreeSet::new();
    for edit in native {
        let (Edit::Set(path, _) | Edit::Remove(path)) = edit;
        fields.extend(path.first().map(String::as_str));
    }
    let has = |key: &str| written.get(key).is_some();
    let own = &parsed.action;
    if own.trigger_version != action.trigger_version {
        fields.insert("triggerId");
    }
    if has("runtime") && own.runtime != action.runtime {
        fields.insert("runtime");
    }
    if own.deploy != draft_is_deployed(live, false) && has("deployed") {
        fields.insert("deploy");
    }
    let set = |key: &str, value| Edit::Set(vec![key.to_owned()], value);
    let edit_of = |field: &str| {
        Some(match field {
            "name" => set("name", text(live.name.as_str())),
            "triggerId" | "triggerVersion" => set("supported_triggers", triggers(live, action)),
            "runtime" => set("runtime", text(action.runtime.clone()?)),
            "dependencies" => {
                let old = written.get("dependencies").map(|entry| &entry.value);
                let given = parsed.dependencies.as_ref();
                set("dependencies", dependencies(live, old.zip(given)))
            }
            "modules" => set("modules", modules(action)),
            "secrets" => {
                let old = written.get("secrets").map(|entry| &entry.value);
                set("secrets", secrets(live, old))
            }
            "deploy" => set("deployed", Value::Bool(draft_is_deployed(live, false))),
            "script" => native.iter().find_map(|edit| match edit {
                Edit::Set(path, value) if *path == ["script"] => Some(set("code", value.clone())),
                _ => None,
            })?,
            _ => return None,
        })
    };
    fields.into_iter().filter_map(edit_of).collect()
}

/// The order of a trigger.
pub(super) fn order(live: &LiveBindings) -> Value {
    let entry = |entry: &LiveBinding| {
        let name = [("action_name", text(entry.action_name.as_str()))];
        let title = entry.display_name.iter().map(|title| ("display_name", text(title)));
        node(map(name.into_iter().chain(title)))
    };
    Value::List(live.entries.iter().map(entry).collect())
}

/// Where triggers stand in a new file: as tenants list them.
pub(super) fn rank(trigger: &str) -> (usize, &str) {
    const FIRST: [&str; 9] = [
        "post-login",
        "credentials-exchange",
        "pre-user-registration",
        "post-user-registration",
        "post-change-password",
        "send-phone-message",
        "password-reset-post-challenge",
        "custom-email-provider",
        "custom-phone-provider",
    ];
    (FIRST.iter().position(|known| *known == trigger).unwrap_or(FIRST.len()), trigger)
}

/// Versions keep the markers that the file has for them.
fn dependencies(live: &Live, old: Option<(&Node, &Dependencies)>) -> Value {
    let (written, given) = old.unzip();
    let items = written.and_then(Node::as_list).unwrap_or_default();
    let of = |name: &str| {
        let is_it = |item: &&Node| item.get("name").and_then(|it| it.value.as_text()) == Some(name);
        items.iter().find(is_it)?.get("version")?.value.as_text()
    };
    let packages = live.dependencies.iter().flatten().map(|(name, version)| {
        let given = given.and_then(|given| given.get(name));
        let kept = match of(name).zip(given) {
            Some((written, given)) if given == version => written.to_owned(),
            Some((written, given)) => put_back_value(written, given, version),
            None => version.clone(),
        };
        node(map([("name", text(name)), ("version", text(kept))]))
    });
    Value::List(packages.collect())
}

/// Values of keys that stay are the file's own.
fn secrets(live: &Live, written: Option<&Node>) -> Value {
    let old = written.and_then(Node::as_list).unwrap_or_default();
    fn name(item: &Node) -> Option<&str> {
        item.get("name")?.value.as_text()
    }
    let keys = live.secrets.iter().flatten();
    let kept = old.iter().filter(|item| {
        name(item).is_some_and(|name| live.secrets.iter().flatten().any(|key| key == name))
    });
    let new = keys.filter(|key| !old.iter().any(|item| name(item) == Some(key.as_str())));
    let new = new.map(|key| node(map([("name", text(key))])));
    Value::List(kept.cloned().chain(new).collect())
}

fn triggers(live: &Live, action: &LiveAction) -> Value {
    let version = action.trigger_version.iter().map(|version| ("version", text(version)));
    let id = ("id", text(live.trigger.as_str()));
    Value::List(vec![node(map([id].into_iter().chain(version)))])
}

fn modules(action: &LiveAction) -> Value {
    let of_module = |module: &crate::model::LiveModule| {
        node(map([
            ("module_name", text(module.uses.name.as_str())),
            ("module_version_number", Value::Number(module.uses.version.to_string())),
        ]))
    };
    Value::List(action.modules.iter().map(of_module).collect())
}
