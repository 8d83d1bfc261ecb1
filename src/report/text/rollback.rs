//! A rollback as text: what goes live, and what came of it.
//!
//! Must not decide anything.

use super::plan::{heading, sign_indent};
use super::{fields, theirs};
use crate::plan::{SecretChange, SecretVerb, Verb};
use crate::report::again;
use crate::report::ink::{Ink, plain, span};
use crate::report::layout::Page;
use crate::report::rollback::{Rollback, RolledBack, version};
use crate::report::{Again, Style};

/// Lines of the script that are shown unless all are wanted.
const MOST_ROWS: usize = 2_000;

/// What a rollback would do.
#[must_use]
pub fn rollback(rollback: &Rollback, style: &Style) -> String {
    let mut page = Page::new(style);
    let change = &rollback.change;
    let tenant = theirs(&rollback.tenant, style);
    page.line(Ink::Strong, format!("Rollback on {tenant}"));
    if rollback.is_clean() {
        let text = format!(
            "{} of {} is live already: nothing to do.",
            version(rollback.to.number),
            theirs(change.name.as_str(), style)
        );
        page.gap();
        page.line(Ink::Added, text);
        return page.finish();
    }
    page.gap();
    page.line(Ink::Plain, theirs(rollback.traffic(), style));
    if let Some(danger) = rollback.danger() {
        page.wrap(0, 2, &[span(Ink::Danger, "!"), plain(format!(" {danger}"))]);
    }
    page.gap();
    let mut spans = heading(&page, Verb::Update, change.name.as_str(), 0);
    spans.push(plain(format!("  {}", theirs(change.trigger.as_str(), style))));
    page.wrap(sign_indent(Verb::Update), fields::INDENT, &spans);
    fields::fields(&mut page, change, MOST_ROWS);
    if change.fields.is_empty() {
        fields::row(&mut page, "script", vec![plain("as it runs now")]);
    }
    secrets(&mut page, &change.secrets);
    page.gap();
    page.line(Ink::Plain, rollback.draft());
    page.line(
        Ink::Plain,
        "Files are not changed: change the definition, too, or the next apply deploys it again.",
    );
    page.finish()
}

/// Versions keep the values of their secrets.
fn secrets(page: &mut Page<'_>, secrets: &[SecretChange]) {
    let mut label = "secrets";
    for SecretChange { key, verb, reference: _ } in secrets {
        let (ink, sign, what) = match verb {
            SecretVerb::Create => (Ink::Added, "+", "with the value that version has"),
            SecretVerb::Write => (Ink::Changed, "~", "back to the value that version has"),
            SecretVerb::Delete => (Ink::Removed, "-", "that version does not have it"),
        };
        let spans = vec![
            span(ink, format!("{sign} {}", theirs(key, page.style))),
            span(Ink::Faint, format!("  {what}")),
        ];
        fields::row(page, std::mem::take(&mut label), spans);
    }
}

/// What came of it. Nothing where nothing had to be done.
#[must_use]
pub fn rolled_back(
    rollback: &Rollback,
    result: &RolledBack,
    again: &Again,
    style: &Style,
) -> String {
    let mut page = Page::new(style);
    let name = theirs(rollback.change.name.as_str(), style);
    let RolledBack::Deployed { version: new, in_traffic } = result else {
        return String::new();
    };
    let to = version(rollback.to.number);
    let new = new.map_or_else(|| "a new version".to_owned(), |number| format!("v{number}"));
    let text = match in_traffic {
        true => format!("Rolled back: {new} of {name}, equal to {to}, is deployed."),
        false => format!(
            "Rolled back: {new} of {name}, equal to {to}, was accepted. The tenant does not report \
             it as deployed yet."
        ),
    };
    page.line(Ink::Added, text);
    if !in_traffic {
        let command = again.command(&["versions", rollback.change.name.as_str()], &[]);
        again::show(&mut page, 0, "Look again: ", &command);
    }
    page.finish()
}
