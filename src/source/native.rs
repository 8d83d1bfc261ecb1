//! hooksync's own layout: every `*.yaml` below a folder is one definition,
//! with its script in a file beside it, or the bindings of triggers.
//!
//! Reads all there is and reports all that is wrong: a broken file never hides
//! the others.

use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use super::definition::{self, Context, Parsed, Shape, Style, bindings};
use super::fields::{Fields, suggest};
use super::file::{self, Text};
use super::keyword::{Within, is_key};
use super::node::{Entry, Node, Value};
use super::walk::{Found, Root, display};
use super::{codes, yaml};
use crate::model::{BindingsOrder, Diagnostic, Kind};

/// The endings of definitions' files.
const EXTENSIONS: [&str; 2] = ["yaml", "yml"];

/// What a folder or tree holds, as far as it can be read.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) definitions: Vec<Parsed>,
    pub(crate) bindings: Vec<ParsedBindings>,
    /// How many definitions of hooks there should be.
    pub(crate) hooks: usize,
    /// The same of actions.
    pub(crate) actions: usize,
    /// The same of files of bindings.
    pub(crate) orders: usize,
    /// Whether there is a section of a kind, full or empty.
    pub(crate) has_hooks: bool,
    pub(crate) has_actions: bool,
}

impl Gathered {
    /// How many definitions there should be.
    pub(crate) fn count(&self) -> usize {
        self.hooks + self.actions + self.orders
    }

    /// How many of a kind.
    pub(crate) fn count_of(&mut self, kind: Kind) -> &mut usize {
        match kind {
            Kind::Hook => &mut self.hooks,
            Kind::Action => &mut self.actions,
            Kind::Bindings => &mut self.orders,
        }
    }
}

/// One file of bindings.
pub(crate) struct ParsedBindings {
    pub(crate) at: Found,
    pub(crate) text: Rc<Text>,
    /// The tree before keyword replacement.
    pub(crate) written: Node,
    pub(crate) orders: Vec<BindingsOrder>,
}

/// All definitions below a folder, or in the one file that is meant. What is
/// wrong is in `context`.
pub(crate) fn read(root: &Root, alone: Option<&Path>, context: &mut Context<'_>) -> Gathered {
    let files = match alone {
        Some(path) => vec![Found { path: path.to_owned(), file: display(path) }],
        None => {
            let (files, reported) = root.files(&EXTENSIONS);
            context.found.extend(reported);
            files
        }
    };
    let mut gathered = Gathered::default();
    for at in files {
        let by_place = match alone {
            Some(path) if path.components().any(|part| part.as_os_str() == "actions") => {
                Kind::Action
            }
            _ => root.kind_of(&at.path, context.default_kind),
        };
        let own = match file::read(&at.path, &at.file, "definition").and_then(file::without_nul) {
            Ok(text) => read_one(at, text, by_place, &mut gathered, context),
            Err(found) => {
                context.found.push(*found);
                None
            }
        };
        *gathered.count_of(own.unwrap_or(by_place)) += 1;
    }
    gathered
}

/// Adds one file's definition or bindings; what is wrong with it is in `context`.
/// Gives its kind, if it can be known.
fn read_one(
    at: Found,
    text: Text,
    by_place: Kind,
    all: &mut Gathered,
    context: &mut Context<'_>,
) -> Option<Kind> {
    let written = text.tree(yaml::SMALL).map_err(|found| context.found.push(*found)).ok()?;
    if written.as_map().is_none() {
        let message = match &written.value {
            Value::Null => "the file is empty; a definition must be a map".to_owned(),
            other => format!("a definition must be a map, and this is {}", other.kind()),
        };
        let hint = "begin with `name:` and `triggerId:`";
        context.found.push(text.error(codes::NOT_A_MAP, message, &written.span).hint(hint));
        return None;
    }
    let kind = own_kind(&written, &text, by_place, &mut context.found)?;
    let literal = literal_markers(&written, &text, &mut context.found);
    let resolved = resolve(&written, &text, &literal, context);
    let text = Rc::new(text);
    if kind == Kind::Bindings {
        let orders = bindings::read(&text, &resolved, context);
        all.bindings.push(ParsedBindings { at, text, written, orders });
    } else {
        let shape = Shape { kind, style: Style::Native };
        let parsed = definition::read(at, text, written, &resolved, literal, shape, context);
        all.definitions.extend(parsed);
    }
    Some(kind)
}

/// The kind that a file says it is, else that of its place.
fn own_kind(tree: &Node, text: &Text, by_place: Kind, found: &mut Vec<Diagnostic>) -> Option<Kind> {
    let Some(Entry { value, .. }) = tree.get("kind") else {
        // The folder `actions` is where bindings usually lie, too.
        let Some(bindings) = tree.get("bindings").filter(|_| tree.get("name").is_none()) else {
            return Some(by_place);
        };
        let message = "a file of bindings says so";
        let error = text.error(codes::UNKNOWN_KIND, message, &bindings.key.span);
        found.push(error.hint("add the line `kind: bindings`"));
        return None;
    };
    let mut fields = Fields { text, found };
    let written = fields.text(value, "`kind`")?;
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.as_str() == written) {
        return Some(kind);
    }
    let hint = suggest(written, "kinds", &kinds);
    fields.advise(codes::UNKNOWN_KIND, "there is no such kind of definition", &value.span, hint);
    None
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
            Some("literalMarkers" | "kind") => entry.clone(),
            Some("secrets") => resolver.entry(text, entry, Within::Secret),
            _ => resolver.entry(text, entry, Within::Other),
        });
    Node::new(Value::Map(entries.collect()), written.span.clone())
}

fn literal_markers(tree: &Node, text: &Text, found: &mut Vec<Diagnostic>) -> BTreeSet<String> {
    let Some(Entry { value, .. }) = tree.get("literalMarkers") else {
        return BTreeSet::new();
    };
    let mut fields = Fields { text, found };
    let mut literal = BTreeSet::new();
    for (marker, node) in fields.texts(value, "an entry of `literalMarkers`") {
        let is_marker = ["##", "@@"].into_iter().any(|sign| {
            marker.strip_prefix(sign).and_then(|rest| rest.strip_suffix(sign)).is_some_and(is_key)
        });
        if is_marker {
            literal.insert(marker.to_owned());
        } else {
            let hint = "a marker is written \"##KEY##\" or \"@@KEY@@\", in quotes";
            fields.advise(codes::NOT_A_MARKER, "this is no keyword marker", &node.span, hint);
        }
    }
    literal
}
