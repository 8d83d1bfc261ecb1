//! A text whose keywords were replaced before it was parsed, and the way back
//! to what stands on the disk.
//!
//! Which values are secrets is known only after that, so what the process
//! environment answers for secrets alone is held back: a stand-in takes its
//! place until then. The main type is [`ReplacedText`]. Must not parse.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use crate::model::{Diagnostic, ScriptSource};
use crate::source::definition::Context;
use crate::source::file::{MAX_BYTES, Text};
use crate::source::keyword::{
    Budget, Form, Marker, Nesting, Replaced, Why, Within, insert, next_marker, replace,
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
    /// Markers that have one inside of secrets only.
    held: Held,
    /// What may still be put in for those.
    budget: RefCell<Budget>,
}

/// Markers that have stand-ins.
#[derive(Default)]
struct Held {
    /// What stand-ins begin with, and nothing else in the text does.
    sign: String,
    /// Their keywords, and their markers as they are written.
    all: Vec<(String, String)>,
}

impl Held {
    fn new(text: &str) -> Self {
        let signs = (0_u64..).map(|number| format!("standin{number}x"));
        let sign = signs.into_iter().find(|sign| !text.contains(sign.as_str()));
        Self { sign: sign.unwrap_or_default(), all: Vec::new() }
    }

    /// A stand-in that means a text to YAML and JSON, as the value does.
    fn hold(&mut self, marker: &Marker<'_>) -> String {
        self.all.push((marker.key.to_owned(), marker.written.to_owned()));
        format!("{}{}z", self.sign, self.all.len() - 1)
    }

    /// A text with something else in the place of each stand-in.
    fn replace(&self, text: &str, mut with: impl FnMut(&str, &str) -> String) -> String {
        let mut parts = text.split(self.sign.as_str());
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let held = part.split_once('z').and_then(|(number, rest)| {
                Some((self.all.get(number.parse::<usize>().ok()?)?, rest))
            });
            match held {
                Some(((key, written), rest)) => {
                    out.push_str(&with(key, written));
                    out.push_str(rest);
                }
                None => {
                    out.push_str(&self.sign);
                    out.push_str(part);
                }
            }
        }
        out
    }

    fn is_in(&self, text: &str) -> bool {
        !self.all.is_empty() && text.contains(&self.sign)
    }
}

impl<'t> ReplacedText<'t> {
    /// Replaces what has a value wherever it stands.
    pub(crate) fn new(disk: &'t Text, part: Range<usize>, context: &mut Context<'_>) -> Self {
        let base = part.start;
        let written = disk.text.get(part).unwrap_or_default();
        let Context { keywords, used, .. } = context;
        let (mut left, mut held) = (Vec::new(), Held::new(written));
        let most = MAX_BYTES.max(disk.text.len() as u64);
        let mut budget = Budget::new(written.len(), most);
        let mut inner = budget.clone();
        let Replaced { text, places, left: stayed } =
            replace(written, &BTreeSet::new(), &mut budget, |marker: &Marker<'_>| {
                used.insert(marker.key.to_owned());
                let mut missing = Vec::new();
                let (other, nesting) = (Within::Other, Nesting::Resolved);
                let value = insert(keywords, marker, other, nesting, &mut inner, &mut missing);
                if value.is_ok() && missing.is_empty() {
                    return value;
                }
                // inside of secrets the process environment may answer
                let (secret, mut lacking) = (Within::Secret, Vec::new());
                let hidden = insert(keywords, marker, secret, nesting, &mut inner, &mut lacking);
                let value = match hidden {
                    Ok(_) if lacking.is_empty() => {
                        let stand_in = held.hold(marker);
                        return Ok(match marker.form {
                            Form::Plain => stand_in,
                            Form::Json => format!("\"{stand_in}\""),
                        });
                    }
                    Err(withheld @ Why::Withheld(_)) => Err(withheld),
                    _ => value,
                };
                let nested = missing.into_iter();
                left.extend(nested.map(|key| (marker.span.clone(), key, Why::NoValue)));
                value.or_else(|why| {
                    if !is_bare_value(written, marker) {
                        return Err(why);
                    }
                    // Neither YAML nor JSON can be parsed with it as it is.
                    left.push((marker.span.clone(), marker.key.to_owned(), why));
                    Ok(format!("\"{}\"", marker.written))
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
            held,
            budget: RefCell::new(budget),
        }
    }

    /// Reports the markers without a value, for a text that can't be parsed
    /// because of them. Returns whether there were any.
    pub(crate) fn tell_left(&self, context: &mut Context<'_>) -> bool {
        self.left.iter().for_each(|(at, key, why)| self.tell(at, key, *why, context));
        !self.left.is_empty()
    }

    fn tell(&self, at: &Range<usize>, key: &str, why: Why, context: &mut Context<'_>) {
        if !self.disk.has_room(&mut context.found) {
            return;
        }
        let (code, message, hint) = why.in_words(key, true, || {
            format!(
                "set it with `--keyword {key}=VALUE`, or in AUTH0_KEYWORD_REPLACE_MAPPINGS (also of `-c config.json`); the environment answers inside of secrets, elsewhere for what `keywordsFromEnv:` in hooksync.yaml lists"
            )
        });
        context.found.push(Diagnostic { hint, ..self.disk.error(code, message, at) });
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
    /// markers have no value become unresolved, which is reported outside of
    /// secrets.
    fn settle(&self, node: &Node, within: Within, context: &mut Context<'_>) -> Node {
        let value = match &node.value {
            Value::List(items) => {
                Value::List(items.iter().map(|item| self.settle(item, within, context)).collect())
            }
            Value::Map(entries) => Value::Map(
                entries.iter().map(|entry| self.settle_entry(entry, within, context)).collect(),
            ),
            scalar => self.scalar(scalar, &self.on_disk(&node.span), within, context),
        };
        self.settled(node, value)
    }

    /// A node of the replaced text with its value and its place in the file.
    fn settled(&self, node: &Node, value: Value) -> Node {
        let ends = |out: &Range<usize>| out.end.max(out.start + 1);
        let first = self.places.replaced.partition_point(|(out, _)| ends(out) <= node.span.start);
        let replaced = self.places.replaced.get(first);
        let replaced = replaced.is_some_and(|(out, _)| out.start < ends(&node.span));
        Node { value, span: self.on_disk(&node.span), replaced }
    }

    /// The value of `hooks`.
    pub(crate) fn settle_hooks(&self, node: &Node, context: &mut Context<'_>) -> Node {
        let Value::List(items) = &node.value else {
            return self.settle(node, Within::Other, context);
        };
        let items = items.iter().map(|item| self.settle_hook(item, context)).collect();
        self.settled(node, Value::List(items))
    }

    /// One hook's tree, in which `secrets` is what it is. (Deeper down a key of
    /// that name is any key.)
    pub(crate) fn settle_hook(&self, node: &Node, context: &mut Context<'_>) -> Node {
        let Value::Map(entries) = &node.value else {
            return self.settle(node, Within::Other, context);
        };
        let entries = entries.iter().map(|entry| match entry.key.as_text() {
            Some("secrets") => self.settle_entry(entry, Within::Secret, context),
            _ => self.settle_entry(entry, Within::Other, context),
        });
        let value = Value::Map(entries.collect());
        self.settled(node, value)
    }

    fn settle_entry(&self, entry: &Entry, within: Within, context: &mut Context<'_>) -> Entry {
        let mut key = Node { span: self.on_disk(&entry.key.span), ..entry.key.clone() };
        if let Value::Text(text) = &mut key.value {
            *text = self.restored(text);
        }
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
            let is_secret = within == Within::Secret;
            let tolerated = match why {
                Why::NoValue => is_secret || context.allow_unresolved,
                Why::NotAText | Why::Nested | Why::TooLarge | Why::Withheld(_) => false,
            };
            if !tolerated {
                self.tell(at, key, *why, context);
            }
            if *why != Why::NoValue || is_secret || !context.allow_unresolved {
                keys.push(key.clone());
            }
        }
        let value = match value {
            Value::Text(text) if self.held.is_in(text) => {
                self.released(text, span, within, &mut keys, context)
            }
            other => other.clone(),
        };
        if keys.is_empty() { value } else { Value::Unresolved(keys) }
    }

    /// A text with the values of what was held back, if it is a secret's.
    /// Elsewhere these keywords have none.
    fn released(
        &self,
        text: &str,
        span: &Range<usize>,
        within: Within,
        keys: &mut Vec<String>,
        context: &mut Context<'_>,
    ) -> Value {
        if within == Within::Other {
            if context.allow_unresolved {
                return Value::Text(self.restored(text));
            }
            let mut missing = Vec::new();
            self.held.replace(text, |key, _| {
                missing.push(key.to_owned());
                String::new()
            });
            for key in missing {
                self.tell(span, &key, Why::NoValue, context);
                keys.push(key);
            }
            return Value::Null;
        }
        let mut failed = Vec::new();
        let text = self.held.replace(text, |key, written| {
            let marker = next_marker(written, 0).map(|it| Marker { form: Form::Plain, ..it });
            let mut budget = self.budget.borrow_mut();
            let (nesting, mut missing) = (Nesting::Resolved, Vec::new());
            let value = marker.ok_or(Why::NoValue).and_then(|marker| {
                let mut inner = budget.clone();
                insert(context.keywords, &marker, within, nesting, &mut inner, &mut missing)
            });
            let value = value.and_then(|value| match budget.spend(written.len(), value.len()) {
                true => Ok(value),
                false => Err(Why::TooLarge),
            });
            value.unwrap_or_else(|why| {
                failed.push((key.to_owned(), why));
                String::new()
            })
        });
        for (key, why) in failed {
            if keys.is_empty() {
                self.tell(span, &key, why, context);
            }
            keys.push(key);
        }
        Value::Text(text)
    }

    /// A text with its markers as they are written.
    fn restored(&self, text: &str) -> String {
        match self.held.is_in(text) {
            true => self.held.replace(text, |_, written| written.to_owned()),
            false => text.to_owned(),
        }
    }

    /// A parser's message, which may quote what stands in for a marker.
    pub(crate) fn message(&self, message: &str) -> String {
        self.restored(message)
    }
}

/// Whether a `@@KEY@@` stands alone where a value is to be, without quotes.
pub(super) fn is_bare_value(text: &str, marker: &Marker<'_>) -> bool {
    let before = text.get(..marker.span.start).unwrap_or_default().trim_end_matches([' ', '\t']);
    let after = text.get(marker.span.end..).unwrap_or_default().trim_start_matches([' ', '\t']);
    marker.form == Form::Json
        && before.ends_with([':', '-', '[', ','])
        && (after.is_empty() || after.starts_with(['\r', '\n', ',', ']', '}', '#']))
}
