//! `doctor` on tenants with one thing wrong each: what is found, and the next
//! step.

use hooksync::tenant::{self, Behaviour, Limits, Mode, Options};

use crate::support::{Project, run, steady};

/// The checks of `doctor` on such a tenant, with other variables.
async fn checks(options: Options, variables: &[(&str, &str)], code: i32) -> String {
    let tenant = tenant::start(options).await.unwrap();
    let project = Project::new();
    let args = ["doctor"];
    let mut command = project.command_on(&tenant, &args);
    command.envs(variables.iter().copied());
    let ran = run(command, &args).expect(code);
    let (_, checks) = ran.stdout.split_once("Checks\n").expect("checks");
    checks.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_found_and_has_a_next_step() {
    let with = |mode| Options {
        behaviour: Behaviour { mode, ..Behaviour::default() },
        ..Options::default()
    };
    let scopes = |scopes: &[&str]| Options {
        scopes: scopes.iter().map(ToString::to_string).collect(),
        ..Options::default()
    };
    let opaque =
        [("AUTH0_CLIENT_ID", ""), ("AUTH0_CLIENT_SECRET", ""), ("AUTH0_ACCESS_TOKEN", "x")];
    let skewed =
        Options { limits: Limits { clock_skew_s: 120, ..Limits::default() }, ..Options::default() };
    let mut reported = String::new();
    for (what, options, variables, code) in [
        ("nothing wrong", Options::default(), &[][..], 0),
        ("nobody there", Options::default(), &[("AUTH0_DOMAIN", "http://127.0.0.1:1")], 1),
        ("wrong secret", Options::default(), &[("AUTH0_CLIENT_SECRET", "canary")], 1),
        ("no JWT", Options::default(), &opaque, 1),
        ("soon over", Options { token_lifetime: 300, ..Options::default() }, &[], 0),
        ("reads only", scopes(&["read:hooks"]), &[], 0),
        ("can't read", scopes(&["update:hooks"]), &[], 1),
        ("other clock", skewed, &[], 0),
        ("refused", with(Mode::NotAllowed), &[], 1),
        ("removed", with(Mode::Removed), &[], 1),
    ] {
        reported.push_str(&format!("# {what}\n{}\n", checks(options, variables, code).await));
    }
    assert!(!reported.contains("canary"), "{reported}");
    let _steady = steady();
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\d+ ms", "[time] ms");
    settings.add_filter(r"\d+ of them left", "[some] of them left");
    settings.bind(|| insta::assert_snapshot!("faults", reported));
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_are_looked_at_where_they_are_in_play() {
    let check = async |scopes: &[&str], mode, code| {
        let options = Options {
            scopes: scopes.iter().map(ToString::to_string).collect(),
            behaviour: Behaviour { mode, ..Behaviour::default() },
            ..Options::default()
        };
        let tenant = tenant::start(options).await.unwrap();
        let project = Project::new();
        project.write("actions/a.yaml", "name: a\ntriggerId: post-login\n");
        project.write("actions/a.js", "exports.onExecutePostLogin = async () => {};\n");
        let args = ["doctor", "actions"];
        run(project.command_on(&tenant, &args), &args).expect(code).stdout
    };
    // Hooks are not in play: their end and their scopes are no question.
    let all = ["read:actions", "create:actions", "update:actions", "delete:actions"];
    let reported = check(&all, Mode::Removed, 0).await;
    assert!(reported.contains("ok       actions        0 can be read"), "{reported}");
    assert!(!reported.contains("hooks"), "{reported}");
    let reported = check(&["read:actions", "update:actions"], Mode::Legacy, 0).await;
    let missing = "create:actions (for new actions, every deploy, rollback)";
    assert!(reported.contains(missing) && reported.contains("delete:actions"), "{reported}");
    let reported = check(&["read:hooks"], Mode::Legacy, 1).await;
    assert!(
        reported.contains("error    actions        the access token lacks the scope"),
        "{reported}"
    );
}
