//! What is known of each trigger at run time: the names its code brings into
//! the script's scope, and the arguments it passes.
//!
//! From Auth0's published compiler of hooks (npm `auth0-ext-compilers` 6.1.0)
//! and the triggers' pages in its documentation. Must not parse anything.

use crate::model::Trigger;

/// The error class that every trigger brings along.
pub(super) const BASE_ERROR_CLASS: &str = "ExtensibilityUserError";

/// Every error class of every trigger.
pub(super) const ERROR_CLASSES: [&str; 5] = [
    "PreUserRegistrationError",
    "InvalidRequestError",
    "InvalidScopeError",
    "ServerError",
    "SendPhoneMessageError",
];

/// The error classes that stand in the script's scope beside
/// [`BASE_ERROR_CLASS`]. The three user triggers share one compiler, so that
/// `PreUserRegistrationError` is taken in all of them.
pub(super) fn error_classes(trigger: &Trigger) -> &'static [&'static str] {
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

/// The parameters of the trigger's function as Auth0 documents them, the
/// callback last. Empty for a trigger that isn't known.
pub(super) fn parameters(trigger: &Trigger) -> &'static [&'static str] {
    match trigger {
        Trigger::CredentialsExchange => &["client", "scope", "audience", "context", "cb"],
        Trigger::PreUserRegistration
        | Trigger::PostUserRegistration
        | Trigger::PostChangePassword => &["user", "context", "cb"],
        Trigger::SendPhoneMessage => &["recipient", "text", "context", "cb"],
        Trigger::Other(_) => &[],
    }
}
