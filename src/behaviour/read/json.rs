//! A test's values as JSON, and how one is laid over another.

use serde_json::{Map, Value as Json};

use crate::source::node::{Node, Value};

/// A YAML value as JSON. Keys that aren't texts were reported where maps are read.
pub(in crate::behaviour) fn to_json(node: &Node) -> Json {
    match &node.value {
        Value::Null | Value::Unresolved(_) => Json::Null,
        Value::Bool(flag) => Json::from(*flag),
        Value::Number(number) => serde_json::from_str(number).unwrap_or(Json::Null),
        Value::Text(text) => Json::from(text.as_str()),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Map(entries) => Json::Object(
            entries
                .iter()
                .map(|entry| {
                    let key = match &entry.key.value {
                        Value::Text(text) | Value::Number(text) => text.clone(),
                        Value::Bool(flag) => flag.to_string(),
                        _ => String::new(),
                    };
                    (key, to_json(&entry.value))
                })
                .collect(),
        ),
    }
}

/// Joins two merge patches: the later one wins, and what it removes stays
/// marked as removed.
pub(super) fn compose(first: &mut Json, later: &Json) {
    match (first, later) {
        (Json::Object(first), Json::Object(later)) => {
            for (key, value) in later {
                compose(first.entry(key.clone()).or_insert(Json::Null), value);
            }
        }
        (first, later) => *first = later.clone(),
    }
}

/// Lays a merge patch over a value (RFC 7386): null removes.
pub(in crate::behaviour) fn patch(target: &mut Json, change: &Json) {
    let Json::Object(change) = change else {
        *target = change.clone();
        return;
    };
    if !target.is_object() {
        *target = Json::Object(Map::new());
    }
    let Json::Object(fields) = target else { return };
    for (key, value) in change {
        if value.is_null() {
            fields.shift_remove(key);
        } else {
            patch(fields.entry(key.clone()).or_insert(Json::Null), value);
        }
    }
}
