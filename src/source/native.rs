//! hooksync's own layout: every `*.yaml` below a folder is one definition,
//! with its script in a file beside it.
//!
//! Reads all there is and tells all that is wrong: a broken file never hides
//! the others.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::definition::{self, Context, Parsed, Style, check};
use super::fields::Fields;
use super::file::{self, Text};
use super::keyword::{Within, is_key};
use super::node::{Entry, Node, Value};
use super::walk::{Found, Root};
use super::{codes, yaml};
use crate::model::{DesiredState, Diagnostic};

/// The endings of definitions' files.
const EXTENSIONS: [&str; 2] = ["yaml", "yml"];

/// All definitions below a folder, as far as they can be read, and the number
/// of files that should be one. What is wrong is in `context`.
pub(crate) fn read(root: &Root, context: &mut Context<'_>) -> (Vec<Parsed>, usize) {
    let (files, told) = root.files(&EXTENSIONS);
    context.found.extend(told);
    let count = files.len();
    let mut definitions = Vec::with_capacity(count);
    for at in files {
        match file::read(&at.path, &at.file, "definition").and_then(file::without_nul) {
            Ok(text) => definitions.extend(read_one(at, text, context)),
            Err(found) => context.found.push(*found),
        }
    }
    (definitions, count)
}

/// The desired state of a folder and the number of its definitions.
pub(crate) fn load(root: &Root, context: &mut Context<'_>) -> (DesiredState, usize) {
    let (definitions, count) = read(root, context);
    if count == 0 && !context.found.iter().any(Diagnostic::is_error) {
        context.found.push(
            Diagnostic::error(codes::NO_DEFINITIONS, "there are no definitions below this folder")
                .in_file(super::walk::display(&root.given))
                .hint("`hooksync export` writes those of a tenant, `hooksync new` makes one"),
        );
    }
    check::together(&definitions, &mut context.found);
    let hooks = definitions.into_iter().filter_map(|definition| {
        let text = definition.text.text.clone();
        definition::hook(root, definition, text, context)
    });
    (definition::desired(hooks.collect()), count)
}

/// One file's definition. `None` if it is no map at all, which is told.
fn read_one(at: Found, text: Text, context: &mut Context<'_>) -> Option<Parsed> {
    let written = match yaml::parse(&text.text, yaml::SMALL) {
        Ok(tree) => tree,
        Err(fault) => {
            let found = text.error(fault.code, fault.message, &fault.span);
            context.found.push(Diagnostic { hint: fault.hint, ..found });
            return None;
        }
    };
    if written.as_map().is_none() {
        let message = match &written.value {
            Value::Null => "the file is empty; a definition is a map".to_owned(),
            other => format!("a definition is a map, and this is {}", other.kind()),
        };
        let hint = "it begins with `name:` and `triggerId:`";
        context.found.push(text.error(codes::NOT_A_MAP, message, &written.span).hint(hint));
        return None;
    }
    let literal = literal_markers(&written, &text, &mut context.found);
    let resolved = resolve(&written, &text, &literal, context);
    definition::read(at, Rc::new(text), written, &resolved, literal, Style::Native, context)
}

/// The tree after keyword replacement. `literalMarkers` itself is left alone,
/// and inside `secrets` the process environment answers too.
fn resolve(
    written: &Node,
    text: &Text,
    literal: &BTreeSet<String>,
    context: &mut Context<'_>,
) -> Node {
    let mut resolver = context.resolver(literal, text);
    resolver.comment_lines(text, written);
    let entries =
        written.as_map().unwrap_or_default().iter().map(|entry| match entry.key.as_text() {
            Some("literalMarkers") => entry.clone(),
            Some("secrets") => resolver.entry(text, entry, Within::Secret),
            _ => resolver.entry(text, entry, Within::Other),
        });
    let value = Value::Map(entries.collect());
    Node { value, span: written.span.clone(), replaced: false }
}

fn literal_markers(tree: &Node, text: &Text, found: &mut Vec<Diagnostic>) -> BTreeSet<String> {
    let Some(Entry { value, .. }) = tree.get("literalMarkers") else {
        return BTreeSet::new();
    };
    let mut fields = Fields { text, found };
    let texts = fields.texts(value, "an entry of `literalMarkers`");
    let mut literal = BTreeSet::new();
    for (marker, node) in texts {
        let is_marker = ["##", "@@"].into_iter().any(|sign| {
            marker.strip_prefix(sign).and_then(|rest| rest.strip_suffix(sign)).is_some_and(is_key)
        });
        if is_marker {
            literal.insert(marker.to_owned());
        } else {
            fields.advise(
                codes::NOT_A_MARKER,
                "this is no keyword marker",
                &node.span,
                "a marker is written \"##KEY##\" or \"@@KEY@@\", in quotes",
            );
        }
    }
    literal
}
