//! Tests of `actions`.

use super::*;

#[test]
fn what_is_missing_is_told_from_what_is_unknown() {
    let missing = |trigger, object, property| not_in_event(trigger, object, property).is_some();
    assert!(missing("pre-user-registration", "event.user", "user_id"));
    assert!(missing("post-change-password", "event.user", "app_metadata"));
    assert!(missing("credentials-exchange", "event", "user"));
    assert!(missing("post-login", "event.user", "emailVerified"));
    assert!(!missing("post-login", "event.user", "groups"));
    assert!(!missing("pre-user-registration", "event", "something_new"));
    assert!(!missing("post-user-registration", "event.user", "user_id"));
    assert!(!missing("event-stream", "event", "user"));
}

#[test]
fn methods_are_those_of_the_trigger() {
    let missing =
        |trigger, namespace, method| not_in_api(trigger, namespace, Some(method)).is_some();
    assert!(missing("post-user-registration", "access", "deny"));
    assert!(missing("pre-user-registration", "idToken", "setCustomClaim"));
    assert!(missing("post-login", "accessToken", "setClaim"));
    assert!(missing("post-login", "acess", "deny"));
    assert!(!missing("post-login", "samlResponse", "setSomething"));
    assert!(!missing("post-login", "brandNew", "thing"));
    assert!(!missing("post-change-password", "cache", "get"));
    assert!(not_in_api("pre-user-registration", "deny", None).is_some());
}

#[test]
fn handlers_are_called_as_auth0_calls_them() {
    let check = |trigger: &str, expected: &str| assert_eq!(handler(trigger), expected);
    check("credentials-exchange", "onExecuteCredentialsExchange");
    check("post-login", "onExecutePostLogin");
    check("password-reset-post-challenge", "onExecutePostChallenge");
    check("custom-email-provider", "onExecuteCustomEmailProvider");
}
