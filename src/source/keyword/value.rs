//! The value of a keyword: anything that JSON can say, in the order in which
//! it was said.
//!
//! A value may be a secret: `Debug` shows none of it.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use crate::source::node::{Entry, Node, Value};

/// What stands for a keyword.
#[derive(Clone, PartialEq, Eq)]
pub enum KeywordValue {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, in the way JSON writes it.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// A map, in the order of the file.
    Map(Vec<(String, Self)>),
}

impl KeywordValue {
    /// What `##KEY##` inserts; `None` for what is no single text.
    pub(crate) fn plain(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::Null | Self::List(_) | Self::Map(_) => None,
        }
    }

    /// What `@@KEY@@` inserts: the value as JSON, without blanks.
    pub(crate) fn json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    fn write_json(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => out.push_str(number),
            Self::Text(text) => out.push_str(&json_text(text)),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    out.push_str(&json_text(key));
                    out.push(':');
                    value.write_json(out);
                }
                out.push('}');
            }
        }
    }

    /// The value as the tree of a file, as if it stood at `place`.
    pub(crate) fn to_node(&self, place: &Node) -> Node {
        let value = match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::Text(text.clone()),
            Self::List(items) => {
                Value::List(items.iter().map(|item| item.to_node(place)).collect())
            }
            Self::Map(entries) => Value::Map(
                entries
                    .iter()
                    .map(|(key, value)| Entry {
                        key: Self::Text(key.clone()).to_node(place),
                        value: value.to_node(place),
                    })
                    .collect(),
            ),
        };
        Node { value, span: place.span.clone(), replaced: true }
    }

    /// The value of a node in `hooksync.yaml`; `None` where JSON has nothing
    /// like it (a key that is no text, a number that isn't finite).
    pub(crate) fn from_node(node: &Node) -> Option<Self> {
        Some(match &node.value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => {
                serde_json::from_str::<serde_json::Number>(number).ok()?;
                Self::Number(number.clone())
            }
            Value::Text(text) => Self::Text(text.clone()),
            Value::List(items) => {
                Self::List(items.iter().map(Self::from_node).collect::<Option<_>>()?)
            }
            Value::Map(entries) => Self::Map(
                entries
                    .iter()
                    .map(|Entry { key, value }| {
                        Some((key.as_text()?.to_owned(), Self::from_node(value)?))
                    })
                    .collect::<Option<_>>()?,
            ),
            Value::Unresolved(_) => return None,
        })
    }
}

/// A text as JSON writes it.
pub(crate) fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

impl fmt::Debug for KeywordValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[keyword value]")
    }
}

impl<'de> Deserialize<'de> for KeywordValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = KeywordValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<KeywordValue, E> {
        Ok(KeywordValue::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<KeywordValue, E> {
        Ok(KeywordValue::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<KeywordValue, E> {
        Ok(KeywordValue::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<KeywordValue, E> {
        Ok(KeywordValue::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<KeywordValue, E> {
        Ok(KeywordValue::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<KeywordValue, E> {
        Ok(KeywordValue::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<KeywordValue, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(KeywordValue::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<KeywordValue, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(KeywordValue::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_as_it_was_read() {
        for json in [r#"{"b":[1,-2,1.5,null,true],"a":"x\"\n"}"#, r#""text""#, "[]", "{}", "false"]
        {
            let value: KeywordValue = serde_json::from_str(json).unwrap();
            assert_eq!(value.json(), json);
            assert_eq!(format!("{value:?}"), "[keyword value]");
        }
    }

    #[test]
    fn only_single_values_are_plain_texts() {
        let plain = |json: &str| {
            let value: KeywordValue = serde_json::from_str(json).unwrap();
            value.plain().map(str::to_owned)
        };
        assert_eq!(plain("\"a b\"").as_deref(), Some("a b"));
        assert_eq!(plain("1.50").as_deref(), Some("1.5"));
        assert_eq!(plain("true").as_deref(), Some("true"));
        assert_eq!(plain("[1]"), None);
        assert_eq!(plain("null"), None);
    }
}
