//! Whether the environment may answer.

use super::*;

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::new(variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())))
}

type Answer = Result<Option<String>, Withheld>;

fn answer(set: &Environment, key: &str, within: Within, listed: bool) -> Answer {
    set.answer(key, within, listed).map(|found| found.map(|it| it.expose().to_owned()))
}

#[test]
fn own_credentials_never_answer_in_any_spelling() {
    for name in [
        "AUTH0_CLIENT_SECRET",
        "auth0_client_secret",
        "AUTH0-CLIENT.SECRET",
        "AUTH0_CLIENT_SECRET_PROD",
        "TF_VAR_auth0_client_secret",
        "INPUT_AUTH0-CLIENT-SECRET",
        "AUTH0_ACCESS_TOKEN_EU_LIVE",
        "AUTH0_CLIENT_SIGNING_KEY_PATH",
        "AUTH0_KEYWORD_REPLACE_MAPPINGS",
    ] {
        for set in [environment(&[]), environment(&[(name, "canary")])] {
            for within in [Within::Secret, Within::Other] {
                let found = answer(&set, name, within, true);
                assert_eq!(found, Err(Withheld::Own), "{name}");
            }
        }
        let allowed = environment(&[(name, "canary"), (ALLOWED_VARIABLE, name)]);
        assert_eq!(allowed.withheld(name), Some(Withheld::Own), "{name}");
    }
}

#[test]
fn their_values_do_not_answer_under_other_names() {
    let set = environment(&[
        ("AUTH0_CLIENT_SECRET", "canary-canary\n"),
        ("SAME", "canary-canary"),
        ("ALL", r#"{"A":"canary-canary"}"#),
        ("OTHER", "canary"),
    ]);
    for name in ["SAME", "ALL"] {
        assert_eq!(answer(&set, name, Within::Secret, false), Err(Withheld::Own), "{name}");
        assert_eq!(answer(&set, name, Within::Other, true), Err(Withheld::Own), "{name}");
    }
    assert!(set.answer("OTHER", Within::Secret, false).unwrap().is_some());
    let of_file =
        environment(&[("X", "from-config")]).guarding([SecretValue::new("from-config".to_owned())]);
    assert_eq!(answer(&of_file, "X", Within::Secret, false), Err(Withheld::Own));
    // a short one is no part of anything
    let short = environment(&[("AUTH0_CLIENT_SECRET", "a"), ("WORD", "many a word")]);
    assert!(short.answer("WORD", Within::Secret, false).unwrap().is_some());
}

#[test]
fn outside_of_secrets_only_what_is_listed_answers() {
    let set = environment(&[("HOME", "/root"), ("GH_TOKEN", "canary")]);
    let check = |name, within, listed, expected: Result<Option<&str>, Withheld>| {
        let expected = expected.map(|found| found.map(str::to_owned));
        assert_eq!(answer(&set, name, within, listed), expected, "{name}");
    };
    check("HOME", Within::Other, false, Ok(None));
    check("HOME", Within::Other, true, Ok(Some("/root")));
    check("GH_TOKEN", Within::Secret, false, Ok(Some("canary")));
    check("GH_TOKEN", Within::Other, true, Err(Withheld::Name));
}

#[test]
fn secret_looking_names_are_told_from_others() {
    for name in [
        "GH_TOKEN",
        "CI_JOB_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "HTTPS_PROXY",
        "https_proxy",
        "PGPASSWORD",
        "DB_PASS",
        "githubToken",
        "stripeApiKey",
        "API_KEY2",
        "SENTRY_DSN",
        "SLACK_WEBHOOK_URL",
        "GITHUB_PAT",
        "CI_JOB_JWT_V2",
        "DOCKER_AUTH_CONFIG",
        "SSH_PRIVATE_KEY",
        "MYSQL_PWD",
        "GOOGLE_APPLICATION_CREDENTIALS",
    ] {
        assert!(looks_secret(name), "{name}");
    }
    for name in [
        "HOME",
        "PATH",
        "PWD",
        "CI",
        "BUILD_NUMBER",
        "GITHUB_SHA",
        "CI_COMMIT_SHA",
        "AUTH0_DOMAIN",
        "AUTHOR",
        "KEYBOARD",
        "PASSENGER_ENV",
        "COMPASS_URL",
        "NODE_ENV",
        "LANG",
        "SPIN",
    ] {
        assert!(!looks_secret(name), "{name}");
    }
}

#[test]
fn secret_looking_values_are_told_from_others() {
    let jwt = format!("eyJ{}.e30.sig", "a".repeat(40));
    let check = |value: &str, expected: Option<Withheld>| {
        let set = environment(&[("X", value), ("CI_JOB_TOKEN", "0123456789abcdef")]);
        assert_eq!(set.withheld("X"), expected, "{value}");
    };
    let withheld = Some(Withheld::Value);
    check("https://ci:0123@gitlab.example/x.git", withheld);
    check(&jwt, withheld);
    check("-----BEGIN RSA PRIVATE KEY-----\nx", withheld);
    check("ghs_0123456789012345", withheld);
    check("AUTHORIZATION: basic 0123456789abcdef", withheld);
    check("https://gitlab.example/x@y", None);
    check("npm_config", None);
    check("production", None);
}

#[test]
fn the_environment_itself_may_allow_a_name() {
    let set = environment(&[("A_KEY", "x"), ("B_KEY", "x"), (ALLOWED_VARIABLE, "C, A_KEY")]);
    assert_eq!(set.withheld("A_KEY"), None);
    assert_eq!(set.withheld("B_KEY"), Some(Withheld::Name));
    assert_eq!(answer(&set, "A_KEY", Within::Other, false), Ok(None), "not listed");
}

#[test]
fn a_secrets_value_of_one_environment_comes_first() {
    let all = [("SEC", "any"), ("SEC_LIVE", "live"), ("AUTH0_CLIENT_SECRET", "canary")];
    let set = environment(&all).of(Some("LIVE"));
    let answer = |set: &Environment, key: &str, within| answer(set, key, within, true);
    assert_eq!(answer(&set, "SEC", Within::Secret), Ok(Some("live".to_owned())));
    assert_eq!(answer(&set, "SEC", Within::Other), Ok(Some("any".to_owned())));
    let other = environment(&all).of(Some("DEV"));
    assert_eq!(answer(&other, "SEC", Within::Secret), Ok(Some("any".to_owned())));
    // an environment by this name makes no credential out of a harmless keyword
    let hostile = environment(&all).of(Some("SECRET"));
    assert_eq!(answer(&hostile, "AUTH0_CLIENT", Within::Secret), Err(Withheld::Own));
}
