//! What is known of each trigger at run time: the names its code brings into
//! the script's scope, and the arguments it passes.
//!
//! From Auth0's published compiler of hooks (npm `auth0-ext-compilers` 6.1.0)
//! and the triggers' pages in its documentation. Must not parse anything.

use crate::model::Trigger;

/// The error class that every trigger brings along.
pub(crate) const BASE_ERROR_CLASS: &str = "ExtensibilityUserError";

/// The error classes that stand in the script's scope beside
/// [`BASE_ERROR_CLASS`]. The three user triggers share one compiler, so that
/// `PreUserRegistrationError` is taken in all of them.
pub(crate) fn error_classes(trigger: &Trigger) -> &'static [&'static str] {
    match trigger {
        Trigger::CredentialsExchange => {
            &["InvalidRequestError", "InvalidScopeError", "ServerError"]
        }
        Trigger::PreUserRegistration
        | Trigger::PostUserRegistration
        | Trigger::PostChangePassword => &["PreUserRegistrationError"],
        Trigger::SendPhoneMessage => &["SendPhoneMessageError"],
        Trigger::Other(_) => &[],
    }
}

/// Whether an error class takes what the user reads as its second argument.
pub(crate) fn takes_friendly_message(class: &str) -> bool {
    matches!(class, "PreUserRegistrationError" | "SendPhoneMessageError")
}

/// Whether Auth0 looks at what a hook hands to its callback beside an error.
/// Of a trigger that does, an Action denies by calling `api`, and not by throwing.
pub(crate) fn has_result(trigger: &Trigger) -> bool {
    matches!(trigger, Trigger::CredentialsExchange | Trigger::PreUserRegistration)
}

/// Whether a host belongs to Auth0, which drops the claims of hooks that are
/// named by it.
pub(crate) fn is_reserved_host(host: &str) -> bool {
    ["auth0.com", "webtask.io", "webtask.run"].iter().any(|own| {
        host.strip_suffix(own).is_some_and(|front| front.is_empty() || front.ends_with('.'))
    })
}

/// The parameters of the trigger's function as Auth0 documents them, the
/// callback last. Empty for a trigger that isn't known.
pub(crate) fn parameters(trigger: &Trigger) -> &'static [&'static str] {
    match trigger {
        Trigger::CredentialsExchange => &["client", "scope", "audience", "context", "cb"],
        Trigger::PreUserRegistration
        | Trigger::PostUserRegistration
        | Trigger::PostChangePassword => &["user", "context", "cb"],
        Trigger::SendPhoneMessage => &["recipient", "text", "context", "cb"],
        Trigger::Other(_) => &[],
    }
}

/// What rules know of the context and hooks don't.
const RULE_CONTEXT: [&str; 18] = [
    "clientID",
    "clientName",
    "clientMetadata",
    "connectionStrategy",
    "connectionMetadata",
    "stats",
    "protocol",
    "accessToken",
    "idToken",
    "samlConfiguration",
    "authentication",
    "authorization",
    "primaryUser",
    "redirect",
    "multifactor",
    "sessionID",
    "sso",
    "jwtConfiguration",
];

/// Whether scripts often read a property that this trigger doesn't pass; with
/// it, what to do instead (may be empty). `None` for everything else: payloads
/// grow, so only what is known to be missing is reported.
pub(crate) fn not_in_payload(
    trigger: &Trigger,
    argument: &str,
    property: &str,
) -> Option<&'static str> {
    match (argument, trigger) {
        ("context", Trigger::SendPhoneMessage) if property == "connection" => Some(""),
        ("context", _) if RULE_CONTEXT.contains(&property) => {
            Some("only rules have it; hooks get a smaller context")
        }
        ("client", Trigger::CredentialsExchange) => match property {
            "client_id" | "clientID" | "clientId" => Some("write `client.id`"),
            "client_metadata" | "clientMetadata" => Some("write `client.metadata`"),
            _ => None,
        },
        ("user", Trigger::PreUserRegistration) => match property {
            "user_id" | "id" | "_id" => {
                Some("the user has no id before it is stored; use a post-user-registration hook")
            }
            "name" | "nickname" | "picture" | "given_name" | "family_name" | "identities"
            | "created_at" | "updated_at" | "last_login" | "logins_count" => Some(
                "before registration there are `email`, `username`, `phoneNumber` and the metadata",
            ),
            other => renamed(other),
        },
        ("user", Trigger::PostUserRegistration) => match property {
            "user_id" | "_id" => Some("write `user.id`; it comes without the `auth0|` in front"),
            "password" => Some("the password is known before registration only"),
            "name" | "nickname" | "picture" | "given_name" | "family_name" | "identities"
            | "created_at" | "updated_at" | "last_login" | "logins_count" => Some(
                "after registration there are `id`, `email`, `username`, `phoneNumber` and the metadata",
            ),
            other => renamed(other),
        },
        ("user", Trigger::PostChangePassword) => match property {
            "user_id" | "_id" => Some("write `user.id`; it comes without the `auth0|` in front"),
            "user_metadata" | "app_metadata" | "name" | "nickname" | "picture" | "password"
            | "newPassword" | "identities" | "phoneNumber" | "emailVerified" | "tenant" => {
                Some("there are `id`, `username`, `email` and `last_password_reset`")
            }
            "email_verified" | "phone_number" => Some(""),
            _ => None,
        },
        _ => None,
    }
}

/// Properties of a user profile that go by another name in hooks.
fn renamed(property: &str) -> Option<&'static str> {
    match property {
        "email_verified" => Some("write `user.emailVerified`"),
        "phone_number" => Some("write `user.phoneNumber`"),
        "phone_verified" | "phone_number_verified" => Some("write `user.phoneNumberVerified`"),
        _ => None,
    }
}
