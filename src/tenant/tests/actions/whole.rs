//! From creation to deletion: bodies, statuses, pages, filters, scopes.

use super::*;

const CREATE: &str = r#"POST /actions/actions {"name":"Test Action","supported_triggers":[{"id":"post-login","version":"v3"}],"code":"exports.onExecutePostLogin = async (event, api) => {};"}"#;
/// What an action's answers begin with.
const START: &str = r#""id":"$1","name":"Test Action","supported_triggers":[{"id":"post-login","version":"v3"}],"created_at":"T","updated_at":"T""#;
const CODE: &str = r#""code":"exports.onExecutePostLogin = async (event, api) => {};""#;

#[test]
fn from_creation_to_a_binding_as_recorded() {
    let mut lab = Lab::new();
    let draft = format!(r#"{START},{CODE},"dependencies":[],"runtime":"node22""#);
    lab.check(
        CREATE,
        201,
        &format!(r#"{{{draft},"status":"pending","secrets":[],"all_changes_deployed":false}}"#),
    );
    let too_early =
        refused(400, "A draft must be in the 'built' state before it can be deployed.", "");
    lab.wait(100).check("POST /actions/actions/$1/deploy", 400, &too_early);
    lab.wait(200).check(
        "GET /actions/actions/$1",
        200,
        &format!(r#"{{{draft},"status":"built","secrets":[],"all_changes_deployed":false}}"#),
    );

    let version = |deployed: &str| {
        format!(
            r#"{CODE},"dependencies":[],"id":"$2",{deployed},"secrets":[],"status":"built","created_at":"T","updated_at":"T","runtime":"node22","supported_triggers":[{{"id":"post-login","version":"v3"}}]"#
        )
    };
    let partial = format!(r#""action":{{{START},"all_changes_deployed":false}}"#);
    let born = version(r#""deployed":false,"number":1"#);
    lab.check("POST /actions/actions/$1/deploy null", 200, &format!("{{{born},{partial}}}"));
    lab.check("GET /actions/actions/$1/versions/$2", 200, &format!("{{{born},{partial}}}"));
    let live = version(r#""deployed":true,"number":1,"built_at":"T""#);
    lab.wait(81).check(
        "GET /actions/actions/$1/versions/$2",
        200,
        &format!("{{{live},{partial}}}"),
    );
    lab.check(
        "GET /actions/actions/$1/versions?per_page=50",
        200,
        &format!(r#"{{"versions":[{{{live},{partial}}}],"total":1,"per_page":50}}"#),
    );
    let current = format!(
        r#""current_version":{{"id":"$2",{CODE},"runtime":"node22","status":"BUILT","number":1,"build_time":"T","created_at":"T","updated_at":"T"}}"#
    );
    let deployed = format!(
        r#"{{{draft},"status":"built","secrets":[],{current},"deployed_version":{{{live}}},"all_changes_deployed":true}}"#
    );
    lab.check("GET /actions/actions/$1", 200, &deployed);
    lab.check(
        "GET /actions/actions?per_page=100",
        200,
        &format!(r#"{{"actions":[{deployed}],"total":1,"per_page":100}}"#),
    );
    let bound = format!(
        r#"{{"id":"$3","trigger_id":"post-login","action":{{{START},{current},"deployed_version":{{{live}}},"all_changes_deployed":false}},"created_at":"T","updated_at":"T","display_name":"Foo"}}"#
    );
    lab.wait(1000).check(
        r#"PATCH /actions/triggers/post-login/bindings {"bindings":[{"ref":{"type":"action_id","value":"$1"},"display_name":"Foo"}]}"#,
        200,
        &format!(r#"{{"bindings":[{bound}]}}"#),
    );
    lab.check(
        "GET /actions/triggers/post-login/bindings",
        200,
        &format!(r#"{{"bindings":[{bound}],"total":1,"per_page":20}}"#),
    );
    let in_use = refused(409, "Unable to delete an action bound to a trigger.", "");
    lab.check("DELETE /actions/actions/$1", 409, &in_use);
    lab.check("DELETE /actions/actions/$1?force=true", 204, "");
    lab.check("GET /actions/triggers/post-login/bindings", 200, r#"{"bindings":[],"per_page":20}"#);
    let gone = refused(404, "That action does not exist.", "");
    for line in ["GET", "DELETE"] {
        lab.check(&format!("{line} /actions/actions/$1"), 404, &gone);
    }
}

#[test]
fn zeros_are_left_out_of_pages() {
    let mut lab = Lab::new();
    lab.check("GET /actions/actions?page=0&per_page=100", 200, r#"{"actions":[],"per_page":100}"#);
    for name in ["a", "b", "c"] {
        lab.action(name, false);
    }
    let ends = |lab: &mut Lab, query: &str, end: &str| {
        let body = lab.ok(&format!("GET /actions/actions?{query}"));
        assert!(body.ends_with(end), "{query}: {body}");
    };
    ends(&mut lab, "per_page=2", r#"],"total":3,"per_page":2}"#);
    ends(&mut lab, "per_page=2&page=1", r#"],"total":3,"page":1,"per_page":2}"#);
    ends(&mut lab, "", r#"],"total":3,"per_page":20}"#);
    lab.check("GET /actions/actions?page=1", 200, r#"{"actions":[],"page":1,"per_page":20}"#);
    lab.check(
        "GET /actions/actions?include_totals=true",
        400,
        &refused(
            400,
            "Query validation error: 'Additional properties not allowed: include_totals'.",
            "invalid_query_string",
        ),
    );
}

#[test]
fn filters() {
    let mut lab = Lab::new();
    lab.action("a", true);
    lab.action("b", false);
    lab.ok(r#"POST /actions/actions {"name":"c","supported_triggers":[{"id":"send-phone-message","version":"v2"}]}"#);
    let mut found = |query: &str| -> Vec<String> {
        let body = lab.ok(&format!("GET /actions/actions?{query}"));
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        let names = body["actions"].as_array().unwrap().iter();
        names.map(|action| action["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found(""), ["a", "b", "c"]);
    assert_eq!(found("triggerId=post-login"), ["a", "b"]);
    assert_eq!(found("actionName=b"), ["b"]);
    assert_eq!(found("deployed=true"), ["a"]);
    assert_eq!(found("deployed=false"), ["b", "c"]);
    assert_eq!(found("deployed="), Vec::<String>::new());
    assert_eq!(found("installed=true"), Vec::<String>::new());
    assert_eq!(found("installed=false").len(), 3);
}

#[test]
fn a_patch_keeps_what_it_does_not_name_and_begins_a_build() {
    let mut lab = Lab::new();
    lab.ok(r#"POST /actions/actions {"name":"a","supported_triggers":[{"id":"post-login","version":"v3"}],"code":"x","runtime":"node18","dependencies":[{"name":"lodash","version":"latest"},{"name":"own","registry_url":"https://r.example"}]}"#);
    let packages = |registry: &str| {
        format!(
            r#""dependencies":[{{"name":"lodash","version":"4.17.21"}},{{"name":"own","version":"1.0.0"{registry}}}],"runtime":"node18","status":"#
        )
    };
    let until_built = packages(r#","registry_url":"https://r.example""#);
    let body = lab.ok("GET /actions/actions/$1");
    assert!(body.contains(&format!(r#"{until_built}"pending""#)), "{body}");
    let body = lab.wait(2500).ok("GET /actions/actions/$1");
    assert!(body.contains(&format!(r#"{}"built""#, packages(""))), "{body}");
    lab.ok("POST /actions/actions/$1/deploy");
    // Nothing changes, and still it is built again.
    let body = lab.wait(100).ok("PATCH /actions/actions/$1 {}");
    assert!(body.contains(r#""status":"pending","secrets""#), "{body}");
    assert!(body.ends_with(r#""all_changes_deployed":true}"#), "{body}");
    let body = lab.ok(r#"PATCH /actions/actions/$1 {"name":"b","code":"y","dependencies":[]}"#);
    assert!(body.contains(r#""name":"b""#), "{body}");
    assert!(body.contains(r#""code":"y","dependencies":[],"runtime":"node18""#), "{body}");
    assert!(body.ends_with(r#""all_changes_deployed":false}"#), "{body}");
    let action = &lab.bench.state.actions[0];
    assert!(action.updated > action.created);
    assert_eq!(action.versions[0].content.code, "x");
}

#[test]
fn moving_to_another_trigger() {
    let mut lab = Lab::new();
    lab.ok(r#"POST /actions/actions {"name":"a","supported_triggers":[{"id":"post-login","version":"v2"}],"runtime":"node18"}"#);
    let to = |id: &str, version: &str| {
        format!(
            r#"PATCH /actions/actions/$1 {{"supported_triggers":[{{"id":"{id}","version":"{version}"}}]}}"#
        )
    };
    let no = refused(400, "can't upgrade to this trigger.", "");
    lab.check(&to("credentials-exchange", "v2"), 400, &no);
    lab.ok(&to("post-login", "v3"));
    lab.check(&to("post-login", "v2"), 400, &no);
}

#[test]
fn created_and_deployed_at_once() {
    let mut lab = Lab::new();
    let body = lab.ok(r#"POST /actions/actions {"name":"a","supported_triggers":[{"id":"post-login","version":"v3"}],"deploy":true}"#);
    assert!(body.contains(r#""status":"PENDING","number":1"#), "{body}");
    assert!(
        body.contains(r#""deployed":true,"number":1,"secrets":[],"status":"pending""#),
        "{body}"
    );
    assert!(body.ends_with(r#""all_changes_deployed":true}"#), "{body}");
    let body = lab.wait(1000).ok("GET /actions/actions/$1");
    assert!(body.contains(r#""deployed":true,"number":1,"built_at":"T""#), "{body}");
}

#[test]
fn an_old_version_made_live_again_is_a_new_one() {
    let mut lab = Lab::new();
    lab.action("a", true);
    lab.ok(r#"PATCH /actions/actions/$1 {"code":"second"}"#);
    lab.wait(1000).ok("POST /actions/actions/$1/deploy");
    let body = lab.wait(1000).ok(r#"POST /actions/actions/$1/versions/$2/deploy"#);
    assert!(body.starts_with(r#"{"code":"// a""#), "{body}");
    assert!(body.contains(r#""deployed":false,"number":3"#), "{body}");
    lab.wait(1000);
    let action = &lab.bench.state.actions[0];
    assert_eq!(action.deployed(lab.bench.now).unwrap().content.code, "// a");
    assert_eq!(action.draft.code, "second");
    lab.ok(r#"POST /actions/actions/$1/versions/$2/deploy {"update_draft":true}"#);
    assert_eq!(lab.bench.state.actions[0].draft.code, "// a");
    lab.check(
        "POST /actions/actions/$1/versions/$1/deploy",
        404,
        &refused(404, "That version does not exist.", ""),
    );
}

#[test]
fn fifty_versions_are_kept_and_numbers_go_on() {
    let mut lab = Lab::with(Choices::instant());
    lab.action("a", false);
    for _ in 0..57 {
        lab.ok("POST /actions/actions/$1/deploy");
    }
    let versions = &lab.bench.state.actions[0].versions;
    assert_eq!(versions.len(), 50);
    let number = |version: Option<&crate::tenant::actions::Version>| version.unwrap().number;
    assert_eq!((number(versions.first()), number(versions.last())), (Some(8), Some(57)));
}

#[test]
fn refused_bodies() {
    let mut lab = Lab::new();
    let mut check = |body: &str, message: &str| {
        let refused = refused(400, message, "invalid_body");
        lab.check(&format!("POST /actions/actions {body}"), 400, &refused);
    };
    check(
        "{}",
        "Payload validation error: 'Missing required property: supported_triggers'. (also) Payload validation error: 'Missing required property: name'.",
    );
    let about = "(The list of triggers that this action supports. At this time, an action can only target a single trigger at a time.)";
    check(
        r#"{"name":"a","supported_triggers":[]}"#,
        &format!(
            "Payload validation error: 'Array is too short (0), minimum 1' on property supported_triggers {about}."
        ),
    );
    check(
        r#"{"name":"a","supported_triggers":[{"version":"v1","x":1}]}"#,
        "Payload validation error: 'Additional properties not allowed: x' on property supported_triggers[0]. (also) Payload validation error: 'Missing required property: id' on property supported_triggers[0].",
    );
    check(
        r#"{"name":1,"supported_triggers":[{"id":"post-login"}],"secrets":[{"name":"A","value":2}]}"#,
        "Payload validation error: 'Expected type string but found type integer' on property secrets[0].value. (also) Payload validation error: 'Expected type string but found type integer' on property name (The name of an action.).",
    );
    check("[]", "Payload validation error: 'Expected type object but found type array'.");
    let id = lab.action("a", false);
    let refused_ = |message: &str, code: &str| refused(400, message, code);
    lab.check(
        &format!(r#"PATCH /actions/actions/{id} {{"deploy":true}}"#),
        400,
        &refused_(
            "Payload validation error: 'Additional properties not allowed: deploy'.",
            "invalid_body",
        ),
    );
    let create = |rest: &str| format!(r#"POST /actions/actions {{"name":"a",{rest}}}"#);
    lab.check(
        &create(r#""supported_triggers":[{"id":"post-login","version":"v1"}],"runtime":"node18""#),
        400,
        &refused_(
            "runtime not supported for version v1 of this trigger, supported runtimes: node22",
            "",
        ),
    );
    lab.check(
        &create(r#""supported_triggers":[{"id":"post-lunch","version":"v1"}]"#),
        400,
        &refused_("post-lunch is not a trigger, or not in this version.", ""),
    );
    let secrets: Vec<String> =
        (0..31).map(|at| format!(r#"{{"name":"S{at}","value":"v"}}"#)).collect();
    let many = format!(
        r#""supported_triggers":[{{"id":"post-login","version":"v3"}}],"secrets":[{}]"#,
        secrets.join(",")
    );
    lab.check(
        &create(&many),
        400,
        &refused_("An action may have at most 30 secrets; this one has 31.", ""),
    );
}

#[test]
fn names_need_not_be_unique_unless_chosen() {
    use crate::tenant::actions::ActionNames;
    let mut lab = Lab::new();
    assert_ne!(lab.action("a", false), lab.action("a", false));
    let mut lab = Lab::with(Choices { names: ActionNames::Unique, ..Choices::default() });
    lab.action("a", false);
    lab.check(
        r#"POST /actions/actions {"name":"a","supported_triggers":[{"id":"post-login"}]}"#,
        409,
        &refused(409, "An action with the same name already exists.", ""),
    );
}

#[test]
fn the_order_of_a_triggers_versions_changes() {
    let mut lab = Lab::new();
    let lists: std::collections::HashSet<String> =
        (0..20).map(|_| lab.ok("GET /actions/triggers")).collect();
    assert!(lists.len() > 1);
    let entry = r#"{"id":"post-login","version":"v3","status":"CURRENT","runtimes":["node18-actions","node22"],"default_runtime":"node22","binding_policy":"trigger-bound","compatible_triggers":[{"id":"post-login","version":"v2"}]}"#;
    assert!(lists.iter().all(|list| list.contains(entry)));
}

#[test]
fn what_each_route_needs() {
    let check = |line: &str, scope: &str| {
        let scopes = ["read", "create", "update", "delete"].map(|verb| format!("{verb}:actions"));
        for granted in scopes {
            let options = Options { scopes: vec![granted.clone()], ..Options::default() };
            let refused = Bench::with(options).send(line).status == 403;
            assert_eq!(refused, granted != scope, "{line} with {granted}");
        }
    };
    let id = "/actions/actions/1";
    check("GET /actions/actions", "read:actions");
    check("POST /actions/actions", "create:actions");
    check(&format!("GET {id}"), "read:actions");
    check(&format!("PATCH {id}"), "update:actions");
    check(&format!("DELETE {id}"), "delete:actions");
    check(&format!("POST {id}/deploy"), "create:actions");
    check(&format!("POST {id}/test"), "create:actions");
    check(&format!("GET {id}/versions"), "read:actions");
    check(&format!("GET {id}/versions/2"), "read:actions");
    check(&format!("POST {id}/versions/2/deploy"), "create:actions");
    check("GET /actions/triggers", "read:actions");
    check("GET /actions/triggers/post-login/bindings", "read:actions");
    check("PATCH /actions/triggers/post-login/bindings", "update:actions");
    check("GET /actions/executions/x", "read:actions");
    check("POST /actions/modules", "create:actions");
    check("POST /actions/modules/1/versions", "update:actions");
}

#[test]
fn a_test_and_an_execution() {
    let mut lab = Lab::new();
    lab.action("a", false);
    let body = lab.ok(r#"POST /actions/actions/$1/test {"payload":{"event":{}}}"#);
    assert!(body.starts_with(r#"{"payload":{"stats":{"total_request_duration_ms":"#), "{body}");
    lab.check(
        "GET /actions/executions/M9IqRp9wQLaYNrSwz6YPTTIwMjEwNDA0",
        404,
        &refused(404, "That execution does not exist.", ""),
    );
}

#[test]
fn the_log_holds_no_secret() {
    let mut lab = Lab::new();
    let line = r#"POST /actions/actions {"name":"a","code":"canary-code","secrets":[{"name":"KEY","value":"canary"},{"name":"OTHER"}]}"#;
    let answer = lab.bench.answer(line);
    let entry = Entry::new(1, &lab.bench.request(line), &answer, NOW).to_line();
    assert!(!entry.contains("canary"), "{entry}");
    assert!(entry.contains(r#""secrets":["KEY (with a value)","OTHER"]"#), "{entry}");
    assert!(entry.contains(r#""code":"sha256:"#), "{entry}");
}
