//! The markers of a test file, replaced by keywords: those of hooksync.yaml,
//! of the command line and the file's own.
//!
//! Must not ask the process's variables: a test finds the same everywhere.

use std::collections::BTreeSet;

use crate::model::Diagnostic;
use crate::source::config;
use crate::source::fields::Fields;
use crate::source::file::{MAX_BYTES, Text};
use crate::source::keyword::{Budget, Resolver, Within};
use crate::source::node::{Entry, Node, Value};
use crate::source::{Keywords, Layer, Origin};

/// The file's tree with its markers replaced. One without a value is an error
/// with its place.
pub(super) fn replaced(
    text: &Text,
    root: &Node,
    file: &str,
    keywords: &Keywords,
    found: &mut Vec<Diagnostic>,
) -> Node {
    let own = root.get("keywords").map(|Entry { value, .. }| {
        let mut fields = Fields { text, found: &mut *found };
        config::read_keywords(&mut fields, value)
    });
    let own = Layer { origin: Origin::Tests(file.to_owned()), keywords: own.unwrap_or_default() };
    let keywords = keywords.for_tests(own);
    let mut used = BTreeSet::new();
    let mut resolver = Resolver {
        keywords: &keywords,
        literal: BTreeSet::new(),
        allow_unresolved: false,
        has_literals: false,
        budget: Budget::new(text.text.len(), MAX_BYTES),
        used: &mut used,
        found,
    };
    let Some(entries) = root.as_map() else { return root.clone() };
    let entries = entries.iter().map(|entry| match entry.key.as_text() {
        Some("keywords") => entry.clone(),
        _ => resolver.entry(text, entry, Within::Other),
    });
    Node { value: Value::Map(entries.collect()), span: root.span.clone(), replaced: false }
}
