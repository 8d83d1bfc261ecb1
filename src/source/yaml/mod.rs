//! YAML text to [`Node`]s: strict, bounded, and with a place for every value.
//!
//! The one module that names `serde_saphyr`. It knows nothing of hooks: what
//! a document may hold is checked on the tree that it returns, so that all
//! faults of a file can be reported and not only the first. What it does refuse
//! is whatever makes YAML surprising (merge keys, tags, several documents)
//! or expensive (alias bombs, deep nesting).

mod edit;
mod emit;

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Error, MergeKeyPolicy, NonFiniteFloatPolicy, Spanned};

use super::codes;
use super::node::{Entry, Node, Value};
pub(crate) use edit::{Edit, change_tree, edit, in_place as edit_in_place};
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
            let mut root = place(root);
            shift(&mut root, skipped);
            Ok(root)
        }
        Err(error) => {
            let mut fault = explain(&error, body);
            fault.span = fault.span.start + skipped..fault.span.end + skipped;
            Err(fault)
        }
    }
}

const TOO_COMPLEX: &str =
    "the document is nested deeper, or has more values, than a definition needs";
const TAB: &str = "this line is indented with a tab, which YAML does not allow";

/// A node before its place is known.
struct Tree(Value);

/// Joins a value with the place the parser gave it. For an alias that is
/// where it is used.
fn place(spanned: Spanned<Tree>) -> Node {
    Node::new(spanned.value.0, bytes(spanned.referenced.span()))
}

fn bytes(span: serde_saphyr::Span) -> Range<usize> {
    let number = |value: Option<u64>| value.and_then(|value| usize::try_from(value).ok());
    let start = number(span.byte_offset()).unwrap_or(0);
    start..start.saturating_add(number(span.byte_len()).unwrap_or(0))
}

/// The bytes of an error. Some errors know only their line and column.
fn error_span(text: &str, location: &serde_saphyr::Location) -> Range<usize> {
    let span = location.span();
    if span.byte_offset().is_some() {
        return bytes(span);
    }
    let number = |value: u64| usize::try_from(value).unwrap_or(usize::MAX).saturating_sub(1);
    let mut rest = text;
    for _ in 0..number(location.line()) {
        rest = rest.split_once('\n').map_or("", |(_, after)| after);
    }
    let start = if rest.is_empty() { text.len() } else { text.len() - rest.len() };
    let line = rest.lines().next().unwrap_or_default();
    let within =
        line.char_indices().nth(number(location.column())).map_or(line.len(), |(at, _)| at);
    start + within..start + within
}

fn shift(node: &mut Node, by: usize) {
    if by == 0 {
        return;
    }
    node.span = node.span.start + by..node.span.end + by;
    match &mut node.value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Unresolved(_) => {
        }
        Value::List(items) => items.iter_mut().for_each(|item| shift(item, by)),
        Value::Map(entries) => {
            for Entry { key, value } in entries {
                shift(key, by);
                shift(value, by);
            }
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree(Value::Number(value.to_string())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree(Value::Number(value.to_string())))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Tree, E> {
        Ok(Tree(Value::Number(value.to_string())))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Tree, E> {
        Ok(Tree(Value::Number(value.to_string())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree(Value::Number(value.to_string())))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree(Value::Text(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Tree, E> {
        Ok(Tree(Value::Text(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<Spanned<Tree>>()? {
            items.push(place(item));
        }
        Ok(Tree(Value::List(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Spanned<Tree>>()? {
            let value = map.next_value::<Spanned<Tree>>()?;
            entries.push(Entry { key: place(key), value: place(value) });
        }
        Ok(Tree(Value::Map(entries)))
    }
}

/// The parser's error in our words where it is one that people meet, else in
/// the parser's own.
fn explain(error: &Error, text: &str) -> Fault {
    let mut error = error.without_snippet();
    while let Error::AliasError { error: inner, .. } = error {
        error = inner;
    }
    let span = error.location().map_or(0..0, |location| error_span(text, &location));
    let (code, message, hint) = match error {
        Error::MultipleDocuments { .. } => (
            codes::SEVERAL_DOCUMENTS,
            "a second document begins here; a file holds one".to_owned(),
            Some("move it to a file of its own, or remove the `---`".to_owned()),
        ),
        Error::MergeKeyNotAllowed { .. } => (
            codes::MERGE_KEY,
            "merge keys (`<<`) are not part of YAML 1.2".to_owned(),
            Some("write the keys out".to_owned()),
        ),
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. } => (
            codes::TOO_COMPLEX,
            "the aliases of this document expand to far more than a definition needs".to_owned(),
            Some("write the values out instead of using aliases".to_owned()),
        ),
        Error::Budget { breach, .. } if breach_is_documents(breach) => (
            codes::SEVERAL_DOCUMENTS,
            "a second document begins here; a file holds one".to_owned(),
            Some("move it to a file of its own, or remove the `---`".to_owned()),
        ),
        Error::Budget { .. } => (codes::TOO_COMPLEX, TOO_COMPLEX.to_owned(), None),
        Error::UnknownAnchor { .. } => (
            codes::SYNTAX,
            "this alias has no anchor before it".to_owned(),
            Some("quote the text if the `*` is part of it".to_owned()),
        ),
        other => syntax(other, text, &span),
    };
    let span = if message == TAB { indenting_tab(text, span.start).unwrap_or(span) } else { span };
    Fault { code, message, hint, span }
}

/// The first tab that indents a line, from the line of a place on: the scanner
/// notices it before or after.
fn indenting_tab(text: &str, near: usize) -> Option<Range<usize>> {
    let mut start = text.get(..near)?.rfind('\n').map_or(0, |at| at + 1);
    for line in text.get(start..)?.split_inclusive('\n') {
        let indent = line.strip_suffix(line.trim_start_matches([' ', '\t'])).unwrap_or_default();
        if let Some(tab) = indent.find('\t').filter(|_| !line.trim().is_empty()) {
            return Some(start + tab..start + tab + 1);
        }
        start += line.len();
    }
    None
}

fn breach_is_documents(breach: &serde_saphyr::budget::BudgetBreach) -> bool {
    matches!(breach, serde_saphyr::budget::BudgetBreach::Documents { .. })
}

/// Everything else: mostly what the scanner says, with the two causes that
/// people meet most reported first.
fn syntax(error: &Error, text: &str, span: &Range<usize>) -> (Code, String, Option<String>) {
    let start = (0..=span.start.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    let start = start.unwrap_or(0);
    let (before, rest) = text.split_at_checked(start).unwrap_or((text, ""));
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(line_start..).unwrap_or_default().lines().next().unwrap_or_default();
    let message = match error {
        Error::ExternalMessage { msg, .. } | Error::Message { msg, .. } => msg.clone(),
        other => without_place(&other.to_string()),
    };
    let message = unescaped(&message);
    let mut words = message.split(|c: char| !c.is_ascii_alphabetic());
    if words.any(|word| matches!(word, "tab" | "tabs" | "Tab" | "Tabs")) {
        return (codes::SYNTAX, TAB.to_owned(), Some("indent with blanks".to_owned()));
    }
    if message.contains("recursion") || message.contains("limit") {
        return (codes::TOO_COMPLEX, TOO_COMPLEX.to_owned(), None);
    }
    let tagged = message.contains("tag") || rest.starts_with('!');
    if tagged {
        return (
            codes::TAG,
            format!("tags have no meaning here ({message})"),
            Some("remove the tag, or quote the text if the `!` is part of it".to_owned()),
        );
    }
    let hint = if line.contains("@@") || rest.starts_with(['@', '`']) {
        Some("a value may not begin with `@`: quote it, as in \"@@KEY@@\"".to_owned())
    } else if line.contains(" ##") {
        Some("` ##` begins a comment: quote the value, as in \"##KEY##\"".to_owned())
    } else {
        None
    };
    (codes::SYNTAX, format!("not valid YAML: {message}"), hint)
}

/// Turns the `\u{1b}` of the parser's messages back into the character: who
/// shows a message makes it harmless, and would escape it twice.
fn unescaped(message: &str) -> String {
    let mut parts = message.split("\\u{");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let character = part.split_once('}').and_then(|(number, rest)| {
            Some((u32::from_str_radix(number, 16).ok().and_then(char::from_u32)?, rest))
        });
        match character {
            Some((character, rest)) => {
                text.push(character);
                text.push_str(rest);
            }
            None => {
                text.push_str("\\u{");
                text.push_str(part);
            }
        }
    }
    text
}

/// Takes off the " at line 1, column 2" that the parser adds to its messages.
fn without_place(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(before, _)| before).to_owned()
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
                Some(codes::TOO_COMPLEX)
            );
        }
    }
}
