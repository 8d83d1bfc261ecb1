//! Modules: recorded bodies, publishing, use by actions.

use super::*;
use crate::tenant::actions::Modules;

const CREATE: &str =
    r#"POST /actions/modules {"name":"helper","code":"x","secrets":[],"dependencies":[]}"#;

#[test]
fn created_published_used_and_deleted() {
    let mut lab = Lab::new();
    lab.check(
        "GET /actions/modules?per_page=100",
        200,
        r#"{"modules":[],"total":0,"page":0,"per_page":100}"#,
    );
    let start = r#"{"id":"$1","name":"helper","code":"x","dependencies":[],"secrets":[]"#;
    let end = r#""created_at":"T","updated_at":"T""#;
    lab.check(
        CREATE,
        201,
        &format!(r#"{start},"all_changes_published":false,"actions_using_module_total":0,{end}}}"#),
    );
    assert_eq!(lab.send(CREATE).0, 409);
    lab.check(
        "POST /actions/modules/$1/versions",
        200,
        r#"{"id":"$2","module_id":"$1","version_number":1,"code":"x","secrets":[],"dependencies":[],"created_at":"T"}"#,
    );
    let nothing = refused(409, "No draft version is available to publish", "");
    lab.check("POST /actions/modules/$1/versions", 409, &nothing);
    lab.check(
        "GET /actions/modules/$1",
        200,
        &format!(r#"{start},"all_changes_published":true,"actions_using_module_total":0,{end},"latest_version":{{"id":"$2","version_number":1,"code":"x","dependencies":[],"secrets":[]}}}}"#),
    );
    let body = lab.ok(r#"POST /actions/actions {"name":"a","supported_triggers":[{"id":"post-login","version":"v3"}],"modules":[{"module_id":"$1","module_version_id":"$2"}]}"#);
    assert!(body.contains(r#""modules":[{"module_id":"$1","module_name":"helper","module_version_id":"$2","module_version_number":1}]"#), "{body}");
    lab.check(
        "GET /actions/modules/$1/actions?per_page=50",
        200,
        r#"{"actions":[{"action_id":"$3","action_name":"a","module_version_id":"$2","module_version_number":1}],"total":1,"per_page":50}"#,
    );
    assert_eq!(lab.send("DELETE /actions/modules/$1").0, 412);
    lab.ok("DELETE /actions/actions/$3");
    lab.check("DELETE /actions/modules/$1", 204, "");
}

#[test]
fn a_patch_answers_the_old_times() {
    let mut lab = Lab::new();
    lab.ok(CREATE);
    let path = format!("/actions/modules/{}", lab.ids[0]);
    let updated = |lab: &mut Lab, line: &str| {
        let body: serde_json::Value = serde_json::from_slice(&lab.bench.send(line).body).unwrap();
        (body["created_at"].clone(), body["updated_at"].clone())
    };
    lab.wait(1000);
    let (created, answered) = updated(&mut lab, &format!(r#"PATCH {path} {{"code":"y"}}"#));
    assert_eq!(created, answered);
    let (_, then) = updated(&mut lab, &format!("GET {path}"));
    assert_ne!(then, answered);
    assert_eq!(lab.send(&format!(r#"PATCH {path} {{"name":"z"}}"#)).0, 400);
}

#[test]
fn a_rollback_changes_the_draft_only() {
    let mut lab = Lab::new();
    lab.ok(CREATE);
    lab.ok("POST /actions/modules/$1/versions");
    lab.ok(r#"PATCH /actions/modules/$1 {"code":"y"}"#);
    let body = r#"{"module_version_id":"$2"}"#;
    let back = lab.ok(&format!("POST /actions/modules/$1/rollback {body}"));
    assert!(back.contains(r#""code":"x""#), "{back}");
    assert_eq!(lab.send(&format!("POST /actions/modules/$1/rollback {body}")).0, 409);
    assert_eq!(lab.bench.state.modules[0].versions.len(), 1);
}

#[test]
fn a_tenant_without_modules() {
    let mut lab = Lab::with(Choices { modules: Modules::Off, ..Choices::default() });
    lab.check(
        "GET /actions/modules",
        403,
        &refused(403, "This feature is not enabled for this tenant.", "feature_not_enabled"),
    );
}
