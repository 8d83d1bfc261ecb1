//! Replacing the markers in a file's tree and in a script, with findings for
//! what could not be.
//!
//! The main type is [`Resolver`], one for each definition. Must not know which
//! fields a definition has, but for the name of the one with secrets.

use std::collections::BTreeSet;
use std::ops::Range;

use super::marker::Why;
use super::{Budget, Form, Marker, Nesting, Within, insert, markers, next_marker, replace};
use crate::model::{Diagnostic, ScriptSource, Severity};
use crate::source::codes;
use crate::source::definition::Context;
use crate::source::file::Text;
use crate::source::node::{Entry, Node, Value};

/// Replaces markers and collects what there is to say about them.
pub(crate) struct Resolver<'c, 'a> {
    pub(crate) context: &'c mut Context<'a>,
    /// Markers that are text here, but for those in secrets: what an export
    /// finds as text on the tenant is never a secret's value.
    pub(crate) literal: BTreeSet<String>,
    /// How far the file may grow.
    pub(crate) budget: Budget,
}

impl Resolver<'_, '_> {
    /// The tree with its values in place. Keys stay as they are.
    pub(crate) fn tree(&mut self, text: &Text, node: &Node, within: Within) -> Node {
        let value = match &node.value {
            Value::Text(value) => return self.value(text, node, value, within),
            Value::List(items) => {
                Value::List(items.iter().map(|item| self.item(text, item, within)).collect())
            }
            Value::Map(entries) => {
                Value::Map(entries.iter().map(|entry| self.entry(text, entry, within)).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Unresolved(_) => {
                return node.clone();
            }
        };
        Node { value, span: node.span.clone(), replaced: node.replaced }
    }

    fn item(&mut self, text: &Text, item: &Node, within: Within) -> Node {
        // An item that is nothing but a comment ends behind it.
        let end = match item.value {
            Value::Null if item.span.is_empty() => after_dash(&text.text, item.span.start),
            _ => item.span.end,
        };
        self.comment(text, item, end).unwrap_or_else(|| self.tree(text, item, within))
    }

    /// Reports lines such as `##KEY##: value`, which are comments.
    pub(crate) fn comment_lines(&mut self, text: &Text, tree: &Node) {
        let mut texts: Option<Vec<Range<usize>>> = None;
        let mut start = 0;
        for line in text.text.split_inclusive('\n') {
            let at = line.len() - line.trim_start_matches([' ', '\t']).len();
            let begin = start + at;
            start += line.len();
            let Some(marker) = next_marker(line, at).filter(|marker| {
                marker.span.start == at
                    && marker.form == Form::Plain
                    && line
                        .get(marker.span.end..)
                        .is_some_and(|rest| rest.trim_start_matches([' ', '\t']).starts_with(':'))
            }) else {
                continue;
            };
            let texts = texts.get_or_insert_with(|| texts_of(tree));
            if is_inside(texts, begin) || !text.has_room(&mut self.context.found) {
                continue;
            }
            let message = format!("`{}` is a comment here, and with it the line", marker.written);
            let span = begin..begin + marker.span.len();
            let found = text.finding(Severity::Warning, codes::MARKER_IS_COMMENT, message, &span);
            let hint = "write the key itself: markers in keys are not replaced";
            self.context.found.push(found.hint(hint));
        }
    }

    pub(crate) fn entry(&mut self, text: &Text, entry: &Entry, within: Within) -> Entry {
        let Entry { key, value } = entry;
        if let Some(marker) = key.as_text().and_then(|key| next_marker(key, 0))
            && text.has_room(&mut self.context.found)
        {
            let message =
                format!("`{}` is part of a key, where it is not replaced", marker.written);
            let code = codes::MARKER_IN_KEY;
            self.context.found.push(text.finding(Severity::Warning, code, message, &key.span));
        }
        let end = if value.span.is_empty() { key.span.end } else { value.span.end };
        let stand_in = self.comment(text, value, end);
        let value = stand_in.unwrap_or_else(|| self.tree(text, value, within));
        Entry { key: key.clone(), value }
    }

    /// Reports a marker that follows a value as a comment. Returns what to
    /// take for a value that is nothing but that comment.
    fn comment(&mut self, text: &Text, value: &Node, end: usize) -> Option<Node> {
        let span = marker_comment(&text.text, end)?;
        let is_all = matches!(value.value, Value::Null);
        if text.has_room(&mut self.context.found) {
            let written = text.text.get(span.clone())?;
            let (severity, what, hint) = match is_all {
                true => (
                    Severity::Error,
                    "so the value is empty",
                    format!("quote the value: \"{written}\""),
                ),
                false => (
                    Severity::Warning,
                    "not part of the value before it",
                    "quote the whole value if the marker is meant to be replaced".to_owned(),
                ),
            };
            let message = format!("`{written}` is a comment here, {what}");
            let found = text.finding(severity, codes::MARKER_IS_COMMENT, message, &span);
            self.context.found.push(found.hint(hint));
        }
        let stand_in = Value::Unresolved(Vec::new());
        is_all.then_some(Node { value: stand_in, span, replaced: true })
    }

    /// A text with its markers replaced. One that is a single `@@KEY@@`
    /// becomes the keyword's value, whatever that is.
    fn value(&mut self, text: &Text, node: &Node, value: &str, within: Within) -> Node {
        let Some(first) = next_marker(value, 0) else { return node.clone() };
        if first.form == Form::Json
            && first.span == (0..value.len())
            && !(within == Within::Other && self.literal.contains(first.written))
            && let Ok(found) = self.context.keywords.get(first.key, within)
        {
            self.context.used.insert(first.key.to_owned());
            let json = found.json();
            let was_spent = self.budget.is_spent();
            let why = if next_marker(&json, 0).is_some() {
                Some(Why::Nested)
            } else {
                (!self.budget.spend(first.span.len(), json.len())).then_some(Why::TooLarge)
            };
            if let Some(why) = why {
                if !was_spent {
                    let span = find_marker(&text.text, node, first.key);
                    self.tell(text, &span, first.key, why);
                }
                return node.replaced_by(Value::Unresolved(Vec::new()));
            }
            return found.to_node(node);
        }
        let replaced = self.replace(value, within);
        let mut missing = Vec::new();
        for (_, key, why) in &replaced.left {
            let tolerated = match why {
                Why::NoValue => within == Within::Secret || self.context.allow_unresolved,
                Why::NotAText | Why::Nested | Why::TooLarge | Why::Withheld(_) => false,
            };
            if !tolerated {
                // The text may hold escapes, so its bytes are not the file's.
                let span = find_marker(&text.text, node, key);
                self.tell(text, &span, key, *why);
            }
            missing.push(key.clone());
        }
        let stays = self.context.allow_unresolved && within == Within::Other;
        let is_unresolved = self.budget.is_spent()
            || replaced.left.iter().any(|(_, _, why)| *why != Why::NoValue || !stays);
        let value =
            if is_unresolved { Value::Unresolved(missing) } else { Value::Text(replaced.text) };
        node.replaced_by(value)
    }

    /// A script with its markers replaced, and what led where.
    pub(crate) fn script(&mut self, text: &Text) -> (String, ScriptSource) {
        let replaced = self.replace(&text.text, Within::Other);
        for (span, key, why) in &replaced.left {
            if *why != Why::NoValue || !self.context.allow_unresolved {
                self.tell(text, span, key, *why);
            }
        }
        let source = ScriptSource {
            file: text.file.clone(),
            text: text.text.to_string(),
            replaced: replaced.places,
        };
        (replaced.text, source)
    }

    fn replace(&mut self, text: &str, within: Within) -> super::Replaced {
        let Self { context, literal, budget } = self;
        let Context { keywords, used, has_literals, .. } = &mut **context;
        let none = BTreeSet::new();
        let literal = if within == Within::Secret { &none } else { &*literal };
        let nesting = if *has_literals { Nesting::Refused(literal) } else { Nesting::Resolved };
        let (mut missing, mut nested, mut inner) = (Vec::new(), Vec::new(), budget.clone());
        let mut replaced = replace(text, literal, budget, |marker: &Marker<'_>| {
            used.insert(marker.key.to_owned());
            let known = missing.len();
            let value = insert(keywords, marker, within, nesting, &mut inner, &mut missing);
            let span = marker.span.clone();
            nested.extend(
                missing[known..].iter().map(|key| (span.clone(), key.clone(), Why::NoValue)),
            );
            value
        });
        replaced.left.extend(nested);
        replaced
    }

    fn tell(&mut self, text: &Text, span: &Range<usize>, key: &str, why: Why) {
        let Context { keywords, has_literals, found, .. } = &mut *self.context;
        if text.has_room(found) {
            let (code, message, hint) =
                why.in_words(key, false, || keywords.where_to_set(key, *has_literals));
            found.push(Diagnostic { hint, ..text.error(code, message, span) });
        }
    }
}

/// Where the texts of a tree stand, such as blocks of lines, in order.
fn texts_of(tree: &Node) -> Vec<Range<usize>> {
    let mut texts = Vec::new();
    tree.each(&mut |node| match &node.value {
        Value::Text(_) => texts.push(node.span.clone()),
        Value::Map(entries) => texts.extend(entries.iter().map(|entry| entry.key.span.clone())),
        _ => {}
    });
    texts.sort_by_key(|span| span.start);
    texts
}

/// Whether a byte is inside one of some ranges that are in order.
fn is_inside(ranges: &[Range<usize>], at: usize) -> bool {
    let after = ranges.partition_point(|range| range.start <= at);
    after.checked_sub(1).is_some_and(|last| ranges[last].contains(&at))
}

/// Where the dash of an empty list item ends, if it stands on the same line.
fn after_dash(text: &str, at: usize) -> usize {
    let line = text.get(..at).map_or(0, |before| before.rfind('\n').map_or(0, |end| end + 1));
    let dash = text.get(line..at).and_then(|before| before.find("- "));
    dash.map_or(at, |dash| line + dash + 1)
}

/// A marker that stands as a comment on the same line after `end`, where a
/// value (or its key) ends.
fn marker_comment(text: &str, end: usize) -> Option<Range<usize>> {
    let rest = text.get(end..)?;
    if end == 0 || text.get(..end)?.ends_with('\n') {
        return None;
    }
    let rest = rest.trim_start_matches([' ', '\t', ':']);
    let at = text.len() - rest.len();
    let separated = text.get(..at)?.ends_with([' ', '\t']);
    if !rest.starts_with("##") {
        return None;
    }
    // No marker is longer, and the rest of the line may be very long.
    let end = rest.char_indices().nth(300).map_or(rest.len(), |(end, _)| end);
    let marker = next_marker(rest.get(..end)?, 0)?;
    let marker = Marker { span: at + marker.span.start..at + marker.span.end, ..marker };
    (separated && marker.form == Form::Plain && marker.span.start == at).then_some(marker.span)
}

/// Where a keyword's marker stands in the file, else the whole value.
fn find_marker(text: &str, node: &Node, key: &str) -> Range<usize> {
    let Some(written) = text.get(node.span.clone()) else {
        return node.span.clone();
    };
    let found = markers(written).find(|marker| marker.key == key);
    found.map_or(node.span.clone(), |marker| {
        node.span.start + marker.span.start..node.span.start + marker.span.end
    })
}
