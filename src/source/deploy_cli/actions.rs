//! An action as the Deploy CLI writes it, in the words of hooksync's own
//! definitions.
//!
//! The values keep their places in the file, so that what is wrong with one is
//! shown where it stands. Must not judge values, or read code.

use std::path::{Component, Path, PathBuf};

use crate::model::content::LATEST;
use crate::model::secret::NOT_SHOWN;
use crate::source::node::{Entry, Node, Value};

/// An action's map as a native definition has it. `root` is the folder of the
/// tree, `below` the folder of the action's own file in it.
pub(super) fn as_definition(tree: &Node, root: &Path, below: &str) -> Node {
    let Value::Map(entries) = &tree.value else { return tree.clone() };
    let mut fields = Vec::new();
    for entry in entries {
        match entry.key.as_text() {
            Some("code") => fields.push(renamed(entry, "script", code(&entry.value, root, below))),
            Some("supported_triggers") => triggers(entry, &mut fields),
            Some("deployed") => fields.push(renamed(entry, "deploy", entry.value.clone())),
            Some("dependencies") => {
                let latest = Value::Text(LATEST.to_owned());
                fields.push(listed(entry, "name", "version", &latest));
            }
            Some("secrets") => {
                let kept = Value::Text(NOT_SHOWN.to_owned());
                fields.push(listed(entry, "name", "value", &kept));
            }
            Some("modules") => {
                let number = "module_version_number";
                fields.push(listed(entry, "module_name", number, &Value::Null));
            }
            // what the tenant says of it, and no setting
            Some("status" | "id" | "created_at" | "updated_at" | "all_changes_deployed") => {}
            _ => fields.push(entry.clone()),
        }
    }
    Node { value: Value::Map(fields), ..tree.clone() }
}

/// The bindings of all triggers as a native file has them.
pub(super) fn as_bindings(tree: &Node) -> Node {
    let of_item = |item: &Node| {
        let Value::Map(entries) = &item.value else { return item.clone() };
        let named = entries.iter().filter_map(|entry| match entry.key.as_text()? {
            _ if matches!(entry.value.value, Value::Null) => None,
            "action_name" => Some(renamed(entry, "action", entry.value.clone())),
            "display_name" => Some(renamed(entry, "displayName", entry.value.clone())),
            _ => None,
        });
        Node { value: Value::Map(named.collect()), ..item.clone() }
    };
    let of_trigger = |entry: &Entry| {
        let value = match &entry.value.value {
            Value::List(items) => Value::List(items.iter().map(of_item).collect()),
            other => other.clone(),
        };
        Entry { key: entry.key.clone(), value: Node { value, ..entry.value.clone() } }
    };
    let triggers = match &tree.value {
        Value::Map(entries) => Value::Map(entries.iter().map(of_trigger).collect()),
        Value::Null => Value::Map(Vec::new()),
        other => other.clone(),
    };
    let key = at(&tree.span, Value::Text("bindings".to_owned()));
    let value = Node { value: triggers, ..tree.clone() };
    at(&tree.span, Value::Map(vec![Entry { key, value }]))
}

/// Whether an action comes from the marketplace: no file manages those.
pub(super) fn is_installed(tree: &Node) -> bool {
    ["installed_integration_id", "integration"]
        .iter()
        .any(|key| tree.get(key).is_some_and(|entry| !matches!(entry.value.value, Value::Null)))
}

fn at(span: &std::ops::Range<usize>, value: Value) -> Node {
    Node::new(value, span.clone())
}

fn renamed(entry: &Entry, key: &str, value: Node) -> Entry {
    Entry { key: Node { value: Value::Text(key.to_owned()), ..entry.key.clone() }, value }
}

/// A field of an item, unless it is null.
fn field<'n>(item: &'n Node, name: &str) -> Option<&'n Entry> {
    item.get(name).filter(|entry| !matches!(entry.value.value, Value::Null))
}

/// A list of maps as a map from one of their fields to another, or to what that
/// means where it is missing. A list that can't be one stays what it is, for
/// whoever reads it to complain.
fn listed(entry: &Entry, key: &str, value: &str, missing: &Value) -> Entry {
    let Value::List(items) = &entry.value.value else { return entry.clone() };
    let of_item = |item: &Node| {
        let name = field(item, key)?;
        name.value.as_text()?;
        let value = field(item, value).map(|value| value.value.clone());
        let value = value.unwrap_or_else(|| at(&item.span, missing.clone()));
        Some(Entry { key: name.value.clone(), value })
    };
    match items.iter().map(of_item).collect::<Option<Vec<_>>>() {
        Some(entries) => Entry {
            key: entry.key.clone(),
            value: Node { value: Value::Map(entries), ..entry.value.clone() },
        },
        None => entry.clone(),
    }
}

/// The trigger and its version: an action has one, in a list.
fn triggers(entry: &Entry, fields: &mut Vec<Entry>) {
    let Value::List(items) = &entry.value.value else { return };
    let Some(first) = items.first() else { return };
    for (name, key) in [("id", "triggerId"), ("version", "triggerVersion")] {
        if let Some(found) = field(first, name) {
            fields.push(renamed(found, key, found.value.clone()));
        }
    }
}

/// Where the code is, from the folder of the action's file. Versions of the
/// Deploy CLI wrote it relative to the tree, to the folder above it, and to
/// the folder that they were started in: leading folders are left out until a
/// file is there.
fn code(node: &Node, root: &Path, below: &str) -> Node {
    let Value::Text(written) = &node.value else { return node.clone() };
    let written = written.replace('\\', "/");
    if written.starts_with('/') || written.is_empty() {
        return node.clone();
    }
    let parts: Vec<Component<'_>> =
        Path::new(&written).components().filter(|part| *part != Component::CurDir).collect();
    let from = |first: usize| parts[first..].iter().collect::<PathBuf>();
    let found = (0..parts.len()).map(from).find(|path| root.join(path).is_file());
    let path = found.unwrap_or_else(|| from(0));
    let path = match path.strip_prefix(below) {
        Ok(path) => path.to_owned(),
        Err(_) if below.is_empty() => path,
        Err(_) => Path::new("..").join(path),
    };
    let text = path.to_string_lossy().replace('\\', "/");
    Node { value: Value::Text(text), ..node.clone() }
}
