//! Two values as lines, and how they differ.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

/// The lines of both, those that differ marked with `-` and `+`.
#[must_use]
pub fn diff(expected: &Value, found: &Value) -> Vec<String> {
    let (expected, found) = (lines(expected), lines(found));
    let diff = TextDiff::from_lines(&expected, &found);
    diff.iter_all_changes()
        .map(|change| {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            format!("{sign} {}", change.value().trim_end_matches('\n'))
        })
        .collect()
}

/// A value as a person would write it in YAML, a field a line.
pub(super) fn lines(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    let pad = "  ".repeat(depth);
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (key, item) in fields {
                out.push_str(&pad);
                out.push_str(&key_text(key));
                after(item, depth, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                out.push_str(&pad);
                out.push('-');
                after_dash(item, depth, out);
            }
        }
        leaf => {
            out.push_str(&pad);
            out.push_str(&leaf_text(leaf));
            out.push('\n');
        }
    }
}

fn after(item: &Value, depth: usize, out: &mut String) {
    out.push(':');
    if is_leaf(item) {
        out.push(' ');
        out.push_str(&leaf_text(item));
        out.push('\n');
    } else {
        out.push('\n');
        write(item, depth + 1, out);
    }
}

fn after_dash(item: &Value, depth: usize, out: &mut String) {
    if is_leaf(item) {
        out.push(' ');
        out.push_str(&leaf_text(item));
        out.push('\n');
        return;
    }
    let mut inner = String::new();
    write(item, depth + 1, &mut inner);
    out.push(' ');
    out.push_str(inner.trim_start());
}

fn is_leaf(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => {
            items.is_empty() || items.iter().all(|item| !item.is_object() && !item.is_array())
        }
        _ => true,
    }
}

fn key_text(key: &str) -> String {
    let is_plain = !key.is_empty()
        && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '.'));
    if is_plain { key.to_owned() } else { Value::from(key).to_string() }
}

fn leaf_text(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(leaf_text).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::diff;

    #[test]
    fn only_what_differs_is_marked() {
        let expected = json!({ "outcome": "denied", "claims": { "https://a/b": [1, 2] }, "x": {} });
        let found = json!({ "outcome": "ok", "claims": { "https://a/b": [1, 3] }, "x": {} });
        assert_eq!(
            diff(&expected, &found),
            [
                "- outcome: \"denied\"",
                "+ outcome: \"ok\"",
                "  claims:",
                "-   \"https://a/b\": [1, 2]",
                "+   \"https://a/b\": [1, 3]",
                "  x: {}"
            ]
        );
        assert_eq!(
            diff(&json!([{ "a": 1, "b": 2 }]), &json!([{ "a": 1, "b": 3 }])),
            ["  - a: 1", "-     b: 2", "+     b: 3"].map(|line| line.replace("    b", "  b"))
        );
    }
}
