//! A plan from the tenant's side: what is different there, and for each the
//! two ways out.
//!
//! Must not show the differences themselves: `plan` does.

use super::theirs;
use crate::model::LogEntry;
use crate::plan::change::SecretVerb;
use crate::plan::traced::{Traces, can_be_traced};
use crate::plan::{Change, Plan, Verb};
use crate::report::Style;
use crate::report::ink::{Ink, plain, span};
use crate::report::layout::Page;
use crate::report::words::count;

/// What is different on the tenant.
#[must_use]
pub fn drift(plan: &Plan, traces: &Traces, style: &Style) -> String {
    let mut page = Page::new(style);
    page.wrap(
        0,
        2,
        &[span(Ink::Strong, "Drift on "), span(Ink::Strong, theirs(&plan.tenant, style))],
    );
    let differing: Vec<(usize, &Change)> =
        plan.changes.iter().enumerate().filter(|(_, one)| one.verb != Verb::Resend).collect();
    for (at, change) in &differing {
        page.gap();
        let name = theirs(change.name.as_str(), style);
        let (what, take, undo) = ways(change, &quoted(&name));
        page.wrap(2, 6, &[span(Ink::Strong, name), plain(format!("  {what}"))]);
        if let (Traces::Found(found), true) = (traces, can_be_traced(change)) {
            let last =
                found.get(at).map_or_else(|| NOT_IN_LOG.to_owned(), |entry| by(entry, style));
            page.wrap(6, 15, &[span(Ink::Faint, "written  "), plain(last)]);
        }
        page.wrap(6, 15, &[span(Ink::Faint, "take it  "), plain(format!("hooksync {take}"))]);
        page.wrap(6, 15, &[span(Ink::Faint, "undo it  "), plain(format!("hooksync {undo}"))]);
    }
    page.gap();
    page.wrap(
        0,
        2,
        &[match differing.len() {
            0 => span(Ink::Added, "No drift: the tenant matches the definitions."),
            number => span(
                Ink::Strong,
                format!("{}. `hooksync plan` shows what differs.", count(number, "difference")),
            ),
        }],
    );
    if !plan.unmanaged.is_empty() {
        let others = count(plan.unmanaged.len(), "other");
        page.wrap(
            0,
            2,
            &[span(Ink::Faint, format!("{others} on the tenant in no definition; left alone."))],
        );
    }
    if let (Traces::Unknown(why), false) = (traces, differing.is_empty()) {
        let text = format!("It is not known who changed it: {}.", theirs(why, style));
        page.wrap(0, 2, &[span(Ink::Faint, text)]);
    }
    page.finish()
}

/// What is said where the log is silent: it keeps entries for days only.
const NOT_IN_LOG: &str = "not in the part of the tenant's log that was read";

/// `2026-11-27 10:12:13 UTC by jane@acme.com`.
fn by(entry: &LogEntry, style: &Style) -> String {
    let LogEntry { at, method: _, path: _, who } = entry;
    let who = who.as_ref().map(|who| format!(" by {}", theirs(who, style)));
    let time = at.strftime("%Y-%m-%d %H:%M:%S UTC");
    format!("{time}{}", who.unwrap_or_default())
}

/// What is different, and the commands that end it.
fn ways(change: &Change, name: &str) -> (String, String, String) {
    let take = format!("export --only {name}");
    let undo = format!("apply --only {name}");
    let undo_by_delete = format!("apply --allow-delete --only {name}");
    match change.verb {
        // what is gone can't be named to an export
        Verb::Create => ("is not on the tenant".to_owned(), "export --prune".to_owned(), undo),
        Verb::Delete => ("is in no definition".to_owned(), take, undo_by_delete),
        Verb::Replace => (parts(change), take, undo_by_delete),
        Verb::Update | Verb::Resend => (parts(change), take, undo),
    }
}

/// `differs in enabled, script and 1 secret`.
fn parts(change: &Change) -> String {
    let fields = change.fields.iter().filter(|field| field.differs());
    let mut parts: Vec<String> = fields.map(|field| field.field.as_str().to_owned()).collect();
    let secrets = change.secrets.iter().filter(|secret| secret.verb != SecretVerb::Write).count();
    if secrets > 0 {
        parts.push(count(secrets, "secret"));
    }
    format!("differs in {}", parts.join(", "))
}

/// A name as one word of a shell's line; kebab-case needs nothing.
fn quoted(name: &str) -> String {
    let is_plain = |found: char| found.is_ascii_alphanumeric() || "-_.".contains(found);
    if name.chars().all(is_plain) && !name.starts_with('-') {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{clean_plan, full_plan};

    #[test]
    fn each_difference_has_two_ways_out() {
        let style = Style::plain(100);
        let unknown = Traces::Unknown("the token lacks read:logs".to_owned());
        insta::assert_snapshot!("drift", drift(&full_plan(), &unknown, &style));
        insta::assert_snapshot!("no_drift", drift(&clean_plan(), &unknown, &style));
        let entry = LogEntry {
            at: "2026-11-27T10:12:13.5Z".parse().unwrap(),
            method: "PATCH".to_owned(),
            path: String::new(),
            who: Some("jane@acme.com\u{1b}[2J".to_owned()),
        };
        let written = by(&entry, &style);
        assert!(written.starts_with("2026-11-27 10:12:13 UTC by jane@acme.com"), "{written}");
        assert!(!written.contains('\u{1b}'));
        let found = Traces::Found([(0, entry)].into());
        let shown = drift(&full_plan(), &found, &style);
        assert!(
            shown.contains("written  not in the part of the tenant's log that was read"),
            "{shown}"
        );
        assert!(!shown.contains("is not known"), "{shown}");
        assert_eq!(quoted("it's; rm"), "'it'\\''s; rm'");
    }
}
