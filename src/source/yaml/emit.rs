//! Nodes to YAML text, in the style of a careful person: block style, and
//! quotes only where some YAML reader would need them.
//!
//! What was written is read back by a second, independent engine (see
//! [`reads_back`]) before it replaces anything. Must not know what a document
//! is about.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_saphyr::DoubleQuoted;

use super::super::node::{Entry, Node, Value};
use super::{Limits, parse};

/// Writes a document. `None` if it can't be written so that it reads the same.
pub(crate) fn emit(node: &Node, limits: Limits) -> Option<String> {
    let options = serde_saphyr::ser_options! {
        compact_list_indent: false,
        folded_wrap_chars: usize::MAX,
        min_fold_chars: usize::MAX,
    };
    let text = serde_saphyr::to_string_with_options(&Writable(node), options).ok()?;
    reads_back(&text, node, limits).then_some(text)
}

/// A document of another room as YAML, keys in its order. `None` if it can't
/// be written so that it reads the same.
#[must_use]
pub fn to_yaml(document: &serde_json::Value) -> Option<String> {
    emit(&of_json(document), super::LARGE)
}

fn of_json(value: &serde_json::Value) -> Node {
    let node = |value| Node::new(value, 0..0);
    node(match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(flag) => Value::Bool(*flag),
        serde_json::Value::Number(number) => Value::Number(number.to_string()),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Array(all) => Value::List(all.iter().map(of_json).collect()),
        serde_json::Value::Object(map) => Value::Map(
            map.iter()
                .map(|(key, value)| Entry {
                    key: node(Value::Text(key.clone())),
                    value: of_json(value),
                })
                .collect(),
        ),
    })
}

/// Whether a text says exactly what a tree says, to the strict reader and to
/// the second engine alike.
pub(crate) fn reads_back(text: &str, node: &Node, limits: Limits) -> bool {
    let strict = parse(text, limits).is_ok_and(|read| read.same(node));
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let second = serde_yaml::from_str::<serde_yaml::Value>(body);
    strict && second.is_ok_and(|read| is_same(node, &read))
}

fn is_same(node: &Node, read: &serde_yaml::Value) -> bool {
    match (&node.value, read) {
        (Value::Null, serde_yaml::Value::Null) => true,
        (Value::Bool(a), serde_yaml::Value::Bool(b)) => a == b,
        (Value::Number(a), serde_yaml::Value::Number(b)) => {
            // Both engines keep numbers as numbers; their texts may differ.
            *a == b.to_string() || a.parse().ok() == b.as_f64()
        }
        (Value::Text(a), serde_yaml::Value::String(b)) => a == b,
        (Value::List(a), serde_yaml::Value::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Map(a), serde_yaml::Value::Mapping(b)) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|(Entry { key, value }, (other_key, other))| {
                    is_same(key, other_key) && is_same(value, other)
                })
        }
        (
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Map(_)
            | Value::Unresolved(_),
            _,
        ) => false,
    }
}

struct Writable<'a>(&'a Node);

impl Serialize for Writable<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(number) => match number.parse::<i64>() {
                Ok(number) => serializer.serialize_i64(number),
                Err(_) => serializer.serialize_f64(number.parse().unwrap_or(f64::NAN)),
            },
            Value::Text(text) if needs_escapes(text) => {
                DoubleQuoted(text.as_str()).serialize(serializer)
            }
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(&Writable(item)))?;
                list.end()
            }
            Value::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for Entry { key, value } in entries {
                    map.serialize_entry(&Writable(key), &Writable(value))?;
                }
                map.end()
            }
            Value::Unresolved(_) => Err(serde::ser::Error::custom("a value is missing")),
        }
    }
}

/// Whether a text has anything but characters that are seen: then escapes are
/// clearer than a block, and read alike everywhere.
fn needs_escapes(text: &str) -> bool {
    text.chars()
        .any(|c| c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}'))
}
