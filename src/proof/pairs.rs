//! One description of the world, and how each of two programs sees it.
//!
//! Main type: [`Sides`]. A hook and an Action get different words for the same
//! things; the values here come from one payload, so that both see one world.
//! From Auth0's guide "Migrate from Hooks to Actions". Must not choose values.

use serde_json::{Value, json};

use super::tree::{Path, get, path, set};
use crate::model::Trigger;
use crate::sandbox::sample;
use crate::script::event::{Target, rows};

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
    let original = sample(true, trigger);
    let restore = |event: &mut Value, at: &str, is_fine: &dyn Fn(&Value) -> bool| {
        let at = path(at);
        if let Some(usual) = get(&original, &at)
            && !get(event, &at).is_some_and(is_fine)
        {
            set(event, &at, Some(usual.clone()));
        }
    };
    let given = |event: &Value, at: &str| get(event, &path(at)).cloned();
    match trigger {
        "credentials-exchange" => {
            // An Action can't tell no scopes from none asked for.
            let is_none = |scope: &Value| sides == Sides::HookToAction && *scope == json!([]);
            if given(event, "scope").is_some_and(|it| !is_list_of_texts(&it) || is_none(&it)) {
                set(event, &path("scope"), None);
            }
            for name in ["client", "context"] {
                restore(event, name, &Value::is_object);
            }
            if !event.get("audience").is_some_and(Value::is_string) {
                set(event, &path("audience"), Some("".into()));
            }
            if sides == Sides::HookToAction && given(event, "context.ip").is_none() {
                set(event, &path("context.ip"), Some("203.0.113.7".into()));
            }
        }
        "send-phone-message" => {
            for (at, allowed) in [
                ("context.message_type", &["sms", "voice"][..]),
                ("context.action", &["enrollment", "second-factor-authentication"]),
            ] {
                restore(event, at, &|it| it.as_str().is_some_and(|it| allowed.contains(&it)));
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
                restore(event, at, &Value::is_string);
            }
            if given(event, "context.client").is_some() {
                for at in ["context.client.client_id", "context.client.name"] {
                    restore(event, at, &Value::is_string);
                }
            }
        }
        _ => {
            for name in ["user", "context.connection", "context"] {
                restore(event, name, &Value::is_object);
            }
            for at in ["user.id", "context.connection.id", "context.connection.name"] {
                restore(event, at, &Value::is_string);
            }
            if let Some(tenant) = given(event, "user.tenant") {
                set(event, &path("context.connection.tenant"), Some(tenant));
            } else if trigger != "post-change-password" {
                set(event, &path("user.tenant"), given(event, "context.connection.tenant"));
            }
            if trigger == "pre-user-registration" && sides == Sides::HookToAction {
                let language = given(event, "context.requestLanguage");
                restore(event, "context.request", &Value::is_object);
                set(event, &path("context.request.language"), language);
            }
        }
    }
}

fn is_list_of_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|all| all.iter().all(Value::is_string))
}

/// Where an Action's event has what hooks got, if that is one value.
fn in_event(target: Target) -> Option<Path> {
    let Target::Path(written) = target else { return None };
    Some(path(&written.strip_prefix("event.")?.replace("?.", ".")))
}

/// The Action's event of the world that a hook's payload describes.
fn action_event(trigger: &str, payload: &Value) -> Value {
    let mut event = sample(false, trigger);
    for &(from, target) in rows(&Trigger::from_tenant(trigger)) {
        if let Some(to) = in_event(target) {
            set(&mut event, &to, get(payload, &path(from)).cloned());
        }
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
            let rows = rows(&Trigger::from_tenant(trigger)).iter();
            for (from, to) in rows.filter_map(|(from, to)| Some((from, in_event(*to)?))) {
                assert_eq!(get(&payload, &path(from)), get(&event, &to), "{trigger}: {from}");
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
