//! Another client that writes between our read and our write.

use hooksync::tenant::{self, Behaviour, ListDetail, Options, Running};

use crate::support::{Project, Run, hook, script, tenant, writes};

const SIGN_UP: &str = "pre-user-registration";

/// One live hook whose script the definition changes.
async fn hooks(list: ListDetail, faults: &[&str]) -> (Running, Project) {
    let behaviour = Behaviour { list, ..Behaviour::default() };
    let options = Options { behaviour, ..Options::default() };
    let tenant = tenant(options, vec![hook(1, "greet", SIGN_UP)]).await;
    tenant.set_faults(faults.iter().map(|fault| fault.parse().unwrap()).collect());
    let project = Project::with(&[
        ("hooks/greet.yaml", "name: greet\ntriggerId: pre-user-registration\n"),
        ("hooks/greet.js", &script(SIGN_UP, "\n  // new")),
    ]);
    (tenant, project)
}

/// How often something below `/api/v2` was read.
fn reads(tenant: &Running, path: &str) -> usize {
    let path = format!("/api/v2{path}");
    let requests = tenant.requests().into_iter();
    requests.filter(|entry| entry.method == "GET" && entry.path == path).count()
}

#[track_caller]
fn assert_changed_meanwhile(run: &Run, name: &str, field: &str) {
    let json = run.json();
    let results = json["results"].as_array().unwrap();
    let result = results.iter().find(|result| result["name"] == name).unwrap();
    assert_eq!(result["outcome"], "failed", "{run}");
    assert_eq!(result["error"]["error_code"], "changed_meanwhile", "{run}");
    let message = result["error"]["message"].as_str().unwrap();
    assert!(message.starts_with(&format!("changed in the meantime: {field} ")), "{run}");
}

/// Before the second reading of this path somebody edits, and nothing is written.
/// Gives how often the list was read, and the hook itself.
async fn is_looked_at_again(list: ListDetail, path: &str) -> (usize, usize) {
    // the first reading takes its time
    let faults = [format!("delay:2100@GET,{path},1"), format!("edit:script@GET,{path},2")];
    let (tenant, project) = hooks(list, &faults.each_ref().map(String::as_str)).await;
    let args = ["apply", "--yes", "--format", "json"];
    let run = project.on(&tenant, &args).expect(1);
    assert_changed_meanwhile(&run, "greet", "script");
    assert_eq!(writes(&tenant), [""; 0]);
    let id = &tenant.state().hooks[0].id;
    (reads(&tenant, "/hooks"), reads(&tenant, &format!("/hooks/{id}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_was_read_long_ago_is_looked_at_again() {
    let listed = tokio::spawn(is_looked_at_again(ListDetail::Full, "/hooks"));
    // where lists carry no scripts, the hook itself is read again
    let alone = tokio::spawn(is_looked_at_again(ListDetail::Summary, "/hooks/*"));
    assert_eq!((listed.await.unwrap(), alone.await.unwrap()), ((2, 0), (1, 2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_list_serves_all_and_what_nobody_touched_goes_on() {
    let (tenant, project) = hooks(ListDetail::Full, &["delay:2100@GET,/hooks,1"]).await;
    for number in 2..8 {
        let name = format!("other-{number}");
        tenant.edit(|state| state.hooks.push(hook(number, &name, SIGN_UP))).unwrap();
        let definition = format!("name: {name}\ntriggerId: {SIGN_UP}\nscript: greet.js\n");
        project.write(&format!("hooks/{name}.yaml"), definition);
    }
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    assert_eq!((writes(&tenant).len(), reads(&tenant, "/hooks")), (7, 2));

    // what is written within two seconds of the reading costs no request more
    let (tenant, project) = hooks(ListDetail::Full, &[]).await;
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    assert_eq!((writes(&tenant).len(), reads(&tenant, "/hooks")), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn something_else_that_was_applied_makes_it_a_part() {
    // which of the two somebody edits is left to chance
    let faults = ["delay:2100@GET,/hooks,1", "edit:script@GET,/hooks,2"];
    let (tenant, project) = hooks(ListDetail::Full, &faults).await;
    let other = hook(0, "other", "send-phone-message");
    tenant.edit(|state| state.hooks.insert(0, other)).unwrap();
    project.write("hooks/other.yaml", "name: other\ntriggerId: send-phone-message\n");
    project.write("hooks/other.js", script("send-phone-message", "\n  // new"));
    let run = project.on(&tenant, &["apply", "--yes", "--format", "json"]).expect(3);
    let state = tenant.state();
    let edited =
        state.hooks.iter().find(|hook| hook.script.contains("edited by somebody")).unwrap();
    assert_changed_meanwhile(&run, edited.name.as_ref().unwrap(), "script");
    let summary = serde_json::json!({"applied": 1, "failed": 1, "not_attempted": 0});
    assert_eq!(run.json()["summary"], summary, "{run}");
    assert_eq!(writes(&tenant).len(), 1, "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_an_answer_that_were_not_sent_are_compared() {
    let (tenant, project) = hooks(ListDetail::Full, &["edit:toggle@PATCH,/hooks/*,1"]).await;
    let run = project.on(&tenant, &["apply", "--yes", "--format", "json"]).expect(3);
    assert_changed_meanwhile(&run, "greet", "enabled");
    assert!(run.stdout.contains("only what this plan changes was overwritten"), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_second_look_gets_none() {
    let faults =
        ["delay:2100@GET,/hooks,1", "edit:script@GET,/hooks,2", "edit:toggle@PATCH,/hooks/*,1"];
    let (tenant, project) = hooks(ListDetail::Full, &faults).await;
    project.on(&tenant, &["apply", "--yes", "--no-recheck"]).expect(0);
    assert_eq!((writes(&tenant).len(), reads(&tenant, "/hooks")), (1, 1));
}

const CODE: &str = "exports.onExecutePostLogin = async (event, api) => {};\n";

/// Live, deployed and bound actions; the first one's code is changed.
async fn actions(names: &[&str], faults: &[&str]) -> (Running, Project) {
    let project = Project::new();
    let mut live = Vec::new();
    for name in names {
        live.push(serde_json::json!({
            "name": name, "trigger": "post-login", "code": CODE, "deployed": true
        }));
        project.write(
            &format!("actions/{name}.yaml"),
            format!("name: {name}\ntriggerId: post-login\n"),
        );
        project.write(&format!("actions/{name}.js"), CODE);
    }
    let state = serde_json::json!({ "actions": live, "bindings": { "post-login": names } });
    project.write("state/tenant.json", state.to_string());
    let state = Some(project.path("state/tenant.json"));
    let tenant = tenant::start(Options { state, ..Options::default() }).await.unwrap();
    tenant.set_faults(faults.iter().map(|fault| fault.parse().unwrap()).collect());
    (tenant, project)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_was_read_long_ago_is_looked_at_again() {
    let faults = ["delay:2100@GET,/actions/actions,1", "edit:action-draft@GET,/actions/actions,2"];
    let (tenant, project) = actions(&["one"], &faults).await;
    project.write("actions/one.js", format!("{CODE}// new\n"));
    let run = project.on(&tenant, &["apply", "--yes", "--format", "json"]).expect(1);
    assert_changed_meanwhile(&run, "one", "script");
    assert_eq!(writes(&tenant), [""; 0]);
    assert_eq!(reads(&tenant, "/actions/actions"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_drafts_before_the_deploy_is_not_deployed() {
    let faults = ["edit:action-draft@GET,/actions/actions,2"];
    let (tenant, project) = actions(&["one"], &faults).await;
    project.write("actions/one.js", format!("{CODE}// new\n"));
    let run = project.on(&tenant, &["apply", "--yes", "--format", "json"]).expect(3);
    assert_changed_meanwhile(&run, "one", "script");
    assert_eq!(writes(&tenant).len(), 1, "{run}");
    assert_eq!(tenant.state().actions[0].versions.len(), 1, "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_was_read_long_ago_is_looked_at_again() {
    let path = "/actions/triggers/post-login/bindings";
    let faults = [format!("delay:2100@GET,{path},1"), format!("edit:unbind@GET,{path},2")];
    let faults: Vec<&str> = faults.iter().map(String::as_str).collect();
    let (tenant, project) = actions(&["one", "two"], &faults).await;
    project.write("actions/bindings.yaml", "kind: bindings\nbindings:\n  post-login: [two, one]\n");
    let run = project.on(&tenant, &["apply", "--yes", "--format", "json"]).expect(1);
    assert_changed_meanwhile(&run, "post-login", "bindings");
    assert_eq!((writes(&tenant).len(), reads(&tenant, path)), (0, 2), "{run}");
}
