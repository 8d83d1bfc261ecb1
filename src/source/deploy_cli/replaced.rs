//! A text whose keywords were replaced before it was parsed, and the way back
//! to what stands on the disk.
//!
//! The main type is [`ReplacedText`]. Must not parse.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::model::ScriptSource;
use crate::source::codes;
use crate::source::definition::Context;
use crate::source::file::{MAX_BYTES, Text};
use crate::source::keyword::{
    Budget, Form, Marker, Nesting, Replaced, Why, Within, insert, replace,
};
use crate::source::node::{Entry, Node, Value};

/// A part of a file with its keywords replaced.
pub(crate) struct ReplacedText<'t> {
    disk: &'t Text,
    /// Where the part begins in the file.
    base: usize,
    /// The part after replacement.
    pub(crate) text: String,
    places: ScriptSource,
    /// Markers without a value: bytes of the file, and the keyword.
    left: Vec<(Range<usize>, String, Why)>,
}

impl<'t> ReplacedText<'t> {
    /// Replaces what has a value. Secrets can't be told from the rest before
    /// the text is parsed, so the process environment answers everywhere, as
    /// it does for the Deploy CLI.
    pub(crate) fn new(disk: &'t Text, part: Range<usize>, context: &mut Context<'_>) -> Self {
        let base = part.start;
        let written = &disk.text[part];
        let Context { keywords, used, .. } = context;
        let (mut left, mut missing) = (Vec::new(), Vec::new());
        let most = MAX_BYTES.max(disk.text.len() as u64);
        let mut budget = Budget::new(written.len(), most);
        let mut inner = budget.clone();
        let Replaced { text, places, left: stayed } =
            replace(written, &BTreeSet::new(), &mut budget, |marker: &Marker<'_>| {
                used.insert(marker.key.to_owned());
                let (within, nesting) = (Within::Secret, Nesting::Resolved);
                let known = missing.len();
                let value = insert(keywords, marker, within, nesting, &mut inner, &mut missing);
                let span = &marker.span;
                let nested = missing[known..].iter();
                left.extend(nested.map(|key: &String| (span.clone(), key.clone(), Why::NoValue)));
                value.or_else(|why| {
                    if !is_bare_value(written, marker) {
                        return Err(why);
                    }
                    // Neither YAML nor JSON can be parsed with it as it is.
                    left.push((marker.span.clone(), marker.key.to_owned(), why));
                    Ok(format!("\"{}\"", marker.written).into())
                })
            });
        left.extend(stayed);
        left.sort_by_key(|(span, ..)| span.start);
        let shift = |(span, key, why): (Range<usize>, String, Why)| {
            (span.start + base..span.end + base, key, why)
        };
        Self {
            disk,
            base,
            text,
            places: ScriptSource { replaced: places, ..ScriptSource::default() },
            left: left.into_iter().map(shift).collect(),
        }
    }

    /// Tells the markers without a value, for a text that can't be parsed
    /// because of them. Returns whether there were any.
    pub(crate) fn tell_left(&self, context: &mut Context<'_>) -> bool {
        self.left.iter().for_each(|(at, key, why)| self.tell(at, key, *why, context));
        !self.left.is_empty()
    }

    fn tell(&self, at: &Range<usize>, key: &str, why: Why, context: &mut Context<'_>) {
        if !self.disk.has_room(&mut context.found) {
            return;
        }
        let (code, message, hint) = match why {
            Why::NoValue => (
                codes::UNRESOLVED,
                format!("keyword `{key}` has no value"),
                format!(
                    "set it with `--keyword {key}=VALUE`, in AUTH0_KEYWORD_REPLACE_MAPPINGS (also of `-c config.json`) or in the environment"
                ),
            ),
            Why::Nested => (
                codes::NESTED_MARKER,
                format!("the value of keyword `{key}` leads back to itself"),
                "write the value out, without a marker in it".to_owned(),
            ),
            Why::TooLarge => (
                codes::TOO_LARGE,
                format!("with the value of keyword `{key}` here, this file is too large"),
                "a file holds 1 MB at most after keyword replacement".to_owned(),
            ),
            Why::NotAText => (
                codes::NOT_A_TEXT,
                format!("the value of keyword `{key}` is a list, a map or null, not a text"),
                format!("write `@@{key}@@` to insert it as JSON"),
            ),
        };
        context.found.push(self.disk.error(code, message, at).hint(hint));
    }

    /// The bytes of the file behind bytes of the replaced text.
    pub(crate) fn on_disk(&self, span: &Range<usize>) -> Range<usize> {
        let start = self.places.on_disk(span.start);
        let end = match span.end.checked_sub(1).filter(|last| *last >= span.start) {
            None => start,
            Some(last) => {
                let at = self.places.replaced.partition_point(|(out, _)| out.end <= last);
                let place = self.places.replaced.get(at).filter(|(out, _)| out.contains(&last));
                place.map_or_else(|| self.places.on_disk(last) + 1, |(_, marker)| marker.end)
            }
        };
        start + self.base..end + self.base
    }

    /// A tree of the replaced text with its places in the file. Values whose
    /// markers have no value become unresolved, which is told outside of
    /// secrets.
    pub(crate) fn settle(&self, node: &Node, within: Within, context: &mut Context<'_>) -> Node {
        let span = self.on_disk(&node.span);
        let ends = |out: &Range<usize>| out.end.max(out.start + 1);
        let first = self.places.replaced.partition_point(|(out, _)| ends(out) <= node.span.start);
        let replaced =
            self.places.replaced.get(first).is_some_and(|(out, _)| out.start < ends(&node.span));
        let value = match &node.value {
            Value::List(items) => {
                Value::List(items.iter().map(|item| self.settle(item, within, context)).collect())
            }
            Value::Map(entries) => Value::Map(
                entries.iter().map(|entry| self.settle_entry(entry, within, context)).collect(),
            ),
            scalar => self.scalar(scalar, &span, within, context),
        };
        Node { value, span, replaced }
    }

    fn settle_entry(&self, entry: &Entry, within: Within, context: &mut Context<'_>) -> Entry {
        let key = Node { span: self.on_disk(&entry.key.span), ..entry.key.clone() };
        let within = if key.as_text() == Some("secrets") { Within::Secret } else { within };
        let mut value = self.settle(&entry.value, within, context);
        if matches!(value.value, Value::Null) {
            // `key: ##KEY##` without a value is a comment, and the key empty.
            let rest = self.disk.text.get(key.span.end..).unwrap_or_default();
            let line = key.span.end..key.span.end + rest.find('\n').unwrap_or(rest.len());
            value.value = self.scalar(&Value::Null, &line, within, context);
        }
        Entry { key, value }
    }

    fn scalar(
        &self,
        value: &Value,
        span: &Range<usize>,
        within: Within,
        context: &mut Context<'_>,
    ) -> Value {
        let mut keys = Vec::new();
        let from = self.left.partition_point(|(at, ..)| at.start < span.start);
        for (at, key, why) in self.left[from..].iter().take_while(|(at, ..)| at.end <= span.end) {
            let tolerated =
                *why == Why::NoValue && (within == Within::Secret || context.allow_unresolved);
            if !tolerated {
                self.tell(at, key, *why, context);
            }
            if *why != Why::NoValue || within == Within::Secret || !context.allow_unresolved {
                keys.push(key.clone());
            }
        }
        if keys.is_empty() { value.clone() } else { Value::Unresolved(keys) }
    }
}

/// Whether a `@@KEY@@` stands alone where a value is to be, without quotes.
pub(super) fn is_bare_value(text: &str, marker: &Marker<'_>) -> bool {
    let before = text[..marker.span.start].trim_end_matches([' ', '\t']);
    let after = text[marker.span.end..].trim_start_matches([' ', '\t']);
    marker.form == Form::Json
        && before.ends_with([':', '-', '[', ','])
        && (after.is_empty() || after.starts_with(['\r', '\n', ',', ']', '}', '#']))
}
