//! Changing single values in YAML text, leaving everything else as it is.
//!
//! The one module that names `yaml_edit`. Comments, key order, quotes and
//! blank lines stay. An edit is trusted only after the result was read back
//! and says what it should.

use std::str::FromStr;

use yaml_edit::{Mapping, YamlFile, YamlValue};

use super::super::node::{Entry, Node, Value};
use super::Limits;
use super::emit::reads_back;

/// One change to a document that is a map. A path names keys, and behind the
/// key of a list the number of an item.
#[derive(Clone)]
pub(crate) enum Edit {
    /// The key gets a value, whether it is there or not.
    Set(Vec<String>, Value),
    /// The key goes.
    Remove(Vec<String>),
}

impl Edit {
    /// The same change further down.
    pub(crate) fn below(self, parents: &[String]) -> Self {
        let join = |path: Vec<String>| parents.iter().cloned().chain(path).collect();
        match self {
            Self::Set(path, value) => Self::Set(join(path), value),
            Self::Remove(path) => Self::Remove(join(path)),
        }
    }
}

/// What became of a document.
pub(crate) struct Edited {
    pub(crate) text: String,
    /// Whether the text had to be written again, without its comments.
    pub(crate) rewritten: bool,
}

/// Carries edits out. `None` if no text was found that says what they ask for.
pub(crate) fn edit(text: &str, tree: &Node, edits: &[Edit], limits: Limits) -> Option<Edited> {
    let mut wanted = tree.clone();
    for change in edits {
        change_tree(&mut wanted, change);
    }
    if let Some(text) = in_place(text, edits)
        && reads_back(&text, &wanted, limits)
    {
        return Some(Edited { text, rewritten: false });
    }
    Some(Edited { text: super::emit(&wanted, limits)?, rewritten: true })
}

/// Carries edits out in a text, unchecked.
pub(crate) fn in_place(text: &str, edits: &[Edit]) -> Option<String> {
    let (bom, body) = match text.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", text),
    };
    let file = YamlFile::from_str(body).ok()?;
    let root = file.document()?.as_mapping()?;
    for change in edits {
        match change {
            Edit::Set(path, value) => {
                let (key, map) = reach(&root, path)?;
                set(&map, key, value);
            }
            Edit::Remove(path) => {
                let (key, map) = reach(&root, path)?;
                let item = key.parse().ok().zip(path.iter().rev().nth(1));
                match item.and_then(|(at, list)| Some((at, map.get_sequence(list.as_str())?))) {
                    Some((at, list)) => drop(list.remove(at)?),
                    None => drop(map.remove(key)?),
                }
            }
        }
    }
    Some(format!("{bom}{file}"))
}

/// The map that holds the last key of a path; for an item of a list, the map
/// that holds the list.
fn reach<'p>(root: &Mapping, path: &'p [String]) -> Option<(&'p str, Mapping)> {
    let (last, parents) = path.split_last()?;
    let mut map = root.clone();
    let mut parents = parents.iter();
    while let Some(parent) = parents.next() {
        if let Some(list) = map.get_sequence(parent.as_str()) {
            let Some(at) = parents.next() else { break };
            map = list.get(at.parse().ok()?)?.as_mapping()?.clone();
        } else {
            map = map.get_mapping(parent.as_str())?;
        }
    }
    Some((last, map))
}

fn set(map: &Mapping, key: &str, value: &Value) {
    match value {
        Value::Bool(value) => map.set(key, *value),
        Value::Text(text) => map.set(key, text.as_str()),
        Value::Map(entries) if entries.is_empty() => map.set(key, Mapping::new_flow()),
        other => map.set(key, to_edit(other)),
    }
}

fn to_edit(value: &Value) -> YamlValue {
    match value {
        Value::Null | Value::Unresolved(_) => YamlValue::from(""),
        Value::Bool(value) => YamlValue::from(*value),
        Value::Number(text) | Value::Text(text) => YamlValue::from(text.as_str()),
        Value::List(items) => {
            YamlValue::from(items.iter().map(|item| to_edit(&item.value)).collect::<Vec<_>>())
        }
        Value::Map(entries) => YamlValue::from(
            entries
                .iter()
                .filter_map(|Entry { key, value }| {
                    Some((key.as_text()?.to_owned(), to_edit(&value.value)))
                })
                .collect::<std::collections::BTreeMap<_, _>>(),
        ),
    }
}

/// The same change on the tree.
pub(crate) fn change_tree(tree: &mut Node, change: &Edit) {
    let path = match change {
        Edit::Set(path, _) | Edit::Remove(path) => path,
    };
    let Some((last, parents)) = path.split_last() else { return };
    let mut node = tree;
    for parent in parents {
        let next = match &mut node.value {
            Value::Map(entries) => entries
                .iter_mut()
                .find(|entry| entry.key.as_text() == Some(parent.as_str()))
                .map(|entry| &mut entry.value),
            Value::List(items) => parent.parse().ok().and_then(|at: usize| items.get_mut(at)),
            _ => None,
        };
        let Some(next) = next else { return };
        node = next;
    }
    if let Value::List(items) = &mut node.value {
        let at = last.parse().ok().filter(|at: &usize| *at < items.len());
        if let (Edit::Remove(_), Some(at)) = (change, at) {
            items.remove(at);
        }
        return;
    }
    let Value::Map(entries) = &mut node.value else { return };
    let at = entries.iter().position(|entry| entry.key.as_text() == Some(last.as_str()));
    match (change, at) {
        (Edit::Remove(_), Some(at)) => {
            entries.remove(at);
        }
        (Edit::Remove(_), None) => {}
        (Edit::Set(_, value), Some(at)) => entries[at].value = Node::new(value.clone(), 0..0),
        (Edit::Set(_, value), None) => entries.push(Entry {
            key: Node::new(Value::Text(last.clone()), 0..0),
            value: Node::new(value.clone(), 0..0),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{SMALL, parse};
    use super::*;

    fn path(path: &str) -> Vec<String> {
        path.split('/').map(str::to_owned).collect()
    }

    fn text(value: &str) -> Value {
        Value::Text(value.to_owned())
    }

    fn check(before: &str, edits: &[Edit]) -> String {
        let tree = parse(before, SMALL).unwrap();
        let edited = edit(before, &tree, edits, SMALL).unwrap();
        format!("{}{}", if edited.rewritten { "REWRITTEN\n" } else { "" }, edited.text)
    }

    const BEFORE: &str = "# a hook\nname: \"a\"   # its name\n\ntriggerId: 'post-user-registration'\nenabled: true # on\n\
        dependencies:\n  # pinned\n  lodash: \"1.10\" # why\n  got: '2'\nsecrets: {A: \"##A##\", B: x}\n";

    #[test]
    fn only_what_is_edited_changes() {
        insta::assert_snapshot!(check(
            BEFORE,
            &[
                Edit::Set(path("enabled"), Value::Bool(false)),
                Edit::Set(path("triggerId"), text("send-phone-message")),
                Edit::Set(path("dependencies/lodash"), text("1.20")),
                Edit::Set(path("dependencies/axios"), text("0.1")),
                Edit::Remove(path("dependencies/got")),
                Edit::Set(path("secrets/C"), text("_VALUE_NOT_SHOWN_")),
                Edit::Remove(path("secrets/B")),
                Edit::Set(path("script"), text("true")),
                Edit::Set(
                    path("literalMarkers"),
                    Value::List(vec![Node::new(text("##X##"), 0..0)])
                ),
            ],
        ));
    }

    #[test]
    fn maps_become_empty_and_full() {
        insta::assert_snapshot!(check(
            BEFORE,
            &[Edit::Set(path("dependencies"), Value::Map(vec![]))]
        ));
        insta::assert_snapshot!(check(
            "name: a\r\ndependencies: {}\r\nsecrets: \"@@S@@\"\r\n",
            &[
                Edit::Set(path("dependencies/x"), text("1")),
                Edit::Set(
                    path("secrets"),
                    Value::Map(vec![Entry {
                        key: Node::new(text("K"), 0..0),
                        value: Node::new(text("v"), 0..0)
                    }]),
                ),
            ],
        ));
    }
}
