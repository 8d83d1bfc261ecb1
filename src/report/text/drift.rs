//! A plan from the tenant's side, for a terminal.
//!
//! Must not show the differences themselves: `plan` does.

use super::theirs;
use crate::plan::Plan;
use crate::plan::traced::Traces;
use crate::report::again;
use crate::report::drift::differences;
use crate::report::ink::{Ink, plain, span};
use crate::report::layout::Page;
use crate::report::words::count;
use crate::report::{Again, Style};

/// What is different on the tenant.
#[must_use]
pub fn drift(plan: &Plan, traces: &Traces, again: &Again, style: &Style) -> String {
    let mut page = Page::new(style);
    page.line(Ink::Strong, format!("Drift on {}", theirs(&plan.tenant, style)));
    let differing = differences(plan, traces, again);
    for one in &differing {
        page.gap();
        let name = theirs(one.change.name.as_str(), style);
        page.wrap(2, 6, &[span(Ink::Strong, name), plain(format!("  {}", one.what))]);
        if let Some(text) = &one.written {
            page.wrap(6, 15, &[span(Ink::Faint, "written  "), plain(theirs(text, style))]);
        }
        again::show(&mut page, 6, "take it  ", &one.take);
        again::show(&mut page, 6, "undo it  ", &one.undo);
    }
    page.gap();
    match differing.len() {
        0 => page.line(Ink::Added, "No drift: the tenant matches the definitions."),
        number => page.line(Ink::Strong, format!("{}.", count(number, "difference"))),
    }
    if !differing.is_empty() {
        again::show(&mut page, 0, "Show what differs: ", &again.command(&["plan"], &[]));
    }
    if !plan.unmanaged.is_empty() {
        let others = count(plan.unmanaged.len(), "other");
        page.line(Ink::Faint, format!("{others} on the tenant without a definition; left alone."));
    }
    if let (Traces::Unknown(why), false) = (traces, differing.is_empty()) {
        let text = format!("It is not known who changed it: {}.", theirs(why, style));
        page.line(Ink::Faint, text);
    }
    page.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LogEntry;
    use crate::report::samples::{clean_plan, full_plan};

    #[test]
    fn each_difference_has_two_ways_out() {
        let style = Style::plain(100);
        let again = Again::default();
        let unknown = Traces::Unknown("the token lacks read:logs".to_owned());
        insta::assert_snapshot!("drift", drift(&full_plan(), &unknown, &again, &style));
        insta::assert_snapshot!("no_drift", drift(&clean_plan(), &unknown, &again, &style));
        let plan = full_plan();
        let at = plan.changes.iter().position(|one| one.id.is_some()).unwrap();
        let entry = LogEntry {
            at: "2026-11-27T10:12:13.5Z".parse().unwrap(),
            method: "PATCH".to_owned(),
            path: String::new(),
            who: Some("jane@acme.com\u{1b}[2J".to_owned()),
        };
        let shown = drift(&plan, &Traces::Found([(at, entry)].into()), &again, &style);
        assert!(shown.contains("written  2026-11-27 10:12:13 UTC by jane@acme.com"), "{shown}");
        assert!(!shown.contains('\u{1b}') && !shown.contains("is not known"), "{shown}");
    }
}
