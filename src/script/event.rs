//! Which part of an Action's `event` a path of a hook's argument is.
//!
//! From Auth0's guide "Migrate from Hooks to Actions" and the references of
//! the triggers' event objects. Main function: [`target`]. Must not look at
//! scripts.

use crate::model::Trigger;

/// What a path of an argument becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// This expression.
    Path(&'static str),
    /// The user's id, which hooks got without the prefix of its connection.
    UserId,
    /// A part of the object, and none for the whole of it.
    Parts,
    /// Nothing in an event says it.
    None(Missing),
}

/// What no event says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    Password,
    VerifiedBefore,
    Webtask,
    FactorType,
}

use Target::{Parts, Path, UserId};

/// A path of an argument, and what it becomes.
pub(crate) type Row = (&'static str, Target);

const TENANT: Target = Path("event.tenant.id");
const SECRETS: Row = ("context.webtask.secrets", Path("event.secrets"));
const WEBTASK: Row = ("context.webtask", Target::None(Missing::Webtask));

const CREDENTIALS_EXCHANGE: &[Row] = &[
    ("client", Parts),
    ("client.id", Path("event.client.client_id")),
    ("client.name", Path("event.client.name")),
    ("client.tenant", TENANT),
    ("client.metadata", Path("event.client.metadata")),
    ("scope", Parts),
    ("audience", Path("event.resource_server.identifier")),
    ("context", Parts),
    ("context.body", Path("event.request.body")),
    ("context.ip", Path("event.request.ip")),
    SECRETS,
    WEBTASK,
];

const PRE_USER_REGISTRATION: &[Row] = &[
    ("user", Parts),
    ("user.tenant", TENANT),
    ("user.email", Path("event.user.email")),
    ("user.username", Path("event.user.username")),
    ("user.phoneNumber", Path("event.user.phone_number")),
    ("user.user_metadata", Path("event.user.user_metadata")),
    ("user.app_metadata", Path("event.user.app_metadata")),
    ("user.password", Target::None(Missing::Password)),
    ("user.emailVerified", Target::None(Missing::VerifiedBefore)),
    ("user.phoneNumberVerified", Target::None(Missing::VerifiedBefore)),
    ("context", Parts),
    ("context.requestLanguage", Path("event.request.language")),
    ("context.renderLanguage", Path("event.transaction?.locale")),
    ("context.request", Parts),
    ("context.request.ip", Path("event.request.ip")),
    ("context.request.language", Path("event.request.language")),
    ("context.connection", Parts),
    ("context.connection.id", Path("event.connection.id")),
    ("context.connection.name", Path("event.connection.name")),
    ("context.connection.tenant", TENANT),
    SECRETS,
    WEBTASK,
];

const POST_USER_REGISTRATION: &[Row] = &[
    ("user", Parts),
    ("user.id", UserId),
    ("user.tenant", TENANT),
    ("user.email", Path("event.user.email")),
    ("user.emailVerified", Path("event.user.email_verified")),
    ("user.username", Path("event.user.username")),
    ("user.phoneNumber", Path("event.user.phone_number")),
    ("user.phoneNumberVerified", Path("event.user.phone_verified")),
    ("user.user_metadata", Path("event.user.user_metadata")),
    ("user.app_metadata", Path("event.user.app_metadata")),
    ("context", Parts),
    ("context.requestLanguage", Path("event.request?.language")),
    ("context.connection", Parts),
    ("context.connection.id", Path("event.connection.id")),
    ("context.connection.name", Path("event.connection.name")),
    ("context.connection.tenant", TENANT),
    SECRETS,
    WEBTASK,
];

const POST_CHANGE_PASSWORD: &[Row] = &[
    ("user", Parts),
    ("user.id", UserId),
    ("user.email", Path("event.user.email")),
    ("user.username", Path("event.user.username")),
    ("user.last_password_reset", Path("event.user.last_password_reset")),
    ("context", Parts),
    ("context.connection", Parts),
    ("context.connection.id", Path("event.connection.id")),
    ("context.connection.name", Path("event.connection.name")),
    ("context.connection.tenant", TENANT),
    SECRETS,
    WEBTASK,
];

const SEND_PHONE_MESSAGE: &[Row] = &[
    ("recipient", Path("event.message_options.recipient")),
    ("text", Path("event.message_options.text")),
    ("context", Parts),
    ("context.message_type", Path("event.message_options.message_type")),
    ("context.action", Path("event.message_options.action")),
    ("context.code", Path("event.message_options.code")),
    ("context.language", Path("event.request.language")),
    ("context.ip", Path("event.request.ip")),
    ("context.user_agent", Path("event.request.user_agent")),
    ("context.client", Parts),
    ("context.client.client_id", Path("event.client?.client_id")),
    ("context.client.name", Path("event.client?.name")),
    ("context.client.client_metadata", Path("event.client?.metadata")),
    ("context.user", Parts),
    ("context.user.user_id", Path("event.user.user_id")),
    ("context.user.name", Path("event.user.name")),
    ("context.user.email", Path("event.user.email")),
    ("context.user.app_metadata", Path("event.user.app_metadata")),
    ("context.user.user_metadata", Path("event.user.user_metadata")),
    ("context.factor_type", Target::None(Missing::FactorType)),
    SECRETS,
    WEBTASK,
];

/// All that hooks of a trigger get.
pub(crate) fn rows(trigger: &Trigger) -> &'static [Row] {
    match trigger {
        Trigger::CredentialsExchange => CREDENTIALS_EXCHANGE,
        Trigger::PreUserRegistration => PRE_USER_REGISTRATION,
        Trigger::PostUserRegistration => POST_USER_REGISTRATION,
        Trigger::PostChangePassword => POST_CHANGE_PASSWORD,
        Trigger::SendPhoneMessage => SEND_PHONE_MESSAGE,
        Trigger::Other(_) => &[],
    }
}

/// The longest beginning of a path that has a row: how many of its properties
/// that takes, and what it becomes. `None`: hooks of this trigger have no such
/// argument.
pub(crate) fn target(
    trigger: &Trigger,
    argument: &str,
    path: &[String],
) -> Option<(usize, Target)> {
    (0..=path.len()).rev().find_map(|taken| {
        let mut name = argument.to_owned();
        for part in path.get(..taken).unwrap_or_default() {
            name.push('.');
            name.push_str(part);
        }
        let row = rows(trigger).iter().find(|(known, _)| *known == name)?;
        Some((taken, row.1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(trigger: Trigger, argument: &str, path: &[&str], expected: Option<(usize, Target)>) {
        let path: Vec<_> = path.iter().map(|part| (*part).to_owned()).collect();
        assert_eq!(target(&trigger, argument, &path), expected, "{argument}.{path:?}");
    }

    #[test]
    fn the_longest_known_beginning_of_a_path_decides() {
        let pre = Trigger::PreUserRegistration;
        check(pre.clone(), "user", &["email", "length"], Some((1, Path("event.user.email"))));
        check(
            pre.clone(),
            "context",
            &["webtask", "secrets", "KEY"],
            Some((2, Path("event.secrets"))),
        );
        check(
            pre.clone(),
            "context",
            &["webtask", "headers"],
            Some((1, Target::None(Missing::Webtask))),
        );
        check(pre.clone(), "user", &["favourite"], Some((0, Parts)));
        check(pre, "client", &["id"], None);
    }
}
