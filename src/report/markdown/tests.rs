//! Markdown that nothing breaks out of, and that is never too long.

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::escape::{code, length, prose};
use super::{ApplyView, NoPlan, PlanView, apply, plan};
use crate::model::{Script, Trigger};
use crate::plan::{FieldChange, Plan, SecretVerb, Verb};
use crate::report::samples::*;

fn view(plan: &Plan) -> PlanView<'_> {
    let time = std::time::Duration::from_secs(4);
    PlanView { estimate: Some(time), ..PlanView::of(plan) }
}

#[test]
fn a_plan_for_a_comment() {
    insta::assert_snapshot!("plan", plan(&[view(&full_plan())], &[], "hooks"));
    insta::assert_snapshot!("plan_clean", plan(&[view(&clean_plan())], &[], "hooks"));
    let (clean, full) = (clean_plan(), script_update(OLD_SCRIPT, NEW_SCRIPT));
    let several = [
        PlanView { environment: Some("staging"), ..view(&clean) },
        PlanView { environment: Some("production"), ..view(&full) },
    ];
    insta::assert_snapshot!("plans", plan(&several, &[], "hooks"));
}

#[test]
fn an_environment_without_a_plan_is_told_beside_the_others() {
    let clean = clean_plan();
    let why = "no connection | to <b> the tenant".to_owned();
    let missing = [NoPlan { environment: Some("live"), why }];
    let shown =
        plan(&[PlanView { environment: Some("staging"), ..view(&clean) }], &missing, "hooks");
    check(&shown).unwrap();
    let head: Vec<_> = shown.lines().take(6).collect();
    assert_eq!(
        head,
        [
            "<!-- hooksync plan of hooks for live and staging -->",
            "### hooksync: 0 of 2 environments to be changed, **1 without a plan**",
            "",
            "| Environment | Tenant | Plan |",
            "|---|---|---|",
            "| `live` | | **no plan**: no connection &#124; to &#60;b&#62; the tenant |",
        ]
    );
}

#[test]
fn a_report_for_a_summary() {
    let report = full_report();
    insta::assert_snapshot!(
        "apply",
        apply(&[ApplyView { environment: Some("prod"), report: &report, spent: None }])
    );
}

#[test]
fn foreign_text_is_shown_and_does_not_act() {
    assert_eq!(code("enrich-token"), "`enrich-token`");
    assert_eq!(code("@octocat #1 <b>"), "`@octocat #1 <b>`");
    assert_eq!(code("a`b|c"), "<code>a&#96;b&#124;c</code>");
    assert_eq!(code(" "), "<code>&nbsp;</code>");
    assert_eq!(
        prose("by @octocat, see #1 and GH-2: <img> www.x.y"),
        "by @<!-- -->octocat, see #<!-- -->1 and GH<!-- -->-2: &#60;img&#62; www&#46;x.y"
    );
    assert_eq!(prose("`a@b` is not A_B, `|`"), "`a@b` is not A_B, <code>&#124;</code>");
    assert_eq!(prose("a ` b: http://x"), "a &#96; b: http&#58;//x");
}

#[test]
fn whatever_the_input_a_comment_is_not_too_long() {
    let big = "`x` = '\u{1f600}';\n".repeat(60_000);
    let changes: Vec<_> = (0..120)
        .map(|at| {
            let hook = format!("hook-{at}-{}", "x".repeat(3_000));
            let old = Script::new(if at % 2 == 0 { OLD_SCRIPT } else { "" });
            let new = Script::new(if at == 0 { &big } else { NEW_SCRIPT });
            let field = FieldChange::script(Some(old), new);
            let mut change = update(&hook, Trigger::Other("|`".repeat(5_000)), field);
            change.blocked = Some("<@>".repeat(1_000));
            change.verb = if at % 7 == 0 { Verb::Delete } else { Verb::Update };
            change.secrets = (0..20)
                .map(|key| secret(&format!("{key}{}", "|".repeat(300)), SecretVerb::Delete))
                .collect();
            change
        })
        .collect();
    let huge = Plan { tenant: "|".repeat(70_000), ..plan_of(changes) };
    check(&plan(&[view(&huge)], &[], "hooks")).unwrap();
    check(&plan(&[PlanView { environment: Some(&huge.tenant), ..view(&huge) }; 5], &[], "hooks"))
        .unwrap();
    let shown = plan(&[view(&huge)], &[], "hooks");
    assert!(length(&shown) > 40_000, "room is left unused: {}", length(&shown));
    let mut report = full_report();
    report.results = vec![report.results[2].clone(); 1_000];
    report.notes = vec!["<@#".repeat(9_000); 50];
    let views = [ApplyView { environment: Some(&huge.tenant), report: &report, spent: None }; 5];
    check(&apply(&views)).unwrap();
}

/// Holds a comment against what a parser of GitHub-flavoured Markdown makes
/// of it.
fn check(text: &str) -> Result<(), TestCaseError> {
    prop_assert!(length(text) <= 65_536, "{} characters", length(text));
    prop_assert!(!text.chars().any(|found| found != '\n' && crate::report::safe::is_unsafe(found)));
    // printed into a pipeline's log, too
    for line in text.lines() {
        prop_assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{:?}", line);
    }
    let (mut open, mut depth) = (0, 0);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_GFM) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => depth += 1,
            Event::End(TagEnd::CodeBlock) => depth -= 1,
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::FootnoteDefinition(_)) => {
                prop_assert!(false, "a link in {}", text);
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                for tag in html.split_inclusive('>') {
                    let tag = tag.trim();
                    let ours = [
                        "",
                        "<details>",
                        "<details open>",
                        "<summary>",
                        "</summary>",
                        "</details>",
                        "<code>",
                        "</code>",
                        "<b>",
                        "</b>",
                        "<br>",
                        "<!-- -->",
                    ];
                    // what stands between a summary's tags comes with them
                    let tag = &tag[tag.find('<').unwrap_or(tag.len())..];
                    let is_marker =
                        tag.starts_with("<!-- hooksync plan of ") && tag.ends_with(" -->");
                    prop_assert!(is_marker || ours.contains(&tag), "{:?} in {}", tag, text);
                    open += i32::from(tag.starts_with("<details")) - i32::from(tag == "</details>");
                }
            }
            Event::Text(found) if depth == 0 => {
                prop_assert!(!found.contains("http:") && !found.contains("https:"));
                let bytes = found.as_bytes();
                let mentions = bytes.windows(2).any(
                    |pair| matches!(pair, [b'@' | b'#', next] if next.is_ascii_alphanumeric()),
                );
                // within <code> a mention is none
                prop_assert!(!mentions || text.contains("<code>"), "{:?} in {}", found, text);
            }
            _ => {}
        }
    }
    prop_assert_eq!((open, depth), (0, 0), "not closed: {}", text);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_plan_breaks_out(made in any_plan(), environment in hostile()) {
        check(&plan(&[view(&made)], &[], &made.tenant))?;
        let several = [
            PlanView { environment: Some(&environment), ..view(&made) },
            PlanView { environment: None, ..view(&made) },
        ];
        check(&plan(&several, &[], "hooks"))?;
    }

    #[test]
    fn no_report_breaks_out(text in hostile()) {
        let mut report = full_report();
        report.tenant = text.clone();
        report.notes = vec![text.clone()];
        for result in &mut report.results {
            result.done = vec![text.clone()];
            if let Some(error) = &mut result.error {
                error.path = Some(text.clone());
                error.message = text.clone();
                error.hint = Some(text.clone());
            }
        }
        check(&apply(&[ApplyView { environment: Some(&text), report: &report, spent: None }]))?;
    }

    #[test]
    fn code_and_prose_are_one_cell_and_one_line(text in hostile()) {
        let page = format!("| a | b |\n|---|---|\n| {} | {} |\n", code(&text), prose(&text));
        let events = Parser::new_ext(&page, Options::ENABLE_TABLES);
        let cells = events.filter(|event| matches!(event, Event::Start(Tag::TableCell))).count();
        prop_assert_eq!(cells, 4, "{}", page);
    }
}
