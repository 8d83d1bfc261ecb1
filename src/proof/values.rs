//! Values worth trying in the place of others, and names that are no input's.
//!
//! Must not know the event that they are tried in.

use serde_json::Value;

/// The texts of a document, and their parts.
pub(super) fn texts_of(value: &Value, words: &mut Vec<Value>) {
    match value {
        Value::String(text) => {
            words.push(text.as_str().into());
            words.extend(
                text.rsplit('@').next().filter(|part| part.len() < text.len()).map(Value::from),
            );
        }
        Value::Object(map) => map.values().for_each(|inner| texts_of(inner, words)),
        Value::Array(all) => all.iter().for_each(|inner| texts_of(inner, words)),
        _ => {}
    }
}

/// The values that a condition most likely asks for.
pub(super) fn likely(values: &[Option<Value>]) -> Vec<Option<Value>> {
    let there = values.iter().filter(|value| value.as_ref().is_some_and(|it| *it != ""));
    let mut likely: Vec<_> = there.take(3).cloned().collect();
    likely.extend(values.contains(&None).then_some(None));
    likely
}

/// A text, and texts that hold it in ways that code looks for.
pub(super) fn like(now: Option<&Value>, text: &str) -> Vec<Value> {
    let mut values: Vec<Value> = vec![text.into()];
    if let Some(Value::String(now)) = now {
        if now.contains('@') && !text.contains('@') {
            values.push(format!("ada@{}", text.trim_start_matches('@')).into());
            values.push(format!("ada@sub.{}", text.trim_start_matches(['@', '.'])).into());
        } else if text.starts_with('@') {
            values.push(format!("ada{text}").into());
        }
        values.push(format!("{text}{now}").into());
        values.push(format!("{now}{text}").into());
    }
    values.push(text.to_uppercase().into());
    values
}

pub(super) fn is_method(name: &str) -> bool {
    const METHODS: [&str; 34] = [
        "length",
        "split",
        "toLowerCase",
        "toUpperCase",
        "includes",
        "indexOf",
        "startsWith",
        "endsWith",
        "trim",
        "replace",
        "match",
        "test",
        "push",
        "filter",
        "map",
        "forEach",
        "some",
        "every",
        "find",
        "join",
        "slice",
        "substring",
        "substr",
        "then",
        "catch",
        "toString",
        "log",
        "error",
        "warn",
        "keys",
        "values",
        "stringify",
        "parse",
        "exports",
    ];
    METHODS.contains(&name)
}
