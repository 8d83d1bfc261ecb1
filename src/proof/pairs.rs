//! One description of the world, and how each of two programs sees it.
//!
//! Main type: [`Sides`]. A hook and an Action get different words for the same
//! things; the values here come from one payload, so that both see one world.
//! From Auth0's guide "Migrate from Hooks to Actions". Must not choose values.

use serde_json::{Value, json};

use super::tree::{get, path, set};
use crate::sandbox::sample;

/// Which programs are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    /// The old and the new code of one hook.
    Hooks,
    /// The old and the new code of one Action.
    Actions,
    /// A hook and the Action that takes its place.
    HookToAction,
}

/// What a path of a hook's payload is in an Action's event.
const USER: [(&str, &str); 4] = [
    ("user.email", "user.email"),
    ("user.username", "user.username"),
    ("user.user_metadata", "user.user_metadata"),
    ("user.app_metadata", "user.app_metadata"),
];

const CONNECTION: [(&str, &str); 2] =
    [("context.connection.id", "connection.id"), ("context.connection.name", "connection.name")];

fn rows(trigger: &str) -> Vec<(&'static str, &'static str)> {
    let mut rows = Vec::new();
    match trigger {
        "credentials-exchange" => rows.extend([
            ("client.id", "client.client_id"),
            ("client.name", "client.name"),
            ("client.metadata", "client.metadata"),
            ("client.tenant", "tenant.id"),
            ("audience", "resource_server.identifier"),
            ("context.body", "request.body"),
            ("context.ip", "request.ip"),
        ]),
        "pre-user-registration" => {
            rows.extend(USER);
            rows.extend(CONNECTION);
            rows.extend([
                ("user.tenant", "tenant.id"),
                ("user.phoneNumber", "user.phone_number"),
                ("context.request.ip", "request.ip"),
                ("context.requestLanguage", "request.language"),
                ("context.renderLanguage", "transaction.locale"),
            ]);
        }
        "post-user-registration" => {
            rows.extend(USER);
            rows.extend(CONNECTION);
            rows.extend([
                ("user.tenant", "tenant.id"),
                ("user.phoneNumber", "user.phone_number"),
                ("user.emailVerified", "user.email_verified"),
                ("user.phoneNumberVerified", "user.phone_verified"),
                ("context.requestLanguage", "request.language"),
            ]);
        }
        "post-change-password" => {
            rows.extend(USER.iter().take(2));
            rows.extend(CONNECTION);
            rows.extend([
                ("context.connection.tenant", "tenant.id"),
                ("user.last_password_reset", "user.last_password_reset"),
            ]);
        }
        "send-phone-message" => rows.extend([
            ("recipient", "message_options.recipient"),
            ("text", "message_options.text"),
            ("context.message_type", "message_options.message_type"),
            ("context.action", "message_options.action"),
            ("context.code", "message_options.code"),
            ("context.ip", "request.ip"),
            ("context.user_agent", "request.user_agent"),
            ("context.client.client_id", "client.client_id"),
            ("context.client.name", "client.name"),
            ("context.client.client_metadata", "client.metadata"),
            ("context.user.user_id", "user.user_id"),
            ("context.user.name", "user.name"),
            ("context.user.email", "user.email"),
            ("context.user.app_metadata", "user.app_metadata"),
            ("context.user.user_metadata", "user.user_metadata"),
        ]),
        _ => {}
    }
    rows
}

impl Sides {
    /// Whether the old program is a hook.
    pub(super) fn old_is_hook(self) -> bool {
        self != Self::Actions
    }

    /// The event of the new program, from that of the old one.
    pub(super) fn other(self, trigger: &str, event: &Value) -> Value {
        match self {
            Self::Hooks | Self::Actions => event.clone(),
            Self::HookToAction => action_event(trigger, event),
        }
    }
}

/// Makes a payload one that Auth0 could send: things that it says twice agree,
/// and what it checks is there.
pub(super) fn settle(sides: Sides, trigger: &str, event: &mut Value) {
    if !sides.old_is_hook() {
        return;
    }
    let given = |event: &Value, at: &str| get(event, &path(at)).cloned();
    match trigger {
        "credentials-exchange" => {
            if given(event, "scope").is_some_and(|scope| !is_list_of_texts(&scope)) {
                set(event, &path("scope"), None);
            }
            // An Action can't tell no scopes from none asked for.
            if sides == Sides::HookToAction
                && given(event, "scope").is_some_and(|it| it.as_array().is_some_and(Vec::is_empty))
            {
                set(event, &path("scope"), None);
            }
            for name in ["client", "context"] {
                if !event.get(name).is_some_and(Value::is_object) {
                    set(event, &path(name), sample(true, trigger).get(name).cloned());
                }
            }
            if !event.get("audience").is_some_and(Value::is_string) {
                set(event, &path("audience"), Some("".into()));
            }
            if sides == Sides::HookToAction && given(event, "context.ip").is_none() {
                set(event, &path("context.ip"), Some("203.0.113.7".into()));
            }
        }
        "send-phone-message" => {
            let original = sample(true, trigger);
            for (at, allowed) in [
                ("context.message_type", &["sms", "voice"][..]),
                ("context.action", &["enrollment", "second-factor-authentication"]),
            ] {
                let known = given(event, at);
                if !known.as_ref().and_then(Value::as_str).is_some_and(|it| allowed.contains(&it)) {
                    set(event, &path(at), get(&original, &path(at)).cloned());
                }
            }
            for at in [
                "recipient",
                "text",
                "context.language",
                "context.code",
                "context.ip",
                "context.user_agent",
                "context.user.user_id",
            ] {
                if !given(event, at).is_some_and(|it| it.is_string()) {
                    set(event, &path(at), get(&original, &path(at)).cloned());
                }
            }
            if given(event, "context.client").is_some() {
                for at in ["context.client.client_id", "context.client.name"] {
                    if !given(event, at).is_some_and(|it| it.is_string()) {
                        set(event, &path(at), get(&original, &path(at)).cloned());
                    }
                }
            }
        }
        _ => {
            let original = sample(true, trigger);
            for name in ["user", "context.connection", "context"] {
                if !given(event, name).is_some_and(|it| it.is_object()) {
                    set(event, &path(name), get(&original, &path(name)).cloned());
                }
            }
            for at in ["user.id", "context.connection.id", "context.connection.name"] {
                if get(&original, &path(at)).is_some()
                    && !given(event, at).is_some_and(|it| it.is_string())
                {
                    set(event, &path(at), get(&original, &path(at)).cloned());
                }
            }
            if let Some(tenant) = given(event, "user.tenant") {
                set(event, &path("context.connection.tenant"), Some(tenant));
            } else if trigger != "post-change-password" {
                set(event, &path("user.tenant"), given(event, "context.connection.tenant"));
            }
            if trigger == "pre-user-registration" && sides == Sides::HookToAction {
                let language = given(event, "context.requestLanguage");
                if !given(event, "context.request").is_some_and(|it| it.is_object()) {
                    set(
                        event,
                        &path("context.request"),
                        get(&original, &path("context.request")).cloned(),
                    );
                }
                set(event, &path("context.request.language"), language);
            }
        }
    }
}

fn is_list_of_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|all| all.iter().all(Value::is_string))
}

/// The Action's event of the world that a hook's payload describes.
fn action_event(trigger: &str, payload: &Value) -> Value {
    let mut event = sample(false, trigger);
    for (from, to) in rows(trigger) {
        set(&mut event, &path(to), get(payload, &path(from)).cloned());
    }
    match trigger {
        "credentials-exchange" => {
            let scope = payload.get("scope").cloned().unwrap_or_else(|| json!([]));
            set(&mut event, &path("accessToken.scope"), Some(scope));
        }
        "post-user-registration" | "post-change-password" => {
            let id = get(payload, &path("user.id")).and_then(Value::as_str);
            let id = id.map(|id| Value::from(format!("auth0|{id}")));
            set(&mut event, &path("user.user_id"), id);
        }
        "send-phone-message" => {
            let language = get(payload, &path("context.language")).filter(|it| *it != "N/A");
            set(&mut event, &path("request.language"), language.cloned());
            if get(payload, &path("context.client")).is_none() {
                set(&mut event, &path("client"), None);
            }
        }
        _ => {}
    }
    event
}

/// The paths of an event that may be missing.
pub(super) fn optional(sides: Sides, trigger: &str) -> &'static [&'static str] {
    if !sides.old_is_hook() {
        return &[
            "user.email",
            "user.username",
            "user.phone_number",
            "user.name",
            "user.given_name",
            "user.family_name",
            "user.nickname",
            "user.picture",
            "user.user_metadata",
            "user.app_metadata",
            "client",
            "client.metadata",
            "organization",
            "transaction",
            "transaction.locale",
            "request.language",
            "request.user_agent",
            "request.geoip",
            "request.geoip.countryCode",
            "security_context",
            "authentication",
            "session",
            "stats",
            "user.user_id",
            "user.last_password_reset",
            "user.phone_verified",
            "user.email_verified",
        ];
    }
    match trigger {
        "credentials-exchange" => &["scope", "client.metadata", "context.body"],
        "pre-user-registration" => &[
            "user.email",
            "user.username",
            "user.phoneNumber",
            "user.user_metadata",
            "user.app_metadata",
            "context.renderLanguage",
            "context.requestLanguage",
        ],
        "post-user-registration" => &[
            "user.email",
            "user.username",
            "user.phoneNumber",
            "user.phoneNumberVerified",
            "user.user_metadata",
            "user.app_metadata",
            "context.requestLanguage",
        ],
        "post-change-password" => &["user.email", "user.username", "user.last_password_reset"],
        "send-phone-message" => &[
            "context.client",
            "context.client.client_metadata",
            "context.user.name",
            "context.user.email",
            "context.user.app_metadata",
            "context.user.user_metadata",
        ],
        _ => &[],
    }
}

/// The paths whose keys are the tenant's own.
pub(super) const FREE: [&str; 10] = [
    "metadata",
    "user_metadata",
    "app_metadata",
    "client_metadata",
    "body",
    "query",
    "configuration",
    "domain_metadata",
    "custom_claims",
    "customClaims",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_and_an_action_see_one_world() {
        for trigger in [
            "credentials-exchange",
            "pre-user-registration",
            "post-user-registration",
            "post-change-password",
            "send-phone-message",
        ] {
            let mut payload = sample(true, trigger);
            settle(Sides::HookToAction, trigger, &mut payload);
            let event = Sides::HookToAction.other(trigger, &payload);
            for (from, to) in rows(trigger) {
                assert_eq!(get(&payload, &path(from)), get(&event, &path(to)), "{trigger}: {from}");
            }
        }
    }

    #[test]
    fn what_the_payload_lacks_the_event_lacks() {
        let mut payload = sample(true, "pre-user-registration");
        set(&mut payload, &path("user.user_metadata"), None);
        set(&mut payload, &path("context.requestLanguage"), None);
        settle(Sides::HookToAction, "pre-user-registration", &mut payload);
        let event = Sides::HookToAction.other("pre-user-registration", &payload);
        assert_eq!(get(&event, &path("user.user_metadata")), None);
        assert_eq!(get(&event, &path("request.language")), None);
        assert_eq!(get(&payload, &path("context.request.language")), None);
    }
}
