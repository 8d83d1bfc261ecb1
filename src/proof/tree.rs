//! Values at paths of a JSON document.

use serde_json::{Map, Value};

/// The properties from the document to a value.
pub(super) type Path = Vec<String>;

/// The value at a path.
pub(super) fn get<'v>(document: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(document, |value, name| value.get(name))
}

/// Sets the value at a path, with the objects on the way; `None` takes it away.
pub(super) fn set(document: &mut Value, path: &[String], value: Option<Value>) {
    let Some((last, front)) = path.split_last() else { return };
    let mut at = document;
    for name in front {
        if !at.is_object() {
            if value.is_none() {
                return;
            }
            *at = Value::Object(Map::new());
        }
        let Some(object) = at.as_object_mut() else { return };
        if value.is_none() && !object.contains_key(name) {
            return;
        }
        at = object.entry(name.clone()).or_insert(Value::Null);
    }
    if at.is_null() && value.is_some() {
        *at = Value::Object(Map::new());
    }
    let Some(object) = at.as_object_mut() else { return };
    match value {
        Some(value) => {
            object.insert(last.clone(), value);
        }
        None => {
            object.shift_remove(last);
        }
    }
}

/// Every path of a document, objects before what they hold.
pub(super) fn paths(document: &Value) -> Vec<Path> {
    let mut all = Vec::new();
    collect(document, &mut Vec::new(), &mut all);
    all
}

fn collect(value: &Value, path: &mut Path, all: &mut Vec<Path>) {
    let Some(object) = value.as_object() else { return };
    for (name, inner) in object {
        path.push(name.clone());
        all.push(path.clone());
        collect(inner, path, all);
        path.pop();
    }
}

/// A path as it is written in code, such as `user.app_metadata.plan`.
pub(super) fn written(path: &[String]) -> String {
    path.join(".")
}

/// The path of what is written so.
pub(super) fn path(written: &str) -> Path {
    written.split('.').map(str::to_owned).collect()
}
