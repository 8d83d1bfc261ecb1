//! Actions in the state file: by hand, and as the tenant writes them.

use super::*;
use crate::tenant::state_file::{read, write};

fn from(text: &str) -> Result<crate::tenant::state_file::Read, Problem> {
    read(text, SecretKey::new([5; 16]), &mut fastrand::Rng::with_seed(3), NOW)
}

const BY_HAND: &str = r#"{"actions":[
  {"name":"Add roles","trigger":"post-login","code":"x","dependencies":{"axios":"1.0.0"},
   "secrets":["KEY",{"name":"TOKEN","value":"a plain value"}],"deployed":true},
  {"name":"Draft","trigger":"post-login"}],
 "bindings":{"post-login":["Add roles"]}}"#;

#[test]
fn written_by_hand_then_complete() {
    let found = from(BY_HAND).unwrap();
    assert!(found.incomplete);
    let state = found.state;
    let action = &state.actions[0];
    assert_eq!(action.draft.triggers[0].version, "v3");
    assert_eq!(action.draft.runtime, "node22");
    assert!(action.all_deployed(NOW) && state.is_bound(&action.id));
    assert_eq!(state.action_secret_is(&action.id, "TOKEN", "a plain value"), Some(true));
    assert!(state.actions[1].versions.is_empty());
    let text = write(&state);
    assert!(!text.contains("a plain value"), "{text}");
    let again = from(&text).unwrap();
    assert_eq!((again.state, again.incomplete), (state, false));
}

#[test]
fn everything_is_kept() {
    let mut lab = Lab::new();
    lab.action("a", true);
    lab.ok(r#"PATCH /actions/actions/$1 {"name":"b","secrets":[{"name":"S","value":"v"}],"dependencies":[{"name":"x","version":"1","registry_url":"https://r"}]}"#);
    lab.ok(r#"POST /actions/modules {"name":"m","code":"x","secrets":[{"name":"S","value":"v"}],"publish":true}"#);
    lab.ok(r#"PATCH /actions/triggers/post-login/bindings {"bindings":[{"ref":{"type":"action_name","value":"b"},"display_name":"B"}]}"#);
    let state = lab.bench.state.clone();
    let again = read(&write(&state), state.key, &mut fastrand::Rng::with_seed(3), NOW).unwrap();
    assert_eq!((again.state, again.incomplete), (state, false));
}

#[test]
fn what_can_be_wrong() {
    let check = |text: &str, expected: &str| {
        let error = from(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    };
    check(r#"{"actions":[{"name":"a"}]}"#, "action a: it has neither trigger");
    check(r#"{"actions":[{"name":"a","trigger":"x"}]}"#, "action a: \"x\" is not a trigger");
    check(r#"{"actions":[{"name":"a","trigger":"post-login","kode":"x"}]}"#, "kode");
    check(
        r#"{"bindings":{"post-login":["a"]}}"#,
        "bindings of post-login: there is no action \"a\"",
    );
    check(r#"{"bindings":{"x":["a"]}}"#, "\"x\" is not a trigger");
    let action = r#"{"id":"1","name":"a","trigger":"post-login"}"#;
    check(&format!(r#"{{"actions":[{action},{action}]}}"#), "id 1 is there twice");
    check(r#"{"bindings":{"post-login":[{"display_name":"x"}]}}"#, "either action or action_id");
    check(
        r#"{"actions":[{"name":"a","trigger":"post-login","created_at":"today"}]}"#,
        "is not a time",
    );
}

#[test]
fn secrets_of_another_process_can_not_be_guessed_from_a_file() {
    let mut lab = Lab::new();
    lab.ok(r#"POST /actions/actions {"name":"a","supported_triggers":[{"id":"post-login","version":"v3"}],"secrets":[{"name":"S","value":"hunter2"}]}"#);
    let text = write(&lab.bench.state);
    let other = from(&text).unwrap().state;
    let id = other.actions[0].id.clone();
    assert_eq!(other.action_secret_is(&id, "S", "hunter2"), None);
    assert_eq!(lab.bench.state.action_secret_is(&id, "S", "hunter2"), Some(true));
}
