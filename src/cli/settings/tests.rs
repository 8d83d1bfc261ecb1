//! Precedence, one setting at a time.

use std::collections::BTreeMap;

use super::*;
use crate::cli::Exit;
use crate::cli::args::values::Keyword;
use crate::cli::args::{ConnectionArgs, ProjectArgs};
use crate::source::config::{Config, EnvironmentConfig};

const TOKEN: (&str, &str) = ("AUTH0_ACCESS_TOKEN", "canary");
const EU_LIVE: (&str, &str) = ("AUTH0_DOMAIN_EU_LIVE", "live.auth0.com");
const STAGING: (&str, &str) = ("AUTH0_DOMAIN_STAGING", "staging.auth0.com");

fn file() -> ConfigFile {
    let environment = |name: &str, domain: &str, allow_delete| EnvironmentConfig {
        name: name.to_owned(),
        domain: Some(domain.to_owned()),
        keywords: BTreeMap::new(),
        allow_delete,
        allow_delete_actions: None,
    };
    ConfigFile {
        path: PathBuf::from("hooksync.yaml"),
        config: Config {
            allow_delete: Some(true),
            environments: vec![
                environment("eu-live", "live.auth0.com", Some(false)),
                environment("staging", "staging.auth0.com", None),
            ],
            ..Config::default()
        },
        deploy: None,
    }
}

fn env(names: &[&str]) -> ProjectArgs {
    ProjectArgs { env: names.iter().map(|name| (*name).to_owned()).collect(), ..Default::default() }
}

fn domain(names: &[&str], flag: Option<&str>, variables: &[(&str, &str)]) -> String {
    let connection = ConnectionArgs { domain: flag.map(str::to_owned), ..Default::default() };
    let environment = Environment::of(variables.iter().copied().chain([TOKEN]));
    match tenant(&env(names), &connection, None, &environment, &file()) {
        Err(error) => error.render(),
        Ok(all) => all
            .into_iter()
            .map(|settings| match settings.target {
                Target::Remote(remote) => {
                    format!("{} by {}", remote.domain.value, remote.domain.origin)
                }
                Target::Local { state } => format!("local {}", state.display()),
            })
            .collect::<Vec<_>>()
            .join("; "),
    }
}

#[test]
fn an_environment_chosen_by_name_is_not_taken_over() {
    let general = ("AUTH0_DOMAIN", "other.auth0.com");
    assert_eq!(domain(&[], None, &[general]), "other.auth0.com by AUTH0_DOMAIN");
    assert_eq!(domain(&[], Some("flag.auth0.com"), &[general]), "flag.auth0.com by --domain");
    assert_eq!(
        domain(&["staging"], None, &[("AUTH0_DOMAIN", "staging.auth0.com")]),
        "staging.auth0.com by environments.staging.domain in hooksync.yaml"
    );
    assert!(domain(&["staging"], None, &[general]).starts_with("error: environments.staging"));
    assert_eq!(
        domain(&["staging"], None, &[general, STAGING]),
        "staging.auth0.com by AUTH0_DOMAIN_STAGING"
    );
    assert_eq!(domain(&["staging"], Some("f.auth0.com"), &[STAGING]), "f.auth0.com by --domain");
    assert_eq!(
        domain(&["staging", "eu-live", "staging"], None, &[STAGING, EU_LIVE]),
        "staging.auth0.com by AUTH0_DOMAIN_STAGING; live.auth0.com by AUTH0_DOMAIN_EU_LIVE"
    );
}

#[test]
fn wrong_choices_name_what_there_is() {
    assert_eq!(
        domain(&["prod"], None, &[]),
        "error: unknown environment: prod\n  hint: hooksync.yaml has eu-live, staging"
    );
    assert_eq!(
        domain(&["staging", "eu-live"], Some("f.auth0.com"), &[]),
        "error: --domain names one tenant, and 2 environments are chosen\n  hint: choose one with --env"
    );
    assert_eq!(
        domain(&[], None, &[]),
        "error: no tenant: AUTH0_DOMAIN is not set\n  \
         hint: set it, or choose with --env: eu-live, staging"
    );
}

#[test]
fn everything_that_is_missing_is_told_at_once() {
    let settings = tenant(
        &ProjectArgs::default(),
        &ConnectionArgs::default(),
        None,
        &Environment::of([("AUTH0_ALLOW_DELETE", "maybe")]),
        &ConfigFile::default(),
    );
    let error = settings.unwrap_err();
    assert_eq!(error.exit, Exit::Error);
    insta::assert_snapshot!(error.render(), @r"
    error: no tenant: AUTH0_DOMAIN is not set
      hint: set it to the tenant's domain, such as acme.eu.auth0.com, or try --local
    error: no credentials for the tenant
      hint: set AUTH0_ACCESS_TOKEN, or AUTH0_CLIENT_ID with AUTH0_CLIENT_SECRET or with AUTH0_CLIENT_SIGNING_KEY_PATH; or try --local, which needs none
    error: AUTH0_ALLOW_DELETE must be true or false
    ");
}

#[test]
fn a_wrong_domain_is_the_fault_of_whoever_said_it() {
    let exit = |flag: Option<&str>, variables: &[(&str, &str)]| {
        let connection = ConnectionArgs { domain: flag.map(str::to_owned), ..Default::default() };
        let environment = Environment::of(variables.iter().copied().chain([TOKEN]));
        let found = tenant(&env(&[]), &connection, None, &environment, &ConfigFile::default());
        found.unwrap_err().exit
    };
    assert_eq!(exit(Some("http://acme.auth0.com"), &[]), Exit::Usage);
    assert_eq!(exit(None, &[("AUTH0_DOMAIN", "http://acme.auth0.com")]), Exit::Error);
}

fn credentials(variables: &[(&str, &str)]) -> String {
    let environment = Environment::of(variables.iter().copied());
    let variables = Variables { environment: &environment, suffix: Some("STAGING"), deploy: None };
    match super::credentials::read(variables) {
        Ok(found) => {
            assert!(!format!("{found:?}").contains("canary"), "{found:?}");
            format!(
                "{} by {}",
                super::credentials::describe(&found.credentials.value),
                found.credentials.origin
            )
        }
        Err(error) => error.faults[0].message.clone(),
    }
}

#[test]
fn credentials_are_a_token_else_an_application() {
    let (id, secret) = (("AUTH0_CLIENT_ID", "abc"), ("AUTH0_CLIENT_SECRET", "canary"));
    let key = ("AUTH0_CLIENT_SIGNING_KEY_PATH", "no-such.pem");
    let algorithm = ("AUTH0_CLIENT_SIGNING_ALGORITHM", "HS256");
    let check = |variables: &[(&str, &str)], expected: &str| {
        let found = credentials(variables);
        assert!(found.starts_with(expected), "{found}");
    };
    check(&[TOKEN, id, secret], "an access token by AUTH0_ACCESS_TOKEN");
    check(&[id, secret, key], "client abc with its secret by AUTH0_CLIENT_SECRET");
    check(
        &[id, secret, ("AUTH0_CLIENT_SECRET_STAGING", "canary")],
        "client abc with its secret by AUTH0_CLIENT_SECRET_STAGING",
    );
    check(&[id, key], "AUTH0_CLIENT_SIGNING_KEY_PATH: failed to open file `no-such.pem`");
    check(&[id, key, algorithm], "AUTH0_CLIENT_SIGNING_ALGORITHM: the signing algorithm must be");
    check(&[id], "AUTH0_CLIENT_ID is set, but neither AUTH0_CLIENT_SECRET nor");
    check(&[secret], "AUTH0_CLIENT_SECRET is set, but AUTH0_CLIENT_ID is not");
    check(&[("AUTH0_ACCESS_TOKEN", "")], "no credentials for the tenant");
}

#[test]
fn a_file_that_is_no_key_is_named_and_not_shown() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "canary").unwrap();
    let path = file.path().to_str().unwrap();
    let found = credentials(&[("AUTH0_CLIENT_ID", "abc"), ("AUTH0_CLIENT_SIGNING_KEY_PATH", path)]);
    assert!(found.contains(path) && found.contains("not a private key in PEM form"), "{found}");
    assert!(!found.contains("canary"), "{found}");
}

#[test]
fn deletes_are_allowed_by_flag_variable_environment_file() {
    let check = |flag, variables: &[(&str, &str)], name: &[&str], expected: (bool, &str)| {
        let environment =
            Environment::of(variables.iter().copied().chain([TOKEN, EU_LIVE, STAGING]));
        let settings =
            tenant(&env(name), &ConnectionArgs::default(), flag, &environment, &file()).unwrap();
        let Setting { value, origin } = settings[0].allow_delete.clone();
        assert_eq!((value, origin.to_string().as_str()), expected);
    };
    let variable = ("AUTH0_ALLOW_DELETE", "TRUE");
    check(Some(false), &[variable], &["eu-live"], (false, "--allow-delete"));
    check(None, &[variable], &["eu-live"], (true, "AUTH0_ALLOW_DELETE"));
    check(None, &[], &["eu-live"], (false, "environments.eu-live.allowDelete in hooksync.yaml"));
    check(None, &[], &["staging"], (true, "allowDelete in hooksync.yaml"));
}

#[test]
fn settings_never_show_a_keywords_value() {
    let args = ProjectArgs {
        keyword: vec![Keyword { key: "PLACE".into(), value: "canary".into() }],
        ..env(&["staging"])
    };
    let environment = Environment::of([
        ("AUTH0_KEYWORD_REPLACE_MAPPINGS", r#"{"PLACE": ["canary"]}"#),
        ("HOME", "/canary"),
    ]);
    let settings = project(&args, &environment, &file()).unwrap();
    assert!(!format!("{args:?} {settings:?}").contains("canary"));
}

#[test]
fn wrong_mappings_are_told_without_their_content() {
    let environment = Environment::of([("AUTH0_KEYWORD_REPLACE_MAPPINGS", "{\"A\": canary}")]);
    let problems = project(&env(&[]), &environment, &ConfigFile::default()).unwrap_err();
    assert_eq!(
        problems.render(),
        "error: AUTH0_KEYWORD_REPLACE_MAPPINGS is not valid JSON (line 1, column 7)\n  \
         hint: it must be a JSON object, as in {\"ENV\":\"dev\",\"LIST\":[\"a\"]}"
    );
}

#[test]
fn the_folder_is_named_or_the_files_or_hooks() {
    let dir = |args: ProjectArgs, file: &ConfigFile| {
        let settings = project(&args, &Environment::default(), file).unwrap();
        let Setting { value, origin } = settings[0].dir.clone();
        format!("{} by {origin}", value.display())
    };
    let file = ConfigFile {
        path: PathBuf::from("demo/hooksync.yaml"),
        config: Config { hooks: Some("demo/auth0".into()), ..Config::default() },
        deploy: None,
    };
    let named = ProjectArgs { dir: Some("x".into()), ..Default::default() };
    assert_eq!(dir(named, &file), "x by DIR");
    assert_eq!(dir(env(&[]), &file), "demo/auth0 by hooks in demo/hooksync.yaml");
    assert_eq!(dir(env(&[]), &ConfigFile::default()), "hooks by default");
}

#[test]
fn a_survey_tells_what_is_wrong_beside_what_is_right() {
    let environment = Environment::of([("AUTH0_DOMAIN", "acme.auth0.com")]);
    let connection = ConnectionArgs { max_rps: Some(0.5), ..Default::default() };
    let survey = survey(&env(&[]), &connection, &environment, &ConfigFile::default()).unwrap();
    let lines: Vec<_> = survey[0]
        .entries
        .iter()
        .map(|entry| match &entry.found {
            Ok((shown, origin)) => format!("{}: {shown} ({origin})", entry.name),
            Err(error) => format!("{}: {}!", entry.name, error.faults[0].message),
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    definitions: hooks (default)
    tenant: acme.auth0.com (AUTH0_DOMAIN)
    credentials: no credentials for the tenant!
    audience: the tenant's Management API (default)
    allow delete: false (default)
    headroom: 20% (default)
    requests a second: 0.5 (--max-rps)
    in flight: as the tenant's answers allow (default)
    timeout: 15m (default)
    ");
}

#[test]
fn a_folder_behind_local_is_the_folder_of_definitions() {
    let folder = tempfile::tempdir().unwrap();
    let check = |dir: Option<&str>, local: PathBuf, expected: (PathBuf, PathBuf)| {
        let mut args = ProjectArgs { dir: dir.map(PathBuf::from), ..Default::default() };
        let mut connection = ConnectionArgs { local: Some(local), ..Default::default() };
        untangle(&mut args, &mut connection);
        let found = (args.dir.unwrap_or_default(), connection.local.unwrap_or_default());
        assert_eq!(found, expected);
    };
    let path = folder.path().to_owned();
    check(None, path.clone(), (path.clone(), ".hooksync/tenant.json".into()));
    check(None, "t.json".into(), (PathBuf::new(), "t.json".into()));
    check(Some("demo"), path.clone(), ("demo".into(), path));
}
