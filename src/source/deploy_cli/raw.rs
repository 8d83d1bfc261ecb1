//! A Deploy CLI tree's values as they are written, markers and all, for
//! writing them again.
//!
//! What keywords stand for (it may be a secret) never goes back to the disk.

use std::collections::BTreeSet;

use crate::source::file::Text;
use crate::source::keyword::{Form, markers};
use crate::source::node::{Node, Value};
use crate::source::yaml::{self, LARGE};

/// A settled tree with its replaced values as they are written in the file. A
/// marker that stands without quotes becomes a [`Value::Number`], which JSON
/// writes as it is.
pub(crate) fn as_written(node: &Node, text: &Text) -> Node {
    let mut out = node.clone();
    out.each_mut(&mut |part| {
        if let Some(value) = written(part, text) {
            *part = part.replaced_by(value);
        }
    });
    out
}

fn written(node: &Node, text: &Text) -> Option<Value> {
    if let Value::Unresolved(keys) = &node.value
        && node.span.is_empty()
    {
        return Some(Value::Text(format!("##{}##", keys.first()?)));
    }
    let is_unresolved = matches!(node.value, Value::Unresolved(_));
    if !node.replaced && !is_unresolved {
        return None;
    }
    let slice = text.text.get(node.span.clone())?;
    let inner = ['"', '\''].into_iter().find_map(|q| slice.strip_prefix(q)?.strip_suffix(q));
    let inside = inner.unwrap_or(slice);
    let is_container = matches!(node.value, Value::List(_) | Value::Map(_));
    let first = markers(inside).next()?;
    if is_container && first.span != (0..inside.len()) {
        return None;
    }
    let after = text.text.get(node.span.end..).unwrap_or_default();
    let before = text.text.get(..node.span.start).unwrap_or_default();
    let bare =
        inner.is_none() && !(before.ends_with(['"', '\'']) && after.starts_with(['"', '\'']));
    Some(
        if bare
            && first.span == (0..inside.len())
            && (is_container || first.form == Form::Json || !matches!(node.value, Value::Text(_)))
        {
            Value::Number(inside.to_owned())
        } else {
            Value::Text(inside.to_owned())
        },
    )
}

/// JSON in the style of the Deploy CLI: two blanks, a newline at the end.
pub(crate) fn json(node: &Node) -> String {
    let mut out = String::new();
    node.value.write_json(Some(0), &mut out);
    out.push('\n');
    out
}

/// A YAML text with its bare `@@KEY@@` in quotes, and which these were.
pub(crate) fn quote_bare(text: &str) -> (String, BTreeSet<String>) {
    let mut bare = BTreeSet::new();
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for marker in markers(text) {
        if super::replaced::is_bare_value(text, &marker)
            && text.get(marker.span.clone()) == Some(marker.written)
        {
            out.extend(text.get(copied..marker.span.start));
            out.push('"');
            out.push_str(marker.written);
            out.push('"');
            copied = marker.span.end;
            bare.insert(marker.written.to_owned());
        }
    }
    out.extend(text.get(copied..));
    (out, bare)
}

/// A YAML text as a tree, its bare markers as texts.
pub(crate) fn parse(text: &str) -> Option<Node> {
    yaml::parse(&quote_bare(text).0, LARGE).ok()
}

/// Puts bare markers of a tree in quotes, for YAML, and adds them to `bare`.
pub(crate) fn quote_markers(node: &mut Node, bare: &mut BTreeSet<String>) {
    node.each_mut(&mut |part| {
        if let Value::Number(number) = &part.value
            && markers(number).next().is_some()
        {
            bare.insert(number.clone());
            part.value = Value::Text(number.clone());
        }
    });
}

/// Takes the quotes off again. (Others that stood in quotes lose them too,
/// which the Deploy CLI doesn't tell apart.)
pub(crate) fn unquote(text: &str, bare: &BTreeSet<String>) -> String {
    bare.iter().fold(text.to_owned(), |text, marker| text.replace(&format!("\"{marker}\""), marker))
}
