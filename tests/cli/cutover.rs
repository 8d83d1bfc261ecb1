//! From a hook to its action: one plan, one switch, undone as one.

use hooksync::tenant::actions::Behaviour;
use hooksync::tenant::{self, Latency, Options, Running};

use crate::support::{Project, script, steady, writes};

const PRE: &str = "pre-user-registration";
const POST: &str = "post-user-registration";

/// A running hook whose file switches it off, and an action that takes over.
async fn project(trigger: &str, actions: Behaviour, faults: &[&str]) -> (Running, Project) {
    let handler = if trigger == PRE { "PreUserRegistration" } else { "PostUserRegistration" };
    let bindings = "prepend: true\n    actions: [check]\n";
    let project = Project::with(&[
        ("hooks/check.yaml", &format!("name: check\ntriggerId: {trigger}\nenabled: false\n")),
        ("hooks/check.js", &script(trigger, "")),
        ("actions/check.yaml", &format!("name: check\ntriggerId: {trigger}\n")),
        ("actions/check.js", &format!("exports.onExecute{handler} = async () => {{}};\n")),
        (
            "actions/bindings.yaml",
            &format!("kind: bindings\nbindings:\n  {trigger}:\n    {bindings}"),
        ),
    ]);
    let state = serde_json::json!({"hooks": [{
        "name": "check", "triggerId": trigger, "script": script(trigger, ""), "enabled": true
    }]});
    project.write("state/tenant.json", state.to_string());
    let state = Some(project.path("state/tenant.json"));
    let tenant = tenant::start(Options { state, actions, ..Options::default() }).await.unwrap();
    tenant.set_faults(faults.iter().map(|fault| fault.parse().unwrap()).collect());
    (tenant, project)
}

/// The writes in their order, by what they are.
fn sent(tenant: &Running) -> Vec<&'static str> {
    let word = |line: &String| match line {
        line if line.contains("/bindings") => "bind",
        line if line.contains("/hooks/") => "switch",
        line if line.contains("/deploy") => "deploy",
        line if line.starts_with("POST /actions/actions") => "create",
        _ => "other",
    };
    writes(tenant).iter().map(word).collect()
}

/// Whether the hook is on, and how many actions are bound.
fn runs(tenant: &Running) -> (bool, usize) {
    let state = tenant.state();
    (state.hooks[0].enabled, state.bindings.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_shown_as_one() {
    let (tenant, project) = project(PRE, Behaviour::default(), &[]).await;
    let plan = project.on(&tenant, &["plan"]).expect(0);
    let markdown = project.on(&tenant, &["plan", "--format", "markdown"]).expect(0);
    let shown = "> Cutover, each as one:\n> - `pre-user-registration`";
    assert!(markdown.stdout.contains(shown), "{markdown}");
    let json = project.on(&tenant, &["plan", "--format", "json"]).expect(0).json();
    let cutover = serde_json::json!({
        "trigger_id": PRE, "hook": "check", "actions": ["check"], "first": "bind"
    });
    assert_eq!(json["cutovers"], serde_json::json!([cutover]));
    assert_eq!(json["summary"]["delete"], 0);
    let _steady = steady();
    insta::assert_snapshot!("a_cutover", plan);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_action_is_bound_then_the_hook_is_off() {
    let (tenant, project) = project(PRE, Behaviour::default(), &[]).await;
    let begun = std::time::Instant::now();
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    assert!(begun.elapsed().as_secs() >= 2, "a version settles before it takes over");
    assert_eq!(sent(&tenant), ["create", "deploy", "bind", "switch"]);
    assert_eq!(runs(&tenant), (false, 1));
    project.on(&tenant, &["plan", "--detailed-exitcode"]).expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_switch_off_that_fails_undoes_the_binding() {
    let faults = ["409-before@PATCH,/hooks/*"];
    let (tenant, project) = project(PRE, Behaviour::default(), &faults).await;
    let run = project.on(&tenant, &["apply", "--yes", "--format", "json"]).expect(3);
    assert_eq!(runs(&tenant), (true, 0), "{run}");
    assert_eq!(tenant.state().actions[0].versions.len(), 1, "the deployed action stays");
    let json = run.json();
    let outcome = |kind: &str| {
        let results = json["results"].as_array().unwrap();
        results.iter().find(|it| it["kind"] == kind).unwrap()["outcome"].as_str().unwrap()
    };
    let all = [outcome("action"), outcome("bindings"), outcome("hook")];
    assert_eq!(all, ["applied", "failed", "failed"], "{run}");
    assert!(run.stdout.contains("put back as it was, because check could not be switched off"));
    tenant.set_faults(Vec::new());
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    assert_eq!((runs(&tenant), tenant.state().actions.len()), ((false, 1), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binding_that_fails_switches_the_hook_on_again() {
    let faults = ["409-before@PATCH,/actions/triggers/*/bindings"];
    let (tenant, project) = project(POST, Behaviour::default(), &faults).await;
    let run = project.on(&tenant, &["apply", "--yes"]).expect(3);
    assert_eq!(runs(&tenant), (true, 0), "{run}");
    assert_eq!(sent(&tenant), ["create", "deploy", "switch", "bind", "switch"]);
    tenant.set_faults(Vec::new());
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    assert_eq!((runs(&tenant), tenant.state().actions.len()), ((false, 1), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binding_that_is_refused_for_now_gives_the_hook_back_and_is_tried_again() {
    let bind_lag = Latency { fixed_ms: 5000, jitter_ms: 0 };
    let behaviour = Behaviour { bind_lag, ..Behaviour::default() };
    let (tenant, project) = project(POST, behaviour, &[]).await;
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    assert_eq!(runs(&tenant), (false, 1));
    let switches = sent(&tenant).split_off(2);
    assert!(switches.len() > 3 && switches.len() % 3 == 2, "{switches:#?}");
    for part in switches.chunks(3) {
        assert_eq!(part, &["switch", "bind", "switch"][..part.len()], "{switches:#?}");
    }
}

#[test]
fn migrate_switches_the_hooks_off_in_their_files_when_asked() {
    let definition = "# ours\nname: check\ntriggerId: pre-user-registration\nenabled: true # on\n";
    let project = Project::with(&[
        ("hooks/check.yaml", definition),
        (
            "hooks/check.js",
            "module.exports = function (user, context, cb) {\n  cb(null, { user });\n};\n",
        ),
    ]);
    let args = ["migrate", "hooks", "--events", "20"];
    let shown = project.run(&args).stdout;
    assert!(shown.contains("hooks/check.yaml: set enabled: false"), "{shown}");
    assert_eq!(project.read("hooks/check.yaml"), definition);
    let run = project.run(&[&args[..], &["--cutover"]].concat());
    assert!([0, 3].contains(&run.code), "{run}");
    let edited = definition.replace("enabled: true", "enabled: false");
    assert_eq!(project.read("hooks/check.yaml"), edited, "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_reads_the_hooks_and_what_is_bound_from_the_tenant_when_asked() {
    let (tenant, project) = project(PRE, Behaviour::default(), &[]).await;
    project.on(&tenant, &["apply", "--yes", "--only", "action:check", "bindings:*"]).expect(0);
    let before = tenant.state();
    std::fs::remove_dir_all(project.path("hooks")).unwrap();
    project.write(
        "actions/check.yaml",
        format!("name: old\nrenamedFrom: check\ntriggerId: {PRE}\nscript: check.js\n"),
    );
    project.write("actions/bindings.yaml", format!("kind: bindings\nbindings:\n  {PRE}: [old]\n"));
    project.on(&tenant, &["apply", "actions", "--yes"]).expect(0);
    let writes = writes(&tenant).len();
    let args = ["migrate", "--from-tenant", "--out", "new", "--events", "20"];
    let run = project.on(&tenant, &args);
    assert!([0, 3].contains(&run.code), "{run}");
    let bindings = project.read("new/bindings.yaml");
    let whole = "registration:\n    - check\n    - action: old\n      displayName: check\n";
    assert!(bindings.ends_with(whole), "{bindings}");
    assert!(project.read("new/check.yaml").contains("name: check\n"));
    assert_eq!(super::support::writes(&tenant).len(), writes, "a tenant was written to");
    assert_eq!(tenant.state().hooks, before.hooks);
    // without being asked to it takes no tenant at all
    let run = project.run(&["migrate", "--domain", "acme.eu.auth0.com"]).expect(64);
    assert!(run.stderr.contains("--from-tenant"), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_switched_to_a_version_that_could_not_be_built() {
    let behaviour = Behaviour {
        failing: vec!["action:check".parse().unwrap()],
        build_failure: Latency { fixed_ms: 100, jitter_ms: 0 },
        ..Behaviour::default()
    };
    let (tenant, project) = project(POST, behaviour, &[]).await;
    project.on(&tenant, &["apply", "--yes"]).expect(3);
    assert_eq!((runs(&tenant), sent(&tenant)), ((true, 0), vec!["create"]));
}
