//! What a YAML or JSON file says, as a tree that remembers where it says it.
//!
//! The main type is [`Node`]. It knows nothing of hooks, nor of the parser
//! that built it. Nodes can hold secrets, so their `Debug` shows no content.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{MapAccess, SeqAccess, Visitor};

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

    /// The value as JSON: without blanks, or with each part on a line of its own,
    /// from a depth on.
    pub(crate) fn write_json(&self, depth: Option<usize>, out: &mut String) {
        let inner = depth.map(|depth| depth + 1);
        match self {
            Self::Null | Self::Unresolved(_) => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => out.push_str(number),
            Self::Text(text) => out.push_str(&json_text(text)),
            Self::List(items) => write_parts(['[', ']'], items, depth, out, |item, out| {
                item.value.write_json(inner, out);
            }),
            Self::Map(entries) => write_parts(['{', '}'], entries, depth, out, |entry, out| {
                out.push_str(&json_text(entry.key.as_text().unwrap_or_default()));
                out.push_str(if depth.is_some() { ": " } else { ":" });
                entry.value.value.write_json(inner, out);
            }),
        }
    }
}

/// What is between two brackets of JSON.
fn write_parts<T>(
    [open, close]: [char; 2],
    parts: &[T],
    depth: Option<usize>,
    out: &mut String,
    write: impl Fn(&T, &mut String),
) {
    let line = |out: &mut String, further: usize| {
        if let Some(depth) = depth.filter(|_| !parts.is_empty()) {
            out.push('\n');
            out.push_str(&"  ".repeat(depth + further));
        }
    };
    out.push(open);
    for (index, part) in parts.iter().enumerate() {
        out.push_str(if index > 0 { "," } else { "" });
        line(out, 1);
        write(part, out);
    }
    line(out, 0);
    out.push(close);
}

/// A text as JSON writes it.
pub(crate) fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Reads any value; `T` is what its parts are read as.
pub(crate) struct ValueVisitor<T>(PhantomData<T>);

impl<T> Default for ValueVisitor<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Deserialize<'de> + Into<Node>> Visitor<'de> for ValueVisitor<T> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<T>()? {
            items.push(item.into());
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, value)) = map.next_entry::<T, T>()? {
            entries.push(Entry { key: key.into(), value: value.into() });
        }
        Ok(Value::Map(entries))
    }
}

impl Node {
    /// A node that stands in the file as it is.
    pub(crate) fn new(value: Value, span: Range<usize>) -> Self {
        Self { value, span, replaced: false }
    }

    /// What a keyword made of it.
    pub(crate) fn replaced_by(&self, value: Value) -> Self {
        Self { value, span: self.span.clone(), replaced: true }
    }

    /// The text, if it is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The same by value.
    pub(crate) fn into_text(self) -> Option<String> {
        match self.value {
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

    /// The items, if it is a list.
    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value of a key, if it is a map that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.as_map()?.iter().find(|entry| entry.key.as_text() == Some(key))
    }

    /// Shows it and every value in it.
    pub(crate) fn each<'n>(&'n self, see: &mut impl FnMut(&'n Self)) {
        see(self);
        match &self.value {
            Value::List(items) => items.iter().for_each(|item| item.each(see)),
            Value::Map(entries) => entries.iter().for_each(|entry| entry.value.each(see)),
            _ => {}
        }
    }

    /// Changes it and everything in it, keys too.
    pub(crate) fn each_mut(&mut self, change: &mut impl FnMut(&mut Self)) {
        change(self);
        match &mut self.value {
            Value::List(items) => items.iter_mut().for_each(|item| item.each_mut(change)),
            Value::Map(entries) => entries.iter_mut().for_each(|Entry { key, value }| {
                key.each_mut(change);
                value.each_mut(change);
            }),
            _ => {}
        }
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
