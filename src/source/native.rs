//! hooksync's own layout: every `*.yaml` below a folder is one definition,
//! with its script in a file beside it, or the bindings of triggers.
//!
//! Reads all there is and reports all that is wrong: a broken file never hides
//! the others.

use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use super::definition::{self, Context, Parsed, Shape, Style, bindings};
use super::fields::{Fields, list, nearest};
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
}

/// One file of bindings.
pub(crate) struct ParsedBindings {
    pub(crate) at: Found,
    pub(crate) text: Rc<Text>,
    /// The tree before keyword replacement.
    pub(crate) written: Node,
    pub(crate) orders: Vec<BindingsOrder>,
}

/// What one file holds.
enum Content {
    Definition(Box<Parsed>),
    Bindings(Box<ParsedBindings>),
    Nothing,
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
        let mut kind = by_place;
        match file::read(&at.path, &at.file, "definition").and_then(file::without_nul) {
            Ok(text) => match read_one(at, text, &mut kind, context) {
                Content::Definition(parsed) => gathered.definitions.push(*parsed),
                Content::Bindings(parsed) => gathered.bindings.push(*parsed),
                Content::Nothing => {}
            },
            Err(found) => context.found.push(*found),
        }
        match kind {
            Kind::Hook => gathered.hooks += 1,
            Kind::Action => gathered.actions += 1,
            Kind::Bindings => gathered.orders += 1,
        }
    }
    gathered
}

/// One file's definition or bindings; what is wrong with it is in `context`.
/// `kind` is that of its place, and becomes its own.
fn read_one(at: Found, text: Text, kind: &mut Kind, context: &mut Context<'_>) -> Content {
    let written = match yaml::parse(&text.text, yaml::SMALL) {
        Ok(tree) => tree,
        Err(fault) => {
            let found = text.error(fault.code, fault.message, &fault.span);
            context.found.push(Diagnostic { hint: fault.hint, ..found });
            return Content::Nothing;
        }
    };
    if written.as_map().is_none() {
        let message = match &written.value {
            Value::Null => "the file is empty; a definition must be a map".to_owned(),
            other => format!("a definition must be a map, and this is {}", other.kind()),
        };
        let hint = "begin with `name:` and `triggerId:`";
        context.found.push(text.error(codes::NOT_A_MAP, message, &written.span).hint(hint));
        return Content::Nothing;
    }
    let Some(own) = own_kind(&written, &text, *kind, &mut context.found) else {
        return Content::Nothing;
    };
    *kind = own;
    let literal = literal_markers(&written, &text, &mut context.found);
    let resolved = resolve(&written, &text, &literal, context);
    let text = Rc::new(text);
    if own == Kind::Bindings {
        let orders = bindings::read(&text, &resolved, context);
        return Content::Bindings(Box::new(ParsedBindings { at, text, written, orders }));
    }
    let shape = Shape { kind: own, style: Style::Native };
    match definition::read(at, text, written, &resolved, literal, shape, context) {
        Some(parsed) => Content::Definition(Box::new(parsed)),
        None => Content::Nothing,
    }
}

/// The kind that a file says it is, else that of its place.
fn own_kind(tree: &Node, text: &Text, by_place: Kind, found: &mut Vec<Diagnostic>) -> Option<Kind> {
    let Some(Entry { value, .. }) = tree.get("kind") else {
        // The folder `actions` is where bindings usually lie, too.
        let is_bindings = tree.get("bindings").is_some() && tree.get("name").is_none();
        if is_bindings {
            let at = tree.get("bindings").map(|entry| entry.key.span.clone()).unwrap_or_default();
            let message = "a file of bindings says so";
            found.push(
                text.error(codes::UNKNOWN_KIND, message, &at).hint("add the line `kind: bindings`"),
            );
            return None;
        }
        return Some(by_place);
    };
    let mut fields = Fields { text, found };
    let written = fields.text(value, "`kind`")?;
    let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.as_str() == written) {
        return Some(kind);
    }
    let hint = match nearest(written, &kinds) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the kinds are {}", list(&kinds)),
    };
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
