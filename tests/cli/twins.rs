//! Two live hooks, or actions, that one definition could mean.

use hooksync::tenant::{Hook, Running};

use crate::support::{Project, hook, script, tenant_with, writes};

const SIGN_UP: &str = "pre-user-registration";

/// A project with the definition `my-hook`, and a tenant with these two.
async fn with(first: Hook, second: Hook) -> (Project, Running) {
    let project = Project::with(&[
        ("hooks/my-hook.yaml", "name: my-hook\ntriggerId: pre-user-registration\nenabled: false\n"),
        ("hooks/my-hook.js", &script(SIGN_UP, "\n  // ours")),
        ("hooks/other.yaml", "name: other\ntriggerId: post-change-password\n"),
        ("hooks/other.js", &script("post-change-password", "")),
    ]);
    (project, tenant_with(vec![first, second]).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn differing_hooks_of_one_name_are_refused_with_both_ids() {
    let running = Hook { enabled: true, ..hook(1, "My Hook", SIGN_UP) };
    let twin = |change: fn(&mut Hook)| {
        let mut hook = hook(2, "my-hook", SIGN_UP);
        hook.enabled = true;
        change(&mut hook);
        hook
    };
    for differing in [
        twin(|hook| hook.enabled = false),
        twin(|hook| hook.script = script(SIGN_UP, "\n  // another")),
        twin(|hook| hook.trigger_id = "post-user-registration".to_owned()),
        twin(|hook| {
            hook.dependencies = [("axios".to_owned(), "1.0.0".to_owned())].into_iter().collect()
        }),
    ] {
        let (project, tenant) = with(running.clone(), differing).await;
        let before = project.files();
        let refused = 4;
        for (args, exit) in [
            (["plan"].as_slice(), refused),
            (&["plan", "--allow-delete"], refused),
            (&["apply", "--yes", "--allow-delete", "--force"], refused),
            (&["apply", "--yes", "--only", "my-hook"], refused),
            // the rest can be shown, and exported
            (&["drift"], 2),
            (&["export", "--only", "my-hook", "--force"], 3),
        ] {
            let run = project.on(&tenant, args).expect(exit);
            for id in ["01000000000000000000000001", "01000000000000000000000002"] {
                assert!(run.stderr.contains(id), "{run}");
            }
        }
        assert!(project.files() == before && writes(&tenant).is_empty());
        // the others can be worked on
        project.on(&tenant, &["apply", "--yes", "--only", "other"]).expect(0);
        // and it is chosen by removing one
        tenant
            .edit(|state| state.hooks.retain(|hook| hook.name.as_deref() != Some("My Hook")))
            .unwrap();
        project.on(&tenant, &["plan"]).expect(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_equal_hooks_the_one_that_is_called_so_is_taken_everywhere() {
    for [first, second] in [["My Hook", "my-hook"], ["my-hook", "My Hook"]] {
        let (project, tenant) = with(hook(1, first, SIGN_UP), hook(2, second, SIGN_UP)).await;
        let chosen = tenant
            .state()
            .hooks
            .iter()
            .find(|hook| hook.name.as_deref() == Some("my-hook"))
            .unwrap()
            .id
            .clone();
        let args = ["plan", "--allow-delete", "--format", "json"];
        let plan = project.on(&tenant, &args).expect(0).json();
        let changes = plan["changes"].as_array().unwrap();
        assert!(changes.iter().all(|change| change["action"] != "delete"), "{plan:#}");
        assert_eq!(
            changes.iter().find(|change| change["name"] == "my-hook").unwrap()["id"],
            *chosen
        );
        project.on(&tenant, &["export", "out"]).expect(0);
        assert!(project.read("out/hooks/my-hook.yaml").contains("name: my-hook"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_of_one_name_are_refused_where_something_names_them() {
    let tenant = tenant_with(Vec::new()).await;
    let project = Project::with(&[
        ("actions/act.yaml", "name: act\ntriggerId: post-login\n"),
        ("actions/act.js", "exports.onExecutePostLogin = async () => {};\n"),
    ]);
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    let mut twin = tenant.state().actions[0].clone();
    twin.id = "01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned();
    let ids = [tenant.state().actions[0].id.clone(), twin.id.clone()];
    tenant.edit(|state| state.actions.push(twin.clone())).unwrap();
    let refused = |project: &Project, args: &[&str]| {
        let run = project.on(&tenant, args).expect(4);
        assert!(ids.iter().all(|id| run.stderr.contains(id)), "{run}");
    };
    refused(&project, &["plan"]);
    refused(&project, &["apply", "--yes", "--allow-delete"]);
    let files = project.files();
    let export = project.on(&tenant, &["export", "--force", "--prune"]).expect(3);
    assert!(ids.iter().all(|id| export.stderr.contains(id)), "{export}");
    assert_eq!(project.read("actions/act.js"), "exports.onExecutePostLogin = async () => {};\n");
    assert!(files.keys().all(|file| project.files().contains_key(file)));
    let bound = Project::with(&[(
        "actions/bindings.yaml",
        "kind: bindings\nbindings:\n  post-login: [act]\n",
    )]);
    refused(&bound, &["plan"]);
    let other = Project::with(&[
        ("actions/b.yaml", "name: b\ntriggerId: post-login\n"),
        ("actions/b.js", "exports.onExecutePostLogin = async () => {};\n"),
    ]);
    other.on(&tenant, &["plan"]).expect(0);
}
