//! The Deploy CLI's settings behind everything else.

use super::*;
use crate::cli::args::{ConnectionArgs, ProjectArgs};
use crate::source::config::{Config, EnvironmentConfig};

const CONFIG: &str = r#"{
    "AUTH0_DOMAIN": "file.auth0.com",
    "AUTH0_CLIENT_ID": "file-client",
    "AUTH0_CLIENT_SECRET": "canary",
    "AUTH0_AUDIENCE": "https://file/api/v2/",
    "AUTH0_ALLOW_DELETE": true,
    "AUTH0_KEYWORD_REPLACE_MAPPINGS": { "A": "file", "B": "file" },
    "AUTH0_EXCLUDED_CLIENTS": ["x"]
}"#;

fn with(json: &str, config: Config) -> ConfigFile {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    std::fs::write(&path, json).unwrap();
    let file = ConfigFile { path: PathBuf::from("hooksync.yaml"), config, deploy: None };
    let (mut file, found) = file.with_deploy_config(&path);
    assert!(found.is_empty(), "{found:?}");
    file.deploy.as_mut().unwrap().file = "config.json".to_owned();
    file
}

/// Every setting that the file has, and where it came from.
fn shown(file: &ConfigFile, variables: &[(&str, &str)], args: &ProjectArgs) -> String {
    let environment = Environment::of(variables.iter().copied());
    let surveys = survey(args, &ConnectionArgs::default(), &environment, file).unwrap();
    let of_interest = ["tenant", "credentials", "audience", "allow delete"];
    let lines = surveys[0].entries.iter().filter(|entry| of_interest.contains(&entry.name));
    let line = |entry: &SurveyEntry| match &entry.found {
        Ok((shown, origin)) => format!("{}: {shown} ({origin})", entry.name),
        Err(error) => format!("{}: {}!", entry.name, error.faults[0].message),
    };
    lines.map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn it_answers_where_nothing_else_does() {
    let file = with(CONFIG, Config::default());
    insta::assert_snapshot!(shown(&file, &[], &ProjectArgs::default()), @"
    tenant: file.auth0.com (AUTH0_DOMAIN in config.json)
    credentials: client file-client with its secret (AUTH0_CLIENT_SECRET in config.json)
    audience: https://file/api/v2/ (AUTH0_AUDIENCE in config.json)
    allow delete: true (AUTH0_ALLOW_DELETE in config.json)
    ");
}

#[test]
fn the_environment_and_hooksync_yaml_go_before_it() {
    let staging = EnvironmentConfig {
        name: "staging".to_owned(),
        domain: Some("staging.auth0.com".to_owned()),
        keywords: Default::default(),
        allow_delete: Some(false),
        allow_delete_actions: None,
    };
    let config = Config { environments: vec![staging], ..Config::default() };
    let args = ProjectArgs { env: vec!["staging".to_owned()], ..Default::default() };
    let token = [("AUTH0_ACCESS_TOKEN_STAGING", "canary"), ("AUTH0_AUDIENCE", "https://own/")];
    insta::assert_snapshot!(shown(&with(CONFIG, config), &token, &args), @"
    tenant: staging.auth0.com (environments.staging.domain in hooksync.yaml)
    credentials: an access token (AUTH0_ACCESS_TOKEN_STAGING)
    audience: https://own/ (AUTH0_AUDIENCE)
    allow delete: false (environments.staging.allowDelete in hooksync.yaml)
    ");
}

#[test]
fn credentials_of_the_environment_are_completed_and_not_mixed() {
    let of = |json: &str, variables: &[(&str, &str)]| {
        shown(&with(json, Config::default()), variables, &ProjectArgs::default())
            .lines()
            .nth(1)
            .unwrap()
            .to_owned()
    };
    let (id, secret) = (("AUTH0_CLIENT_ID", "own"), ("AUTH0_CLIENT_SECRET", "canary"));
    let token = r#"{"AUTH0_ACCESS_TOKEN": "canary"}"#;
    assert_eq!(
        of(token, &[id, secret]),
        "credentials: client own with its secret (AUTH0_CLIENT_SECRET)"
    );
    assert_eq!(
        of(r#"{"AUTH0_CLIENT_ID": "file"}"#, &[secret]),
        "credentials: client file with its secret (AUTH0_CLIENT_SECRET)"
    );
    assert_eq!(of(token, &[]), "credentials: an access token (AUTH0_ACCESS_TOKEN in config.json)");
}

#[test]
fn its_domain_is_for_its_own_credentials() {
    let first = |json: &str, variables: &[(&str, &str)]| {
        let file = with(json, Config::default());
        shown(&file, variables, &ProjectArgs::default()).lines().next().unwrap().to_owned()
    };
    let (id, secret) = (("AUTH0_CLIENT_ID", "own"), ("AUTH0_CLIENT_SECRET", "canary"));
    let refusal = "tenant: AUTH0_DOMAIN in config.json is `file.auth0.com`, and AUTH0_DOMAIN is \
                   not set: credentials are never sent to a domain that only a file names!";
    assert_eq!(first(CONFIG, &[id, secret]), refusal);
    let half = r#"{"AUTH0_DOMAIN": "file.auth0.com", "AUTH0_CLIENT_ID": "file"}"#;
    assert_eq!(first(half, &[secret]), refusal);
    let own = ("AUTH0_DOMAIN", "file.auth0.com");
    assert_eq!(first(half, &[secret, own]), "tenant: file.auth0.com (AUTH0_DOMAIN)");
}

#[test]
fn hooksync_yaml_does_not_redirect_them() {
    let staging = EnvironmentConfig {
        name: "staging".to_owned(),
        domain: Some("staging.auth0.com".to_owned()),
        keywords: Default::default(),
        allow_delete: None,
        allow_delete_actions: None,
    };
    let config = Config { environments: vec![staging], ..Config::default() };
    let args = ProjectArgs { env: vec!["staging".to_owned()], ..Default::default() };
    let shown = shown(&with(CONFIG, config), &[], &args);
    assert!(shown.contains("but AUTH0_DOMAIN in config.json is `file.auth0.com`"), "{shown}");
}

#[test]
fn its_keywords_are_the_weakest() {
    let settings = |variables: &[(&str, &str)]| {
        let environment = Environment::of(variables.iter().copied());
        let file = with(CONFIG, Config::default());
        project(&ProjectArgs::default(), &environment, &file).unwrap().remove(0)
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("hooks")).unwrap();
    std::fs::write(
        folder.path().join("hooks/a.json"),
        r#"{"name": "a", "script": "./a.js", "triggerId": "send-phone-message"}"#,
    )
    .unwrap();
    std::fs::write(folder.path().join("hooks/a.js"), "##A## ##B##").unwrap();
    let script = |settings: ProjectSettings| {
        let ProjectSettings { keywords, allow_unresolved, .. } = settings;
        let options = crate::source::LoadOptions { keywords, allow_unresolved };
        let loaded = crate::source::load(folder.path(), &options);
        loaded.desired.definitions[0].script.as_str().to_owned()
    };
    assert_eq!(script(settings(&[])), "file file");
    let own = ("AUTH0_KEYWORD_REPLACE_MAPPINGS", r#"{"A":"own"}"#);
    assert_eq!(script(settings(&[own])), "own file");
}
