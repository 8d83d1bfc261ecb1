//! `export` beside people's own edits: what is nowhere else is not overwritten.

use std::path::Path;
use std::process::Command as Plain;

use hooksync::tenant::Running;

use crate::support::{Project, Run, hook, run, script, steady, tenant_with};

const SIGN_UP: &str = "pre-user-registration";
const FILES: [(&str, &str); 1] =
    [("hooks/a.yaml", "name: a\ntriggerId: pre-user-registration\nenabled: false\n")];

fn git_in(dir: &Path, args: &[&str]) {
    let mut command = Plain::new("git");
    command.args(["-c", "user.name=t", "-c", "user.email=t@t", "-c", "protocol.file.allow=always"]);
    command.args(["-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"]);
    let done = command.args(args).current_dir(dir).env("HOME", dir).output().unwrap();
    assert!(done.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Runs the program with git at hand.
fn with_git(project: &Project, tenant: &Running, args: &[&str]) -> Run {
    let mut command = project.command_on(tenant, args);
    command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", project.path("."));
    run(command, args)
}

/// A tenant whose hook `a` has another script than the project that has it as
/// files, committed where that is said.
async fn differing(committed: bool) -> (Project, Running) {
    let mut live = hook(1, "a", SIGN_UP);
    live.script = script(SIGN_UP, "\n  // live");
    let project = Project::with(&FILES);
    project.write("hooks/a.js", script(SIGN_UP, "\n  // ours"));
    git_in(&project.path("."), &["init", "-q"]);
    if committed {
        git_in(&project.path("."), &["add", "."]);
        git_in(&project.path("."), &["commit", "-qm", "x"]);
    }
    (project, tenant_with(vec![live]).await)
}

#[track_caller]
fn refused(project: &Project, tenant: &Running, args: &[&str], reason: &str) {
    let before = project.files();
    let run = with_git(project, tenant, args).expect(4);
    assert!(run.stderr.contains(reason) && run.stderr.contains("--force"), "{run}");
    assert!(project.files() == before, "something was written: {run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn committed_files_are_overwritten_and_no_others() {
    let (project, tenant) = differing(true).await;
    let ours = project.read("hooks/a.js");
    // an edit that is not committed, then one that is staged
    project.write("hooks/a.js", script(SIGN_UP, "\n  // mine"));
    refused(&project, &tenant, &["export"], "hooks/a.js differs from what is committed");
    git_in(&project.path("."), &["add", "."]);
    refused(&project, &tenant, &["export"], "hooks/a.js differs from what is committed");
    // from a subfolder of the repository, by another name of the folder
    refused(&project, &tenant, &["export", "./hooks/../hooks"], "a.js differs");
    // line ends that a checkout writes are no edit
    project.write("hooks/a.js", ours.replace('\n', "\r\n"));
    with_git(&project, &tenant, &["export"]).expect(0);
    assert!(project.read("hooks/a.js").contains("// live"));
    assert!(!project.path(".hooksync").exists(), "git knows, so no record is kept");
    let after = project.files();
    with_git(&project, &tenant, &["export"]).expect(0);
    assert!(project.files() == after, "what says the same is no matter of git");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_committed_needs_force() {
    let (project, tenant) = differing(false).await;
    refused(&project, &tenant, &["export"], "hooks/a.js is not committed");
    project.write("hooks/a.yaml", FILES[0].1.replace("false", "true"));
    refused(&project, &tenant, &["export"], "hooks/a.yaml is not committed");
    // a removal loses as much
    tenant.edit(|state| state.hooks[0].name = Some("b".to_owned())).unwrap();
    refused(&project, &tenant, &["export", "--prune"], "hooks/a.js is not committed");
    with_git(&project, &tenant, &["export", "--prune", "--force"]).expect(0);
    assert!(!project.path("hooks/a.js").exists() && project.path("hooks/b.js").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_git_the_last_export_counts() {
    let mut live = hook(1, "a", SIGN_UP);
    let tenant = tenant_with(vec![live.clone()]).await;
    let project = Project::new();
    let check = |expected: i32, args: &[&str]| project.on(&tenant, args).expect(expected);
    check(0, &["export"]);
    for body in ["\n  // 1", "\n  // 2"] {
        live.script = script(SIGN_UP, body);
        tenant.edit(|state| state.hooks[0].script.clone_from(&live.script)).unwrap();
        check(0, &["export"]);
    }
    project.edit("hooks/a.js", "// 2", "// mine");
    let refused = check(4, &["export"]);
    assert!(refused.stderr.contains("hooks/a.js is not in a git repository"), "{refused}");
    check(2, &["export", "--check"]);
    check(0, &["export", "--force"]);
    check(0, &["export"]);
    // a record that can't be read knows nothing
    tenant.edit(|state| state.hooks[0].enabled = true).unwrap();
    for broken in ["{", "\u{0}", "{\"format_version\":\"2\",\"files\":{}}", "[]"] {
        project.write(".hooksync/exported.json", broken);
        check(4, &["export"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn repositories_of_every_shape() {
    // ignored: git never has it, so the last export counts
    let (project, tenant) = differing(false).await;
    project.write(".gitignore", "hooks/\n");
    refused(&project, &tenant, &["export"], "hooks/a.js is ignored by git");
    with_git(&project, &tenant, &["export", "--force"]).expect(0);
    tenant.edit(|state| state.hooks[0].script = script(SIGN_UP, "\n  // again")).unwrap();
    with_git(&project, &tenant, &["export"]).expect(0);

    // a worktree, and a submodule with definitions of its own
    let (project, tenant) = differing(true).await;
    let top = project.path(".");
    git_in(&top, &["worktree", "add", "-q", "wt"]);
    git_in(&top, &["submodule", "add", "-q", "./.", "sub"]);
    for dir in ["wt/hooks", "sub/hooks"] {
        let script = format!("{dir}/a.js");
        let ours = project.read(&script);
        project.write(&script, "module.exports = function () {};\n");
        refused(&project, &tenant, &["export", dir], "a.js differs from what is committed");
        project.write(&script, ours);
        with_git(&project, &tenant, &["export", dir]).expect(0);
    }

    // no git on the PATH: nothing is known of the file
    let (project, tenant) = differing(true).await;
    let run = project.on(&tenant, &["export"]).expect(4);
    assert!(run.stderr.contains("no `git` on the PATH"), "{run}");
    // a repository that git can't read
    std::fs::write(project.path(".git/HEAD"), "x").unwrap();
    refused(&project, &tenant, &["export"], "does not match the last export (git: ");
}

/// What a checkout's own configuration names never runs.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_configuration_runs_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let (project, tenant) = differing(true).await;
    let (evil, proof) = (project.path("evil.sh"), project.path("ran"));
    project.write("evil.sh", format!("#!/bin/sh\ntouch {}\ncat\n", proof.display()));
    std::fs::set_permissions(&evil, std::fs::Permissions::from_mode(0o755)).unwrap();
    let evil = evil.display().to_string();
    for key in [
        "core.fsmonitor",
        "filter.x.clean",
        "filter.x.smudge",
        "filter.x.process",
        "diff.x.textconv",
        "diff.external",
        "core.sshCommand",
        "core.pager",
        "core.editor",
        "core.askPass",
        "credential.helper",
        "alias.ls-tree",
        "alias.rev-parse",
    ] {
        git_in(&project.path("."), &["config", key, &evil]);
    }
    git_in(&project.path("."), &["config", "core.hooksPath", "."]);
    for name in ["post-index-change", "fsmonitor-watchman", "reference-transaction"] {
        std::fs::copy(&evil, project.path(name)).unwrap();
    }
    project.write(".gitattributes", "* filter=x diff=x\n");
    // a program called git in the checkout isn't git
    std::fs::create_dir(project.path("bin")).unwrap();
    std::fs::copy(&evil, project.path("bin/git")).unwrap();
    let path = std::env::var("PATH").unwrap();
    let path = format!(".:{}:bin:{path}", project.path("bin").display());
    let mut command = project.command_on(&tenant, &["export"]);
    command.env("PATH", path).env("HOME", project.path("home"));
    run(command, &["export"]).expect(0);
    assert!(project.read("hooks/a.js").contains("// live"));
    assert!(!proof.exists(), "a program of the checkout ran");
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_and_deploy_cli_trees_too() {
    let tenant = tenant_with(vec![hook(1, "a", SIGN_UP)]).await;
    for layout in ["native", "deploy-cli", "deploy-cli-yaml"] {
        let project = Project::new();
        let args = ["export", "out", "--layout", layout];
        project.on(&tenant, &args).expect(0);
        project.on(&tenant, &args).expect(0);
        let files = project.files();
        let (path, _) = files
            .iter()
            .find(|(path, _)| path.extension().is_some_and(|kind| kind == "js"))
            .unwrap();
        project.write(path.to_str().unwrap(), "module.exports = 1;\n");
        project.on(&tenant, &args).expect(4);
        project.on(&tenant, &["export", "out", "--force"]).expect(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_and_their_bindings_too() {
    let tenant = tenant_with(Vec::new()).await;
    let [project, other] = ["// ours", "// theirs"].map(|comment| {
        Project::with(&[
            ("actions/act.yaml", "name: act\ntriggerId: post-login\n"),
            (
                "actions/act.js",
                &format!("{comment}\nexports.onExecutePostLogin = async () => {{}};\n"),
            ),
            ("actions/bindings.yaml", "kind: bindings\nbindings:\n  post-login: [act]\n"),
        ])
    });
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    project.on(&tenant, &["export"]).expect(0);
    other.edit("actions/bindings.yaml", "[act]", "[]");
    other.on(&tenant, &["apply", "--yes", "--allow-delete", "--force"]).expect(0);
    project.edit("actions/act.js", "// ours", "// mine");
    project.edit("actions/bindings.yaml", "[act]", "[ act ] # mine");
    let run = project.on(&tenant, &["export"]).expect(4);
    for file in ["actions/act.js", "actions/bindings.yaml"] {
        assert!(run.stderr.contains(&format!("{file} is not in a git repository")), "{run}");
    }
    project.on(&tenant, &["export", "--force"]).expect(0);
    project.on(&tenant, &["plan", "--detailed-exitcode"]).expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn check_shows_a_diff_and_writes_nothing() {
    let mut live = hook(1, "a", SIGN_UP);
    live.script = script(SIGN_UP, "\n  // live");
    live.dependencies = [("axios".to_owned(), "1.21.1".to_owned())].into_iter().collect();
    let tenant = tenant_with(vec![live, hook(2, "new", SIGN_UP)]).await;
    let project = Project::with(&FILES);
    project.write("hooks/a.js", script(SIGN_UP, "\n  // CANARY-1"));
    project.write(
        "hooks/a.yaml",
        "name: a\nsecrets:\n  KEY: CANARY-1\n  B: CANARY-2\ntriggerId: pre-user-registration\n",
    );
    project.write("hooks/gone.yaml", "name: gone\ntriggerId: pre-user-registration\n");
    project.write("hooks/gone.js", script(SIGN_UP, ""));
    let before = project.files();
    let check = project.on(&tenant, &["export", "--check", "--prune"]).expect(2);
    assert!(project.files() == before);
    assert!(!check.stdout.contains("CANARY"), "{check}");
    project.on(&tenant, &["export", "--prune"]).expect(4);
    project.on(&tenant, &["export", "--prune", "--force"]).expect(0);
    let clean = project.on(&tenant, &["export", "--check"]).expect(0);
    project.on(&tenant, &["export", "--check", "--force"]).expect(64);
    let _steady = steady();
    insta::assert_snapshot!("export_check", format!("{check}\n{clean}"));
}
