//! A migration for people.

use super::{MEANING, evidence, summary};
use crate::migrate::outcome::{Migrated, Verdict};
use crate::report::Style;
use crate::report::ink::{Ink, plain, span};
use crate::report::layout::{Page, padded};
use crate::report::safe;
use crate::report::text::diagnostics_of;

/// A line for each hook with what was proven, then what to look at.
#[must_use]
pub fn text(hooks: &[Migrated], next: &[String], style: &Style) -> String {
    let mut page = Page::new(style);
    let names = hooks.iter().map(|hook| hook.name.len()).max().unwrap_or(0).min(40);
    page.line(Ink::Strong, "Hooks to actions");
    page.gap();
    for hook in hooks {
        let (ink, sign) = match hook.verdict {
            Verdict::Proven => (Ink::Added, "="),
            Verdict::Differs => (Ink::Warning, "!"),
            Verdict::Refused => (Ink::Danger, "x"),
        };
        let how = hook.style.map_or(String::new(), |style| match style {
            crate::migrate::Style::Rewrite => "rewritten, ".to_owned(),
            crate::migrate::Style::Wrap => "wrapped, ".to_owned(),
        });
        let name = padded(&safe::inline(&hook.name, style.unicode), names);
        page.wrap(
            2,
            6,
            &[
                span(ink, sign),
                plain(" "),
                span(Ink::Strong, name),
                plain(format!("  {how}{}", evidence(hook))),
            ],
        );
        if let Some(why) = &hook.why_wrapped {
            let why = safe::inline(why, style.unicode);
            page.wrap(6, 8, &[plain(format!("not rewritten: {why}"))]);
        }
        for difference in &hook.differences {
            let place = difference.line.map_or(String::new(), |line| format!(":{line}"));
            let reported = format!(
                "{}{place}: {}: {}",
                safe::inline(&hook.script, style.unicode),
                safe::short(&difference.when, 200, style.unicode),
                safe::short(&difference.message, 400, style.unicode),
            );
            page.wrap(6, 8, &[plain(reported)]);
        }
    }
    let findings: Vec<_> = hooks.iter().flat_map(|hook| hook.findings.iter().cloned()).collect();
    if !findings.is_empty() {
        page.gap();
        diagnostics_of(&mut page, &findings);
    }
    page.title(summary(hooks));
    page.line(Ink::Plain, MEANING);
    if !next.is_empty() {
        page.title("Next");
        for line in next {
            page.wrap(2, 4, &[plain(safe::inline(line, style.unicode))]);
        }
    }
    page.finish()
}
