//! The JSON output against its own schemas.

use proptest::prelude::*;
use serde_json::Value;

use super::{Kind, applies, apply, plan, plans, schema, validate};
use crate::report::PlanView;
use crate::report::samples::*;

fn of(made: &crate::plan::Plan) -> String {
    plan(&PlanView::of(made), &counts())
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn without_version(text: &str) -> String {
    text.replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn the_shapes_are_stable() {
    insta::assert_snapshot!("plan", without_version(&of(&full_plan())));
    insta::assert_snapshot!("plan_clean", without_version(&of(&clean_plan())));
    insta::assert_snapshot!("apply", apply(&full_report(), &counts()));
    insta::assert_snapshot!("validate", validate(3, &findings()));
}

#[test]
fn several_environments_are_an_array() {
    let (one, other) = (clean_plan(), full_plan());
    let text = plans(&[(PlanView::of(&one), counts()), (PlanView::of(&other), counts())]);
    let array = parsed(&text);
    assert_eq!(array[0], parsed(&of(&one)));
    assert_eq!(array[1], parsed(&of(&other)));
    assert!(text.ends_with("]\n"));
}

fn check(kind: Kind, text: &str) {
    let validator = jsonschema::validator_for(&parsed(&schema(kind))).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&parsed(text)).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{text}");
}

#[test]
fn the_output_is_as_the_schemas_say() {
    let (full, clean, report) = (full_plan(), clean_plan(), full_report());
    check(Kind::Plan, &of(&full));
    check(Kind::Plan, &of(&clean));
    check(Kind::Plan, &plans(&[(PlanView::of(&full), counts()), (PlanView::of(&clean), counts())]));
    check(Kind::Result, &apply(&report, &counts()));
    check(Kind::Result, &applies(&[(&report, counts())]));
    check(Kind::Validate, &validate(3, &findings()));
    check(Kind::Validate, &validate(0, &[]));
}

#[test]
fn the_schemas_refuse_what_is_not_written() {
    let refuses = |kind, pointer: &str, value: Value, text: &str| {
        let mut changed = parsed(text);
        *changed.pointer_mut(pointer).unwrap() = value;
        let validator = jsonschema::validator_for(&parsed(&schema(kind))).unwrap();
        assert!(!validator.is_valid(&changed), "{pointer}");
    };
    let text = of(&full_plan());
    for (pointer, value) in [
        ("/format_version", "2".into()),
        ("/fingerprint", "sha256:x".into()),
        ("/changes/0/action", "destroy".into()),
        ("/changes/1/fields/0/field", "triggerid".into()),
        ("/changes/1/fields/0/new", "no".into()),
        ("/changes/0/id", 3.into()),
        ("/summary", Value::Null),
    ] {
        refuses(Kind::Plan, pointer, value, &text);
    }
    refuses(Kind::Result, "/results/0/outcome", "maybe".into(), &apply(&full_report(), &counts()));
}

#[test]
fn the_schemas_are_stable() {
    insta::assert_snapshot!("schema_plan", schema(Kind::Plan));
    insta::assert_snapshot!("schema_result", schema(Kind::Result));
    insta::assert_snapshot!("schema_validate", schema(Kind::Validate));
}

#[test]
fn a_script_comes_through_byte_for_byte_and_acts_nowhere() {
    let script = "a\r\n\u{1b}[31m\u{202e}\u{9b}\u{2028}##[error]x\u{7f}\n";
    let text = of(&script_update("", script));
    let diff = parsed(&text)["changes"][0]["fields"][0]["diff"].clone();
    assert_eq!(
        diff.as_str().unwrap(),
        format!(
            "--- a/add-roles.js\n+++ b/add-roles.js\n@@ -0,0 +1,2 @@\n+{}",
            script.replace("\r\n", "\r\n+")
        )
    );
    assert!(!text.contains("##["));
    assert!(text.chars().all(|found| found == '\n' || !crate::report::safe::is_unsafe(found)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_plan_is_json_that_does_not_act(made in any_plan()) {
        let text = of(&made);
        let value = parsed(&text);
        prop_assert_eq!(value["tenant"].as_str(), Some(made.tenant.as_str()));
        prop_assert_eq!(value["changes"].as_array().map(Vec::len), Some(made.changed().count()));
        for line in text.lines() {
            prop_assert!(!line.trim_start().starts_with("::") && !line.contains("##["));
            prop_assert!(!line.chars().any(crate::report::safe::is_unsafe));
        }
        prop_assert_eq!(of(&made), text);
    }

    #[test]
    fn every_plan_is_as_the_schema_says(made in any_plan()) {
        check(Kind::Plan, &of(&made));
    }
}
