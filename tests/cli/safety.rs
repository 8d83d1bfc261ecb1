//! What is refused, and with which exit code.

use hooksync::tenant::{Behaviour, Mode, Options};

use crate::support::{Project, hook, script, steady, tenant, tenant_with, writes};

const SIGN_UP: &str = "pre-user-registration";

fn one(body: &str) -> Project {
    Project::with(&[
        ("hooks/h-0.yaml", "name: h-0\ntriggerId: pre-user-registration\n"),
        ("hooks/h-0.js", &script(SIGN_UP, body)),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_takes_leave_and_deleting_most_takes_force() {
    let names = ["h-0", "h-1", "h-2", "h-3"];
    let live = names.iter().enumerate().map(|(at, name)| hook(at, name, SIGN_UP)).collect();
    let tenant = tenant_with(live).await;
    let project = one("");
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    let refused = project.on(&tenant, &["apply", "--yes", "--allow-delete"]).expect(4);
    assert_eq!(writes(&tenant), [""; 0]);
    assert_eq!(tenant.state().hooks.len(), 4);
    {
        let _steady = steady();
        insta::assert_snapshot!("most_hooks_deleted", refused);
    }
    project.on(&tenant, &["apply", "--yes", "--allow-delete", "--force"]).expect(0);
    assert_eq!(tenant.state().hooks.len(), 1);

    // the backup puts them back
    let backups = std::fs::read_dir(project.path(".hooksync/backups")).unwrap();
    let backup = backups.map(|entry| entry.unwrap().path()).next().unwrap();
    project.on(&tenant, &["apply", "--yes", backup.to_str().unwrap()]).expect(0);
    assert_eq!(tenant.state().hooks.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewed_plan_that_no_longer_holds_is_refused() {
    let tenant = tenant_with(vec![hook(1, "h-0", SIGN_UP)]).await;
    let project = one("\n  // new");
    project.on(&tenant, &["plan", "--out", "plan.json"]).expect(0);
    let print = project.on(&tenant, &["plan", "--format", "json"]).json()["fingerprint"].clone();
    tenant.edit(|state| state.hooks[0].script = script(SIGN_UP, "\n  // other")).unwrap();
    project.on(&tenant, &["apply", "--yes", "--plan", "plan.json"]).expect(4);
    project.on(&tenant, &["apply", "--yes", "--expect", print.as_str().unwrap()]).expect(4);
    assert_eq!(writes(&tenant), [""; 0]);
    tenant.edit(|state| state.hooks[0].script = script(SIGN_UP, "")).unwrap();
    project.on(&tenant, &["apply", "--yes", "--expect", print.as_str().unwrap()]).expect(0);
    project.on(&tenant, &["apply", "--yes", "--plan", "plan.json"]).expect(4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_refuses_ends_in_5_and_part_of_a_plan_in_3() {
    let read_only = Behaviour { mode: Mode::ReadOnly, ..Behaviour::default() };
    let options = Options { behaviour: read_only, ..Options::default() };
    let live = vec![hook(1, "h-0", SIGN_UP), hook(2, "h-1", "post-change-password")];
    let tenant = tenant(options, live).await;
    let project = one("\n  // new");
    let refused = project.on(&tenant, &["apply", "--yes"]).expect(5);
    {
        let _steady = steady();
        insta::assert_snapshot!("read_only", refused);
    }
    // switching on and off is still allowed
    let switch = "name: h-1\ntriggerId: post-change-password\nenabled: true\n";
    project.write("hooks/h-1.yaml", switch);
    project.write("hooks/h-1.js", script("post-change-password", ""));
    project.on(&tenant, &["apply", "--yes"]).expect(3);
    assert!(tenant.state().hooks[1].enabled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_a_scope_is_told_before_the_first_write() {
    let scopes = vec!["read:hooks".to_owned()];
    let tenant = tenant(Options { scopes, ..Options::default() }, Vec::new()).await;
    let project = one("");
    let refused = project.on(&tenant, &["apply", "--yes"]).expect(1);
    assert!(refused.stderr.contains("create:hooks"), "{refused}");
    assert_eq!(writes(&tenant), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definitions_file_is_planned_alone() {
    let live = vec![hook(0, "h-0", SIGN_UP), hook(1, "h-1", SIGN_UP)];
    let tenant = tenant_with(live).await;
    let project = one("\n  // new");
    let plan = ["plan", "hooks/h-0.yaml", "--allow-delete", "--format", "json"];
    let plan = project.on(&tenant, &plan).expect(0).json();
    let changes = plan["changes"].as_array().unwrap();
    assert_eq!(changes.iter().map(|c| c["name"].as_str().unwrap()).collect::<Vec<_>>(), ["h-0"]);
    project.on(&tenant, &["apply", "hooks/h-0.yaml", "--allow-delete", "--yes"]).expect(0);
    assert_eq!(tenant.state().hooks.len(), 2);
    // a file that is no definition is no empty folder
    project.write("hooks/broken.yaml", "name: a\n");
    for command in [&["validate", "hooks/broken.yaml"][..], &["validate", "hooks/h-0.js"]] {
        project.run(command).expect(1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_half_migrated_folder_passes_over_is_not_deleted() {
    let live = vec![hook(0, "h-0", SIGN_UP), hook(1, "h-1", SIGN_UP)];
    let tenant = tenant_with(live).await;
    let project = one("");
    let json = r#"{"name":"h-1","script":"./h-1.js","triggerId":"pre-user-registration"}"#;
    project.write("hooks/h-1.json", json);
    project.write("hooks/h-1.js", script(SIGN_UP, ""));
    let reported = project.on(&tenant, &["plan"]).expect(0).to_string();
    assert!(reported.contains("HS020"), "{reported}");
    project.on(&tenant, &["apply", "--yes", "--allow-delete", "--force"]).expect(1);
    assert_eq!(tenant.state().hooks.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_far_ahead_is_an_error() {
    let action =
        "name: a\ntriggerId: post-login\nsecrets:\n  KEY: { value: v, rotatedAt: 2206-01-01 }\n";
    let project = Project::with(&[
        ("actions/a.yaml", action),
        ("actions/a.js", "exports.onExecutePostLogin = async () => {};\n"),
    ]);
    let run = project.run(&["validate"]).expect(1);
    assert!(format!("{run}").contains("HS510"), "{run}");
    let tenant = tenant_with(Vec::new()).await;
    for command in [&["plan"][..], &["apply", "--yes"]] {
        let run = project.on(&tenant, command).expect(1);
        assert!(run.stderr.contains("more than 24 h in the future"), "{run}");
    }
    assert_eq!(writes(&tenant), [""; 0]);
}
