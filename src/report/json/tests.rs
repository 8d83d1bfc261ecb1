use proptest::prelude::*;
use serde_json::Value;

use super::{apply, plan, plans, validate};
use crate::report::samples::*;

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn without_version(text: &str) -> String {
    text.replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn the_shapes_are_stable() {
    insta::assert_snapshot!("plan", without_version(&plan(&full_plan(), &counts())));
    insta::assert_snapshot!("plan_clean", without_version(&plan(&clean_plan(), &counts())));
    insta::assert_snapshot!("apply", apply(&full_report(), &counts()));
    insta::assert_snapshot!("validate", validate(3, &findings()));
}

#[test]
fn several_environments_are_an_array() {
    let (one, other) = (clean_plan(), full_plan());
    let text = plans(&[(&one, counts()), (&other, counts())]);
    let array = parsed(&text);
    assert_eq!(array[0], parsed(&plan(&one, &counts())));
    assert_eq!(array[1], parsed(&plan(&other, &counts())));
    assert!(text.ends_with("]\n"));
}

#[test]
fn a_script_comes_through_byte_for_byte_and_acts_nowhere() {
    let script = "a\r\n\u{1b}[31m\u{202e}\u{9b}\u{2028}##[error]x\u{7f}\n";
    let text = plan(&script_update("", script), &counts());
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
        let text = plan(&made, &counts());
        let value = parsed(&text);
        prop_assert_eq!(value["tenant"].as_str(), Some(made.tenant.as_str()));
        prop_assert_eq!(value["changes"].as_array().map(Vec::len), Some(made.changes.len()));
        for line in text.lines() {
            prop_assert!(!line.trim_start().starts_with("::") && !line.contains("##["));
            prop_assert!(!line.chars().any(crate::report::safe::is_unsafe));
        }
        prop_assert_eq!(plan(&made, &counts()), text);
    }
}
