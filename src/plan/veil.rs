//! Keeps the values of secrets out of what a plan shows.
//!
//! A script may insert the value of a keyword that is a secret elsewhere. What
//! is sent stays as it is, and so does the fingerprint; what is shown of both
//! scripts has a mark in its place. Must not touch the steps.

use std::collections::BTreeSet;
use std::ops::Range;

use super::codes;
use super::{FieldChange, Plan, Value, Warning};
use crate::model::{Definition, DesiredSecret, DesiredState, Script};

/// What stands for a value that is about to be live.
const HIDDEN: &str = "[secret]";
/// What stands for the one that is live in its place.
const HIDDEN_BEFORE: &str = "[another secret]";

/// The least of a secret's value that counts as a part of it.
const SHORTEST_PART: usize = 8;
/// The shortest value that is looked for outside of its marker's place.
const SHORTEST_ELSEWHERE: usize = 4;

/// Hides what is a secret in the scripts and packages that a plan shows, and
/// says so.
#[must_use]
pub fn veiled(mut plan: Plan, desired: &DesiredState) -> Plan {
    let secrets = values(desired);
    if secrets.is_empty() {
        return plan;
    }
    let mut warnings = Vec::new();
    for change in &mut plan.changes {
        let file = change.source.as_deref();
        let definition = desired.definitions.iter().find(|definition| {
            definition.name == change.name && Some(definition.place.file.as_str()) == file
        });
        let Some(definition) = definition else { continue };
        let places = secret_places(definition, &secrets);
        for FieldChange { field: _, old, new } in &mut change.fields {
            if let Value::Script(script) = new
                && !places.is_empty()
            {
                if let Some(Value::Script(before)) = old {
                    let hidden = hidden_before(before.as_str(), script.as_str(), &places);
                    *before = Script::new(hidden);
                }
                *script = Script::new(hidden(script.as_str(), &places));
                warnings.push(Warning {
                    code: codes::SECRET_IN_SCRIPT.into(),
                    message: format!(
                        "the script of {} contains the value of a secret: everyone with access to {} can read it, and so can readers of the backup. This plan hides it",
                        change.name,
                        change.kind.plural()
                    ),
                    source: Some(definition.script_source.file.clone()),
                    position: None,
                });
            }
            for value in old.iter_mut().chain([new]) {
                let Value::Packages(packages) = value else { continue };
                let hidden = packages.values_mut().filter(|version| {
                    version.len() >= SHORTEST_ELSEWHERE && secrets.contains(version.as_str())
                });
                hidden.for_each(|version| *version = HIDDEN.to_owned());
            }
        }
    }
    plan.warnings.extend(warnings);
    plan
}

/// Whether the script of a definition holds the value of a secret.
#[must_use]
pub fn holds_secret(definition: &Definition, desired: &DesiredState) -> bool {
    !secret_places(definition, &values(desired)).is_empty()
}

/// Every value of a secret that is known here.
fn values(desired: &DesiredState) -> BTreeSet<&str> {
    let secrets = desired.definitions.iter().filter_map(|definition| definition.secrets.as_ref());
    let values = secrets.flat_map(|secrets| secrets.values()).filter_map(|secret| match secret {
        DesiredSecret::Value(value) => Some(value.expose()),
        DesiredSecret::Kept | DesiredSecret::Reference(_) | DesiredSecret::Unresolved { .. } => {
            None
        }
    });
    values.filter(|value| !value.is_empty()).collect()
}

/// Where a script has a keyword's value that is a secret, or a part of one, or
/// holds one.
fn secret_places(definition: &Definition, secrets: &BTreeSet<&str>) -> Vec<Range<usize>> {
    let script = definition.script.as_str();
    let places = definition.script_source.replaced.iter().map(|(place, _)| place.clone());
    let is_secret = |place: &Range<usize>| {
        let Some(value) = script.get(place.clone()) else { return false };
        // what `@@KEY@@` inserts is quoted
        let plain =
            value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
        !plain.is_empty()
            && secrets.iter().any(|secret| {
                *secret == plain
                    || (plain.len() >= SHORTEST_PART && secret.contains(plain))
                    || (secret.len() >= SHORTEST_PART && value.contains(secret))
            })
    };
    places.filter(is_secret).collect()
}

/// A script with marks in some places, and wherever else their values stand.
fn hidden(script: &str, places: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(script.len());
    let mut from = 0;
    for place in places {
        out.push_str(script.get(from..place.start).unwrap_or_default());
        out.push_str(HIDDEN);
        from = place.end;
    }
    out.push_str(script.get(from..).unwrap_or_default());
    without(&out, script, places)
}

/// A text without the values that a script has in some places.
fn without(text: &str, script: &str, places: &[Range<usize>]) -> String {
    let mut text = text.to_owned();
    for value in places.iter().filter_map(|place| script.get(place.clone())) {
        let plain = value.trim_matches('"');
        if plain.len() >= SHORTEST_ELSEWHERE && !HIDDEN.contains(plain) {
            text = text.replace(plain, HIDDEN);
        }
    }
    text
}

/// The live script without those values, and without what stands in their
/// place in lines that are otherwise the same: an older value is a secret, too.
fn hidden_before(old: &str, new: &str, places: &[Range<usize>]) -> String {
    let around: Vec<(&str, &str)> = places
        .iter()
        .filter_map(|place| {
            let before = new.get(..place.start)?.rsplit('\n').next()?;
            let after = new.get(place.end..)?.split('\n').next()?;
            Some((before, after.trim_end_matches('\r')))
                .filter(|(before, _)| !before.trim().is_empty())
        })
        .collect();
    let lines = without(old, new, places);
    let lines = lines.split('\n').map(|line| {
        let (text, end) = match line.strip_suffix('\r') {
            Some(text) => (text, "\r"),
            None => (line, ""),
        };
        let inner = around.iter().find_map(|(before, after)| {
            let inner = text.strip_prefix(before)?.strip_suffix(after)?;
            (inner.trim_matches('"') != HIDDEN).then_some((before, after))
        });
        match inner {
            Some((before, after)) => format!("{before}{HIDDEN_BEFORE}{after}{end}"),
            None => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(script: &str, value: &str) -> Vec<Range<usize>> {
        script.match_indices(value).map(|(at, value)| at..at + value.len()).collect()
    }

    #[test]
    fn a_value_is_hidden_in_its_place_and_elsewhere() {
        let script = "const k = \"canary\"; // canary\nf(1);\n";
        let first = &places(script, "canary")[..1];
        assert_eq!(hidden(script, first), "const k = \"[secret]\"; // [secret]\nf(1);\n");
        // a value of one letter is hidden where its marker stood alone
        assert_eq!(hidden("a(a);", &places("a(a);", "a")[1..]), "a([secret]);");
    }

    #[test]
    fn an_older_value_in_the_same_place_is_hidden_too() {
        let new = "const k = \"canary\";\r\nf(1);\n";
        let at = places(new, "canary");
        let check = |old: &str, expected: &str| assert_eq!(hidden_before(old, new, &at), expected);
        check("const k = \"older\";\nf(0);\n", "const k = \"[another secret]\";\nf(0);\n");
        check("const k = \"older\";\r\nf(0);\n", "const k = \"[another secret]\";\r\nf(0);\n");
        check("const k = \"canary\";\nf(0);\n", "const k = \"[secret]\";\nf(0);\n");
        check("let x = 'canary';\n", "let x = '[secret]';\n");
    }
}
