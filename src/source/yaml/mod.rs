//! YAML text to [`Node`]s: strict, bounded, and with a place for every value.
//!
//! The one module that names `serde_saphyr`. It knows nothing of hooks: what
//! a document may hold is checked on the tree that it returns, so that all
//! faults of a file can be reported and not only the first. What it does refuse
//! is whatever makes YAML surprising (merge keys, tags, several documents)
//! or expensive (alias bombs, deep nesting).

mod edit;
mod emit;
mod explain;

use std::ops::Range;

use serde::{Deserialize, Deserializer};
use serde_saphyr::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy, Spanned};

use super::node::{Node, Value, ValueVisitor};
use explain::explain;

pub(crate) use edit::{Edit, Edited, change_tree, edit, in_place as edit_in_place};
pub use emit::to_yaml;
pub(crate) use emit::{emit, reads_back};

use crate::model::Code;

/// Why a text can't be read as YAML.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// Bytes of the text.
    pub(crate) span: Range<usize>,
}

/// How much a document may cost. Both are far above what hooks need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) depth: usize,
    pub(crate) nodes: usize,
    /// How many aliases there may be.
    pub(crate) aliases: usize,
    /// Whether merge keys (`<<`) have their meaning of YAML 1.1.
    pub(crate) merge: bool,
}

/// The limits of a definition and of `hooksync.yaml`.
pub(crate) const SMALL: Limits = Limits { depth: 16, nodes: 20_000, aliases: 100, merge: false };

/// The limits of files that other programs read too, and so more freely.
pub(crate) const LARGE: Limits = Limits { depth: 64, nodes: 500_000, aliases: 1000, merge: true };

/// Reads one document.
pub(crate) fn parse(text: &str, limits: Limits) -> Result<Node, Fault> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - body.len();
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        merge_keys: if limits.merge { MergeKeyPolicy::Merge } else { MergeKeyPolicy::Error },
        reject_unsupported_tags: true,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        budget: serde_saphyr::budget! {
            max_depth: limits.depth,
            max_nodes: limits.nodes,
            max_aliases: limits.aliases,
            max_anchors: limits.aliases,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: limits.nodes / 10,
            max_replay_stack_depth: 4,
        },
    };
    match serde_saphyr::from_str_with_options::<Spanned<Tree>>(body, options) {
        Ok(root) => {
            let mut root = Node::from(root);
            root.each_mut(&mut |node| {
                node.span = node.span.start + skipped..node.span.end + skipped;
            });
            Ok(root)
        }
        Err(error) => {
            let mut fault = explain(&error, body);
            fault.span = fault.span.start + skipped..fault.span.end + skipped;
            Err(fault)
        }
    }
}

/// A value before its place is known.
struct Tree(Value);

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor::<Spanned<Self>>::default()).map(Self)
    }
}

/// Joins a value with the place the parser gave it. For an alias that is
/// where it is used.
impl From<Spanned<Tree>> for Node {
    fn from(spanned: Spanned<Tree>) -> Self {
        Self::new(spanned.value.0, bytes(spanned.referenced.span()))
    }
}

fn bytes(span: serde_saphyr::Span) -> Range<usize> {
    let number = |value: Option<u64>| value.and_then(|value| usize::try_from(value).ok());
    let start = number(span.byte_offset()).unwrap_or(0);
    start..start.saturating_add(number(span.byte_len()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dump(node: &Node, text: &str, depth: usize) -> String {
        let at = text.get(node.span.clone()).unwrap_or("?!");
        let pad = "  ".repeat(depth);
        match &node.value {
            Value::Null => format!("{pad}null {at:?}\n"),
            Value::Bool(v) => format!("{pad}bool {v} {at:?}\n"),
            Value::Number(v) => format!("{pad}number {v} {at:?}\n"),
            Value::Text(v) => format!("{pad}text {v:?} {at:?}\n"),
            Value::Unresolved(v) => format!("{pad}unresolved {v:?} {at:?}\n"),
            Value::List(v) => {
                format!("{pad}list\n")
                    + &v.iter().map(|i| dump(i, text, depth + 1)).collect::<String>()
            }
            Value::Map(v) => {
                format!("{pad}map\n")
                    + &v.iter()
                        .map(|e| dump(&e.key, text, depth + 1) + &dump(&e.value, text, depth + 2))
                        .collect::<String>()
            }
        }
    }

    fn tree(text: &str) -> String {
        match parse(text, SMALL) {
            Ok(node) => dump(&node, text, 0),
            Err(fault) => format!("{} {} | {:?}", fault.code, fault.message, &text[fault.span]),
        }
    }

    #[test]
    fn every_value_keeps_its_place_and_its_kind() {
        let text = "\u{feff}a: 1\nb: é # c\nc:\ne: 'q'\nf: |\n  block\n  two\n\
                    g: [1.10, 0123, 0x1F, null, yes, True]\nh: {x: y}\n1: z\ni: 1e999\n\
                    j: &j [x]\nk: *j\nl: !!str 1.10\n";
        insta::assert_snapshot!(tree(text));
    }

    #[test]
    fn every_fault_names_its_cause_and_place() {
        let texts = [
            "a: 1\n---\nb: 2\n",
            "a: 1\n...\nb: 2\n",
            "a:\n\tb: 1\n",
            "a: 1\n\tb: 1\n",
            "a:\n  b: 1\n \t c: 1\n",
            "a: @@X@@\n",
            "a: [##X##]\n",
            "a: {b: ##X##}\n",
            "a: !!js/function x\n",
            "a: !foo x\n",
            "a: &a {x: 1}\nb:\n  <<: *a\n",
            "a: *nope\n",
            "a: \"x\n",
            "a: b: c\n",
            "a: 'x' y\n",
            "a: \"\\q\"\n",
            "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n\
             c: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c]\n",
        ];
        let reported: Vec<String> =
            texts.iter().map(|text| format!("{text:?}\n  {}", tree(text))).collect();
        insta::assert_snapshot!(reported.join("\n"));
    }

    #[test]
    fn bombs_are_refused_at_once() {
        for bomb in ["[".repeat(200_000), "{a: ".repeat(100_000), "- ".repeat(100_000)] {
            assert_eq!(
                parse(&bomb, SMALL).map_err(|fault| fault.code).err(),
                Some(crate::source::codes::TOO_COMPLEX)
            );
        }
    }
}
