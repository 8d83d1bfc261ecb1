//! A person on a terminal: what is asked, and what an answer does.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use hooksync::tenant::Running;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use secrecy::ExposeSecret;

use crate::support::{Project, hook, script, tenant_with, writes};

const SIGN_UP: &str = "pre-user-registration";

/// What stood on the terminal in the end, and the exit code. A question is
/// answered as soon as it stands there; without one nothing is typed.
fn on_terminal(mut command: Command, answer: &str) -> (String, i32) {
    let mut terminal = File::from(openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap());
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
    let end = || Stdio::from(File::options().read(true).write(true).open(&name).unwrap());
    command.stdin(end()).stdout(end()).stderr(end());
    let mut child = command.spawn().unwrap();
    // its ends of the terminal close with it, and not with this
    drop(command);
    let (mut shown, mut part, mut answered) = (Vec::new(), [0; 4096], false);
    // a terminal without another end gives an error on Linux, nothing elsewhere
    while let Ok(read @ 1..) = terminal.read(&mut part) {
        shown.extend_from_slice(&part[..read]);
        if !answered && String::from_utf8_lossy(&shown).contains("[y/N]") {
            terminal.write_all(answer.as_bytes()).unwrap();
            answered = true;
        }
    }
    let text = String::from_utf8(shown).unwrap().replace("\r\n", "\n");
    assert!(!text.contains("internal error in hooksync") && !text.contains("panicked"), "{text}");
    (text, child.wait().unwrap().code().expect("no signal ends it"))
}

/// `apply` with these arguments and an answer, on the tenants of environments.
fn apply(
    project: &Project,
    tenants: &[(&str, &Running)],
    args: &[&str],
    answer: &str,
) -> (String, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hooksync"));
    command.arg("apply").args(args).env_clear().current_dir(project.path(""));
    for (suffix, tenant) in tenants {
        command
            .env(format!("AUTH0_DOMAIN{suffix}"), tenant.url())
            .env(format!("AUTH0_CLIENT_ID{suffix}"), tenant.client_id())
            .env(format!("AUTH0_CLIENT_SECRET{suffix}"), tenant.client_secret().expose_secret());
    }
    on_terminal(command, answer)
}

/// One hook, which is written as it would be found.
fn project() -> Project {
    Project::with(&[
        ("hooks/h-0.yaml", "name: h-0\ntriggerId: pre-user-registration\n"),
        ("hooks/h-0.js", &script(SIGN_UP, "")),
    ])
}

fn host(tenant: &Running) -> String {
    tenant.url().trim_start_matches("http://").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_counts_and_only_a_yes_writes() {
    let tenant = tenant_with(Vec::new()).await;
    let (project, on) = (project(), [("", &tenant)]);
    let question = format!("\n\nCreate 1, change 0, delete 0 on {}? [y/N] ", host(&tenant));
    for no in ["n\n", "\n", "yes please\n", "\u{4}"] {
        let (shown, code) = apply(&project, &on, &[], no);
        assert!(shown.contains(&question), "{shown}");
        assert!(shown.ends_with("Cancelled. Nothing was written.\n"), "{no:?}: {shown}");
        assert_eq!(code, 1, "{shown}");
    }
    assert_eq!(writes(&tenant), [""; 0]);
    let (shown, code) = apply(&project, &on, &[], "Yes\n");
    assert!(shown.contains(&question), "{shown}");
    assert_eq!((code, tenant.state().hooks.len()), (0, 1), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_change_nothing_is_asked() {
    let tenant = tenant_with(vec![hook(0, "h-0", SIGN_UP)]).await;
    let project = project();
    project.on(&tenant, &["export", "--force"]).expect(0);
    let (shown, code) = apply(&project, &[("", &tenant)], &[], "n\n");
    assert!(shown.contains("No changes.") && !shown.contains("[y/N]"), "{shown}");
    assert_eq!(code, 0, "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_names_the_tenants_that_are_written_to() {
    let (empty, full) = (tenant_with(Vec::new()).await, tenant_with(Vec::new()).await);
    let project = project();
    project.on(&full, &["apply", "--yes"]).expect(0);
    let domains =
        format!("  empty: {{domain: {}}}\n  full: {{domain: {}}}\n", empty.url(), full.url());
    project.write("hooksync.yaml", format!("hooks: hooks\nenvironments:\n{domains}"));
    let on = [("_EMPTY", &empty), ("_FULL", &full)];
    let (shown, code) = apply(&project, &on, &["--all-envs"], "n\n");
    let question = format!("\n\nCreate 1, change 0, delete 0 on {}? [y/N] ", host(&empty));
    assert!(shown.contains(&question), "{shown}");
    assert_eq!(code, 1, "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_alone_are_asked_about_by_name() {
    let tenant = tenant_with(Vec::new()).await;
    let project = project();
    project
        .write("hooks/h-0.yaml", "name: h-0\ntriggerId: pre-user-registration\nsecrets: {K: v}\n");
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    let (shown, code) = apply(&project, &[("", &tenant)], &[], "n\n");
    let question = format!("\n\nSend the secrets to {} again? [y/N] ", host(&tenant));
    assert!(shown.contains(&question), "{shown}");
    assert_eq!(code, 1, "{shown}");
}
