//! Ways to a tenant, and the many in which there is none.

use std::io::{Read, Write};
use std::net::TcpListener;

use hooksync::tenant::Options;
use secrecy::ExposeSecret;

use crate::support::{Project, hook, run, script, steady, tenant, tenant_with};

const SIGN_UP: &str = "pre-user-registration";

fn project() -> Project {
    Project::with(&[
        ("hooks/a.yaml", "name: a\ntriggerId: pre-user-registration\n"),
        ("hooks/a.js", &script(SIGN_UP, "")),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn https_is_trusted_through_ssl_cert_file() {
    let project = project();
    let ca = project.path("ca.pem");
    let options = Options { tls: true, ca_file: Some(ca.clone()), ..Options::default() };
    let tenant = tenant(options, vec![hook(1, "a", SIGN_UP)]).await;
    let args = ["plan", "--detailed-exitcode"];
    let mut command = project.command_on(&tenant, &args);
    command.env("SSL_CERT_FILE", &ca);
    run(command, &args).expect(0);
    let distrusted = project.on(&tenant, &args);
    assert_eq!(distrusted.code, 1, "{distrusted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_taken_without_its_newline() {
    let tenant = tenant_with(vec![hook(1, "a", SIGN_UP)]).await;
    let project = project();
    let plan = |token: String| {
        let args = ["plan", "--detailed-exitcode"];
        let mut command = project.command(&args);
        command.env("AUTH0_DOMAIN", tenant.url() + "\n").env("AUTH0_ACCESS_TOKEN", token);
        run(command, &args)
    };
    let token = tenant.access_token().expose_secret().to_owned();
    plan(format!("{token}\n")).expect(0);
    let wrong = plan(token.replacen('.', " ", 1)).expect(1);
    assert!(wrong.stderr.contains("AUTH0_ACCESS_TOKEN contains spaces"), "{wrong}");
}

/// Answers every request with a page for people.
fn website() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let page = "<!DOCTYPE html><title>Sign in</title>";
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\
                 content-length: {}\r\n\r\n{page}",
                page.len()
            );
        }
    });
    format!("http://{address}")
}

#[test]
fn what_keeps_from_a_tenant_is_told_and_nothing_is_written() {
    let project = project();
    let before = project.files();
    let site = website();
    let nobody = "http://127.0.0.1:1".to_owned();
    let mut reported = String::new();
    for (why, variables) in [
        ("nothing set", vec![]),
        ("no credentials", vec![("AUTH0_DOMAIN", nobody.as_str())]),
        ("half of them", vec![("AUTH0_DOMAIN", &nobody), ("AUTH0_CLIENT_ID", "x")]),
        (
            "a wrong domain",
            vec![("AUTH0_DOMAIN", "http://acme.auth0.com"), ("AUTH0_ACCESS_TOKEN", "x")],
        ),
        ("nobody there", vec![("AUTH0_DOMAIN", &nobody), ("AUTH0_ACCESS_TOKEN", "x")]),
        ("a website", vec![("AUTH0_DOMAIN", &site), ("AUTH0_ACCESS_TOKEN", "x")]),
    ] {
        for args in [["plan"].as_slice(), &["export"], &["apply", "--yes"]] {
            let mut command = project.command(args);
            command.envs(variables.clone());
            let run = run(command, args).expect(1);
            if args == ["plan"] {
                reported.push_str(&format!("# {why}\n{run}\n"));
            }
        }
    }
    assert!(project.files() == before);
    let _steady = steady();
    insta::assert_snapshot!("no_tenant", reported);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_told() {
    let tenant = tenant_with(Vec::new()).await;
    let project = project();
    let args = ["plan"];
    let mut command = project.command_on(&tenant, &args);
    command.env("AUTH0_CLIENT_SECRET", "canary");
    let wrong = run(command, &args).expect(1);
    assert!(wrong.stderr.contains("AUTH0_CLIENT_SECRET"), "{wrong}");
    assert!(!wrong.stderr.contains("canary"), "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_environment_out_of_reach_does_not_hide_the_others() {
    let tenant = tenant_with(Vec::new()).await;
    let project = project();
    let environments = format!(
        "environments:\n  dead:\n    domain: http://127.0.0.1:1\n  dev:\n    domain: {}\n",
        tenant.url()
    );
    project.write("hooksync.yaml", &environments);
    let on = |args: &[&str]| {
        let mut command = project.command_on(&tenant, args);
        command.env("AUTH0_DOMAIN_DEAD", "http://127.0.0.1:1");
        run(command, args)
    };
    let text = on(&["plan", "--all-envs"]).expect(1);
    assert!(text.stdout.contains("No plan: nothing answers"), "{text}");
    assert!(text.stdout.contains("dead  No plan.\ndev   Plan: "), "{text}");
    assert!(text.stderr.contains("error: dead: nothing answers"), "{text}");
    let markdown = on(&["plan", "--all-envs", "--format", "markdown"]).expect(1);
    assert!(markdown.stdout.contains("| `dead` | | **no plan**: nothing answers"), "{markdown}");
    let json = on(&["plan", "--all-envs", "--format", "json", "--out", "plan.json"]).expect(1);
    assert_eq!(json.json().as_array().map(Vec::len), Some(1), "{json}");
    assert!(!project.path("plan.json").exists(), "half a plan is none to apply");
    // an apply is for all of them or none
    let apply = on(&["apply", "--all-envs", "--yes"]).expect(1);
    assert!(apply.stderr.contains("error: dead: nothing answers"), "{apply}");
    assert!(tenant.state().hooks.is_empty());
}
