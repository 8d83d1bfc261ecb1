//! The value of a keyword: anything that JSON can say, in the order in which
//! it was said.
//!
//! A value may be a secret: `Debug` shows none of it.

use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::source::node::{Node, Value, ValueVisitor};

/// What stands for a keyword.
#[derive(Clone)]
pub struct KeywordValue(Value);

impl KeywordValue {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self(Value::Text(text.into()))
    }

    /// What it is.
    pub(crate) fn value(&self) -> &Value {
        &self.0
    }

    /// The entries, if it is a map.
    pub(crate) fn into_map(self) -> Option<Vec<(String, Self)>> {
        let Value::Map(entries) = self.0 else { return None };
        let entries = entries.into_iter();
        Some(entries.filter_map(|it| Some((it.key.into_text()?, Self(it.value.value)))).collect())
    }

    /// What `##KEY##` inserts; `None` for what is no single text.
    pub(crate) fn plain(&self) -> Option<&str> {
        match &self.0 {
            Value::Text(text) | Value::Number(text) => Some(text),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            Value::Null | Value::List(_) | Value::Map(_) | Value::Unresolved(_) => None,
        }
    }

    /// What `@@KEY@@` inserts: the value as JSON, without blanks.
    pub(crate) fn json(&self) -> String {
        let mut out = String::new();
        self.0.write_json(None, &mut out);
        out
    }

    /// The value as the tree of a file, as if it stood at `place`.
    pub(crate) fn to_node(&self, place: &Node) -> Node {
        let mut node = Node::new(self.0.clone(), 0..0);
        node.each_mut(&mut |part| {
            part.span = place.span.clone();
            part.replaced = true;
        });
        node
    }

    /// The value of a node in `hooksync.yaml`; `None` where JSON has nothing
    /// like it (a key that is no text, a number that isn't finite).
    pub(crate) fn from_node(node: &Node) -> Option<Self> {
        let mut is_json = true;
        node.each(&mut |part| {
            is_json &= match &part.value {
                Value::Number(number) => serde_json::from_str::<serde_json::Number>(number).is_ok(),
                Value::Map(entries) => entries.iter().all(|entry| entry.key.as_text().is_some()),
                Value::Unresolved(_) => false,
                Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) => true,
            }
        });
        is_json.then(|| Self(node.value.clone()))
    }
}

impl PartialEq for KeywordValue {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

impl Eq for KeywordValue {}

impl fmt::Debug for KeywordValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[keyword value]")
    }
}

impl<'de> Deserialize<'de> for KeywordValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor::<Self>::default()).map(Self)
    }
}

impl From<KeywordValue> for Node {
    fn from(value: KeywordValue) -> Self {
        Self::new(value.0, 0..0)
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
