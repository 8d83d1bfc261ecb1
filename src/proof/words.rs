//! What is special about an event, as a reviewer would say it.
//!
//! ``for users without `app_metadata`, where `client.name` is "x"``. Must not
//! decide what is special: that is what shrinking left.

use serde_json::Value;

use super::generate::{Case, Change};
use super::tree::written;

/// How long a value may get.
const LONGEST: usize = 60;

/// For whom, and when. `answers` is what went wrong outside of the code.
pub(super) fn whom(case: &Case, answers: &[String]) -> String {
    let mut parts = Vec::new();
    for (plural, roots) in
        [("users", ["user", "context.user"]), ("clients", ["client", "context.client"])]
    {
        let of = |change: &&Change| {
            let path = written(&change.path);
            roots.iter().any(|root| path.starts_with(&format!("{root}.")))
        };
        let own: Vec<&Change> = case.changes.iter().filter(of).collect();
        let without = listed(&own, |change| change.value.is_none());
        let with_empty = listed(&own, |change| change.value.as_ref().is_some_and(is_empty));
        match (without.is_empty(), with_empty.is_empty()) {
            (true, true) => {}
            (false, true) => parts.push(format!("for {plural} without {without}")),
            (true, false) => parts.push(format!("for {plural} with an empty {with_empty}")),
            (false, false) => {
                parts.push(format!("for {plural} without {without} and with an empty {with_empty}"))
            }
        }
    }
    let is_somebody_s = |change: &&Change| {
        let path = written(&change.path);
        let is_theirs = ["user.", "context.user.", "client.", "context.client."]
            .iter()
            .any(|root| path.starts_with(root));
        is_theirs && change.value.as_ref().is_none_or(is_empty)
    };
    let others: Vec<&Change> = case.changes.iter().filter(|it| !is_somebody_s(it)).collect();
    let gone = listed_whole(&others, |change| change.value.is_none());
    if !gone.is_empty() {
        parts.push(format!("without {gone}"));
    }
    let set: Vec<String> = others
        .iter()
        .filter_map(|change| {
            let value = change.value.as_ref()?;
            Some(format!("`{}` is {}", written(&change.path), shown(value)))
        })
        .collect();
    if !set.is_empty() {
        parts.push(format!("where {}", set.join(" and ")));
    }
    if !answers.is_empty() {
        parts.push(format!("when {}", answers.join(" and ")));
    }
    if parts.is_empty() { "on the sample event".to_owned() } else { parts.join(", ") }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// The names of what somebody lacks, without whose they are.
fn listed(changes: &[&Change], is_wanted: impl Fn(&Change) -> bool) -> String {
    let names = changes.iter().filter(|change| is_wanted(change)).map(|change| {
        let path = written(&change.path);
        let name = path.trim_start_matches("context.");
        let name = name.split_once('.').map_or(name, |(_, name)| name);
        format!("`{name}`")
    });
    joined(&names.collect::<Vec<_>>())
}

fn listed_whole(changes: &[&Change], is_wanted: impl Fn(&Change) -> bool) -> String {
    let names = changes.iter().filter(|change| is_wanted(change));
    joined(&names.map(|change| format!("`{}`", written(&change.path))).collect::<Vec<_>>())
}

fn joined(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [front @ .., last] => format!("{} and {last}", front.join(", ")),
    }
}

fn shown(value: &Value) -> String {
    if is_empty(value) {
        return "empty".to_owned();
    }
    let text = value.to_string();
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::proof::tree::path;

    #[test]
    fn events_are_described_by_what_they_lack_and_have() {
        let check = |changes: &[(&str, Option<Value>)], answers: &[&str], expected: &str| {
            let change = |(at, value): &(&str, Option<Value>)| Change {
                path: path(at),
                value: value.clone(),
            };
            let case = Case { changes: changes.iter().map(change).collect(), seed: 0 };
            let answers: Vec<String> = answers.iter().map(ToString::to_string).collect();
            assert_eq!(whom(&case, &answers), expected);
        };
        check(&[], &[], "on the sample event");
        check(&[("user.user_metadata", None)], &[], "for users without `user_metadata`");
        check(
            &[("user.app_metadata", Some(json!({}))), ("user.email", None)],
            &[],
            "for users without `email` and with an empty `app_metadata`",
        );
        check(
            &[("context.client.client_metadata", None), ("context.user.name", Some(json!("x")))],
            &[],
            "for clients without `client_metadata`, where `context.user.name` is \"x\"",
        );
        check(
            &[("scope", None), ("client.metadata.plan", Some(json!("free")))],
            &["POST https://a.example/ answers 500"],
            "without `scope`, where `client.metadata.plan` is \"free\", \
             when POST https://a.example/ answers 500",
        );
    }
}
