//! What a YAML or JSON file says, as a tree that remembers where it says it.
//!
//! The main type is [`Node`]. It knows nothing of hooks, nor of the parser
//! that built it. Nodes can hold secrets, so their `Debug` shows no content.

use std::fmt;
use std::ops::Range;

/// A value and its place, in bytes of the file's text.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) span: Range<usize>,
    /// Whether it came out of a keyword, in whole or in part: then its text
    /// is not what stands at [`Self::span`].
    pub(crate) replaced: bool,
}

/// What a node can be: all that YAML and JSON know, and one thing more. Keys of maps are nodes too, so that a key that isn't a
/// text can be reported with its place.
#[derive(Clone)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// In the way JSON writes it.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// A value with keyword markers that have no value, which has been reported
    /// or is allowed: the keywords, in order of appearance.
    Unresolved(Vec<String>),
}

/// One key of a map with its value.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) key: Node,
    pub(crate) value: Node,
}

impl Value {
    /// The kind in words, for "a text is needed, this is …".
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Unresolved(_) => "a keyword without a value",
        }
    }
}

impl Node {
    /// A node that stands in the file as it is.
    pub(crate) fn new(value: Value, span: Range<usize>) -> Self {
        Self { value, span, replaced: false }
    }

    /// The text, if it is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entries, if it is a map.
    pub(crate) fn as_map(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key, if it is a map that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.as_map()?.iter().find(|entry| entry.key.as_text() == Some(key))
    }

    /// Whether both say the same, wherever they say it. Maps are compared
    /// without regard to order.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) | (Value::Text(a), Value::Text(b)) => a == b,
            (Value::List(a), Value::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
            }
            (Value::Map(a), Value::Map(b)) => {
                a.len() == b.len()
                    && a.iter().all(|entry| {
                        b.iter().any(|other| {
                            entry.key.same(&other.key) && entry.value.same(&other.value)
                        })
                    })
            }
            (Value::Unresolved(a), Value::Unresolved(b)) => a == b,
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
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {:?}", self.value.kind(), self.span)
    }
}
