//! Taking a tree apart into what a file may say, telling every fault on the way.
//!
//! The main type is [`Fields`]. Each function takes a node, returns what it
//! holds if it holds the right thing, and reports it otherwise; a value whose
//! keyword is missing was reported before and stays silent. Must not know which
//! file it reads.

use std::collections::BTreeSet;
use std::ops::Range;

use super::codes;
use super::file::Text;
use super::node::{Entry, Node, Value};
use crate::model::{Code, Diagnostic, Severity};

/// One file's tree, being taken apart.
pub(crate) struct Fields<'a> {
    pub(crate) text: &'a Text,
    pub(crate) found: &'a mut Vec<Diagnostic>,
}

impl Fields<'_> {
    /// Reports an error.
    pub(crate) fn error(&mut self, code: Code, message: impl Into<String>, span: &Range<usize>) {
        self.report(Severity::Error, code, message, span, None);
    }

    /// Reports an error with a hint.
    pub(crate) fn advise(
        &mut self,
        code: Code,
        message: impl Into<String>,
        span: &Range<usize>,
        hint: impl Into<String>,
    ) {
        self.report(Severity::Error, code, message, span, Some(hint.into()));
    }

    /// Reports a finding of any severity.
    pub(crate) fn report(
        &mut self,
        severity: Severity,
        code: Code,
        message: impl Into<String>,
        span: &Range<usize>,
        hint: Option<String>,
    ) {
        if self.text.has_room(self.found) {
            let found = self.text.finding(severity, code, message, span);
            self.found.push(Diagnostic { hint, ..found });
        }
    }

    /// The entries of a map whose keys are texts and stand once each.
    pub(crate) fn map<'n>(
        &mut self,
        node: &'n Node,
        what: &str,
    ) -> Option<Vec<(&'n str, &'n Entry)>> {
        let Some(entries) = node.as_map() else {
            self.wrong_kind(node, what, "a map", &node.value);
            return None;
        };
        let mut seen = BTreeSet::new();
        let mut out = Vec::with_capacity(entries.len());
        for entry in entries {
            let Some(key) = self.key(entry) else { continue };
            if seen.insert(key) {
                out.push((key, entry));
            } else {
                let message = format!("duplicate key `{}`", short(key));
                let hint = "remove one of the two";
                self.advise(codes::DUPLICATE_KEY, message, &entry.key.span, hint);
            }
        }
        Some(out)
    }

    fn key<'n>(&mut self, entry: &'n Entry) -> Option<&'n str> {
        if let Some(key) = entry.key.as_text() {
            return Some(key);
        }
        let is = entry.key.value.kind();
        if matches!(entry.key.value, Value::List(_) | Value::Map(_)) {
            let message = format!("a key must be text, and this is {is}");
            self.error(codes::WRONG_KIND, message, &entry.key.span);
        } else {
            let message = format!("a key must be text, and YAML reads this as {is}");
            let hint = format!("write \"{}\"", self.written(&entry.key));
            self.advise(codes::QUOTE_IT, message, &entry.key.span, hint);
        }
        None
    }

    /// The entries of a map that may hold only `known` fields.
    pub(crate) fn record<'n>(
        &mut self,
        node: &'n Node,
        what: &str,
        known: &[&str],
    ) -> Option<Vec<(&'n str, &'n Entry)>> {
        self.known_entries(node, what, known, Severity::Error)
    }

    /// The entries of a map that are among `known` fields and not null; of
    /// others it only says that they do nothing.
    pub(crate) fn lenient_record<'n>(
        &mut self,
        node: &'n Node,
        what: &str,
        known: &[&str],
    ) -> Option<Vec<(&'n str, &'n Entry)>> {
        let mut entries = self.known_entries(node, what, known, Severity::Warning)?;
        entries.retain(|(_, entry)| !matches!(entry.value.value, Value::Null));
        Some(entries)
    }

    fn known_entries<'n>(
        &mut self,
        node: &'n Node,
        what: &str,
        known: &[&str],
        severity: Severity,
    ) -> Option<Vec<(&'n str, &'n Entry)>> {
        let entries = self.map(node, what)?;
        let (good, unknown): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|(key, _)| known.contains(key));
        for (key, entry) in unknown {
            let former = FORMER.iter().find(|(former, _)| *former == key);
            let hint = match former {
                _ if key == "enabled" && known.contains(&"deploy") => {
                    "an action runs where it is bound: list it in a file of `kind: bindings`"
                        .to_owned()
                }
                Some((former, now)) => format!("it is `{now}` now: rename `{former}` to that"),
                None => suggest(key, "fields", known),
            };
            let message = format!("{what} has no `{}`", short(key));
            self.report(severity, codes::UNKNOWN_FIELD, message, &entry.key.span, Some(hint));
        }
        Some(good)
    }

    /// A text. Numbers and the like that stand without quotes are no texts:
    /// what YAML makes of `1.10` or `0123` is not what was written.
    pub(crate) fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        match &node.value {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::Bool(_) | Value::Null
                if !node.replaced && !node.span.is_empty() =>
            {
                let is = match &node.value {
                    Value::Null => "null",
                    other => other.kind(),
                };
                let message = format!("{what} must be text, and YAML reads this as {is}");
                let hint = format!("write \"{}\"", self.written(node));
                self.advise(codes::QUOTE_IT, message, &node.span, hint);
                None
            }
            other => {
                self.wrong_kind(node, what, "a text", other);
                None
            }
        }
    }

    /// A boolean. A keyword's text `true` or `false` is one too: arguments and
    /// environment variables can't be anything but texts.
    pub(crate) fn boolean(&mut self, node: &Node, what: &str) -> Option<bool> {
        match &node.value {
            Value::Bool(value) => Some(*value),
            Value::Text(text) if node.replaced && text == "true" => Some(true),
            Value::Text(text) if node.replaced && text == "false" => Some(false),
            Value::Text(text) if !node.replaced => {
                let message = format!("{what} must be `true` or `false`, not text");
                let hint = match text.to_ascii_lowercase().as_str() {
                    "yes" | "y" | "on" | "true" => "write `true`, without quotes",
                    "no" | "n" | "off" | "false" => "write `false`, without quotes",
                    _ => "write `true` or `false`, without quotes",
                };
                self.advise(codes::WRONG_KIND, message, &node.span, hint);
                None
            }
            Value::Text(_) => {
                let message = format!(
                    "{what} must be `true` or `false`, and after keyword replacement it is neither"
                );
                self.error(codes::WRONG_KIND, message, &node.span);
                None
            }
            other => {
                self.wrong_kind(node, what, "`true` or `false`", other);
                None
            }
        }
    }

    /// A list of texts, or one text.
    pub(crate) fn texts<'n>(&mut self, node: &'n Node, what: &str) -> Vec<(&'n str, &'n Node)> {
        match &node.value {
            Value::List(items) => {
                items.iter().filter_map(|item| Some((self.text(item, what)?, item))).collect()
            }
            _ => self.text(node, what).map(|text| (text, node)).into_iter().collect(),
        }
    }

    /// Reports that a value is not what it has to be.
    pub(crate) fn wrong_kind(&mut self, node: &Node, what: &str, wanted: &str, is: &Value) {
        if matches!(is, Value::Unresolved(_)) {
            return;
        }
        let after = if node.replaced { ", after keyword replacement," } else { "" };
        let message = format!("{what} must be {wanted}, and this{after} is {}", is.kind());
        match is {
            Value::List(items) if wanted == "a map" && !node.replaced && !items.is_empty() => {
                let hint = "write `KEY: VALUE` without the `-` before it";
                self.advise(codes::WRONG_KIND, message, &node.span, hint);
            }
            _ => self.error(codes::WRONG_KIND, message, &node.span),
        }
    }

    /// What stands in the file for a node.
    pub(crate) fn written(&self, node: &Node) -> &str {
        short(self.text.text.get(node.span.clone()).unwrap_or_default())
    }
}

/// Fields as the first releases of the Deploy CLI called them, and their names
/// now.
const FORMER: [(&str, &str); 2] = [("code", "script"), ("active", "enabled")];

/// The beginning of a text that may be too long for a message.
pub(crate) fn short(text: &str) -> &str {
    text.char_indices().nth(80).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

pub(crate) use crate::model::near::nearest;

/// The next step for a word that is none of those known.
pub(crate) fn suggest(word: &str, kinds: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the {kinds} are {}", list(known)),
    }
}

/// Words as a list in a sentence.
pub(crate) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_suggested_only_when_it_is_near() {
        let known =
            ["name", "triggerId", "script", "enabled", "dependencies", "secrets", "renamedFrom"];
        let check =
            |word: &str, near: Option<&str>| assert_eq!(nearest(word, &known), near, "{word}");
        check("trigger_id", Some("triggerId"));
        check("trigger", Some("triggerId"));
        check("Name", Some("name"));
        check("enable", Some("enabled"));
        check("dependancies", Some("dependencies"));
        check("secret", Some("secrets"));
        check("renamed-from", Some("renamedFrom"));
        check("x", None);
        check("order", None);
        check("", None);
    }
}
