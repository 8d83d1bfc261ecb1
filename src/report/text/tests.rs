//! Text at several widths, with and without colours.

use std::time::Duration;

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::{applies, apply, diagnostics, plan, plans, validate};
use crate::model::{
    Body, Code, Definition, DesiredState, Diagnostic, LiveState, Place, Script, ScriptSource,
    Trigger, Written,
};
use crate::plan::{ApplyReport, Change, ChangeResult, Field, FieldChange, Outcome, Value, Verb};
use crate::report::samples::*;
use crate::report::{ApplyView, PlanView, Spent, Style, html, markdown};

const COLORED: Style = Style { width: 80, color: true, unicode: true, full: false };
const ASCII: Style = Style { width: 80, color: false, unicode: false, full: false };

fn show(plan_: &crate::plan::Plan, style: Style) -> String {
    let time = Duration::from_secs(4);
    plan(&PlanView { estimate: Some(time), ..PlanView::of(plan_) }, &style)
}

#[test]
fn a_plan_at_several_widths() {
    for width in [40, 80, 200] {
        insta::assert_snapshot!(format!("plan_{width}"), show(&full_plan(), Style::plain(width)));
    }
    insta::assert_snapshot!("plan_ascii", show(&full_plan(), ASCII));
    insta::assert_snapshot!("plan_color", show(&full_plan(), COLORED));
    insta::assert_snapshot!(
        "plan_full",
        show(&full_plan(), Style { full: true, ..Style::plain(80) })
    );
    insta::assert_snapshot!("plan_clean", show(&clean_plan(), Style::plain(80)));
}

#[test]
fn an_apply_at_several_widths() {
    let report = full_report();
    for width in [40, 80, 200] {
        let text = apply(&took(&report), &full_plan(), &Style::plain(width));
        insta::assert_snapshot!(format!("apply_{width}"), text);
    }
    insta::assert_snapshot!("apply_color", apply(&took(&report), &full_plan(), &COLORED));
}

fn took(report: &ApplyReport) -> ApplyView<'_> {
    let spent = Spent { time: Duration::from_millis(7_400), requests: 23, writes: 8 };
    ApplyView { environment: None, report, spent: Some(spent) }
}

#[test]
fn an_apply_ends_with_what_it_took() {
    let check = |applied: usize, failed: usize, skipped: usize, expected: &str| {
        let mut report = full_report();
        let result = report.results[0].clone();
        report.results.clear();
        let all = [
            (Outcome::Applied, applied),
            (Outcome::Failed, failed),
            (Outcome::NotAttempted, skipped),
        ];
        for (outcome, number) in all {
            let one = ChangeResult { outcome, ..result.clone() };
            report.results.extend(std::iter::repeat_n(one, number));
        }
        assert_eq!(super::apply_summary(&took(&report)), expected);
    };
    check(5, 0, 0, "Applied 5 changes in 7 s with 23 requests (8 writes).");
    check(1, 0, 0, "Applied 1 change in 7 s with 23 requests (8 writes).");
    let partial =
        "Applied 2 of 5 changes in 7 s with 23 requests (8 writes): 1 failed, 2 not attempted.";
    check(2, 1, 2, partial);
    check(0, 0, 0, "Nothing to apply.");
}

#[test]
fn several_environments_are_told_apart() {
    let (clean, full, report) = (clean_plan(), full_plan(), full_report());
    let view = |name, plan| PlanView { environment: Some(name), ..PlanView::of(plan) };
    let views = [view("staging", &clean), view("production", &clean)];
    insta::assert_snapshot!("plans", plans(&views.map(Ok), &Style::plain(60)));
    let views = [
        (ApplyView { environment: Some("staging"), report: &report, spent: None }, &full),
        (ApplyView { environment: None, ..took(&report) }, &full),
    ];
    insta::assert_snapshot!("applies", applies(&views, &ASCII));
}

#[test]
fn a_display_name_that_changes_stands_alone() {
    let names = |list: [&str; 3]| Value::Names(list.map(str::to_owned).to_vec());
    let (old, new) = (["a", "b (Old)", "c"], ["a", "b (New)", "c"]);
    let mut plan_ = clean_plan();
    plan_.changes = vec![Change {
        fields: vec![FieldChange::new(Field::DisplayNames, Some(names(old)), names(new))],
        ..change(Verb::Update, "post-login", Trigger::Other("post-login".into()))
    }];
    let shown = show(&plan_, Style::plain(80));
    assert!(shown.contains("\n      display name  b (Old) \u{2192} b (New)\n"), "{shown}");
    let views = [PlanView::of(&plan_)];
    for text in [markdown::plan(&views, &[], "."), html::plan(&views, &[])] {
        assert!(text.contains("b (New)") && !text.contains("a, "), "{text}");
    }
}

#[test]
fn findings_at_several_widths() {
    for width in [40, 80] {
        let text = diagnostics(&findings(), &Style::plain(width));
        insta::assert_snapshot!(format!("findings_{width}"), text);
    }
    insta::assert_snapshot!("findings_ascii", validate(3, &findings(), &ASCII));
    insta::assert_snapshot!("findings_color", validate(3, &findings(), &COLORED));
}

#[test]
fn differences_of_scripts_are_told_for_what_they_are() {
    let mut out = String::new();
    let mut tell = |title: &str, old: &str, new: &str| {
        let text = show(&script_update(old, new), Style::plain(80));
        let from = text.find("script").unwrap();
        let to = text.find("\nPlan: ").unwrap();
        out.push_str(&format!("== {title}\n{}\n", &text[from..to]));
    };
    tell("line ends", "a\r\nb\r\n", "a\nb\n");
    tell("final newline", "a\nb\n", "a\nb");
    tell("line ends beside a change", "a\r\nb\r\n", "a\nc\n");
    tell("byte order mark", "\u{feff}a\nb\n", "a\nb\n");
    tell("byte order mark beside a change", "a\nb\n", "\u{feff}A\nb\n");
    tell("whitespace", "if (a) {\n\treturn b;\n}\n", "if (a) {\n  return b; \n}\n");
    tell("moved", "a();\nb();\nc();\n", "c();\na();\nb();\n");
    tell("hostile", "a\n", "a\u{1b}[2K\r::error::\u{202e}b\n::add-mask::x\n##[error]\n");
    tell("emptied", "a\nb\n", "");
    tell("far apart", &numbered(40, &[]), &numbered(40, &[2, 38]));
    tell("huge", &numbered(900, &[]), &numbered(900, &(0..900).collect::<Vec<_>>()));
    let (start, end) = ("x".repeat(900), "y".repeat(900));
    tell("one long line", &format!("{start}1{end}\n"), &format!("{start}2{end}\n"));
    insta::assert_snapshot!(out);
}

fn numbered(lines: usize, changed: &[usize]) -> String {
    let sign = |at: &usize| if changed.contains(at) { "new" } else { "old" };
    (0..lines).map(|at| format!("step({at}); // {}\n", sign(&at))).collect()
}

#[test]
fn a_mark_stands_below_its_place_however_long_the_line() {
    let line = format!("{}BAD{}", "a".repeat(500), "é".repeat(100_000));
    for (width, unicode) in [(24, true), (40, false), (80, true), (200, false)] {
        let found = Diagnostic::error(Code("HS300"), "x").in_file("a.js").at_bytes(&line, 500, 503);
        let style = Style { unicode, ..Style::plain(width) };
        let text = diagnostics(&[found], &style);
        let lines: Vec<_> = text.lines().collect();
        let place = lines[2].find("BAD").unwrap();
        let before = lines[2][..place].width();
        assert_eq!(lines[3].find('^'), Some(before), "{text}");
        assert_eq!(lines[3].matches('^').count(), 3);
        assert!(lines.iter().all(|line| line.width() <= width), "{text}");
    }
}

#[test]
fn a_thousand_findings_on_long_lines_are_quick() {
    let line = format!("\t{}\n", "ab ".repeat(2_000));
    let found: Vec<_> = (0..1_000)
        .map(|at| {
            Diagnostic::error(Code("HS300"), "x").in_file("a.js").at_bytes(
                &line,
                at * 3,
                at * 3 + 2,
            )
        })
        .collect();
    let text = diagnostics(&found, &Style::plain(80));
    assert!(text.ends_with("1,000 errors in 1 file.\n"));
    assert!(text.len() < 400_000);
}

#[test]
fn nothing_to_do_is_said_in_one_line() {
    assert_eq!(validate(5, &[], &Style::plain(80)), "5 definitions checked: nothing to report.\n");
    assert_eq!(diagnostics(&[], &Style::plain(80)), "");
    let summary = |plan: &crate::plan::Plan| crate::report::facts::summary(plan);
    assert_eq!(summary(&clean_plan()), "No changes. 2 hooks are as desired.");
    assert_eq!(summary(&plan_of(Vec::new())), "No changes.");
}

#[test]
fn dangers_come_first_and_by_weight() {
    let on = |hook: &str, old, new| {
        let field = FieldChange::flag(crate::plan::Field::Enabled, Some(old), new);
        let mut change = update(hook, Trigger::PostUserRegistration, field);
        change.live.as_mut().unwrap().runs = old;
        change
    };
    let text = show(&plan_of(vec![on("a", false, true), on("b", true, false)]), Style::plain(80));
    let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part} in\n{text}"));
    assert!(place("b is switched off and a takes its place.") < place("a goes live on"));
    assert!(place("in place of b.") < place("~ update"));
    let alone = show(&plan_of(vec![on("b", true, false)]), Style::plain(80));
    assert!(alone.contains("nothing runs on post-user-registration then."), "{alone}");
}

/// Holds the code by which the plan warns of a lock-out against ours.
#[test]
fn a_lock_out_is_told_once_and_as_a_danger() {
    let hook = Definition {
        name: name("token"),
        written_name: "token".to_owned(),
        trigger: Trigger::CredentialsExchange,
        script: Script::new(NEW_SCRIPT),
        script_source: ScriptSource::default(),
        dependencies: None,
        secrets: None,
        renamed_from: Vec::new(),
        place: Place::file("hooks/token.yaml"),
        written: Written::default(),
        body: Body::Hook { enabled: Some(true) },
    };
    let desired = DesiredState { definitions: vec![hook], ..DesiredState::default() };
    let options = crate::plan::Options::default();
    let made = crate::plan::diff::plan(&desired, &LiveState::default(), "t", &options);
    assert_eq!(made.warnings.len(), 1);
    let text = show(&made, Style::plain(80));
    assert!(text.contains("! token runs on every client-credentials grant"), "{text}");
    assert!(!text.contains("Warnings"), "{text}");
    // and in the words that JSON has
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&text).contains(&words(&made.warnings[0].message)), "{text}");
}

#[test]
fn any_width_is_taken() {
    for width in [0, 1, Style::NARROWEST, Style::ENDLESS, usize::MAX] {
        let style = Style::plain(width);
        assert!(show(&full_plan(), style).contains("block-disposable-mail"));
        assert!(apply(&took(&full_report()), &full_plan(), &style).contains("attempted"));
        assert!(diagnostics(&findings(), &style).contains("hint:"));
    }
    let endless = show(&full_plan(), Style::plain(usize::MAX));
    assert!(endless.contains("Fingerprint sha256:"));
}

/// The lines of a plan that are the user's own text: they begin with a number
/// and a sign.
fn is_script_line(line: &str) -> bool {
    let rest = line.trim_start().trim_start_matches(|found: char| found.is_ascii_digit());
    line.starts_with("      ") && rest.starts_with([' ']) && rest.len() < line.trim_start().len()
}

fn check_lines(text: &str, width: usize) -> Result<(), TestCaseError> {
    for line in text.lines() {
        prop_assert!(line.width() <= width || is_script_line(line), "too wide: {line}\n{text}");
        prop_assert!(!line.trim_start().starts_with("::"), "a command: {line}");
        prop_assert!(!line.contains("##["), "a command: {line}");
        prop_assert!(!line.chars().any(crate::report::safe::is_unsafe), "unsafe: {line:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_plan_is_too_wide_or_acts(made in any_plan(), width in 24..120usize, unicode: bool, full: bool) {
        let style = Style { width, color: false, unicode, full };
        let text = show(&made, style);
        check_lines(&text, width)?;
        prop_assert!(unicode || text.is_ascii());
        let colored = show(&made, Style { color: true, ..style });
        prop_assert_eq!(without_colors(&colored), text);
    }

    #[test]
    fn no_report_is_too_wide_or_acts(text in hostile(), width in 24..120usize) {
        let mut report = full_report();
        report.notes = vec![text.clone()];
        report.tenant = text.clone();
        for result in &mut report.results {
            result.done = vec![text.clone()];
            if let Some(error) = &mut result.error {
                error.path = Some(text.clone());
                error.message = text.clone();
            }
        }
        check_lines(&apply(&took(&report), &full_plan(), &Style::plain(width)), width)?;
    }

    #[test]
    fn no_finding_is_too_wide_or_acts(
        text in hostile(), start in 0..300usize, length in 0..40usize, width in 24..120usize,
    ) {
        let found = Diagnostic::error(Code("HS300"), text.clone())
            .hint(text.clone())
            .in_file(text.clone())
            .at_bytes(&text, start, start + length);
        check_lines(&diagnostics(&[found], &Style::plain(width)), width)?;
    }
}

/// Takes out the escape sequences for colours, and only those.
fn without_colors(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut out, part| {
        let end = part.find('m').unwrap();
        assert!(part[..end].chars().all(|found| found.is_ascii_digit() || found == ';'));
        out.push_str(&part[end + 1..]);
        out
    })
}
