//! `hooksync test` and `hooksync run`: exit codes, formats, strict files.

use serde_json::Value;

use crate::support::Project;

const HOOK: &str = "name: deny\ntriggerId: pre-user-registration\n";
const SCRIPT: &str = "module.exports = function (user, context, cb) {\n  console.log('for', user.email, context.webtask.secrets.TOKEN);\n  if (user.email.endsWith('@bad.example')) {\n    return cb(new PreUserRegistrationError('no', 'Sorry'));\n  }\n  cb(null, { user });\n};\n";

fn project(tests: &str) -> Project {
    Project::with(&[
        ("hooks/deny.yaml", HOOK),
        ("hooks/deny.js", SCRIPT),
        ("hooks/deny.test.yaml", tests),
    ])
}

const GOOD: &str = "cases:\n  - name: others\n    expect: { effect: { outcome: ok } }\n  - name: bad\n    event: { user: { email: x@bad.example } }\n    expect: { effect: { outcome: denied, reason: no, userMessage: Sorry } }\n";

#[test]
fn cases_that_hold_pass() {
    let run = project(GOOD).run(&["test"]).expect(0);
    assert!(run.stdout.contains("2 cases passed"), "{run}");
}

#[test]
fn a_failing_case_shows_the_difference_and_the_line() {
    let project = project(&GOOD.replace("userMessage: Sorry", "userMessage: Bye"));
    let run = project.run(&["test"]).expect(1);
    for part in [
        "x bad",
        "+ userMessage: \"Sorry\"",
        "- userMessage: \"Bye\"",
        "at hooks/deny.js:4:",
        "1 of 2 cases failed",
    ] {
        let fits = run.stdout.contains(part);
        assert!(fits, "{part}: {run}");
    }
    let json: Value =
        serde_json::from_str(&project.run(&["test", "-o", "json"]).expect(1).stdout).unwrap();
    assert_eq!(json["summary"]["failed"], 1);
    assert_eq!(json["cases"][1]["script"]["line"], 4);
    let junit = project.run(&["test", "-o", "junit"]).expect(1).stdout;
    assert!(
        junit.contains("<testsuite name=\"hooks/deny.test.yaml\" tests=\"2\" failures=\"1\">"),
        "{junit}"
    );
    let github = project.run(&["test", "-o", "github"]).expect(1).stdout;
    assert!(github.starts_with("::error file=hooks/deny.test.yaml,line=4,"), "{github}");
    assert_eq!(project.run(&["test", "--filter", "others"]).expect(0).code, 0);
}

#[test]
fn test_files_are_read_strictly() {
    let check = |tests: &str, parts: &[&str]| {
        let run = project(tests).run(&["test"]).expect(1);
        for part in parts {
            assert!(run.stderr.contains(part), "{part}: {run}");
        }
    };
    check(&GOOD.replace("effect", "efect"), &["deny.test.yaml:3:15", "did you mean `effect`?"]);
    check(&GOOD.replace("denied", "refused"), &["`refused` is none of ok, denied, failed, error"]);
    check(&GOOD.replace("name: bad", "name: others"), &["two cases are called `others`"]);
    check("cases:\n  - name: x\n", &["a case needs `expect`"]);
    check("cases:\n  - name: x\n    expect: {}\n", &["HS131", "the case can't fail"]);
    check(
        "cases:\n  - name: x\n    http: [{ on: crm.example, reply: {} }]\n    expect: { answers: 1 }\n",
        &["`on` is a method and a URL"],
    );
    let stray = Project::with(&[
        ("hooks/deny.yaml", HOOK),
        ("hooks/deny.js", SCRIPT),
        ("hooks/other.test.yaml", GOOD),
    ]);
    let found = stray.run(&["test"]).expect(1).stderr;
    assert!(
        found.contains("HS130") && found.contains("no definition for this test file"),
        "{found}"
    );
}

#[test]
fn tests_are_no_definitions_and_none_are_no_error() {
    let project = project(GOOD);
    assert_eq!(project.run(&["validate"]).code, 0);
    std::fs::remove_file(project.path("hooks/deny.test.yaml")).unwrap();
    let run = project.run(&["test"]).expect(0);
    assert!(run.stdout.contains("There are no tests; 1 definition without a test."), "{run}");
}

#[test]
fn the_environment_reaches_no_test() {
    let project = project(GOOD);
    project.write("hooks/deny.js", SCRIPT.replace("'no'", "'##REASON##'"));
    project.write("hooksync.yaml", "keywordsFromEnv: [REASON]\n");
    let mut command = project.command(&["test"]);
    command.env("REASON", "no");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("REASON"));
    assert_eq!(project.run(&["test", "--keyword", "REASON=no"]).expect(0).code, 0);
}

#[test]
fn coverage_names_what_no_case_meets() {
    let one = "cases:\n  - name: others\n    expect: { effect: { outcome: ok } }\n";
    let project = project(one);
    let run = project.run(&["test", "--coverage", "--lcov", "out.info"]).expect(0);
    assert!(run.stdout.contains("line 3: `if` was never reached"), "{run}");
    let lcov = project.read("out.info");
    assert!(lcov.starts_with("TN:\nSF:hooks/deny.js\n") && lcov.contains("BRH:1\n"), "{lcov}");
}

#[test]
fn a_run_shows_everything_but_secrets() {
    let project = project(GOOD);
    let mut command = project.command(&["run", "deny", "--secret", "TOKEN", "--event", "e.json"]);
    project.write("e.json", "{\"user\":{\"email\":\"x@bad.example\"}}");
    let output = command.env("TOKEN", "canary-7").output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{shown}");
    assert!(shown.contains("deny: denied") && shown.contains("for x@bad.example ***"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
    assert!(
        project
            .run(&["run", "deny", "--secret", "TOKEN"])
            .expect(1)
            .stderr
            .contains("TOKEN is not set")
    );
    assert!(project.run(&["run", "dny"]).expect(1).stderr.contains("did you mean deny?"));
}

#[test]
fn a_name_may_have_its_kind_in_front() {
    let project = project(GOOD);
    project.write("actions/deny.yaml", "name: deny\ntriggerId: post-login\n");
    project.write("actions/deny.js", "exports.onExecutePostLogin = async () => {};\n");
    let run = project.run(&["run", "deny"]).expect(1);
    assert!(run.stderr.contains("write hook:deny or action:deny"), "{run}");
    let run = project.run(&["run", "hook:deny"]).expect(0);
    assert!(run.stdout.contains("for ada@example.com"), "{run}");
    let run = project.run(&["run", "action:deny"]).expect(0);
    assert!(!run.stdout.contains("for "), "{run}");
    assert!(project.run(&["run", "hook:Deny"]).expect(0).stdout.contains("deny: ok"));
    let run = project.run(&["test", "--filter", "hook:deny"]).expect(0);
    assert!(run.stdout.contains("2 cases passed"), "{run}");
    let run = project.run(&["test", "--filter", "action:deny"]).expect(0);
    assert!(run.stdout.contains("There are no tests"), "{run}");
    std::fs::remove_file(project.path("actions/deny.yaml")).unwrap();
    let run = project.run(&["run", "action:deny"]).expect(1);
    assert!(run.stderr.contains("did you mean hook:deny?"), "{run}");
}

#[test]
fn an_outcome_becomes_a_case_that_holds() {
    let project = project(GOOD);
    project.write("e.yaml", "user: { email: y@bad.example }\n");
    project.run(&["run", "deny", "--event", "e.yaml", "--record", "another: \"one\""]).expect(0);
    let run = project.run(&["test"]).expect(0);
    assert!(
        run.stdout.contains("3 cases passed"),
        "{run}\n{}",
        project.read("hooks/deny.test.yaml")
    );
}

#[test]
fn markers_of_tests_are_replaced_by_keywords_and_never_by_the_environment() {
    let hook = ("hooks/deny.yaml", HOOK);
    let script = SCRIPT.replace("@bad.example", "@##BAD##");
    let tests = GOOD.replace("x@bad.example", "x@##BAD##");
    let with = |settings: &str, tests: &str| {
        Project::with(&[
            hook,
            ("hooks/deny.js", &script),
            ("hooks/deny.test.yaml", tests),
            ("hooksync.yaml", settings),
        ])
    };
    let settings = "keywords: { BAD: bad.example }\nkeywordsFromEnv: [OTHER]\n";
    with(settings, &tests).run(&["test"]).expect(0);
    let args = ["test", "--keyword", "BAD=worse.example"];
    with("{}\n", &tests).run(&args).expect(0);
    // a file's own go before those of the project, and are for its tests alone
    let own = format!("keywords: {{ BAD: worse.example }}\n{tests}");
    let run = with(settings, &own).run(&["test"]).expect(1);
    assert!(run.stdout.contains("x bad"), "{run}");
    // the environment never answers
    let project = with(settings, &tests.replace("##BAD##", "##OTHER##"));
    let mut command = project.command(&["test"]);
    let run = crate::support::run(
        {
            command.env("OTHER", "bad.example");
            command
        },
        &["test"],
    );
    let run = run.expect(1);
    assert!(run.stderr.contains("deny.test.yaml:5:"), "{run}");
    assert!(run.stderr.contains("OTHER") && !run.stderr.contains("bad.example"), "{run}");
}

/// A project and a folder with a program called `node` in it.
#[cfg(unix)]
fn with_node(script: &str) -> (Project, std::path::PathBuf) {
    use std::os::unix::fs::PermissionsExt as _;
    let project = project(GOOD);
    project.write("bin/node", script);
    let file = project.path("bin/node");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    (project, file.parent().unwrap().to_owned())
}

const ON_NODE: [&str; 4] = ["run", "deny", "--engine", "node"];

#[test]
fn node_is_refused_where_it_would_be_a_surprise() {
    let project = project(GOOD);
    let check = |args: &[&str], variables: &[(&str, &str)], exit: i32, part: &str| {
        let output = project.command(args).envs(variables.iter().copied()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{args:?}: {said}");
        assert!(said.contains(part), "{args:?}: {said}");
    };
    check(&ON_NODE, &[], 1, "no `node` in the absolute folders of PATH");
    check(&ON_NODE, &[("PATH", "")], 1, "no `node` in the");
    check(&ON_NODE, &[("CI", "true"), ("PATH", "/usr/bin")], 4, "--allow-unsandboxed allows it");
    check(&["run", "deny", "--allow-unsandboxed"], &[], 64, "goes with --engine node");
    check(&["run", "deny", "--engine", "node", "--record", "x"], &[], 64, "--record records");
    check(&["run", "deny", "--engine", "deno"], &[], 64, "invalid value");
    // no file chooses it
    project.write("hooksync.yaml", "hooks: ./hooks\nengine: node\n");
    check(&["run", "deny"], &[], 1, "engine");
}

#[cfg(unix)]
#[test]
fn node_gets_no_environment_and_is_never_found_in_a_relative_folder() {
    let script = "#!/bin/sh\n/usr/bin/env > \"$(dirname \"$0\")/env\"\n/bin/cat > /dev/null\necho 'Error: has canary-7' >&2\nexit 3\n";
    let (project, folder) = with_node(script);
    let run = |path: &str| {
        let output = project
            .command(&["run", "deny", "--engine", "node", "--secret", "TOKEN"])
            .env("PATH", path)
            .env("TOKEN", "canary-7")
            .env("AUTH0_CLIENT_SECRET", "canary-8")
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = run("bin:.:");
    assert!(code == Some(1) && said.contains("no `node` in the"), "{said}");
    let (code, said) = run(&format!("bin:{}", folder.display()));
    assert!(code == Some(1) && said.contains("ended without an outcome"), "{said}");
    assert!(said.contains("Not sandboxed") && said.contains("Error: has ***"), "{said}");
    let seen = project.read("bin/env");
    assert!(!seen.contains("canary") && !seen.contains("TOKEN"), "{seen}");
}

#[test]
fn node_gives_an_outcome_of_the_same_form() {
    let path = std::env::var("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let Some(_) = hooksync::sandbox::find_node(&folders) else { return };
    let project = project(GOOD);
    let run = |script: &str| {
        project.write("hooks/deny.js", script);
        let output = project
            .command(&["run", "deny", "--engine", "node", "--secret", "TOKEN", "-o", "json"])
            .env("PATH", &path)
            .env("TOKEN", "canary-7")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.starts_with("Not sandboxed: /"), "{said}");
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(!shown.contains("canary"), "{shown}");
        serde_json::from_str::<Value>(&shown).unwrap()
    };
    let on_node = run(SCRIPT);
    let output = project
        .command(&["run", "deny", "--secret", "TOKEN", "-o", "json"])
        .env("TOKEN", "canary-7")
        .output()
        .unwrap();
    let embedded: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(on_node, embedded);
    let wide = run("module.exports = async (user, context, cb) => {
  console.log(new Intl.NumberFormat('de').format(1234.5), Object.keys(process.env).length);
  try { await fetch('https://crm.example/', { method: 'POST', body: '{}' }); } catch (e) { console.log(e.code || e.cause.code); }
  await require('crm-sdk')({ key: context.webtask.secrets.TOKEN }).send(user.email);
  null.x;
};");
    assert_eq!(wide["logs"][0]["text"], "1.234,5 0");
    assert_eq!(wide["requests"][0]["on"], "POST https://crm.example/");
    assert_eq!(wide["calls"][0]["call"], "crm-sdk().send");
    assert_eq!(wide["uncaught"][0]["message"], "Cannot read properties of null (reading 'x')");
    assert_eq!(wide["uncaught"][0]["line"], 5);
    let ended = run("module.exports = () => { process.stdout.write('x'); process.exit(7); };");
    assert_eq!(ended["effect"]["message"], "never answered");
    let behind = run("module.exports = (u, c, cb) => { setInterval(() => {}, 5); cb(); };");
    assert_eq!(behind["effect"]["outcome"], "ok");
}
