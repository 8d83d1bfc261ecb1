//! The values that secrets have in the runs: made up, and the same for the same
//! name on both sides.
//!
//! Main function: [`secret`]. A case may take one away or give it another
//! value; to a case they are what lies below [`ROOT`]. Must not see a real one.

use std::collections::BTreeMap;

use super::generate::{Case, Change, Inputs};

/// Where the changes of a case name secrets.
pub(super) const ROOT: &str = "secrets";

/// The value that a secret has in all runs: never a real one.
#[must_use]
pub fn secret(name: &str) -> String {
    let plain = name.to_lowercase().replace('_', "-");
    let holds = |words: &[&str]| words.iter().any(|word| plain.contains(word));
    if holds(&["url", "uri", "endpoint", "webhook"]) {
        return format!("https://{plain}.example");
    }
    if holds(&["domain", "host"]) {
        return format!("{plain}.example");
    }
    format!("value-of-{name}")
}

/// The values of some secrets in a case.
pub(super) fn of(names: &[String], case: &Case) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> =
        names.iter().map(|name| (name.clone(), secret(name))).collect();
    for change in case.changes.iter().filter(|change| is_secret(change)) {
        let Some(name) = change.path.last().filter(|name| all.contains_key(*name)).cloned() else {
            continue;
        };
        match change.value.as_ref().and_then(|value| value.as_str()) {
            Some(text) => all.insert(name, text.to_owned()),
            None => all.remove(&name),
        };
    }
    all
}

/// The names that either program knows.
pub(super) fn names(inputs: &Inputs) -> Vec<String> {
    let mut all = inputs.secrets.clone();
    let after = inputs.secrets_after.iter().flatten();
    all.extend(after.filter(|name| !inputs.secrets.contains(name)).cloned());
    all
}

/// Whether a change is one of a secret.
pub(super) fn is_secret(change: &Change) -> bool {
    is_at(&change.path)
}

/// Whether a path is that of a secret.
pub(super) fn is_at(path: &[String]) -> bool {
    path.len() == 2 && path.first().is_some_and(|first| first == ROOT)
}
