//! The places of a definition's parts, from its tree.

use std::ops::Range;
use std::sync::Arc;

use super::{Parsed, Style};
use crate::model::{Section, Written};
use crate::source::node::{Entry, Value};

/// Where a definition says what.
pub(super) fn written(parsed: &Parsed) -> Written {
    let Parsed { text, written: tree, name, style, .. } = parsed;
    let all = &text.text;
    let mut values = Vec::new();
    tree.each(&mut |node| {
        if !matches!(node.value, Value::Map(_) | Value::List(_)) && !node.span.is_empty() {
            values.push(node.span.clone());
        }
    });
    // a block's own span may be where it begins
    let end = values.iter().map(|at| at.end).max().unwrap_or(tree.span.end);
    let region = match style {
        Style::Native => 0..all.len(),
        // one of many in its file: its lines, to the end of the last
        Style::Deploy => lines_of(all, tree.span.start..end),
    };
    Written {
        text: Arc::clone(&text.text),
        region,
        name: name.as_ref().map_or(0..0, |name| name.span.clone()),
        dependencies: section(tree.get("dependencies")),
        secrets: section(tree.get("secrets")),
        values,
    }
}

/// The lines of some bytes, to the end of the last one.
fn lines_of(text: &str, span: Range<usize>) -> Range<usize> {
    let before = text.get(..span.start).unwrap_or_default();
    let after = text.get(span.end..).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    start..span.end + after.find('\n').unwrap_or(after.len())
}

fn section(entry: Option<&Entry>) -> Section {
    let Some(Entry { key, value }) = entry else { return Section::default() };
    let entries = value.as_map().unwrap_or_default().iter();
    let entries = entries.filter_map(|Entry { key, value }| {
        Some((key.as_text()?.to_owned(), (key.span.clone(), value.span.clone())))
    });
    Section { key: Some(key.span.clone()), entries: entries.collect() }
}

#[cfg(test)]
mod tests {
    use crate::source::{self, LoadOptions};

    /// What of a file each of its definitions is said to be: the place of its
    /// name, of the key of its first secret, its values, and its lines.
    fn check(file: &str, text: &str, expected: &[(&str, &str, &[&str], &str)]) {
        let dir = tempfile::tempdir().unwrap();
        fs_err::write(dir.path().join(file), text).unwrap();
        for script in ["a.js", "b.js"] {
            fs_err::write(dir.path().join(script), "module.exports = (u, c, cb) => cb();\n")
                .unwrap();
        }
        let loaded = source::load(dir.path(), &LoadOptions::default());
        let found: Vec<_> = loaded
            .desired
            .definitions
            .iter()
            .map(|own| {
                let written = &own.written;
                let values: Vec<_> = written.values.iter().map(|at| written.slice(at)).collect();
                let secret = written.place_in(&written.secrets, "KEY");
                let region = written.slice(&written.region);
                (written.slice(&written.name), written.slice(&secret), values, region)
            })
            .collect();
        let expected =
            expected.iter().map(|(name, key, values, all)| (*name, *key, values.to_vec(), *all));
        assert_eq!(found, expected.collect::<Vec<_>>(), "{:?}", loaded.diagnostics);
    }

    #[test]
    fn every_part_is_found_where_it_is_written() {
        let text = "name: 'a' # first\ntriggerId: post-user-registration\nscript: ./a.js\nsecrets: { KEY: x, B: \"y\" }\n";
        check(
            "a.yaml",
            text,
            &[("'a'", "KEY", &["'a'", "post-user-registration", "./a.js", "x", "\"y\""], text)],
        );
        let text =
            "{\"name\": \"a\", \"triggerId\": \"post-user-registration\", \"script\": \"a.js\"}";
        let values = ["\"a\"", "\"post-user-registration\"", "\"a.js\""];
        check("a.yaml", text, &[("\"a\"", "\"a\"", &values, text)]);
    }

    #[test]
    fn of_many_in_a_file_each_has_its_own_lines() {
        let text = "# all\nhooks:\n  - name: a\n    triggerId: post-user-registration\n    script: ./a.js\n    secrets:\n      KEY: x # mine\n  # between\n  - script: ./b.js\n    name: b\n    triggerId: post-user-registration\nother:\n  - name: a\n";
        check(
            "tenant.yaml",
            text,
            &[
                (
                    "a",
                    "KEY",
                    &["a", "post-user-registration", "./a.js", "x"],
                    "  - name: a\n    triggerId: post-user-registration\n    script: ./a.js\n    secrets:\n      KEY: x # mine",
                ),
                (
                    "b",
                    "b",
                    &["./b.js", "b", "post-user-registration"],
                    "  - script: ./b.js\n    name: b\n    triggerId: post-user-registration",
                ),
            ],
        );
    }
}
