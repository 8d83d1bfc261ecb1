//! Tables of cases: one case for each row of `each:`.

use serde_json::{Map, Value};

/// A value with `${name}` replaced by the row's fields. A text that is one
/// placeholder becomes the field's value, whatever it is.
pub(super) fn fill(value: &Value, row: &Map<String, Value>) -> Value {
    match value {
        Value::String(text) => fill_text(text, row),
        Value::Array(items) => items.iter().map(|item| fill(item, row)).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(key, item)| (plain(&fill_text(key, row)), fill(item, row)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// A case's name in one row.
pub(super) fn name(name: &str, row: &Map<String, Value>) -> String {
    let filled = plain(&fill_text(name, row));
    if filled != name {
        return filled;
    }
    let fields: Vec<String> =
        row.iter().map(|(key, value)| format!("{key}: {}", plain(value))).collect();
    format!("{name} ({})", fields.join(", "))
}

fn fill_text(text: &str, row: &Map<String, Value>) -> Value {
    let whole = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    if let Some(value) = whole.and_then(|name| row.get(name)) {
        return value.clone();
    }
    let mut out = text.to_owned();
    for (name, value) in row {
        out = out.replace(&format!("${{{name}}}"), &plain(value));
    }
    Value::String(out)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn placeholders_become_the_row_s_values() {
        let row = json!({ "plan": "free", "n": 2, "list": [1] });
        let row = row.as_object().unwrap();
        let check =
            |value: Value, expected: Value| assert_eq!(fill(&value, row), expected, "{value}");
        check(json!("${n}"), json!(2));
        check(json!("${list}"), json!([1]));
        check(json!({ "a ${plan}": ["x${n}y"] }), json!({ "a free": ["x2y"] }));
        check(json!("${unknown}"), json!("${unknown}"));
        assert_eq!(name("plan ${plan}", row), "plan free");
        assert_eq!(name("plan", row), "plan (plan: free, n: 2, list: [1])");
    }
}
