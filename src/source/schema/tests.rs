//! The schemas beside what is read.

use super::*;
use crate::source::definition::{ACTION_FIELDS, HOOK_FIELDS};

fn value(schema: &str) -> Value {
    serde_json::from_str(schema).unwrap()
}

#[test]
fn the_schemas_have_the_fields_that_are_read() {
    for (schema, fields) in [(hook(), &HOOK_FIELDS[..]), (action(), &ACTION_FIELDS[..])] {
        let schema = value(&schema);
        let mut known: Vec<&str> =
            schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        known.sort_unstable();
        let mut read = fields.to_vec();
        read.sort_unstable();
        assert_eq!(known, read);
        assert_eq!(schema["required"], serde_json::json!(["name", "triggerId"]));
        for (name, field) in schema["properties"].as_object().unwrap() {
            assert!(field["description"].is_string(), "{name} has no description");
        }
    }
}

#[test]
fn every_definition_of_the_demo_fits() {
    let hook = jsonschema::validator_for(&value(&hook())).unwrap();
    let action = jsonschema::validator_for(&value(&action())).unwrap();
    let bindings = jsonschema::validator_for(&value(&bindings())).unwrap();
    let config = jsonschema::validator_for(&value(&config())).unwrap();
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/demo");
    let mut count = 0;
    for entry in walkdir::WalkDir::new(demo) {
        let path = entry.unwrap().into_path();
        let is_test = path.to_string_lossy().ends_with(".test.yaml");
        if is_test || path.extension().is_none_or(|end| end != "yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let read: Value = serde_yaml::from_str(&text).unwrap();
        let schema = match path.parent().and_then(|folder| folder.file_name()?.to_str()) {
            _ if path.ends_with("hooksync.yaml") => &config,
            _ if path.ends_with("bindings.yaml") => &bindings,
            Some("actions") => &action,
            _ => &hook,
        };
        let faults: Vec<String> = schema.iter_errors(&read).map(|e| e.to_string()).collect();
        assert!(faults.is_empty(), "{}: {faults:?}", path.display());
        count += 1;
    }
    assert_eq!(count, 13);
}

#[test]
fn what_is_refused_does_not_fit() {
    let schema = jsonschema::validator_for(&value(&hook())).unwrap();
    let fits = |text: &str| schema.is_valid(&serde_yaml::from_str(text).unwrap());
    assert!(fits("{name: a, triggerId: send-phone-message, enabled: '@@ON@@'}"));
    assert!(fits("{name: '##PREFIX##-hook', triggerId: '##T##', secrets: {}}"));
    assert!(!fits("{name: a}"));
    assert!(!fits("{name: a_b, triggerId: send-phone-message}"));
    assert!(!fits("{name: a, triggerId: post-login}"));
    assert!(!fits("{name: a, triggerId: send-phone-message, enabled: 'yes'}"));
    assert!(!fits("{name: a, triggerId: send-phone-message, dependencies: {x: 1.0}}"));
    assert!(!fits("{name: a, triggerId: send-phone-message, scrpt: a.js}"));
}

#[test]
fn actions_and_bindings_that_are_refused_do_not_fit() {
    let action = jsonschema::validator_for(&value(&action())).unwrap();
    let fits = |text: &str| action.is_valid(&serde_yaml::from_str(text).unwrap());
    assert!(fits("{kind: action, name: 役割 (1), triggerId: post-login, runtime: node22}"));
    assert!(fits(
        "{name: a, triggerId: x-new, secrets: {A: x, B: {value: y, rotatedAt: '2026-11-27'}}}"
    ));
    assert!(fits("{name: a, triggerId: post-login, modules: {helper: 3}, deploy: false}"));
    assert!(!fits("{name: a, triggerId: post-login, enabled: true}"));
    assert!(!fits("{kind: hook, name: a, triggerId: post-login}"));
    assert!(!fits("{name: a, triggerId: post-login, secrets: {A: {rotatedAt: '2026-11-27'}}}"));
    let bindings = jsonschema::validator_for(&value(&bindings())).unwrap();
    let fits = |text: &str| bindings.is_valid(&serde_yaml::from_str(text).unwrap());
    assert!(fits(
        "{kind: bindings, bindings: {post-login: [a, {action: b, displayName: B}, {id: X}]}}"
    ));
    assert!(fits("{kind: bindings, bindings: {post-login: {append: true, actions: [a]}}}"));
    assert!(!fits("{bindings: {}}"));
    assert!(!fits("{kind: bindings, bindings: {post-login: a}}"));
}
