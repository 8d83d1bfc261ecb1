//! `rollback`: an old version of an action made live again.

use hooksync::tenant::actions::Behaviour;
use hooksync::tenant::{self, Latency, Options, Running};
use serde_json::{Value, json};

use crate::support::{Project, Run, writes};

fn login(body: &str) -> String {
    format!("exports.onExecutePostLogin = async (event, api) => {{{body}\n}};\n")
}

/// A tenant whose action has two versions, `// one` and `// two`, and a draft.
async fn tenant_with_versions(project: &Project) -> Running {
    let state = json!({
        "actions": [
            {"name": "Add roles", "trigger": "post-login", "code": login("// one"), "deployed": true, "secrets": ["KEY"]},
            {"name": "first", "trigger": "post-login", "code": login(""), "deployed": true},
            {"name": "new", "trigger": "post-login", "code": login("")},
            {"name": "shop", "trigger": "post-login", "code": "", "deployed": true, "installed_integration_id": "x", "integration": {"id": "x"}},
        ],
        "bindings": {"post-login": ["first", "Add roles"]},
    });
    project.write("tenant.json", state.to_string());
    let state = Some(project.path("tenant.json"));
    let tenant = tenant::start(Options { state, ..Options::default() }).await.unwrap();
    let edit = Project::new();
    for (body, deploy) in [("// two", true), ("// three", false)] {
        let fields = format!("name: Add roles\ntriggerId: post-login\ndeploy: {deploy}\n");
        edit.write("actions/a.yaml", fields);
        edit.write("actions/a.js", login(body));
        edit.on(&tenant, &["apply", "--yes"]).expect(0);
    }
    tenant
}

fn codes(tenant: &Running, project: &Project) -> (String, Value) {
    let versions = project.on(tenant, &["versions", "Add roles", "-o", "json"]).expect(0).json();
    let to = Project::new();
    to.on(tenant, &["export", "actions", "--only", "Add roles"]).expect(0);
    (to.read("actions/Add-roles.js"), versions)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_live_is_shown_and_nothing_is_written_unasked() {
    let project = Project::new();
    let tenant = tenant_with_versions(&project).await;
    let before = writes(&tenant).len();
    let shown = project.on(&tenant, &["rollback", "Add roles", "--to", "1"]).expect(4);
    for part in [
        "goes live on post-login in place of v2",
        "the order is unchanged: 2 of 2",
        "If it fails, nobody can log in.",
        "// one",
        "The draft is kept",
    ] {
        assert!(shown.stdout.replace("\n  ", " ").contains(part), "{part}: {shown}");
    }
    assert!(!shown.stdout.contains("// three"), "{shown}");
    assert!(shown.stderr.contains("no terminal to ask for confirmation"), "{shown}");
    assert_eq!(writes(&tenant).len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_equal_to_the_old_one_runs_and_the_draft_is_kept() {
    let project = Project::new();
    let tenant = tenant_with_versions(&project).await;
    let run = project.on(&tenant, &["rollback", "Add roles", "--to", "v1", "--yes", "-o", "json"]);
    let done = run.expect(0).json();
    assert_eq!((&done["from"], &done["to"], &done["version"]), (&2.into(), &1.into(), &3.into()));
    assert_eq!((&done["outcome"], &done["bound_at"]), (&"applied".into(), &json!([2])));
    assert_eq!(done["fields"][0]["field"], "script");
    let (draft, versions) = codes(&tenant, &project);
    assert!(draft.contains("// three"), "{draft}");
    assert_eq!(versions["versions"][0]["script_sha256"], versions["versions"][2]["script_sha256"]);
    assert_eq!(versions["versions"][0]["deployed"], true);
    // and again there is nothing to do
    let before = writes(&tenant).len();
    let again = project.on(&tenant, &["rollback", "Add roles", "--to", "1", "--yes"]).expect(0);
    assert!(again.stdout.contains("nothing to do"), "{again}");
    assert_eq!(writes(&tenant).len(), before);
    // the draft too, but not without a copy of it
    let args = ["rollback", "Add roles", "--to", "2", "--update-draft", "--yes"];
    let run = project.on(&tenant, &args).expect(0);
    assert!(run.stderr.contains("Backup: "), "{run}");
    assert!(codes(&tenant, &project).0.contains("// two"));
    let list = project.run(&["backups", "list"]).expect(0).stdout;
    let folder = format!(".hooksync/backups/{}", list.split("  ").next().unwrap());
    assert!(project.read(&format!("{folder}/.drafts/actions/Add-roles.js")).contains("// three"));
}

/// A rollback to the first version, at a tenant that shows a new one after this time.
async fn rolled_back(lag_ms: u64) -> (Project, Running, Run) {
    let project = Project::new();
    let tenant = tenant_with_versions(&project).await;
    let deploy_lag = Latency { fixed_ms: lag_ms, jitter_ms: 0 };
    tenant.set_actions(Behaviour { deploy_lag, ..Behaviour::default() });
    let run = project.on(&tenant, &["rollback", "Add roles", "--to", "1", "--yes"]).expect(0);
    (project, tenant, run)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_after_it_sees_what_it_has_made_live() {
    // one that takes longer than anybody waits for is said to
    let late = tokio::spawn(rolled_back(60_000));
    // ended before the tenant shows it, the next apply would take files for live
    let (project, tenant, run) = rolled_back(1500).await;
    assert!(
        run.stdout.contains("Rolled back: v3 of Add roles, equal to v1, is deployed."),
        "{run}"
    );
    let again = project.on(&tenant, &["rollback", "Add roles", "--to", "1", "--yes"]).expect(0);
    assert!(again.stdout.contains("nothing to do"), "{again}");
    tenant.set_actions(Behaviour::instant());
    let run = project.on(&tenant, &["rollback", "Add roles", "--to", "2", "--yes"]).expect(0);
    assert!(run.stdout.contains("v4 of Add roles, equal to v2, is deployed."), "{run}");
    let (_, _, run) = late.await.unwrap();
    assert!(run.stdout.contains("Look again: hooksync versions 'Add roles'\n"), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_rolled_back_says_why() {
    let project = Project::new();
    let tenant = tenant_with_versions(&project).await;
    for (args, code, part) in [
        (["Add roles", "--to", "7"], 1, "`Add roles` has no version 7 on the tenant"),
        (["add roles", "--to", "1"], 1, "no action called `add roles`"),
        (["new", "--to", "1"], 1, "it was never deployed"),
        (["shop", "--to", "1"], 1, "comes from the marketplace"),
        (["action:Add roles", "--to", "7"], 1, "`Add roles` has no version 7 on the tenant"),
        (["hook:Add roles", "--to", "1"], 1, "only actions have versions"),
        (["Add roles", "--to", "old"], 64, "write the version's number, such as 9"),
    ] {
        let args = [&["rollback"], &args[..], &["--yes"]].concat();
        let run = project.on(&tenant, &args).expect(code);
        assert!(run.stderr.contains(part), "{part}: {run}");
    }
    let run = project.on(&tenant, &["rollback", "Add roles", "--to", "7", "--yes"]).expect(1);
    assert!(run.stderr.contains("it has 2, 1"), "{run}");
}
