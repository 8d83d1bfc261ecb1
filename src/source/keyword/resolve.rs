//! Replacing the markers in a file's tree and in a script, with findings for
//! what could not be.
//!
//! The main type is [`Resolver`], one for each definition. Must not know which
//! fields a definition has, but for the name of the one with secrets.

use std::collections::BTreeSet;

use super::marker::Why;
use super::{Form, Found, Keywords, Marker, Within, markers, next_marker, replace};
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

    /// Tells of lines such as `##KEY##: value`, which are comments.
    pub(crate) fn comment_lines(&mut self, text: &Text, tree: &Node) {
        let mut start = 0;
        for line in text.text.split_inclusive('\n') {
            let at = start + line.len() - line.trim_start_matches([' ', '\t']).len();
            start += line.len();
            let Some(marker) = next_marker(&text.text, at).filter(|marker| {
                marker.span.start == at
                    && marker.form == Form::Plain
                    && text.text[marker.span.end..].trim_start_matches([' ', '\t']).starts_with(':')
            }) else {
                continue;
            };
            if is_in_text(tree, at) || !text.has_room(self.found) {
                continue;
            }
            let message = format!("`{}` is a comment here, and with it the line", marker.written);
            self.found.push(
                text.finding(Severity::Warning, codes::MARKER_IS_COMMENT, message, &marker.span)
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

    /// Tells of a marker that follows a value as a comment. Returns what to
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
        let written = &text.text[span.clone()];
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
            && let Some(found) = self.keywords.get(first.key, within)
        {
            self.used.insert(first.key.to_owned());
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
                Why::NotAText => false,
            };
            if !tolerated {
                // The text may hold escapes, so its bytes are not the file's.
                let span = find_marker(&text.text, node, key);
                self.tell(text, &span, key, *why);
            }
            missing.push(key.clone());
        }
        let stays = self.allow_unresolved && within == Within::Other;
        let is_unresolved = replaced.left.iter().any(|(_, _, why)| *why == Why::NotAText || !stays);
        let value =
            if is_unresolved { Value::Unresolved(missing) } else { Value::Text(replaced.text) };
        Node { value, span: node.span.clone(), replaced: true }
    }

    /// A script with its markers replaced, and what led where.
    pub(crate) fn script(&mut self, text: &Text) -> (String, ScriptSource) {
        let replaced = self.replace(&text.text, Within::Other);
        for (span, key, why) in &replaced.left {
            if *why == Why::NotAText || !self.allow_unresolved {
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
        let Self { keywords, literal, used, .. } = self;
        let none = BTreeSet::new();
        let literal = if within == Within::Secret { &none } else { &*literal };
        replace(text, literal, |marker: &Marker<'_>| {
            used.insert(marker.key.to_owned());
            keywords.insert(marker, within)
        })
    }

    fn tell(&mut self, text: &Text, span: &std::ops::Range<usize>, key: &str, why: Why) {
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
            Why::NoValue => text
                .error(codes::UNRESOLVED, format!("keyword `{key}` has no value"), span)
                .hint(self.where_to_set(key)),
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
            "set it with `--keyword {key}=…` or under `keywords:` in hooksync.yaml; {if_text}"
        );
        match near {
            Some((_, name)) => format!("did you mean `{name}`? Else {advice}"),
            None => advice,
        }
    }
}

/// Whether a byte belongs to a text of the tree, such as a block of lines.
fn is_in_text(tree: &Node, at: usize) -> bool {
    match &tree.value {
        Value::Text(_) => tree.span.contains(&at),
        Value::List(items) => items.iter().any(|item| is_in_text(item, at)),
        Value::Map(entries) => {
            entries.iter().any(|Entry { key, value }| is_in_text(key, at) || is_in_text(value, at))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Unresolved(_) => false,
    }
}

/// Where the dash of an empty list item ends, if it stands on the same line.
fn after_dash(text: &str, at: usize) -> usize {
    let line = text.get(..at).map_or(0, |before| before.rfind('\n').map_or(0, |end| end + 1));
    let dash = text.get(line..at).and_then(|before| before.find("- "));
    dash.map_or(at, |dash| line + dash + 1)
}

/// A marker that stands as a comment on the same line after `end`, where a
/// value (or its key) ends.
fn marker_comment(text: &str, end: usize) -> Option<std::ops::Range<usize>> {
    let rest = text.get(end..)?;
    if end == 0 || text[..end].ends_with('\n') {
        return None;
    }
    let rest = rest.trim_start_matches([' ', '\t', ':']);
    let at = text.len() - rest.len();
    let separated = text[..at].ends_with([' ', '\t']);
    let marker = next_marker(text, at)?;
    (separated && marker.form == Form::Plain && marker.span.start == at).then_some(marker.span)
}

/// Where a keyword's marker stands in the file, else the whole value.
fn find_marker(text: &str, node: &Node, key: &str) -> std::ops::Range<usize> {
    let Some(written) = text.get(node.span.clone()) else {
        return node.span.clone();
    };
    let found = markers(written).find(|marker| marker.key == key);
    found.map_or(node.span.clone(), |marker| {
        node.span.start + marker.span.start..node.span.start + marker.span.end
    })
}
