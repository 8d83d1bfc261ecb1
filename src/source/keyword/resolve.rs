//! Replacing the markers in a file's tree and in a script, with findings for
//! what could not be.
//!
//! The main type is [`Resolver`], one for each definition. Must not know which
//! fields a definition has, but for the name of the one with secrets.

use std::collections::BTreeSet;
use std::ops::Range;

use super::marker::Why;
use super::{
    Budget, Form, Found, Keywords, Marker, Nesting, Within, insert, markers, next_marker, replace,
};
use crate::model::{Diagnostic, ScriptSource, Severity};
use crate::source::codes;
use crate::source::file::Text;
use crate::source::node::{Entry, Node, Value};

/// Replaces markers and collects what there is to say about them.
pub(crate) struct Resolver<'a> {
    pub(crate) keywords: &'a Keywords,
    /// Markers that are text here, but for those in secrets: what an export
    /// finds as text on the tenant is never a secret's value.
    pub(crate) literal: BTreeSet<String>,
    /// Whether markers without a value may stay.
    pub(crate) allow_unresolved: bool,
    /// Whether a definition can list literal markers.
    pub(crate) has_literals: bool,
    /// How far the file may grow.
    pub(crate) budget: Budget,
    /// Keywords that a marker named.
    pub(crate) used: &'a mut BTreeSet<String>,
    pub(crate) found: &'a mut Vec<Diagnostic>,
}

impl Resolver<'_> {
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
                node.value.clone()
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
        match self.comment(text, item, end) {
            Some(stand_in) => stand_in,
            None => self.tree(text, item, within),
        }
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
            if is_inside(texts, begin) || !text.has_room(self.found) {
                continue;
            }
            let message = format!("`{}` is a comment here, and with it the line", marker.written);
            let span = begin..begin + marker.span.len();
            self.found.push(
                text.finding(Severity::Warning, codes::MARKER_IS_COMMENT, message, &span)
                    .hint("write the key itself: markers in keys are not replaced"),
            );
        }
    }

    pub(crate) fn entry(&mut self, text: &Text, entry: &Entry, within: Within) -> Entry {
        let Entry { key, value } = entry;
        if let Some(marker) = key.as_text().and_then(|key| next_marker(key, 0))
            && text.has_room(self.found)
        {
            let message =
                format!("`{}` is part of a key, where it is not replaced", marker.written);
            self.found.push(text.finding(
                Severity::Warning,
                codes::MARKER_IN_KEY,
                message,
                &key.span,
            ));
        }
        let end = if value.span.is_empty() { key.span.end } else { value.span.end };
        let value = match self.comment(text, value, end) {
            Some(stand_in) => stand_in,
            None => self.tree(text, value, within),
        };
        Entry { key: key.clone(), value }
    }

    /// Reports a marker that follows a value as a comment. Returns what to
    /// take for a value that is nothing but that comment.
    fn comment(&mut self, text: &Text, value: &Node, end: usize) -> Option<Node> {
        let span = marker_comment(&text.text, end)?;
        let is_all = matches!(value.value, Value::Null);
        if !text.has_room(self.found) {
            return is_all.then(|| Node {
                value: Value::Unresolved(Vec::new()),
                span,
                replaced: true,
            });
        }
        let written = text.text.get(span.clone())?;
        let quote = format!("quote the value: \"{written}\"");
        if is_all {
            let message = format!("`{written}` is a comment here, so the value is empty");
            self.found.push(text.error(codes::MARKER_IS_COMMENT, message, &span).hint(quote));
            let stand_in = Value::Unresolved(Vec::new());
            return Some(Node { value: stand_in, span, replaced: true });
        }
        let message = format!("`{written}` is a comment here, not part of the value before it");
        self.found.push(
            text.finding(Severity::Warning, codes::MARKER_IS_COMMENT, message, &span)
                .hint("quote the whole value if the marker is meant to be replaced"),
        );
        None
    }

    /// A text with its markers replaced. One that is a single `@@KEY@@`
    /// becomes the keyword's value, whatever that is.
    fn value(&mut self, text: &Text, node: &Node, value: &str, within: Within) -> Node {
        let Some(first) = next_marker(value, 0) else {
            return node.clone();
        };
        if first.form == Form::Json
            && first.span == (0..value.len())
            && !(within == Within::Other && self.literal.contains(first.written))
            && let Ok(found) = self.keywords.get(first.key, within)
        {
            self.used.insert(first.key.to_owned());
            let (size, is_nested) = match found {
                Found::Configured(value) => {
                    let json = value.json();
                    (json.len(), next_marker(&json, 0).is_some())
                }
                Found::FromEnvironment(value) => {
                    (value.expose().len(), next_marker(value.expose(), 0).is_some())
                }
            };
            let was_spent = self.budget.is_spent();
            let why = if is_nested {
                Some(Why::Nested)
            } else {
                (!self.budget.spend(first.span.len(), size)).then_some(Why::TooLarge)
            };
            if let Some(why) = why {
                if !was_spent {
                    let span = find_marker(&text.text, node, first.key);
                    self.tell(text, &span, first.key, why);
                }
                return Node {
                    value: Value::Unresolved(Vec::new()),
                    span: node.span.clone(),
                    replaced: true,
                };
            }
            return match found {
                Found::Configured(value) => value.to_node(node),
                Found::FromEnvironment(value) => Node {
                    value: Value::Text(value.expose().to_owned()),
                    span: node.span.clone(),
                    replaced: true,
                },
            };
        }
        let replaced = self.replace(value, within);
        let mut missing = Vec::new();
        for (_, key, why) in &replaced.left {
            let tolerated = match why {
                Why::NoValue => within == Within::Secret || self.allow_unresolved,
                Why::NotAText | Why::Nested | Why::TooLarge | Why::Withheld(_) => false,
            };
            if !tolerated {
                // The text may hold escapes, so its bytes are not the file's.
                let span = find_marker(&text.text, node, key);
                self.tell(text, &span, key, *why);
            }
            missing.push(key.clone());
        }
        let stays = self.allow_unresolved && within == Within::Other;
        let is_unresolved = self.budget.is_spent()
            || replaced.left.iter().any(|(_, _, why)| *why != Why::NoValue || !stays);
        let value =
            if is_unresolved { Value::Unresolved(missing) } else { Value::Text(replaced.text) };
        Node { value, span: node.span.clone(), replaced: true }
    }

    /// A script with its markers replaced, and what led where.
    pub(crate) fn script(&mut self, text: &Text) -> (String, ScriptSource) {
        let replaced = self.replace(&text.text, Within::Other);
        for (span, key, why) in &replaced.left {
            if *why != Why::NoValue || !self.allow_unresolved {
                self.tell(text, span, key, *why);
            }
        }
        let source = ScriptSource {
            file: text.file.clone(),
            text: text.text.clone(),
            replaced: replaced.places,
        };
        (replaced.text, source)
    }

    fn replace(&mut self, text: &str, within: Within) -> super::Replaced {
        let Self { keywords, literal, used, budget, has_literals, .. } = self;
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
        if !text.has_room(self.found) {
            return;
        }
        let found = match why {
            Why::NotAText => text
                .error(
                    codes::NOT_A_TEXT,
                    format!("the value of keyword `{key}` is a list, a map or null, not a text"),
                    span,
                )
                .hint(format!("write `@@{key}@@` to insert it as JSON")),
            Why::Nested => text
                .error(
                    codes::NESTED_MARKER,
                    format!("the value of keyword `{key}` holds a keyword marker itself"),
                    span,
                )
                .hint(
                    "write the whole value out: only in Deploy CLI trees are the markers of a \
                     value replaced, too",
                ),
            Why::TooLarge => text.error(
                codes::TOO_LARGE,
                format!("with the value of keyword `{key}` here, this file is larger than 1 MB"),
                span,
            ),
            Why::NoValue => text
                .error(codes::UNRESOLVED, format!("keyword `{key}` has no value"), span)
                .hint(self.where_to_set(key)),
            Why::Withheld(why) => {
                text.error(codes::WITHHELD, why.sentence(key), span).hint(why.hint(key))
            }
        };
        self.found.push(found);
    }

    fn where_to_set(&self, key: &str) -> String {
        if self.keywords.is_from_environment(key) {
            return format!("set the environment variable `{key}`, which `keywordsFromEnv:` names");
        }
        if self.keywords.is_in_environment(key) {
            return format!(
                "the environment has `{key}`: list it under `keywordsFromEnv:` in hooksync.yaml to \
                 have it inserted outside of secrets, too"
            );
        }
        let near = self.keywords.names().map(|name| (strsim::jaro_winkler(name, key), name));
        let near = near.filter(|(score, _)| *score > 0.85).max_by(|a, b| a.0.total_cmp(&b.0));
        let if_text = if self.has_literals {
            "text that is no keyword is listed under `literalMarkers:` in the definition"
        } else {
            "`--allow-unresolved` leaves text that is no keyword as it is"
        };
        let advice = format!(
            "set it with `--keyword {key}=VALUE` or under `keywords:` in hooksync.yaml; {if_text}"
        );
        match near {
            Some((_, name)) => format!("did you mean `{name}`? Else {advice}"),
            None => advice,
        }
    }
}

/// Where the texts of a tree stand, such as blocks of lines, in order.
fn texts_of(tree: &Node) -> Vec<Range<usize>> {
    fn gather(node: &Node, texts: &mut Vec<Range<usize>>) {
        match &node.value {
            Value::Text(_) => texts.push(node.span.clone()),
            Value::List(items) => items.iter().for_each(|item| gather(item, texts)),
            Value::Map(entries) => entries.iter().for_each(|Entry { key, value }| {
                gather(key, texts);
                gather(value, texts);
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Unresolved(_) => {}
        }
    }
    let mut texts = Vec::new();
    gather(tree, &mut texts);
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
