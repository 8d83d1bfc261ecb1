//! Answers of the service, and of servers that are less exact.

use super::*;

const ACTION: &str = r#"{"id":"D1AD-UPPER","name":"Add roles (日本)","supported_triggers":[{"id":"post-login","version":"v3","more":1}],
    "code":"x","dependencies":[{"name":"lodash","version":"4.17.21"},{"name":"own"}],"runtime":"node22","status":"BUILDING",
    "secrets":[{"name":"K","updated_at":"2026-05-29T10:45:58.888947671Z"},{"name":"L","updated_at":"soon"}],
    "deployed_version":{"id":"v","deployed":true,"number":3,"code":"y","dependencies":[],"secrets":[],"status":"built",
      "runtime":"node18-actions","supported_triggers":[{"id":"post-login","version":"v2"}]},
    "all_changes_deployed":false,"unknown":{"a":[1]}}"#;

#[test]
fn draft_and_deployed_version_are_read() {
    let live = action(ACTION.as_bytes()).unwrap();
    assert_eq!((live.id.as_str(), live.name.as_str()), ("D1AD-UPPER", "Add roles (日本)"));
    assert_eq!(live.trigger.as_str(), "post-login");
    let packages = live.dependencies.clone().unwrap();
    assert_eq!(packages["own"], "latest");
    let found = live.action().unwrap();
    assert_eq!((found.build.clone(), found.installed), (BuildStatus::Building, false));
    assert!(found.secrets["K"].is_some() && found.secrets["L"].is_none());
    let deployed = found.deployed.as_ref().unwrap();
    assert_eq!((deployed.number, deployed.deployed), (Some(3), true));
    assert_eq!(deployed.script.as_ref().map(Script::as_str), Some("y"));
    assert_eq!(deployed.trigger_version.as_deref(), Some("v2"));
}

#[test]
fn an_absent_field_is_never_read_as_empty() {
    let live = action(br#"{"id":"1"}"#).unwrap();
    assert_eq!((&live.script, &live.dependencies, &live.secrets), (&None, &None, &None));
    assert_eq!((live.name.as_str(), live.stored_name), ("1", None));
    let live = action(br#"{"id":"1","code":"","dependencies":[],"secrets":[]}"#).unwrap();
    assert!(live.has_content() && live.secrets.is_some());
}

#[test]
fn pages_leave_zeros_out() {
    let check = |body: &str, count: usize, total: Option<u64>| {
        let page = actions(body.as_bytes()).unwrap();
        assert_eq!((page.items.len(), page.total), (count, total), "{body}");
    };
    check(r#"{"actions":[],"per_page":100}"#, 0, None);
    check(r#"{"actions":[{"id":"1"}],"total":1,"per_page":100}"#, 1, Some(1));
    check(r#"{"actions":[{"id":"1"}],"total":2,"page":1,"per_page":1}"#, 1, Some(2));
    check(r#"[{"id":"1"}]"#, 1, None);
    check(r#"{"actions":null,"total":0}"#, 0, Some(0));
    check(r#"{"actions":null}"#, 0, None);
}

#[test]
fn what_is_not_an_answer_of_the_api_says_why() {
    let check = |body: &str, why: &str| {
        assert_eq!(actions(body.as_bytes()).unwrap_err(), why, "{body}");
    };
    check("", "it is empty");
    check("<html>", "it is no JSON");
    check("{}", "it holds no actions");
    check("3", "it holds no actions");
    check(r#"{"per_page":100}"#, "it holds no actions");
    check(r#"{"actions":null,"total":3}"#, "its JSON has an unexpected shape");
    check(r#"{"actions":{}}"#, "its JSON has an unexpected shape");
    check(r#"{"actions":[{"id":".."}]}"#, "an action has an invalid id");
    let nameless = bindings(br#"{"bindings":[{"id":"b"}]}"#).unwrap_err();
    assert_eq!(nameless, "a binding names no action");
}

#[test]
fn installed_actions_and_unknown_triggers_survive() {
    let body = br#"{"bindings":[{"id":"b","action":{"id":"D1AD","name":"Bought","installed_integration_id":"i"},"display_name":"B"},
        {"id":"c","action":{"id":"e"}}],"per_page":20}"#;
    let entries = bindings(body).unwrap().items;
    assert!(entries[0].installed && !entries[1].installed);
    assert_eq!((entries[0].action_id.as_str(), entries[1].action_name.as_str()), ("D1AD", "e"));
    let found = triggers(
        br#"{"triggers":[{"id":"mcp-tool","version":"v1","status":"CURRENT","binding_policy":"entity-bound"},{"id":"new"}]}"#,
    )
    .unwrap();
    assert_eq!(found[0].trigger.as_str(), "mcp-tool");
    assert!(found[0].current && !found[0].bindable && found[1].bindable);
}

#[test]
fn null_is_nothing_and_numbers_may_be_text() {
    let live = action(
        br#"{"id":"1","name":"a","code":null,"dependencies":null,"secrets":null,"supported_triggers":null,"runtime":null,
            "all_changes_deployed":null,"deployed_version":{"id":"v","number":"3","code":null,"dependencies":null,"secrets":null,
            "supported_triggers":[{"id":"post-login","version":"v3"}],"runtime":null,"errors":null}}"#,
    )
    .unwrap();
    assert_eq!(live.script.as_ref().map(Script::as_str), Some(""));
    assert!(live.dependencies.as_ref().unwrap().is_empty());
    assert!(live.secrets.as_ref().unwrap().is_empty());
    // the trigger of what is deployed is the action's
    assert_eq!(live.trigger.as_str(), "post-login");
    let deployed = live.action().unwrap().deployed.as_ref().unwrap();
    assert_eq!(deployed.number, Some(3));
    assert!(deployed.dependencies.as_ref().unwrap().is_empty());
    let check = |errors: &str, expected: &[&str]| {
        let body = format!(r#"{{"id":"v","number":3.5,"errors":{errors}}}"#);
        let read = version(body.as_bytes()).unwrap();
        assert_eq!(
            (read.errors, read.version.number),
            (expected.iter().map(|it| (*it).to_owned()).collect(), None)
        );
    };
    check(r#"["no such package"]"#, &["no such package"]);
    check(r#"[{"id":"x","msg":"gone"},{"id":"only"},{}]"#, &["gone", "only"]);
    check(r#"{"msg":"gone"}"#, &[]);
}

#[test]
fn what_a_version_leaves_out_is_nothing_unless_all_is_deployed() {
    let check = |said: &str, packages: Option<usize>, secrets: usize| {
        let body = format!(
            r#"{{"id":"1","code":"x","dependencies":[{{"name":"a","version":"1"}}],"secrets":[{{"name":"K"}}]{said},
              "deployed_version":{{"id":"v","code":"x"}}}}"#
        );
        let live = action(body.as_bytes()).unwrap();
        let deployed = live.action().unwrap().deployed.clone().unwrap();
        assert_eq!(
            (deployed.dependencies.map(|all| all.len()), deployed.secrets.len()),
            (packages, secrets),
            "{body}"
        );
    };
    check(r#","all_changes_deployed":true"#, None, 1);
    check(r#","all_changes_deployed":false"#, Some(0), 0);
    check("", Some(0), 0);
}
