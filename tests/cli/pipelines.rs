//! What pipelines see: a planning token that can only read, and files as they
//! are called in the repository.

use hooksync::tenant::Options;
use serde_json::Value;

use crate::support::{Project, hook, run, script, tenant};

/// A hook's definition and its script.
fn definition(project: &Project, folder: &str, name: &str, trigger: &str, body: &str) {
    let text = format!("name: {name}\ntriggerId: {trigger}\n");
    project.write(&format!("{folder}/{name}.yaml"), text);
    project.write(&format!("{folder}/{name}.js"), script(trigger, body));
}

fn scopes(names: &[&str]) -> Options {
    Options { scopes: names.iter().map(ToString::to_string).collect(), ..Options::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planning_token_that_only_reads_blocks_nothing() {
    let live = vec![hook(1, "a", "post-user-registration"), hook(2, "c", "post-change-password")];
    let tenant = tenant(scopes(&["read:hooks"]), live).await;
    let project = Project::new();
    definition(&project, "hooks", "a", "post-user-registration", "\n  user.x = 1;");
    definition(&project, "hooks", "b", "pre-user-registration", "");
    let line = "This token can only read: applying needs create:hooks, update:hooks.";
    let text = project.on(&tenant, &["plan", "--out", "plan.json"]).expect(0).stdout;
    assert!(!text.contains("blocked"), "{text}");
    assert_eq!(text.matches(line).count(), 1, "{text}");
    for format in ["markdown", "github", "json"] {
        let shown = project.on(&tenant, &["plan", "--format", format]).expect(0).stdout;
        assert!(!shown.contains("blocked\": \"") && !shown.contains("**blocked**"), "{shown}");
        assert!(!shown.contains("::error"), "{shown}");
    }
    let plan: Value = serde_json::from_str(&project.read("plan.json")).unwrap();
    assert_eq!(plan["token_lacks"], serde_json::json!(["create:hooks", "update:hooks"]));
    // the applying run is another one: there it is what will be refused
    let run = project.on(&tenant, &["apply", "--yes"]).expect(1);
    assert!(run.stderr.contains("the token lacks the scope create:hooks"), "{run}");
    assert_eq!(tenant.state().hooks.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_may_write_some_is_blocked_at_the_rest() {
    let live = vec![hook(1, "a", "post-user-registration")];
    let tenant = tenant(scopes(&["read:hooks", "update:hooks"]), live).await;
    let project = Project::new();
    definition(&project, "hooks", "b", "pre-user-registration", "");
    let run = project.on(&tenant, &["plan"]).expect(0);
    assert!(run.stdout.contains("blocked       the token lacks the scope create:hooks"), "{run}");
}

#[test]
fn files_are_named_as_the_repository_does() {
    let project = Project::new();
    definition(&project, "repo/auth/hooks", "a", "post-user-registration", "\n  cb();\n  nope();");
    let shown = |variables: &[(&str, &str)], format: &str| {
        let args = ["validate", "--format", format];
        let mut command = project.command(&args);
        command.current_dir(project.path("repo/auth"));
        for (name, folder) in variables {
            command.env(name, project.path(folder));
        }
        run(command, &args).stdout
    };
    let check = |variables: &[(&str, &str)], path: &str| {
        let annotations = shown(variables, "github");
        assert!(annotations.contains(&format!(" file={path},line=")), "{path}: {annotations}");
        let sarif = shown(variables, "sarif");
        assert!(sarif.contains(&format!("\"uri\": \"{path}\"")), "{path}: {sarif}");
    };
    check(&[], "hooks/a.js");
    check(&[("GITHUB_WORKSPACE", "repo")], "auth/hooks/a.js");
    check(&[("CI_PROJECT_DIR", "repo/auth")], "hooks/a.js");
    check(&[("CI_PROJECT_DIR", "elsewhere")], "hooks/a.js");
    std::fs::create_dir(project.path("repo/.git")).unwrap();
    check(&[], "auth/hooks/a.js");
}

#[test]
fn a_project_is_found_from_within_and_from_outside() {
    let project = Project::new();
    definition(&project, "repo/auth/hooks", "a", "post-user-registration", "##FROM_FILE##;");
    project.write("repo/auth/hooksync.yaml", "hooks: hooks\nkeywords: {FROM_FILE: x()}\n");
    let check = |from: &str, args: &[&str]| {
        let mut command = project.command(args);
        command.current_dir(project.path(from));
        let run = run(command, args);
        assert!(!run.stdout.contains("HS201") && !run.stdout.contains("HS001"), "{from}: {run}");
        assert!(run.stdout.contains("1 definition checked"), "{from}: {run}");
    };
    check("repo/auth", &["validate"]);
    check("repo/auth/hooks", &["validate"]);
    check("repo/auth/hooks", &["validate", "."]);
    check("repo", &["validate", "auth/hooks"]);
    check("", &["validate", "repo/auth/hooks"]);
}
