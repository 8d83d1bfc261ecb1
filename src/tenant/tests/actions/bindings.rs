//! Bindings: replaced as a whole, each time with new ids; what is refused.

use super::*;
use crate::tenant::actions::{Installed, Version};

const PATCH: &str = "PATCH /actions/triggers/post-login/bindings";

fn by_name(names: &[&str]) -> String {
    let entry = |name: &&str| format!(r#"{{"ref":{{"type":"action_name","value":"{name}"}}}}"#);
    let entries: Vec<String> = names.iter().map(entry).collect();
    format!(r#"{PATCH} {{"bindings":[{}]}}"#, entries.join(","))
}

fn bound(lab: &Lab) -> Vec<String> {
    let state = &lab.bench.state;
    let names = state.bindings_of("post-login").map(|binding| &binding.action);
    names.map(|id| state.action(id).unwrap().name.clone()).collect()
}

#[test]
fn every_patch_makes_new_ids_for_all_entries() {
    let mut lab = Lab::new();
    for name in ["a", "b"] {
        lab.action(name, true);
    }
    lab.wait(1000).ok(&by_name(&["a", "b", "a"]));
    assert_eq!(bound(&lab), ["a", "b", "a"]);
    let first = lab.bench.state.bindings.clone();
    assert!(first.windows(2).all(|pair| pair[0].created < pair[1].created));
    lab.wait(5).ok(&by_name(&["a", "b", "a"]));
    let second = lab.bench.state.bindings.clone();
    assert!(first.iter().all(|old| second.iter().all(|new| new.id != old.id)));
    // A display name is optional, and stays as it was at a rename.
    lab.ok(&format!(
        r#"{PATCH} {{"bindings":[{{"ref":{{"type":"binding_id","value":"{}"}},"display_name":"Shown"}}]}}"#,
        second[1].id
    ));
    assert_eq!(bound(&lab), ["b"]);
    assert_eq!(lab.bench.state.bindings[0].id, second[1].id);
    lab.ok(&format!(
        r#"PATCH /actions/actions/{} {{"name":"c"}}"#,
        lab.bench.state.bindings[0].action.clone()
    ));
    let body = lab.ok("GET /actions/triggers/post-login/bindings");
    assert!(body.contains(r#""name":"c""#) && body.contains(r#""display_name":"Shown""#), "{body}");
    lab.check(&by_name(&[]), 200, r#"{"bindings":[]}"#);
    assert!(lab.bench.state.bindings.is_empty());
}

#[test]
fn a_new_action_can_be_bound_some_time_after_its_first_deploy() {
    let lag = Latency { fixed_ms: 3000, jitter_ms: 0 };
    let mut lab = Lab::with(Choices { bind_lag: lag, ..Choices::default() });
    let early = refused(
        400,
        "Trying to create a binding for an action that has not been deployed yet.",
        "",
    );
    lab.action("a", false);
    lab.check(&by_name(&["a"]), 400, &early);
    lab.wait(1000).ok("POST /actions/actions/$1/deploy");
    lab.wait(2900).check(&by_name(&["a"]), 400, &early);
    lab.wait(200).ok(&by_name(&["a"]));
    // A later deploy is no obstacle.
    lab.ok("POST /actions/actions/$1/deploy");
    lab.ok(&by_name(&["a"]));
}

#[test]
fn refusals() {
    let mut lab = Lab::new();
    lab.action("a", true);
    lab.ok(r#"POST /actions/actions {"name":"sms","supported_triggers":[{"id":"send-phone-message","version":"v2"}],"deploy":true}"#);
    lab.ok(r#"POST /actions/actions {"name":"old","supported_triggers":[{"id":"post-login"}],"deploy":true}"#);
    lab.wait(2000);
    let incompatible =
        refused(400, "Trying to create a binding between an incompatible action and trigger.", "");
    lab.check(&by_name(&["a", "sms"]), 400, &incompatible);
    lab.check(&by_name(&["old"]), 400, &incompatible);
    lab.check(&by_name(&["a", "gone"]), 404, &refused(404, "That action does not exist.", ""));
    let no_match = |at: usize| {
        let message = format!(
            "Payload validation error: 'Data does not match any schemas from 'oneOf'' on property bindings[{at}]."
        );
        refused(400, &message, "invalid_body")
    };
    for entry in [
        "{}",
        r#""a""#,
        r#"{"ref":{"type":"name","value":"a"}}"#,
        r#"{"ref":{"type":"action_id"}}"#,
    ] {
        let good = r#"{"ref":{"type":"action_name","value":"a"}}"#;
        let line = format!(r#"{PATCH} {{"bindings":[{good},{entry}]}}"#);
        lab.check(&line, 400, &no_match(1));
    }
    assert!(lab.bench.state.bindings.is_empty());
    lab.check(
        &by_name(&["a"; 21]),
        400,
        &refused(400, "A trigger may have at most 20 actions bound to it.", ""),
    );
    lab.check(
        "GET /actions/triggers/post-lunch/bindings",
        404,
        &refused(404, "That trigger does not exist.", ""),
    );
}

#[test]
fn entity_bound_triggers_are_listed_empty_and_not_written() {
    let mut lab = Lab::new();
    let path = "/actions/triggers/event-stream/bindings";
    lab.check(&format!("GET {path}"), 200, r#"{"bindings":[],"per_page":20}"#);
    let message = "cannot update action bindings for an entity-bound trigger";
    lab.check(&format!(r#"PATCH {path} {{"bindings":[]}}"#), 400, &refused(400, message, ""));
}

#[test]
fn installed_actions_stay_bound_when_they_are_sent_again() {
    let mut lab = Lab::new();
    lab.action("Bought", true);
    let id = "D1AD7CCF-9B3C-4F53-8F9A-2C6F4E0A1B2C";
    let action = &mut lab.bench.state.actions[0];
    action.id = id.to_owned();
    action.draft.code.clear();
    action.versions =
        vec![Version { number: None, content: action.draft.clone(), ..action.versions[0].clone() }];
    action.installed =
        Some(Installed { id: "i1".to_owned(), integration: Json::Object(Object::default()) });
    lab.ok(&format!(r#"{PATCH} {{"bindings":[{{"ref":{{"type":"action_id","value":"{id}"}}}}]}}"#));
    let body = lab.ok("GET /actions/actions?installed=true");
    assert!(body.contains(&format!(r#""id":"{id}","name":"Bought""#)), "{body}");
    assert!(body.contains(r#""installed_integration_id":"i1","integration":{}"#), "{body}");
    assert!(!body.contains(r#""number""#), "{body}");
    // Ids are compared exactly.
    let lower = id.to_ascii_lowercase();
    assert_eq!(lab.send(&format!("GET /actions/actions/{lower}")).0, 404);
    let refused = refused(400, "An installed action can't be changed.", "");
    lab.check(&format!("DELETE /actions/actions/{id}?force=true"), 400, &refused);
    lab.check(&format!(r#"PATCH /actions/actions/{id} {{"name":"x"}}"#), 400, &refused);
}
