//! What a saved plan says that this version doesn't know.
//!
//! A reviewer has to hear of it: what isn't shown isn't reviewed.

use serde_json::Value as Json;

use crate::plan::Warning;
use crate::report::UNKNOWN_FIELDS;
use crate::report::json::Plan;

/// The members of a plan that this version doesn't write.
pub(super) fn unknown_members(value: &Json) -> Vec<String> {
    let schema = schemars::schema_for!(Plan);
    let known = schema.get("properties").and_then(Json::as_object);
    let members = value.as_object().into_iter().flatten().map(|(name, _)| name.clone());
    members.filter(|name| !known.is_some_and(|known| known.contains_key(name))).collect()
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
