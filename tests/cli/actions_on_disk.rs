//! Actions and bindings from a tenant to disk and back: export, and backups.

use hooksync::tenant::{self, Options, Running};
use serde_json::json;

use crate::support::{Project, Run};

/// What `exports` of a post-login action looks like.
fn login(body: &str) -> String {
    format!("exports.onExecutePostLogin = async (event, api) => {{{body}\n}};\n")
}

/// Actions as a real tenant has them, and worse.
fn state() -> serde_json::Value {
    let code = login("\n  // ##HOME## is text");
    let action =
        |name: &str| json!({"name": name, "trigger": "post-login", "code": code, "deployed": true});
    let mut actions: Vec<_> = [
        "Add roles",
        "add roles",
        "ADD ROLES",
        "Add/roles",
        "Add (roles)",
        "役割 を追加",
        "a/b\\c: d?*",
        "con",
        "bindings",
        "x.test",
        "- dash",
        "null",
        "1.10",
        "@@X@@",
        "##Y##",
    ]
    .map(action)
    .into();
    let mut add = |name: &str, fields: serde_json::Value| {
        let mut own = action(name);
        own.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        actions.push(own);
    };
    add("packages", json!({"dependencies": {"axios": "latest", "@scope/p": "1.0.0"}}));
    add("secrets", json!({"secrets": ["KEY", "with blank", "日本"]}));
    add("never deployed", json!({"deployed": false}));
    add("no newline", json!({"code": "exports.onExecutePostLogin = async () => {};"}));
    add("crlf", json!({"code": code.replace('\n', "\r\n")}));
    add(
        "machine",
        json!({"trigger": "credentials-exchange", "code": "exports.onExecuteCredentialsExchange = async () => {};\n"}),
    );
    add(
        "stream",
        json!({"trigger": "event-stream", "code": "exports.onExecuteEventStream = async () => {};\n"}),
    );
    add(
        "Installed",
        json!({"id": "D1AD7CCF-0000-4000-8000-00000000AAAA", "code": "", "installed_integration_id": "x", "integration": {"id": "x"}}),
    );
    let bound = json!([
        "Add roles", {"action": "Installed", "display_name": "From the marketplace"},
        {"action": "add roles", "display_name": "Shown: other"}, "役割 を追加", "@@X@@", "##Y##", "null", "1.10",
        {"action": "Add roles", "display_name": "again"}
    ]);
    json!({
        "hooks": [{"name": "my-hook", "triggerId": "post-change-password", "enabled": true,
            "script": "module.exports = function (user, context, cb) { cb(null, {}); };\n"}],
        "actions": actions,
        "bindings": {"post-login": bound, "credentials-exchange": ["machine"]},
    })
}

async fn tenant_of(project: &Project, state: &serde_json::Value) -> Running {
    project.write("tenant.json", state.to_string());
    let state = Some(project.path("tenant.json"));
    let tenant = tenant::start(Options { state, ..Options::default() }).await.unwrap();
    tenant.edit(|_| ()).unwrap();
    tenant
}

/// A version is in traffic a moment after its deploy.
async fn in_traffic() {
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
}

fn clean(run: &Run) -> bool {
    run.stdout.contains("No changes")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_of_both_kinds_is_a_clean_plan_and_says_the_same_twice() {
    let project = Project::new();
    let tenant = tenant_of(&project, &state()).await;
    let first = project.on(&tenant, &["export"]).expect(0);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let out = words(&first.stdout);
    assert!(out.contains("Exported 1 hook, 22 actions and 1 file of bindings"), "{first}");
    let plan = project.on(&tenant, &["plan"]).expect(0);
    assert!(clean(&plan), "{plan}");
    let files = project.files();
    let again = project.on(&tenant, &["export"]).expect(0);
    assert!(again.stdout.contains("0 created, 0 updated"), "{again}");
    assert_eq!(project.files(), files);
    // into one folder: a folder in it for each kind
    project.on(&tenant, &["export", "all"]).expect(0);
    assert!(project.path("all/hooks/my-hook.yaml").is_file());
    assert!(project.path("all/actions/bindings.yaml").is_file());
    let plan = project.on(&tenant, &["plan", "all"]).expect(0);
    assert!(clean(&plan), "{plan}");
    // a folder of one kind stands for that alone
    project.on(&tenant, &["export", "one/actions"]).expect(0);
    assert!(!project.path("one/hooks").exists());
    project.on(&tenant, &["export", "all/hooks"]).expect(0);
    // what is on disk says which kinds are meant
    project.write("mine/a.yaml", "name: a\ntriggerId: post-user-registration\n");
    project.write("mine/a.js", "module.exports = function (user, context, cb) { cb(); };\n");
    project.on(&tenant, &["export", "mine"]).expect(0);
    assert!(project.path("mine/my-hook.yaml").is_file());
    assert!(!project.path("mine/actions").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_actions_of_one_name_are_no_definition() {
    let project = Project::new();
    let twin =
        json!({"name": "twin", "trigger": "post-login", "code": login(""), "deployed": true});
    let tenant = tenant_of(&project, &json!({"actions": [twin, twin]})).await;
    let run = project.on(&tenant, &["export"]).expect(3);
    assert!(run.stderr.contains("2 actions named `twin`"), "{run}");
    assert!(!project.path("actions").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_nothing_names_is_left_out_where_it_cannot_be_read() {
    let project = Project::new();
    project.write("tenant.json", state().to_string());
    let only_actions = Options {
        state: Some(project.path("tenant.json")),
        scopes: vec!["read:actions".to_owned()],
        ..Options::default()
    };
    let tenant = tenant::start(only_actions).await.unwrap();
    let run = project.on(&tenant, &["export"]).expect(0);
    assert!(run.stderr.contains("Hooks are left out: "), "{run}");
    assert!(run.stderr.contains("read:hooks"), "{run}");
    assert!(project.path("actions/machine.yaml").is_file() && !project.path("hooks").exists());
    // one that a folder stands for has to be readable
    let run = project.on(&tenant, &["export", "hooks"]).expect(1);
    assert!(run.stderr.contains("read:hooks"), "{run}");
}

const DEFINITIONS: [(&str, &str); 4] = [
    (
        "actions/a.yaml",
        "name: Add roles\ntriggerId: post-login\nscript: a.js\nsecrets: {KEY: _VALUE_NOT_SHOWN_}\n",
    ),
    ("actions/b.yaml", "name: New (b)\ntriggerId: post-login\nrenamedFrom: b\nscript: b.js\n"),
    ("actions/c.yaml", "name: created\ntriggerId: post-login\nscript: a.js\n"),
    (
        "actions/bindings.yaml",
        "kind: bindings\nbindings:\n  post-login:\n  - created\n  - {action: New (b), displayName: B}\n  - Add roles\n",
    ),
];

/// Draft and deployed version of each action, and the order, without ids.
fn lives(tenant: &Running, project: &Project) -> String {
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("actions");
    project.on(tenant, &["export", to.to_str().unwrap()]).expect(0);
    let mut files: Vec<_> = std::fs::read_dir(&to).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            format!("== {name}\n{}\n", std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_puts_code_names_and_order_back() {
    let project = Project::with(&DEFINITIONS);
    project.write("actions/a.js", login(" api.user.setUserMetadata('a', 1);"));
    project.write("actions/b.js", login(" // b"));
    let action = |name: &str, code: &str| json!({"name": name, "trigger": "post-login", "code": login(code), "deployed": true});
    let mut a = action("Add roles", " // old");
    a["secrets"] = json!(["KEY"]);
    let state = json!({
        "actions": [a, action("b", " // b"), action("other", "")],
        "bindings": {"post-login": ["Add roles", {"action": "b", "display_name": "b"}, "other"]},
    });
    let tenant = tenant_of(&project, &state).await;
    let before = lives(&tenant, &project);
    let applied = project.on(&tenant, &["apply", "--yes", "--allow-delete"]).expect(0);
    assert!(applied.stderr.contains("Backup: "), "{applied}");
    assert_ne!(lives(&tenant, &project), before);
    let list = project.run(&["backups", "list"]).expect(0).stdout;
    assert!(list.contains("3 definitions, bindings, 1 created by that apply"), "{list}");
    let name = list.split("  ").next().unwrap();
    let shown = project.run(&["backups", "show", name]).expect(0).stdout;
    assert!(shown.contains("secret KEY"), "{shown}");
    assert!(shown.contains("version 1 was deployed"), "{shown}");
    // going back unbinds and deletes what the apply created
    project.on(&tenant, &["backups", "restore", name, "--yes"]).expect(4);
    project.on(&tenant, &["backups", "restore", name, "--yes", "--allow-delete"]).expect(0);
    assert_eq!(lives(&tenant, &project), before);
    let again = project.on(&tenant, &["backups", "diff", name]).expect(0);
    assert!(clean(&again), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_keeps_a_draft_beside_what_ran() {
    let project = Project::new();
    project.write("actions/a.yaml", "name: a\ntriggerId: post-login\n");
    project.write("actions/a.js", login(" // from the repository"));
    let state = json!({"actions": [{"name": "a", "trigger": "post-login", "code": login(" // ran"), "deployed": true}]});
    let tenant = tenant_of(&project, &state).await;
    let draft = Project::new();
    draft.write("actions/a.yaml", "name: a\ntriggerId: post-login\ndeploy: false\n");
    draft.write("actions/a.js", login(" // edited"));
    draft.on(&tenant, &["apply", "--yes"]).expect(0);
    in_traffic().await;
    let before = lives(&tenant, &project);
    assert!(before.contains("// edited") && before.contains("deploy: false"), "{before}");
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    in_traffic().await;
    let list = project.run(&["backups", "list"]).expect(0).stdout;
    let folder = format!(".hooksync/backups/{}", list.split("  ").next().unwrap());
    let ran = project.read(&format!("{folder}/actions/a.js"));
    let drafted = project.read(&format!("{folder}/.drafts/actions/a.js"));
    assert!(ran.contains("// ran") && drafted.contains("// edited"), "{ran}{drafted}");
    project.on(&tenant, &["apply", &folder, "--yes"]).expect(0);
    in_traffic().await;
    project.on(&tenant, &["apply", &format!("{folder}/.drafts"), "--yes"]).expect(0);
    assert_eq!(lives(&tenant, &project), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_action_comes_back_where_it_ran() {
    let project = Project::new();
    project.write("actions/b.yaml", "name: b\ntriggerId: post-login\n");
    project.write("actions/b.js", login(" // b"));
    let action = |name: &str| json!({"name": name, "trigger": "post-login", "code": login(" // b"), "deployed": true});
    let state =
        json!({"actions": [action("a"), action("b")], "bindings": {"post-login": ["b", "a"]}});
    let tenant = tenant_of(&project, &state).await;
    let before = lives(&tenant, &project);
    project.on(&tenant, &["apply", "--yes", "--allow-delete"]).expect(0);
    assert!(!lives(&tenant, &project).contains("== a.yaml"));
    let list = project.run(&["backups", "list"]).expect(0).stdout;
    project
        .on(&tenant, &["backups", "restore", list.split("  ").next().unwrap(), "--yes"])
        .expect(0);
    assert_eq!(lives(&tenant, &project), before);
}

#[test]
fn what_can_lock_out_at_one_trigger_is_one_sentence() {
    let project = Project::new();
    let mut order = String::from("kind: bindings\nbindings:\n  post-login:\n");
    for at in 0..7 {
        let name = format!("gate {at}");
        project.write(
            &format!("actions/gate-{at}.yaml"),
            format!("name: {name}\ntriggerId: post-login\n"),
        );
        let code = "exports.onExecutePostLogin = async (event, api) => {};\n";
        project.write(&format!("actions/gate-{at}.js"), code);
        order.push_str(&format!("    - {name}\n"));
    }
    project.write("actions/order.yaml", order);
    let plan = project.run(&["plan", "--local"]).expect(0);
    let flat = plan.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(flat.matches("at every login").count(), 1, "{plan}");
    assert!(flat.contains("gate 3, gate 4 and 2 more run at every login"), "{plan}");
    let page = project.run(&["plan", "--local", "--format", "markdown"]).expect(0);
    assert!(page.stdout.contains("**1 thing to look at closely**"), "{page}");
}
