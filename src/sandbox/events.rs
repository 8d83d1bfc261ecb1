//! A full event for each trigger, over which tests lay what they need.
//!
//! Values of different fields differ, so that a mix-up shows.

use serde_json::Value;

/// The triggers of Actions that have a sample.
pub fn triggers() -> impl Iterator<Item = &'static str> {
    ACTIONS.iter().map(|(trigger, _)| *trigger)
}

const HOOKS: [(&str, &str); 5] = [
    ("credentials-exchange", include_str!("events/hook/credentials-exchange.json")),
    ("pre-user-registration", include_str!("events/hook/pre-user-registration.json")),
    ("post-user-registration", include_str!("events/hook/post-user-registration.json")),
    ("post-change-password", include_str!("events/hook/post-change-password.json")),
    ("send-phone-message", include_str!("events/hook/send-phone-message.json")),
];

const ACTIONS: [(&str, &str); 12] = [
    ("credentials-exchange", include_str!("events/action/credentials-exchange.json")),
    ("pre-user-registration", include_str!("events/action/pre-user-registration.json")),
    ("post-user-registration", include_str!("events/action/post-user-registration.json")),
    ("post-change-password", include_str!("events/action/post-change-password.json")),
    ("send-phone-message", include_str!("events/action/send-phone-message.json")),
    ("post-login", include_str!("events/action/post-login.json")),
    (
        "password-reset-post-challenge",
        include_str!("events/action/password-reset-post-challenge.json"),
    ),
    ("custom-phone-provider", include_str!("events/action/custom-phone-provider.json")),
    ("custom-email-provider", include_str!("events/action/custom-email-provider.json")),
    ("custom-token-exchange", include_str!("events/action/custom-token-exchange.json")),
    ("event-stream", include_str!("events/action/event-stream.json")),
    ("login-post-identifier", include_str!("events/action/login-post-identifier.json")),
];

/// The sample event: for a hook its arguments by name, for an Action the
/// event without secrets. A trigger that isn't known has an empty one.
#[must_use]
pub fn sample(is_hook: bool, trigger: &str) -> Value {
    let all: &[(&str, &str)] = if is_hook { &HOOKS } else { &ACTIONS };
    let trigger =
        if trigger == "signup-post-identifier" { "login-post-identifier" } else { trigger };
    let found = all.iter().find(|(known, _)| *known == trigger);
    found
        .and_then(|(_, text)| serde_json::from_str(text).ok())
        .unwrap_or_else(|| Value::Object(serde_json::Map::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_an_event() {
        for (trigger, text) in HOOKS.iter().chain(&ACTIONS) {
            let value: Value =
                serde_json::from_str(text).unwrap_or_else(|error| panic!("{trigger}: {error}"));
            assert!(value.as_object().is_some_and(|fields| !fields.is_empty()), "{trigger}");
        }
    }

    #[test]
    fn values_of_different_fields_differ() {
        fn texts(value: &Value, out: &mut Vec<String>) {
            match value {
                Value::String(text) => out.push(text.clone()),
                Value::Array(items) => items.iter().for_each(|item| texts(item, out)),
                Value::Object(fields) => fields.values().for_each(|item| texts(item, out)),
                _ => {}
            }
        }
        // the same thing under two names, or a word out of a short list
        let known = [
            "acme",
            "Username-Password-Authentication",
            "auth0|5f7c8ec7c33c6c004bbafe82",
            "auth0",
            "POST",
            "en",
        ];
        for (trigger, text) in HOOKS.iter().chain(&ACTIONS) {
            let mut all = Vec::new();
            texts(&serde_json::from_str(text).unwrap_or_default(), &mut all);
            all.retain(|text| !known.contains(&text.as_str()));
            all.sort();
            let twice: Vec<_> = all.windows(2).filter(|pair| pair[0] == pair[1]).collect();
            assert!(twice.is_empty(), "{trigger}: {twice:?}");
        }
    }
}
