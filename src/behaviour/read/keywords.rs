//! The markers of a test file, replaced by keywords: those of hooksync.yaml,
//! of the command line and the file's own.
//!
//! Must not ask the process's variables: a test finds the same everywhere.

use std::collections::BTreeSet;

use crate::model::Diagnostic;
use crate::source::config;
use crate::source::definition::Context;
use crate::source::fields::Fields;
use crate::source::file::Text;
use crate::source::keyword::Within;
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
    let Some(entries) = root.as_map() else { return root.clone() };
    let mut context = Context { has_literals: false, ..Context::new(&keywords, false) };
    let mut resolver = context.resolver(&BTreeSet::new(), text);
    let entries = entries.iter().map(|entry| match entry.key.as_text() {
        Some("keywords") => entry.clone(),
        _ => resolver.entry(text, entry, Within::Other),
    });
    let value = Value::Map(entries.collect());
    found.append(&mut context.found);
    Node { value, span: root.span.clone(), replaced: false }
}
