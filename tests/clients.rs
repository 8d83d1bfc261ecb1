//! Other clients of the Management API against the local tenant, over TLS.
//!
//! `tests/clients/run` installs them and runs this with `HOOKSYNC_CLIENTS` set
//! to where they are; then whatever is missing is a failure. Without it there
//! is nothing to check and the tests say yes.

// Helpers outside of `#[test]` functions panic as the tests do.
#![allow(clippy::unwrap_used)]

#[path = "clients/round_trips.rs"]
mod round_trips;

use std::path::{Path, PathBuf};
use std::process::Command;

use hooksync::tenant::{Entry, Limit, Limits, Options, Rate, Running, start};
use secrecy::ExposeSecret;

/// Where the clients are installed, if anybody asked for them.
fn installed() -> Option<PathBuf> {
    std::env::var_os("HOOKSYNC_CLIENTS").map(PathBuf::from)
}

/// A tenant with TLS that makes nobody wait, and its authority's certificate.
async fn tenant(folder: &Path) -> Running {
    let ca_file = Some(folder.join("ca.pem"));
    start(Options { tls: true, ca_file, limits: unlimited(), ..Options::default() }).await.unwrap()
}

fn unlimited() -> Limits {
    let api = Limit::new(1000, Rate::per_second(1000));
    Limits { api, token: api, ..Limits::default() }
}

/// Runs a check with nothing in its environment but what it needs.
async fn run(tenant: &Running, program: &Path, script: &Path) {
    let ca_file = tenant.ca_file().unwrap().to_owned();
    let mut command = Command::new(program);
    command
        .arg(script)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", std::env::var_os("HOME").unwrap_or_default())
        .env("AUTH0_DOMAIN", tenant.host())
        .env("AUTH0_CLIENT_ID", tenant.client_id())
        .env("AUTH0_CLIENT_SECRET", tenant.client_secret().expose_secret())
        .env("NODE_EXTRA_CA_CERTS", &ca_file)
        .env("SSL_CERT_FILE", &ca_file);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{}: {}\n{}\n{}\nrequests:\n{}",
        script.display(),
        output.status,
        said(&output.stdout),
        said(&output.stderr),
        tenant.requests().iter().map(Entry::to_line).collect::<Vec<_>>().join("\n"),
    );
}

/// `METHOD PATH KEYS STATUS` of every request that wasn't a read.
fn writes(tenant: &Running) -> Vec<String> {
    let id = |path: &str| {
        let parts: Vec<&str> = path.trim_start_matches("/api/v2").split('/').collect();
        let is_id = |part: &str| matches!(part.len(), 26 | 36);
        parts.iter().map(|part| if is_id(part) { "ID" } else { part }).collect::<Vec<_>>().join("/")
    };
    let line = |entry: &Entry| {
        let status = entry.status.unwrap_or_default();
        format!("{} {} {} {status}", entry.method, id(&entry.path), entry.keys.join(","))
    };
    let requests = tenant.requests();
    requests.iter().filter(|entry| entry.method != "GET").map(line).collect()
}

/// Runs a package's check; what it wrote, if there was anything to run.
async fn check_node(package: &str) -> Option<Vec<String>> {
    let clients = installed()?;
    let folder = tempfile::tempdir().unwrap();
    let tenant = tenant(folder.path()).await;
    run(&tenant, Path::new("node"), &clients.join(package).join("check.mjs")).await;
    assert_eq!(tenant.state().hooks.len(), if package == "node-v5" { 24 } else { 0 });
    Some(writes(&tenant))
}

#[tokio::test]
async fn node_auth0_v4() {
    let Some(writes) = check_node("node-v4").await else { return };
    let expected = [
        "POST /oauth/token client_id,audience,client_secret,grant_type 200",
        "POST /hooks name,script,triggerId,dependencies 201",
        "PATCH /hooks/ID enabled,script 200",
        "POST /hooks/ID/secrets ONE,TWO 201",
        "PATCH /hooks/ID/secrets ONE 201",
        "DELETE /hooks/ID/secrets TWO 204",
        "POST /hooks name,script,triggerId 409",
        "PATCH /hooks/ID triggerId 400",
        "DELETE /hooks/ID  204",
    ];
    assert_eq!(writes, expected);
}

#[tokio::test]
async fn node_auth0_v5() {
    check_node("node-v5").await;
}

#[tokio::test]
async fn python_auth0() {
    let Some(clients) = installed() else { return };
    let folder = tempfile::tempdir().unwrap();
    let tenant = tenant(folder.path()).await;
    let python = clients.join("python/venv/bin/python");
    run(&tenant, &python, &clients.join("python/check.py")).await;
    assert_eq!(tenant.state().hooks.len(), 12);
}

#[tokio::test]
async fn deploy_cli() {
    let Some(mut writes) = check_node("deploy-cli").await else { return };
    writes.retain(|line| !line.contains("/oauth/token"));
    let expected = [
        "POST /hooks name,triggerId,script,enabled,dependencies 201",
        "POST /hooks/ID/secrets KEY,OTHER 201",
        "DELETE /hooks/ID  204",
    ];
    assert_eq!(writes, expected);
}

/// Runs a client's check of Actions; what it wrote, if there was anything to
/// run.
async fn check_actions(program: &str, script: &str) -> Option<(Running, Vec<String>)> {
    let clients = installed()?;
    let folder = tempfile::tempdir().unwrap();
    let tenant = tenant(folder.path()).await;
    // With a path of its own it is one of those that were installed.
    let own = clients.join(program);
    let program = if own.exists() { own } else { PathBuf::from(program) };
    run(&tenant, &program, &clients.join(script)).await;
    let mut writes = writes(&tenant);
    writes.retain(|line| !line.contains("/oauth/token"));
    Some((tenant, writes))
}

#[tokio::test]
async fn node_auth0_v4_with_actions() {
    let Some((tenant, writes)) = check_actions("node", "node-v4/actions.mjs").await else { return };
    let expected = [
        "POST /actions/actions name,supported_triggers,code,secrets 201",
        "POST /actions/actions/ID/deploy  200",
        "POST /actions/actions/ID/versions/ID/deploy  200",
        "PATCH /actions/actions/ID name 200",
        "PATCH /actions/triggers/post-login/bindings bindings 200",
        "DELETE /actions/actions/ID  409",
        "POST /actions/actions/ID/test payload 200",
        "DELETE /actions/actions/ID  204",
    ];
    assert_eq!(writes, expected);
    assert!(tenant.state().actions.is_empty());
}

#[tokio::test]
async fn node_auth0_v5_with_actions() {
    let Some((tenant, _)) = check_actions("node", "node-v5/actions.mjs").await else { return };
    let state = tenant.state();
    assert_eq!((state.actions.len(), state.bindings.len(), state.modules.len()), (30, 0, 0));
}

#[tokio::test]
async fn python_auth0_with_actions() {
    let python = "python/venv/bin/python";
    let Some((tenant, _)) = check_actions(python, "python/actions.py").await else { return };
    let state = tenant.state();
    assert_eq!((state.actions.len(), state.bindings.len()), (25, 0));
}

#[tokio::test]
async fn deploy_cli_with_actions() {
    let script = "deploy-cli/actions.mjs";
    let Some((tenant, mut writes)) = check_actions("node", script).await else { return };
    // It tries to deploy until the draft is built.
    writes.retain(|line| !line.ends_with("/deploy  400"));
    let all = "name,code,runtime,dependencies,secrets,supported_triggers";
    let expected = [
        format!("POST /actions/actions {all} 201"),
        "POST /actions/actions/ID/deploy  200".to_owned(),
        "PATCH /actions/triggers/post-login/bindings bindings 200".to_owned(),
        // The same files again: everything is written again.
        format!("PATCH /actions/actions/ID {all} 200"),
        "POST /actions/actions/ID/deploy  200".to_owned(),
        "PATCH /actions/triggers/post-login/bindings bindings 200".to_owned(),
        "DELETE /actions/actions/ID  204".to_owned(),
    ];
    assert_eq!(writes, expected);
    assert!(tenant.state().actions.is_empty());
}
