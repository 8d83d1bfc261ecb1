//! A reviewed plan beside today's: whether its file was altered, and what
//! moved, in words.
//!
//! Both are compared in the form in which plans are written to files, so that
//! what a reviewer saw is what counts. Must not decide whether a plan is
//! stale.

use std::collections::BTreeMap;

use serde_json::Value;

/// Every difference that the two plans show, one line each.
#[must_use]
pub fn moved(reviewed: &Value, today: &Value) -> Vec<String> {
    let (before, now) = (changes(reviewed), changes(today));
    let mut lines = Vec::new();
    let gone = before.keys().filter(|key| !now.contains_key(*key));
    lines.extend(gone.map(|(name, action)| format!("No longer in the plan: {action} {name}")));
    let new = now.keys().filter(|key| !before.contains_key(*key));
    lines.extend(new.map(|(name, action)| format!("New in the plan: {action} {name}")));
    for (key, change) in &before {
        if let Some(other) = now.get(key) {
            lines.extend(
                differences(change, other).into_iter().map(|what| format!("{}: {what}", key.0)),
            );
        }
    }
    if lines.is_empty() {
        lines.push(
            "The same fields of the same definitions change. Something else of them moved, or \
             the options differ (--allow-delete, --secrets, --strict-newlines, --only)."
                .to_owned(),
        );
    }
    lines
}

/// Whether a plan's file shows something else than the plan that its
/// fingerprint stands for: then nobody knows what was reviewed. Where the
/// definitions lay and what the token allows may differ.
#[must_use]
pub fn altered(reviewed: &Value, today: &Value) -> bool {
    fn items(plan: &Value, list: &str) -> Vec<Value> {
        let mut items = plan[list].as_array().cloned().unwrap_or_default();
        for item in items.iter_mut().filter_map(Value::as_object_mut) {
            item.remove("source");
            item.remove("blocked");
            // evidence about the change, which apply doesn't gather again
            item.remove("behaviour");
        }
        items
    }
    fn shown(plan: &Value) -> (Vec<Value>, Vec<Value>, Vec<Value>) {
        let counts = ["create", "update", "replace", "delete"].map(|what| &plan["summary"][what]);
        let counts = counts.into_iter().chain([&plan["steps"]]).cloned().collect();
        (items(plan, "changes"), items(plan, "secret_writes"), counts)
    }
    shown(reviewed) != shown(today)
}

/// The changes of a plan by name and action.
fn changes(plan: &Value) -> BTreeMap<(&str, &str), &Value> {
    let changes = plan["changes"].as_array().into_iter().flatten();
    changes
        .filter_map(|change| Some(((change["name"].as_str()?, change["action"].as_str()?), change)))
        .collect()
}

/// What differs in one change.
fn differences(before: &Value, now: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    if before["id"] != now["id"] {
        let kind = before["kind"].as_str().unwrap_or("one");
        lines.push(format!("another {kind} has that name now"));
    }
    let (old, new) = (by_key(before, "fields", "field"), by_key(now, "fields", "field"));
    for (field, was) in &old {
        let Some(is) = new.get(field) else {
            lines.push(format!("its {field} no longer changes"));
            continue;
        };
        let differs = |side: [&str; 2]| side.iter().any(|key| was[*key] != is[*key]);
        if differs(["old", "old_sha256"]) {
            lines.push(format!("its {field} on the tenant is different now"));
        }
        if differs(["new", "new_sha256"]) {
            lines.push(format!("its {field} in the definition is different now"));
        }
    }
    let added = new.keys().filter(|field| !old.contains_key(*field));
    lines.extend(added.map(|field| format!("its {field} now changes, too")));
    let keys = |change| by_key(change, "secrets", "key");
    if keys(before) != keys(now) {
        lines.push("other secrets are written or removed now".to_owned());
    }
    lines
}

fn by_key<'a>(change: &'a Value, list: &str, key: &str) -> BTreeMap<&'a str, &'a Value> {
    let items = change[list].as_array().into_iter().flatten();
    items.filter_map(|item| Some((item[key].as_str()?, item))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plan(changes: &[(&str, &str, Value)]) -> Value {
        let changes = changes.iter().map(|(action, name, fields)| {
            json!({"action": action, "name": name, "id": "1", "fields": fields, "secrets": []})
        });
        json!({ "changes": changes.collect::<Vec<_>>() })
    }

    #[test]
    fn a_file_that_was_altered_is_told_from_one_that_was_not() {
        let on = json!([{"field": "enabled", "old": false, "new": true}]);
        let today = plan(&[("update", "a", on)]);
        let check = |pointer: &str, value: Value, expected: bool| {
            let mut reviewed = today.clone();
            *reviewed.pointer_mut(pointer).unwrap() = value;
            assert_eq!(altered(&reviewed, &today), expected, "{pointer}");
        };
        check("/changes/0/id", json!("1"), false);
        check("/changes/0/action", json!("delete"), true);
        check("/changes/0/fields/0/new", json!(false), true);
        check("/changes", json!([]), true);
        check("/changes", json!("none"), true);
        check("", json!(7), true);
        let mut elsewhere = today.clone();
        elsewhere["changes"][0]["source"] = json!("other/a.yaml");
        elsewhere["changes"][0]["blocked"] = json!("the token lacks update:hooks");
        assert!(!altered(&elsewhere, &today));
    }

    #[test]
    fn what_moved_is_told_hook_by_hook_and_field_by_field() {
        let script = |old: &str, new: &str| json!([{"field": "script", "old_sha256": old, "new_sha256": new}]);
        let on = json!([{"field": "enabled", "old": false, "new": true}]);
        let reviewed = plan(&[("update", "a", script("1", "2")), ("delete", "b", json!([]))]);
        let check = |today: &[(&str, &str, Value)], lines: &[&str]| {
            assert_eq!(moved(&reviewed, &plan(today)), lines);
        };
        check(
            &[("update", "a", script("0", "3")), ("update", "b", on.clone())],
            &[
                "No longer in the plan: delete b",
                "New in the plan: update b",
                "a: its script on the tenant is different now",
                "a: its script in the definition is different now",
            ],
        );
        check(
            &[("update", "a", on), ("delete", "b", json!([]))],
            &["a: its script no longer changes", "a: its enabled now changes, too"],
        );
        assert_eq!(moved(&reviewed, &reviewed).len(), 1);
        assert_eq!(moved(&json!(7), &json!({"changes": [1]})).len(), 1);
    }
}
