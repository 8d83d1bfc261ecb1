//! An edit of a definition is one request with nothing else in it.

use crate::support::{Project, hook, script, steady, tenant_with, writes};

const SIGN_UP: &str = "pre-user-registration";

fn three() -> Project {
    let project = Project::new();
    for (name, trigger, rest) in [
        ("greet", SIGN_UP, "enabled: true\ndependencies:\n  axios: \"1.21.1\"\n"),
        ("notify", "post-user-registration", "enabled: true\n"),
        ("claims", "credentials-exchange", "enabled: false\n"),
    ] {
        project.write(
            &format!("hooks/{name}.yaml"),
            format!("name: {name}\ntriggerId: {trigger}\n{rest}"),
        );
        let body = if name == "greet" { "\n  require('axios');\n  // one line" } else { "" };
        project.write(&format!("hooks/{name}.js"), script(trigger, body));
    }
    project
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_a_switch_and_a_name_are_one_patch_each() {
    let tenant = tenant_with(vec![hook(1, "nobodys", "send-phone-message")]).await;
    let project = three();
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    let ids = |name: &str| {
        let hooks = tenant.state().hooks;
        hooks.into_iter().find(|hook| hook.name.as_deref() == Some(name)).unwrap().id
    };
    let (greet, notify, claims) = (ids("greet"), ids("notify"), ids("claims"));
    let made = writes(&tenant).len();

    project.edit("hooks/greet.js", "// one line", "// another line");
    project.edit("hooks/notify.yaml", "enabled: true", "enabled: false");
    project.edit("hooks/claims.yaml", "name: claims", "name: extra-claims\nrenamedFrom: claims");
    let plan = project.on(&tenant, &["plan", "--detailed-exitcode"]).expect(2);
    assert_eq!(writes(&tenant).len(), made, "a plan writes nothing");
    {
        let _steady = steady();
        insta::assert_snapshot!("three_edits", plan);
    }

    project.on(&tenant, &["apply", "--yes"]).expect(0);
    let mut sent = writes(&tenant).split_off(made);
    sent.sort();
    let mut wanted = vec![
        format!("PATCH /hooks/{greet} script"),
        format!("PATCH /hooks/{notify} enabled"),
        format!("PATCH /hooks/{claims} name"),
    ];
    wanted.sort();
    assert_eq!(sent, wanted);
    assert_eq!(ids("extra-claims"), claims, "a renamed hook keeps its id");
    assert_eq!(tenant.state().hooks.len(), 4);

    project.on(&tenant, &["plan", "--detailed-exitcode"]).expect(0);
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    assert_eq!(writes(&tenant).len(), made + 3, "a second apply writes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_added_sent_again_and_removed_and_never_shown() {
    let mut live = hook(1, "greet", SIGN_UP);
    live.secrets = ["OLD", "KEPT"]
        .map(|key| (key.to_owned(), hooksync::tenant::SecretDigest::Unknown))
        .into_iter()
        .collect();
    let tenant = tenant_with(vec![live]).await;
    let id = tenant.state().hooks[0].id.clone();
    let project = Project::with(&[
        (
            "hooks/greet.yaml",
            "name: greet\ntriggerId: pre-user-registration\nsecrets:\n  KEPT: canary-1\n  NEW: canary-2\n",
        ),
        ("hooks/greet.js", &script(SIGN_UP, "")),
    ]);
    let all = [
        project.on(&tenant, &["plan", "--out", "plan.json"]).expect(0),
        project.on(&tenant, &["plan", "--format", "json"]).expect(0),
        project.on(&tenant, &["plan", "--format", "markdown"]).expect(0),
        project.on(&tenant, &["apply", "--yes"]).expect(4),
        // what was reviewed without leave to delete is applied with it
        project
            .on(&tenant, &["apply", "--yes", "--plan", "plan.json", "--allow-delete", "-vv"])
            .expect(0),
        project.on(&tenant, &["apply", "--yes", "--secrets", "missing"]).expect(0),
    ];
    // the first two wait for nothing and may come in either order
    let mut sent = writes(&tenant);
    assert_eq!(sent.pop(), Some(format!("DELETE /hooks/{id}/secrets OLD")));
    sent.sort();
    let first = ["PATCH", "POST"].map(|method| {
        format!("{method} /hooks/{id}/secrets {}", if method == "POST" { "NEW" } else { "KEPT" })
    });
    assert_eq!(sent, first);
    assert_eq!(tenant.state().secret_is(&id, "NEW", "canary-2"), Some(true));
    for run in &all {
        assert!(!format!("{run}").contains("canary"), "{run}");
    }
    for (path, (content, _)) in project.files() {
        let is_ours = !path.starts_with("hooks");
        assert!(!(is_ours && String::from_utf8_lossy(&content).contains("canary")), "{path:?}");
    }
}
