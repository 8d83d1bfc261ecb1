//! The strict reader beside the schema that editors have.

use serde_json::Value as Schema;

use super::super::expect::KEYS;
use super::*;
use crate::source::schema;

fn schema() -> Schema {
    serde_json::from_str(&schema::test()).unwrap()
}

/// What the reader says of a file.
fn faults(tests: &str) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.test.yaml"), tests).unwrap();
    let read = read(&[dir.path().to_owned()], &[&file(dir.path())], &Keywords::default());
    read.found.into_iter().filter(Diagnostic::is_error).map(|found| found.message).collect()
}

fn file(dir: &std::path::Path) -> String {
    let root = Root::open(dir).unwrap();
    let (files, _) = root.tests();
    files[0].file.replace(".test.yaml", ".yaml")
}

#[test]
fn the_schema_has_the_fields_that_are_read() {
    let schema = schema();
    let check = |shape: &Schema, fields: &[&str]| {
        let mut known: Vec<&str> =
            shape["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        known.sort_unstable();
        let mut read = fields.to_vec();
        read.sort_unstable();
        assert_eq!(known, read);
        for (name, field) in shape["properties"].as_object().unwrap() {
            assert!(field["description"].is_string(), "{name} has no description");
        }
    };
    let defs = &schema["$defs"];
    check(&schema, &FILE);
    check(&defs["Defaults"], &COMMON);
    check(&defs["Case"], &CASE);
    check(&defs["Expect"], &KEYS);
    check(&defs["Effect"], &EFFECT);
    check(&defs["Stub"], &stubs::STUB);
    check(&defs["Reply"], &stubs::REPLY);
    check(&defs["Answer"], &stubs::ANSWER);
}

#[test]
fn what_is_refused_does_not_fit_the_schema_and_what_is_read_does() {
    let schema = jsonschema::validator_for(&schema()).unwrap();
    let check = |tests: &str, good: bool| {
        let faults = faults(tests);
        assert_eq!(faults.is_empty(), good, "the reader on {tests}: {faults:?}");
        let value: Schema = serde_yaml::from_str(tests).unwrap();
        let errors: Vec<String> = schema.iter_errors(&value).map(|it| it.to_string()).collect();
        assert_eq!(errors.is_empty(), good, "the schema on {tests}: {errors:?}");
    };
    let one = |rest: &str| {
        format!("cases: [{{ name: a, expect: {{ effect: {{ outcome: ok }} }}, {rest} }}]")
    };
    let expect = |rest: &str| format!("cases: [{{ name: a, expect: {{ {rest} }} }}]");
    check("cases: []", true);
    check("{}", false);
    check("cases: {}", false);
    check("{ cases: [], case: [] }", false);
    check("{ cases: [], keywords: { A: 1 }, defaults: { seed: 3 } }", true);
    check("{ cases: [], defaults: { name: x } }", false);
    check("{ cases: [], defaults: [] }", false);
    check("cases: [{ name: a }]", false);
    check("cases: [{ expect: { answers: 1 } }]", false);
    check("cases: [a]", false);
    for good in [
        "event: { user: { email: null } }",
        "secrets: { A: b }",
        "seed: 7",
        "now: '2026-01-01T00:00:00Z'",
        "now: '2026-01-01T00:00:00+02:00'",
        "handler: onOther",
        "each: [{ a: 1 }, { b: x }]",
        "http: [{ on: 'POST https://a.example/*', reply: { status: 201, json: { a: 1 } } }]",
        "http: [{ on: '*', reply: {}, times: 2, body: { a: 1 } }]",
        "http: [{ on: '* http://a', reply: { text: x, headers: { A: b } } }]",
        "http: [{ on: 'https://a', reply: { fail: ECONNREFUSED } }]",
        "modules: { a: auto, b: { 'x()': { returns: 1 }, VERSION: { value: 2 }, exports: { a: 1 } } }",
        "modules: { a: { 'x()': { throws: { message: no } } } }",
    ] {
        check(&one(good), true);
    }
    for bad in [
        "event: []",
        "event: x",
        "secrets: { A: 1 }",
        "seed: -1",
        "seed: 1.5",
        "seed: x",
        "now: yesterday",
        "now: '2026-01-01'",
        "handler: 1",
        "each: []",
        "each: [1]",
        "each: {}",
        "evnt: {}",
        "http: {}",
        "http: [{ on: 'POST https://a.example/*' }]",
        "http: [{ reply: {} }]",
        "http: [{ on: 'POST /users', reply: {} }]",
        "http: [{ on: 'https://a', reply: { status: 99 } }]",
        "http: [{ on: 'https://a', reply: { status: 600 } }]",
        "http: [{ on: 'https://a', reply: { body: x } }]",
        "http: [{ on: 'https://a', reply: { text: 1 } }]",
        "http: [{ on: 'https://a', reply: { headers: { A: 1 } } }]",
        "http: [{ on: 'https://a', reply: {}, times: -1 }]",
        "http: [{ on: 'https://a', reply: {}, twice: 1 }]",
        "modules: []",
        "modules: { a: manual }",
        "modules: { a: { 'x()': {} } }",
        "modules: { a: { 'x()': { gives: 1 } } }",
        "modules: { a: { 'x()': { returns: 1, throws: 2 } } }",
        "modules: { a: { 'x()': 1 } }",
    ] {
        check(&one(bad), false);
    }
    for good in [
        "effect: { outcome: denied, code: x, reason: { $any: true }, userMessage: y }",
        "effect: { outcome: { $regex: 'ok|denied' } }",
        "effect: { $has: { outcome: ok } }",
        "error: no, result: { a: 1 }, answers: 2",
        "api: [[access.deny, a, b], { $any: true }]",
        "api: { $has: [[access.deny]] }",
        "requests: [{ on: 'GET https://a' }], calls: []",
        "logs: [a, { $regex: b }]",
        "logs: a",
        "stopped: time",
    ] {
        check(&expect(good), true);
    }
    for bad in [
        "",
        "effect: { outcome: fine }",
        "effect: { outcome: 1 }",
        "effect: { result: 1 }",
        "effect: []",
        "effect: ok",
        "answers: two",
        "answers: 1.5",
        "answers: -1",
        "api: [access.deny]",
        "api: [[1]]",
        "api: access.deny",
        "requests: 1",
        "calls: a",
        "logs: 1",
        "logs: true",
        "stopped: network",
        "stopped: 1",
        "outcome: ok",
    ] {
        check(&expect(bad), false);
    }
}

#[test]
fn every_test_of_the_demo_and_of_new_fits() {
    let schema = jsonschema::validator_for(&schema()).unwrap();
    let mut count = 0;
    for folder in ["fixtures/demo", "src/cli/templates"] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in walkdir::WalkDir::new(folder) {
            let path = entry.unwrap().into_path();
            if path.to_string_lossy().ends_with(".test.yaml") {
                let text = std::fs::read_to_string(&path).unwrap();
                let value: Schema = serde_yaml::from_str(&text).unwrap();
                let faults: Vec<String> =
                    schema.iter_errors(&value).map(|it| it.to_string()).collect();
                assert!(faults.is_empty(), "{}: {faults:?}", path.display());
                count += 1;
            }
        }
    }
    assert!(count > 15, "only {count}");
}
