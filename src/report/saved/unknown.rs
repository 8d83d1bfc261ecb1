//! What a saved plan says that this version doesn't know.
//!
//! A reviewer has to hear of it: what isn't shown isn't reviewed.

use serde_json::Value as Json;

use crate::plan::Warning;
use crate::report::UNKNOWN_FIELDS;

/// The members of a plan that this version writes.
const MEMBERS: [&str; 21] = [
    "format_version",
    "hooksync_version",
    "tenant",
    "environment",
    "directory",
    "base",
    "fingerprint",
    "summary",
    "changes",
    "cutovers",
    "secret_writes",
    "unmanaged",
    "warnings",
    "unchanged",
    "live_total",
    "unresolved",
    "deletes_allowed",
    "steps",
    "token_lacks",
    "apply_requests",
    "requests",
];

pub(super) fn unknown_members(value: &Json) -> Vec<String> {
    let members = value.as_object().into_iter().flatten().map(|(name, _)| name.clone());
    members.filter(|name| !MEMBERS.contains(&name.as_str())).collect()
}

/// The places in `found` that `known` lacks.
pub(super) fn beyond(found: &Json, known: &Json, place: &str, unknown: &mut Vec<String>) {
    match (found, known) {
        (Json::Object(found), Json::Object(known)) => {
            for (name, value) in found {
                let place = format!("{place}.{name}");
                match known.get(name) {
                    Some(known) => beyond(value, known, &place, unknown),
                    None => unknown.push(place),
                }
            }
        }
        (Json::Array(found), Json::Array(known)) => {
            for (at, (value, known)) in found.iter().zip(known).enumerate() {
                beyond(value, known, &format!("{place}[{at}]"), unknown);
            }
        }
        _ => {}
    }
}

/// How many unknown fields are named.
const MOST_NAMED: usize = 5;

/// What a reviewer has to know: this is not all that the file says.
pub(super) fn not_shown(unknown: &[String], written_by: &str) -> Warning {
    let named: Vec<String> = unknown.iter().take(MOST_NAMED).map(|at| format!("`{at}`")).collect();
    let more = match unknown.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let this = env!("CARGO_PKG_VERSION");
    Warning {
        code: UNKNOWN_FIELDS.into(),
        message: format!(
            "The plan says more than hooksync {this} knows and shows: {}{more}. hooksync \
             {written_by} wrote it; show it with that version.",
            named.join(", ")
        ),
        source: None,
        position: None,
    }
}
