//! Finds the place of a key in a definition's text, for findings about what a
//! definition declares.
//!
//! The text may be a definition of one hook (YAML or JSON) or hold many (a
//! `tenant.yaml`), and is read as it is on disk, before keyword replacement,
//! when it need not be valid YAML. So this looks for lines, not for a
//! document, and answers with the nearest place it is sure of.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

use crate::model::Definition;

/// One line of the text that holds a `key: value`.
struct Line<'t> {
    /// Where it begins.
    start: usize,
    /// How far it is indented, a leading `- ` counted in.
    indent: usize,
    /// Whether it begins with a `- `.
    begins_item: bool,
    key: &'t str,
    key_at: Range<usize>,
    value: &'t str,
    value_at: Range<usize>,
}

/// An entry of a map: its key, and its value on the same line.
pub(super) struct Entry<'t> {
    pub(super) key: &'t str,
    pub(super) key_at: Range<usize>,
    /// The value as it is written, without quotes, when it stands on the line
    /// of its key.
    pub(super) value: &'t str,
    pub(super) value_at: Range<usize>,
}

/// A definition's text, read once.
pub(super) struct Written<'t> {
    text: &'t str,
    lines: Vec<Line<'t>>,
    /// Which of the lines are about this hook.
    own: Range<usize>,
    /// Where each secret and each package stands, once somebody asked.
    secrets: OnceCell<HashMap<&'t str, Range<usize>>>,
    dependencies: OnceCell<HashMap<&'t str, Range<usize>>>,
}

impl<'t> Written<'t> {
    pub(super) fn of(hook: &'t Definition) -> Self {
        let lines = lines(&hook.source_text);
        let own = own_lines(&lines, &hook.written_name);
        let (secrets, dependencies) = (OnceCell::new(), OnceCell::new());
        Self { text: &hook.source_text, lines, own, secrets, dependencies }
    }

    fn own(&self) -> &[Line<'t>] {
        self.lines.get(self.own.clone()).unwrap_or_default()
    }

    /// The place of a key of the hook, such as `secrets`; else that of its
    /// name; else the beginning.
    pub(super) fn section(&self, key: &str) -> Range<usize> {
        let at = |wanted: &str| {
            self.own().iter().find(|line| line.key == wanted).map(|line| line.key_at.clone())
        };
        at(key).or_else(|| at("name")).unwrap_or(0..0)
    }

    /// The place of an entry below a key of the hook, such as one secret; else
    /// that of the key.
    pub(super) fn entry(&self, section: &str, key: &str) -> Range<usize> {
        let places = match section {
            "secrets" => &self.secrets,
            _ => &self.dependencies,
        };
        let places = places.get_or_init(|| {
            let all = self.entries(section).into_iter().rev();
            all.map(|entry| (entry.key, entry.key_at)).collect()
        });
        places.get(key).cloned().unwrap_or_else(|| self.section(section))
    }

    /// The entries below a key of the hook, one a line.
    pub(super) fn entries(&self, section: &str) -> Vec<Entry<'t>> {
        let own = self.own();
        let Some(start) = own.iter().position(|line| line.key == section) else {
            return Vec::new();
        };
        let indent = own[start].indent;
        let inner = own.get(start + 1).map_or(0, |line| line.indent);
        own[start + 1..]
            .iter()
            .take_while(|line| line.indent > indent)
            .filter(|line| line.indent == inner)
            .map(|line| Entry {
                key: line.key,
                key_at: line.key_at.clone(),
                value: line.value,
                value_at: line.value_at.clone(),
            })
            .collect()
    }

    /// The bytes of the text that are about this hook.
    pub(super) fn region(&self) -> Range<usize> {
        match (self.own().first(), self.own().last()) {
            (Some(first), Some(last)) if self.own.len() < self.lines.len() => {
                first.start..last.value_at.end
            }
            _ => 0..self.text.len(),
        }
    }

    /// Every value about the hook that stands on the line of its key.
    pub(super) fn values(&self) -> Vec<(Range<usize>, &'t str)> {
        self.own()
            .iter()
            .filter(|line| !line.value.is_empty())
            .map(|line| (line.value_at.clone(), line.value))
            .collect()
    }
}

/// The lines about the hook of this name: all of a file that holds one, and
/// the list item of its name where there are several.
fn own_lines(lines: &[Line<'_>], name: &str) -> Range<usize> {
    let is_name = |line: &Line<'_>| line.key == "name" && line.value == name && line.indent > 0;
    let Some(at) = lines.iter().position(is_name) else {
        return 0..lines.len();
    };
    let indent = lines[at].indent;
    let begins = |line: &Line<'_>| line.begins_item && line.indent == indent;
    let first = lines[..=at].iter().rposition(begins).unwrap_or(0);
    let after =
        lines[at + 1..].iter().take_while(|line| line.indent >= indent && !begins(line)).count();
    first..at + 1 + after
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for raw in text.split_inclusive('\n') {
        if let Some(line) = line(raw, start) {
            lines.push(line);
        }
        start += raw.len();
    }
    lines
}

/// Reads `  - key: value` or `"key": "value",`.
fn line(raw: &str, start: usize) -> Option<Line<'_>> {
    let body = raw.trim_start_matches([' ', '-', '\t', '{']);
    let indent = raw.len() - body.len();
    let begins_item = raw.split_at(indent).0.contains('-');
    let mut characters = body.chars();
    let (key, rest) = match characters.next()? {
        quote @ ('"' | '\'') => {
            let (key, rest) = characters.as_str().split_once(quote)?;
            (key, rest.trim_start().strip_prefix(':')?)
        }
        '#' => return None,
        _ => {
            let (key, rest) = body.split_once(':')?;
            (rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n'])).then_some(())?;
            (key.trim_end(), rest)
        }
    };
    let offset_in = |part: &str| start + (part.as_ptr() as usize - raw.as_ptr() as usize);
    let key_start = offset_in(key);
    let value = rest.trim().trim_end_matches([',', '}']).trim_end();
    let mut characters = value.chars();
    let value = match characters.next() {
        Some(quote @ ('"' | '\'')) => {
            let inner = characters.as_str();
            inner.split(quote).next().unwrap_or(inner)
        }
        _ => value.split(" #").next().unwrap_or(value).trim_end(),
    };
    let value_start = offset_in(value);
    Some(Line {
        start,
        indent,
        begins_item,
        key,
        key_at: key_start..key_start + key.len(),
        value,
        value_at: value_start..value_start + value.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::hook;

    fn check(text: &str, section_key: &str, key: &str, expected: &str) {
        let mut hook = hook("pre-user-registration", "");
        hook.source_text = text.into();
        let at = Written::of(&hook).entry(section_key, key);
        assert_eq!(text.get(at), Some(expected), "{text}");
    }

    #[test]
    fn keys_are_found_in_yaml_and_json() {
        check("name: test-hook\nsecrets:\n  A: 1\n  B: 2\n", "secrets", "B", "B");
        check("name: test-hook\nsecrets:\n  'a-b': 1\n", "secrets", "a-b", "a-b");
        check(
            "{\n  \"name\": \"test-hook\",\n  \"secrets\": {\n    \"A\": \"1\"\n  }\n}",
            "secrets",
            "A",
            "A",
        );
        check("name: test-hook\nsecrets: {A: 1}\n", "secrets", "A", "secrets");
        check("name: test-hook\n", "secrets", "A", "name");
        check("", "secrets", "A", "");
    }

    #[test]
    fn in_a_file_of_many_hooks_the_right_one_is_searched() {
        let text = "hooks:\n  - name: other\n    secrets:\n      A: 1\n  - secrets:\n      A: 2\n    name: test-hook\n  - name: third\n    secrets:\n      B: 1\n";
        let mut hook = hook("pre-user-registration", "");
        hook.source_text = text.into();
        let definition = Written::of(&hook);
        let found = definition.entries("secrets");
        assert_eq!(found.iter().map(|entry| entry.value).collect::<Vec<_>>(), ["2"]);
    }
}
