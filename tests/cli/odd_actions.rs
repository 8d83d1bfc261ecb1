//! Actions on a tenant that keeps names or secrets in another way than the
//! service is known to.

use hooksync::tenant::actions::{ActionNames, Behaviour, NamedSecrets};
use hooksync::tenant::{self, Latency, Options, Running, State};
use serde_json::{Value, json};

use crate::support::Project;

fn login(note: &str) -> String {
    format!("exports.onExecutePostLogin = async (event, api) => {{}}; // {note}\n")
}

async fn tenant(project: &Project, actions: Value, behaviour: Behaviour) -> Running {
    let state = json!({"actions": actions});
    project.write("tenant.json", state.to_string());
    let state = Some(project.path("tenant.json"));
    tenant::start(Options { state, actions: behaviour, ..Options::default() }).await.unwrap()
}

fn two() -> Value {
    let action = |name: &str| {
        json!({"name": name, "trigger": "post-login", "code": login(name), "deployed": true,
               "secrets": [{"name": "OLD", "value": "v"}]})
    };
    json!([action("one"), action("two")])
}

#[tokio::test(flavor = "multi_thread")]
async fn two_actions_change_places_where_names_are_unique() {
    let definition = |name: &str, former: &str| {
        format!("name: {name}\ntriggerId: post-login\nrenamedFrom: {former}\nscript: {former}.js\n")
    };
    let project = Project::with(&[
        ("actions/one.yaml", &definition("one", "two")),
        ("actions/two.yaml", &definition("two", "one")),
        ("actions/one.js", &login("one")),
        ("actions/two.js", &login("two")),
    ]);
    let names = Behaviour { names: ActionNames::Unique, ..Behaviour::instant() };
    let tenant = tenant(&project, two(), names).await;
    let plan = project.on(&tenant, &["plan"]).expect(0);
    assert!(plan.stdout.contains("rename to one-hooksync-rename"), "{plan}");
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    project.on(&tenant, &["plan", "--detailed-exitcode"]).expect(0);
}

/// `one` is there twice, and nobody can say which a file means.
#[tokio::test(flavor = "multi_thread")]
async fn two_of_one_name_do_not_keep_the_rest_from_being_seen() {
    let action = |name: &str| json!({"name": name, "trigger": "post-login", "code": login(name), "deployed": true});
    let project = Project::with(&[
        ("actions/one.yaml", "name: one\ntriggerId: post-login\n"),
        ("actions/one.js", &login("mine")),
        ("actions/two.yaml", "name: two\ntriggerId: post-login\n"),
        ("actions/two.js", &login("other")),
    ]);
    let actions = json!([action("one"), action("one"), action("two")]);
    let tenant = tenant(&project, actions, Behaviour::instant()).await;
    let drift = project.on(&tenant, &["drift"]).expect(2);
    assert!(drift.stdout.contains("two"), "{drift}");
    assert!(drift.stderr.contains("2 actions named `one`"), "{drift}");
    project.on(&tenant, &["plan"]).expect(4);
    project.on(&tenant, &["plan", "--only", "two"]).expect(0);
    let before = project.read("actions/one.js");
    let export = project.on(&tenant, &["export", "--force", "--prune"]).expect(3);
    assert!(export.stderr.contains("None of them is exported"), "{export}");
    assert_eq!(project.read("actions/one.js"), before);
    assert_eq!(project.read("actions/two.js"), login("two"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_in_an_order_has_its_place() {
    let project = Project::with(&[
        ("actions/one.yaml", "name: one\ntriggerId: post-login\n"),
        ("actions/one.js", &login("one")),
    ]);
    let tenant = tenant(&project, two(), Behaviour::instant()).await;
    let check = |order: &str, exit: i32, said: &str| {
        project.write("actions/bindings.yaml", format!("kind: bindings\nbindings:\n  {order}\n"));
        let run = project.on(&tenant, &["apply", "--yes"]).expect(exit);
        assert!(run.stderr.contains(said) && !run.stderr.contains("scope"), "{run}");
    };
    check(
        "post-logn: [one]",
        1,
        "actions/bindings.yaml:3: the tenant has no trigger `post-logn`\n  hint: did you mean `post-login`?",
    );
    check(
        "post-login: [one, twoo]",
        1,
        "actions/bindings.yaml:3: no definition and no action on the tenant is called twoo; did you mean two?",
    );
    check(
        "pre-user-registration: [two]",
        1,
        "actions/bindings.yaml:3: two belongs to post-login on the tenant, and can't run at pre-user-registration",
    );
    let id = tenant.state().action_named("two").unwrap().id.clone();
    let upper = id.to_uppercase();
    check(
        &format!("post-login: [one, {{ id: {upper} }}]"),
        1,
        &format!(
            "actions/bindings.yaml:3: no action on the tenant has the id {upper}; did you mean {id}?"
        ),
    );
    check(
        &format!("pre-user-registration: [{{ id: {id} }}]"),
        1,
        "actions/bindings.yaml:3: two belongs to post-login on the tenant, and can't run at pre-user-registration",
    );
    // the one that a file replaces has another id afterwards
    project.write("actions/two.yaml", "name: two\ntriggerId: post-change-password\n");
    project.write("actions/two.js", login("two").replace("PostLogin", "PostChangePassword"));
    check(&format!("post-login: [one, {{ id: {id} }}]"), 4, "is deleted in this plan");
    assert!(tenant.state().bindings.is_empty());
}

/// A deploy that the tenant shows late: the second apply must not make another.
#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_never_in_traffic_is_not_made_twice() {
    let project = Project::with(&[
        ("actions/one.yaml", "name: one\ntriggerId: post-login\n"),
        ("actions/one.js", &login("new")),
    ]);
    let hours = Latency { fixed_ms: 36_000_000, jitter_ms: 0 };
    let late = Behaviour { deploy_lag: hours, ..Behaviour::instant() };
    let tenant = tenant(&project, two(), late).await;
    let only = ["apply", "--yes", "--only", "one"];
    let run = project.on(&tenant, &only).expect(0);
    assert!(run.stdout.contains("version 2 is deployed, and was not in traffic"), "{run}");
    let run = project.on(&tenant, &only).expect(1);
    assert!(run.stdout.contains("no second version was made"), "{run}");
    assert!(run.stdout.contains("`hooksync rollback NAME --to 2`"), "{run}");
    assert_eq!(tenant.state().action_named("one").unwrap().versions.len(), 2);
    let show = |state: &mut State| {
        let id = state.action_named("one").unwrap().id.clone();
        let version = state.action_mut(&id).unwrap().versions.last_mut().unwrap();
        version.live = version.created;
    };
    tenant.edit(show).unwrap();
    project.on(&tenant, &["plan", "--detailed-exitcode", "--only", "one"]).expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_a_name_does_not_keep_are_sent_with_their_values() {
    let lacks = "the tenant does not have the secret OLD, which it should have";
    for (named, exit, said) in [
        (NamedSecrets::Drop, 3, lacks),
        // refused: nothing of it was written
        (NamedSecrets::Refuse, 1, "this tenant takes no secret without its value"),
    ] {
        let project = Project::with(&[
            ("actions/one.yaml", "name: one\ntriggerId: post-login\nsecrets: { OLD: v, NEW: w }\n"),
            ("actions/one.js", &login("one")),
            (
                "actions/two.yaml",
                "name: two\ntriggerId: post-login\nsecrets: { OLD: _VALUE_NOT_SHOWN_, NEW: w }\n",
            ),
            ("actions/two.js", &login("two")),
        ]);
        let behaviour = Behaviour { named_secrets: named, ..Behaviour::instant() };
        let tenant = tenant(&project, two(), behaviour).await;
        let only_one = ["apply", "--yes", "--only", "one"];
        let run = project.on(&tenant, &only_one).expect(0);
        assert!(run.stdout.contains("their values were sent"), "{run}");
        project.on(&tenant, &["plan", "--detailed-exitcode", "--only", "one"]).expect(0);
        // of the other one nobody has the value
        let run = project.on(&tenant, &["apply", "--yes"]).expect(exit);
        assert!(run.stdout.contains(said) && run.stdout.contains("for OLD: give"), "{run}");
    }
}
