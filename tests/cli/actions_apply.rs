//! Applying actions: builds that fail, and what may be deleted.

use hooksync::tenant::actions::{Behaviour, Failing};
use hooksync::tenant::{self, Latency, Mode, Options, Running};
use serde_json::{Value, json};

use crate::support::{Project, writes};

fn login(note: &str) -> String {
    format!("exports.onExecutePostLogin = async (event, api) => {{}}; // {note}\n")
}

async fn tenant(project: &Project, state: &Value, options: Options) -> Running {
    project.write("tenant.json", state.to_string());
    let state = Some(project.path("tenant.json"));
    tenant::start(Options { state, ..options }).await.unwrap()
}

/// `enrich` and `audit` run at post-login.
fn two_bound() -> Value {
    let action = |name: &str| json!({"name": name, "trigger": "post-login", "code": login("old"), "deployed": true});
    json!({
        "actions": [action("enrich"), action("audit")],
        "bindings": {"post-login": ["enrich", "audit"]},
    })
}

fn results(json: &Value) -> Vec<(&str, &str)> {
    let all = json["results"].as_array().unwrap().iter();
    all.map(|it| (it["name"].as_str().unwrap(), it["outcome"].as_str().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_fails_says_which_package_and_what_to_do_and_leaves_traffic_alone() {
    let project = Project::with(&[
        (
            "actions/enrich.yaml",
            "name: enrich\ntriggerId: post-login\ndependencies: { left-pad: \"9.9.9\" }\n",
        ),
        ("actions/enrich.js", &login("new")),
        ("actions/fresh.yaml", "name: fresh\ntriggerId: post-login\n"),
        ("actions/fresh.js", &login("fresh")),
        ("actions/broken.yaml", "name: broken\ntriggerId: post-login\n"),
        ("actions/broken.js", &login("broken")),
        (
            "actions/bindings.yaml",
            "kind: bindings\nbindings:\n  post-login: { append: true, actions: [broken] }\n",
        ),
    ]);
    let behaviour = Behaviour {
        failing: vec![
            Failing::Package("left-pad".to_owned(), None),
            Failing::Action("broken".to_owned()),
        ],
        build_failure: Latency { fixed_ms: 200, jitter_ms: 0 },
        ..Behaviour::instant()
    };
    let tenant =
        tenant(&project, &two_bound(), Options { actions: behaviour, ..Options::default() }).await;
    let before = tenant.state();
    let run = project.on(&tenant, &["apply", "--yes", "--format", "json"]).expect(3);
    let json = run.json();
    let expected = [
        ("broken", "failed"),
        ("enrich", "failed"),
        ("fresh", "applied"),
        ("post-login", "not_attempted"),
    ];
    assert_eq!(results(&json), expected, "{run}");
    let why = |at: usize| json["results"][at]["error"]["message"].as_str().unwrap();
    for part in [
        "the build of its draft failed; most likely one of its packages is not on npm, or npm \
         could not be reached: left-pad 9.9.9",
        "What was deployed before stays in traffic",
        "Look each of them up, with its version, on npmjs.com",
    ] {
        assert!(why(1).contains(part), "{part}: {run}");
    }
    for part in [
        "the build of its draft failed. It was never deployed, so nothing of it runs",
        "Look at it in the Dashboard; the next apply builds it again",
    ] {
        assert!(why(0).contains(part), "{part}: {run}");
    }
    // what runs is what ran
    let after = tenant.state();
    assert_eq!(after.bindings, before.bindings);
    let versions =
        |state: &tenant::State, name: &str| state.action_named(name).unwrap().versions.clone();
    assert_eq!(versions(&after, "enrich"), versions(&before, "enrich"));
    // a text has it, too; the drafts are written once more
    let text = project.on(&tenant, &["apply", "--yes"]).expect(3);
    assert!(text.stdout.contains("left-pad 9.9.9"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_failed_in_passing_is_tried_once_by_each_apply_and_the_plan_says_so() {
    let project = Project::with(&[
        (
            "actions/enrich.yaml",
            "name: enrich\ntriggerId: post-login\ndependencies: { axios: \"1.6.0\" }\n",
        ),
        ("actions/enrich.js", &login("new")),
    ]);
    let npm_is_down = Behaviour {
        failing: vec![Failing::Package("axios".to_owned(), None)],
        ..Behaviour::instant()
    };
    let options = Options { actions: npm_is_down, ..Options::default() };
    let tenant = tenant(&project, &two_bound(), options).await;
    let apply = || {
        let before = writes(&tenant).len();
        let run = project.on(&tenant, &["apply", "--yes", "--format", "json"]);
        (run, writes(&tenant).split_off(before))
    };
    let (run, sent) = apply();
    let id = tenant.state().action_named("enrich").unwrap().id.clone();
    assert_eq!(sent, [format!("PATCH /actions/actions/{id} code,dependencies")], "{run}");
    // nothing differs but the build
    let again = format!("PATCH /actions/actions/{id} code");
    let plan = project.on(&tenant, &["plan"]).expect(0);
    let said = plan.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let why = "HS511 actions/enrich.yaml: the build of the draft of enrich failed: apply sends its code again, so that it is built again, and deploys it if the build succeeds";
    assert!(said.contains(why), "{plan}");
    let (run, sent) = apply();
    assert_eq!(sent, [again.as_str()], "one try: {run}");
    assert!(run.stdout.contains("the build of its draft failed"), "{run}");
    assert_eq!(tenant.state().action_named("enrich").unwrap().versions.len(), 1, "{run}");
    tenant.set_actions(Behaviour::instant());
    let (run, sent) = apply();
    assert_eq!(sent, [again, format!("POST /actions/actions/{id}/deploy")], "{run}");
    run.expect(0);
    let plan = project.on(&tenant, &["plan", "--detailed-exitcode"]).expect(0);
    assert!(!plan.stdout.contains("HS511"), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_and_unbinds_need_their_own_word_in_allow_delete() {
    for (allowed, code) in
        [("true", 4), ("[hooks]", 4), ("[actions]", 0), ("[hooks, actions]", 0), ("false", 4)]
    {
        let project = Project::with(&[
            ("hooksync.yaml", &format!("allowDelete: {allowed}\n")),
            ("actions/audit.yaml", "name: audit\ntriggerId: post-login\n"),
            ("actions/audit.js", &login("old")),
            ("actions/bindings.yaml", "kind: bindings\nbindings:\n  post-login: [audit]\n"),
        ]);
        let instant = Options { actions: Behaviour::instant(), ..Options::default() };
        let tenant = tenant(&project, &two_bound(), instant).await;
        let run = project.on(&tenant, &["apply", "--yes"]).expect(code);
        let state = tenant.state();
        let left = (state.actions.len(), state.bindings.len());
        let expected = if code == 0 { (1, 1) } else { (2, 2) };
        assert_eq!(left, expected, "allowDelete: {allowed}\n{run}");
        assert_eq!(writes(&tenant).is_empty(), code != 0, "{allowed}");
    }
    // for one environment alone, and from the environment for hooks alone
    let project = Project::with(&[
        ("hooksync.yaml", "environments: { test: { allowDelete: [actions] } }\n"),
        ("actions/audit.yaml", "name: audit\ntriggerId: post-login\n"),
        ("actions/audit.js", &login("old")),
        ("actions/bindings.yaml", "kind: bindings\nbindings:\n  post-login: [audit]\n"),
    ]);
    let instant = Options { actions: Behaviour::instant(), ..Options::default() };
    let tenant = tenant(&project, &two_bound(), instant).await;
    let mut command = project.command_on(&tenant, &["apply", "--yes"]);
    command.env("AUTH0_ALLOW_DELETE", "true");
    crate::support::run(command, &["apply"]).expect(4);
    assert_eq!(writes(&tenant), [""; 0]);
    project.on(&tenant, &["apply", "--yes", "--env", "test"]).expect(0);
    assert_eq!(tenant.state().actions.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_hooks_have_ended_actions_are_exported_and_the_files_of_hooks_stay() {
    for mode in [Mode::Removed, Mode::Gone, Mode::NotAllowed] {
        let project = Project::with(&[
            ("hooks/old.yaml", "name: old\ntriggerId: pre-user-registration\n"),
            ("hooks/old.js", "module.exports = function (user, context, cb) { cb(); };\n"),
        ]);
        std::fs::create_dir(project.path("actions")).unwrap();
        let behaviour = tenant::Behaviour { mode, ..tenant::Behaviour::default() };
        let options = Options { behaviour, ..Options::default() };
        let tenant = tenant(&project, &two_bound(), options).await;
        let run = project.on(&tenant, &["export", "--prune", "--force"]).expect(0);
        for file in ["hooks/old.yaml", "hooks/old.js", "actions/enrich.yaml", "actions/audit.js"] {
            assert!(project.path(file).exists(), "{file}: {run}");
        }
        let order = project.read("actions/bindings.yaml");
        assert!(order.contains("- enrich\n") && order.contains("- audit\n"), "{order}");
        assert!(run.stderr.contains("ended hooks"), "{run}");
        project.on(&tenant, &["plan", "actions", "--detailed-exitcode"]).expect(0);
    }
}
