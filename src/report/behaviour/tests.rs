//! Snapshots of every format, with hostile texts.

use super::*;
use crate::behaviour::Problem;
use crate::model::Mask;
use crate::sandbox::Branch;

fn run() -> (Vec<Verdict>, Vec<Coverage>) {
    let verdict = |case: &str, line, problems| Verdict {
        file: "hooks/a.test.yaml".into(),
        case: case.into(),
        position: Some(Position { line, column: 11 }),
        problems,
        script: None,
    };
    let lines = vec!["- outcome: \"ok\"".to_owned(), "+ outcome: \"denied\"".to_owned()];
    let mut failed =
        verdict("free <plan> & \u{1b}[31mred", 9, vec![Problem { what: "effect".into(), lines }]);
    failed.script = Some(("hooks/a.js".into(), Position { line: 3, column: 7 }));
    let branch = |line, kind: &str| Branch { line, column: 3, decision: line, kind: kind.into() };
    let coverage = Coverage {
        script: "hooks/a.js".into(),
        branches: vec![(branch(1, "function"), 2), (branch(2, "if"), 2), (branch(2, "else"), 0)],
    };
    (vec![verdict("full plan", 4, Vec::new()), failed], vec![coverage])
}

#[test]
fn a_run_in_every_format() {
    let (verdicts, coverage) = run();
    let run = TestRun { verdicts: &verdicts, found: &[], untested: 1, coverage: &coverage };
    let all = [
        text(&run, &Style::plain(80)),
        json(&run),
        junit(&run),
        annotations(&run, &Repository::default()),
        lcov(&coverage),
    ];
    insta::assert_snapshot!(all.join("\n--------\n"));
    let mut hostile = verdicts.clone();
    hostile[0].case = "a\u{202e}b".to_owned();
    assert!(json(&TestRun { verdicts: &hostile, ..run }).contains("a\\u202eb"));
}

#[test]
fn secrets_are_masked_wherever_they_stand() {
    let value = json!({ "a": "x s3cret y", "s3cret": [1234, true], "n": 12345 });
    let mask = Mask::new(["s3cret", "1234", ""].map(|value| (value, "***")));
    assert_eq!(masked(&value, &mask), json!({ "a": "x *** y", "***": ["***", true], "n": 12345 }));
    let bytes: Vec<u8> = "a s3cret".bytes().collect();
    assert_eq!(masked(&json!({ "data": bytes }), &mask), json!({ "data": "***" }));
    assert_eq!(masked(&json!([1, 2]), &mask), json!([1, 2]));
}
