//! Every trigger of hooks and Actions runs on its sample, and a call that its
//! `api` hasn't got fails as it would at Auth0.

use hooksync::sandbox::{Answer, Program, Settled, sample, triggers};
use serde_json::json;

use super::run;

const LIMIT: u64 = 2_000;

/// Each Action trigger: its handler, a call that its `api` has, and one that
/// it hasn't.
const ACTIONS: [(&str, &str, &str, &str); 13] = [
    (
        "credentials-exchange",
        "onExecuteCredentialsExchange",
        "access.deny('invalid_scope', 'no')",
        "idToken.setCustomClaim('https://a.example/b', 1)",
    ),
    (
        "pre-user-registration",
        "onExecutePreUserRegistration",
        "access.deny('no', 'Sorry')",
        "accessToken.setCustomClaim('https://a.example/b', 1)",
    ),
    (
        "post-user-registration",
        "onExecutePostUserRegistration",
        "cache.get('a')",
        "access.deny('no')",
    ),
    (
        "post-change-password",
        "onExecutePostChangePassword",
        "cache.get('a')",
        "user.setUserMetadata('a', 1)",
    ),
    ("send-phone-message", "onExecuteSendPhoneMessage", "cache.get('a')", "access.deny('no')"),
    ("post-login", "onExecutePostLogin", "access.deny('no')", "notification.drop('no')"),
    (
        "password-reset-post-challenge",
        "onExecutePostChallenge",
        "access.deny('no')",
        "idToken.setCustomClaim('https://a.example/b', 1)",
    ),
    (
        "custom-phone-provider",
        "onExecuteCustomPhoneProvider",
        "notification.retry('later')",
        "access.deny('no')",
    ),
    (
        "custom-email-provider",
        "onExecuteCustomEmailProvider",
        "notification.drop('no')",
        "access.deny('no')",
    ),
    (
        "custom-token-exchange",
        "onExecuteCustomTokenExchange",
        "authentication.setUserById('auth0|1')",
        "multifactor.enable('any')",
    ),
    ("event-stream", "onExecuteEventStream", "cache.get('a')", "access.deny('no')"),
    (
        "login-post-identifier",
        "onExecuteLoginPostIdentifier",
        "access.deny('no')",
        "user.setUserMetadata('a', 1)",
    ),
    (
        "signup-post-identifier",
        "onExecuteSignupPostIdentifier",
        "access.deny('no')",
        "idToken.setCustomClaim('a', 1)",
    ),
];

fn action(trigger: &str, handler: &str, body: &str) -> Program {
    let code = format!("exports.{handler} = async (event, api) => {{ {body} }};");
    Program::Action { trigger: trigger.into(), code, handler: None }
}

#[test]
fn every_action_trigger_runs_on_its_sample() {
    for trigger in triggers() {
        assert!(ACTIONS.iter().any(|(known, ..)| *known == trigger), "{trigger} is not looked at");
    }
    for (trigger, handler, has, _) in ACTIONS {
        let body = format!("api.{has}; console.log(Object.keys(event).length > 1);");
        let outcome = run(action(trigger, handler, &body), LIMIT);
        assert_eq!(outcome.settled, Some(Settled::Returned), "{trigger}: {outcome:?}");
        assert_eq!(outcome.logs[0].text, "true", "{trigger} has no sample");
        let method = has.split('(').next().unwrap();
        let recorded = outcome.api.iter().map(|call| call.method.as_str()).collect::<Vec<_>>();
        let expected = if method == "cache.get" { vec![] } else { vec![method] };
        assert_eq!(recorded, expected, "{trigger}");
    }
}

#[test]
fn a_call_that_an_api_lacks_fails() {
    for (trigger, handler, _, lacks) in ACTIONS {
        let outcome = run(action(trigger, handler, &format!("api.{lacks};")), LIMIT);
        let Some(Settled::Threw(fault)) = &outcome.settled else {
            panic!("{trigger}: {outcome:?}")
        };
        assert_eq!(fault.name, "TypeError", "{trigger}: {fault:?}");
        let method = lacks.split(['.', '(']).nth(1).unwrap();
        let reads = format!("Cannot read properties of undefined (reading '{method}')");
        let has_space =
            matches!((trigger, lacks.split('.').next()), ("custom-token-exchange", Some("user")));
        assert!(fault.message == reads || has_space, "{trigger}: {fault:?}");
        let outcome = run(action(trigger, handler, "api.cache.clear();"), LIMIT);
        let Some(Settled::Threw(fault)) = &outcome.settled else {
            panic!("{trigger}: {outcome:?}")
        };
        assert!(fault.message.contains("not a function"), "{trigger}: {fault:?}");
        assert_eq!(outcome.api, [], "{trigger}");
    }
}

#[test]
fn every_hook_trigger_runs_on_its_sample() {
    let own = [
        ("credentials-exchange", 5, "InvalidScopeError", "PreUserRegistrationError"),
        ("pre-user-registration", 3, "PreUserRegistrationError", "InvalidScopeError"),
        ("post-user-registration", 3, "PreUserRegistrationError", "SendPhoneMessageError"),
        ("post-change-password", 3, "PreUserRegistrationError", "ServerError"),
        ("send-phone-message", 4, "SendPhoneMessageError", "PreUserRegistrationError"),
    ];
    for (trigger, arguments, has, lacks) in own {
        let script = format!(
            "module.exports = function () {{
               const cb = arguments[arguments.length - 1];
               cb(null, {{ n: arguments.length, has: typeof {has}, lacks: typeof {lacks}, given: arguments[0] !== undefined }});
             }};"
        );
        let outcome = run(Program::Hook { trigger: trigger.into(), script }, LIMIT);
        let [Answer::Ok(Some(value))] = outcome.answers.as_slice() else {
            panic!("{trigger}: {outcome:?}")
        };
        let expected =
            json!({ "n": arguments, "has": "function", "lacks": "undefined", "given": true });
        assert_eq!(*value, expected, "{trigger}");
        assert!(sample(true, trigger).as_object().is_some_and(|it| !it.is_empty()), "{trigger}");
    }
}
