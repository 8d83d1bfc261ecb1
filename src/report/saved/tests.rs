//! What a saved plan shows is what the plan showed.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Saved, read};
use crate::model::Script;
use crate::plan::traced::Traces;
use crate::report::samples::*;
use crate::report::{Again, PlanView, Style, github, html, json as as_json, markdown, text};

fn saved(view: &PlanView<'_>) -> (Saved, Value) {
    let value: Value = serde_json::from_str(&as_json::plan(view, &counts())).unwrap();
    (read(&value).unwrap_or_else(|why| panic!("{why}\n{value:#}")), value)
}

/// Every rendering of a plan.
fn shown(view: &PlanView<'_>) -> Vec<String> {
    let full = Style { full: true, ..Style::plain(100) };
    vec![
        text::plan(view, &Style::plain(80)),
        text::plan(view, &full),
        text::drift(view.plan, &Traces::Unknown("x".to_owned()), &Again::default(), &full),
        markdown::plan(&[*view], &[], view.directory.unwrap_or_default()),
        html::plan(&[*view], &[]),
        github::plan(view.plan, &crate::report::Repository::default()),
    ]
}

fn placed(plan: &crate::plan::Plan) -> PlanView<'_> {
    PlanView { environment: Some("live"), directory: Some("auth/hooks"), ..PlanView::of(plan) }
}

#[test]
fn a_saved_plan_is_shown_as_the_plan_was() {
    for plan in [full_plan(), clean_plan(), script_update(OLD_SCRIPT, NEW_SCRIPT)] {
        let view = placed(&plan);
        let (again, _) = saved(&view);
        for (now, then) in shown(&again.view()).iter().zip(shown(&view)) {
            assert_eq!(now, &then);
        }
    }
}

/// A blank line that ends in LF, put beside one that ends in CRLF.
#[test]
fn lines_with_other_ends_are_shown_as_they_were() {
    let filler: String = (0..30).map(|at| format!("step({at});\n")).collect();
    let plan = script_update(&format!("\r\nc{filler}"), &format!("\n\r\nc{filler}"));
    let view = placed(&plan);
    let (again, _) = saved(&view);
    assert_eq!(shown(&again.view()), shown(&view));
}

#[test]
fn what_a_file_holds_beside_survives() {
    let (_, mut value) = saved(&placed(&full_plan()));
    value["note"] = json!({"of": ["somebody", "\u{202e}else"]});
    value["changes"][0]["reviewer"] = json!(7);
    value["steps"][0]["does"][0]["colour"] = json!("red");
    value["hooksync_version"] = json!("9.9.9");
    // who reviews it learns that this is not all
    let warned = read(&value).unwrap().view().plan.warnings.last().unwrap().message.clone();
    let expected =
        "`note`, `changes[0].reviewer`, `steps[0].does[0].colour`. hooksync 9.9.9 wrote it";
    assert!(warned.contains(expected), "{warned}");
    let again = as_json::again(std::slice::from_ref(&value));
    assert!(!again.contains('\u{202e}'));
    assert_eq!(serde_json::from_str::<Value>(&again).unwrap(), value);
}

#[test]
fn what_is_no_plan_is_refused_with_its_place() {
    let (_, value) = saved(&placed(&full_plan()));
    let check = |pointer: &str, with: Value, expected: &str| {
        let mut value = value.clone();
        *value.pointer_mut(pointer).unwrap() = with;
        assert_eq!(read(&value).unwrap_err(), expected, "{pointer}");
    };
    let this = env!("CARGO_PKG_VERSION");
    check(
        "/format_version",
        json!("2"),
        &format!(
            "format_version is `2`, and hooksync {this} reads `1`; the plan was made by hooksync \
             {this}, which can show it"
        ),
    );
    check("/format_version", json!(1), "not a plan (it has no format_version)");
    check("/changes", json!({}), "changes: not a list");
    check("/changes/1/action", json!("destroy"), "changes[1]: unknown action `destroy`");
    check("/changes/1/name", json!("a b"), "changes[1]: `a b` is not the stored name of a hook");
    check("/changes/0/kind", json!("rule"), "changes[0]: unknown kind `rule`");
    check("/fingerprint", json!("sha256:x"), "fingerprint: not a fingerprint");
    check("/requests/total", json!(-1), "requests: invalid value: integer `-1`, expected u64");
    check(
        "/steps/0/does/0",
        json!({"do": "burn"}),
        "steps[0]: unknown variant `burn`, expected one of `create`, `rename`, `send`, `switch`, `secrets`, `deploy`, `bind`, `delete`",
    );
    check(
        "/live_total",
        json!({"hook": 1e300}),
        "live_total: invalid type: floating point `1e+300`, expected usize",
    );
    check(
        "/changes/3/live/script_bytes",
        json!(1_u64 << 60),
        "changes[3]: the live scripts are too large",
    );
    check(
        "/warnings",
        json!(vec![0; 20_001]),
        "warnings: 20001 entries, and at most 20000 are read",
    );
    let mut old = value.clone();
    old.as_object_mut().unwrap().remove("steps");
    assert!(read(&old).unwrap_err().starts_with("written by an older hooksync ("));
    assert_eq!(
        read(&json!({"format_version": "1", "results": []})).unwrap_err(),
        "the result of an apply, not a plan"
    );
}

#[test]
fn a_diff_that_is_none_is_refused() {
    let (_, value) = saved(&placed(&script_update(OLD_SCRIPT, NEW_SCRIPT)));
    let check = |diff: &str, expected: &str| {
        let mut value = value.clone();
        value["changes"][0]["fields"][0]["diff"] = json!(diff);
        assert_eq!(read(&value).unwrap_err(), format!("changes[0]: script: {expected}"), "{diff}");
    };
    check("@@ x @@\n", "a hunk without its range");
    check("@@ -5 +5 @@\n x\n@@ -2 +2 @@\n", "hunks out of order");
    check("@@ -5 +9 @@\n x\n", "hunks that don't fit together");
    check("@@ -999999999999 +999999999999 @@\n x\n", "hunks that don't fit together");
    check("@@ -0,0 +1 @@\nx\n", "not a unified diff");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_plan_is_shown_as_it_was(made in any_plan()) {
        let view = placed(&made);
        let (again, _) = saved(&view);
        for (now, then) in shown(&again.view()).into_iter().zip(shown(&view)) {
            prop_assert_eq!(now, then);
        }
    }

    #[test]
    fn any_two_scripts_differ_as_they_did(
        old in "\u{feff}?([a-c\u{1f}]{0,2}(\n|\r\n)){0,30}[a-c]{0,2}",
        new in "\u{feff}?([a-c@+-]{0,2}(\n|\r\n)){0,30}[a-c]{0,2}",
    ) {
        let filler: String = (0..30).map(|at| format!("step({at});\n")).collect();
        let (old, new) = (format!("{old}{filler}{old}"), format!("{new}{filler}{new}"));
        let plan = script_update(&old, &new);
        prop_assume!(Script::new(old) != Script::new(new));
        let view = PlanView::of(&plan);
        let (again, _) = saved(&view);
        prop_assert_eq!(html::plan(&[again.view()], &[]), html::plan(&[view], &[]));
    }
}
