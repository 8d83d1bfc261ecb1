//! What each trigger of Actions passes and expects: the functions it calls,
//! the fields of `event`, the methods of `api`.
//!
//! Answers questions about the table (`table.rs`). Must not parse anything, and
//! must not call missing what is only unknown: payloads grow.

mod api;
mod former;
mod table;

pub(crate) use api::methods;
use former::of_hooks_and_rules;
use table::{KNOWN, Known};

/// What every event has.
const EVENT: [&str; 5] = ["secrets", "tenant", "custom_domain", "request", "configuration"];

/// Triggers whose entry is known, though nothing else of them is.
static MORE_ENTRIES: [(&str, &[&str]); 2] = [
    ("custom-token-exchange", &["onExecuteCustomTokenExchange"]),
    ("event-stream", &["onExecuteEventStream"]),
];

fn known(trigger: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.trigger == trigger)
}

/// Each trigger with the functions that it calls.
fn all_entries() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    KNOWN.iter().map(|known| (known.trigger, known.entries)).chain(MORE_ENTRIES)
}

/// The functions that a trigger calls; empty where that isn't known.
pub(crate) fn entries(trigger: &str) -> &'static [&'static str] {
    all_entries().find(|(id, _)| *id == trigger).map(|(_, entries)| entries).unwrap_or_default()
}

/// The trigger that calls a function of this name.
pub(crate) fn trigger_of_entry(name: &str) -> Option<&'static str> {
    all_entries().find(|(_, entries)| entries.contains(&name)).map(|(id, _)| id)
}

/// The function that a trigger calls, of which no more than the id need be known.
pub(crate) fn handler(trigger: &str) -> String {
    let trigger = match trigger {
        "password-reset-post-challenge" => "post-challenge",
        other => other,
    };
    let words = trigger.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().collect::<String>() + letters.as_str()
        })
    });
    format!("onExecute{}", words.collect::<String>())
}

/// Whether a property of the event is known to be missing; with what to do
/// instead, which may be empty.
pub(crate) fn not_in_event(trigger: &str, object: &str, property: &str) -> Option<&'static str> {
    let known = known(trigger)?;
    let is_listed = match object {
        "event" => EVENT.contains(&property) || known.event.contains(&property),
        "event.user" => known.user.contains(&property),
        _ => false,
    };
    if is_listed {
        return None;
    }
    if let Some(instead) = of_hooks_and_rules(object, property) {
        return Some(instead);
    }
    let is_elsewhere = |list: fn(&Known) -> &'static [&'static str]| {
        KNOWN.iter().any(|other| list(other).contains(&property))
    };
    match object {
        "event" => is_elsewhere(|it| it.event).then_some(""),
        "event.user" if !known.user.is_empty() => {
            let is_known = is_elsewhere(|it| it.user) || property == "id";
            is_known.then_some(match trigger {
                "pre-user-registration" => {
                    "the user isn't stored yet, so there is no such property"
                }
                _ => "",
            })
        }
        "event.request" => {
            let is_missing = (property == "body" && !known.has_body)
                || (property == "query" && !known.has_query);
            is_missing.then_some("")
        }
        _ => None,
    }
}

/// Whether an object of the event is not always there: to read a property of
/// it then throws.
pub(crate) fn is_optional(trigger: &str, path: &str) -> bool {
    let Some(known) = known(trigger) else { return false };
    if path == "event.custom_domain" {
        return true;
    }
    match path.strip_prefix("event.user.") {
        Some(property) => known.optional_of_user.contains(&property),
        None => {
            path.strip_prefix("event.").is_some_and(|property| known.optional.contains(&property))
        }
    }
}

/// Why `api` of a trigger has no such method.
pub(crate) enum NoMethod {
    /// It has nothing of the namespace's name.
    NoNamespace,
    /// The namespace has other methods: the nearest one.
    NoMethod(&'static str),
}

/// Whether `api.namespace.method` is known to be missing. Without a method:
/// `api.namespace` itself is called.
pub(crate) fn not_in_api(trigger: &str, namespace: &str, method: Option<&str>) -> Option<NoMethod> {
    let known = known(trigger)?;
    if known.open.contains(&namespace) {
        return None;
    }
    let own = methods(trigger);
    let of_namespace: Vec<&'static str> =
        own.iter().filter_map(|path| path.strip_prefix(namespace)?.strip_prefix('.')).collect();
    if !of_namespace.is_empty() {
        let method = method?;
        if of_namespace.contains(&method) {
            return None;
        }
        let nearest =
            of_namespace.iter().min_by_key(|known| strsim::damerau_levenshtein(known, method))?;
        return Some(NoMethod::NoMethod(nearest));
    }
    let namespaces = |trigger: &Known| {
        let listed = methods(trigger.trigger).into_iter().filter_map(|path| path.split('.').next());
        listed.chain(trigger.open.iter().copied())
    };
    // Of what no trigger has, nothing is known but that it is near to a name.
    let is_known_elsewhere = KNOWN.iter().flat_map(namespaces).any(|other| other == namespace);
    let is_misspelt =
        namespaces(known).any(|name| strsim::damerau_levenshtein(name, namespace) == 1);
    // `api.deny(…)`, without its namespace.
    let is_method =
        method.is_none() && own.iter().any(|path| path.split('.').next_back() == Some(namespace));
    (is_known_elsewhere || is_misspelt || is_method).then_some(NoMethod::NoNamespace)
}

#[cfg(test)]
mod tests;
