//! One change's fields and secrets as rows: a label, then what happens.
//!
//! Must not know the rest of the plan.

use super::{arrow, script, theirs};
use crate::model::{Dependencies, Kind, Script};
use crate::plan::{Behaviour, Change, SecretChange, SecretVerb};
use crate::report::diff;
use crate::report::effects::{headline, sentence, share};
use crate::report::facts;
use crate::report::ink::{Ink, Span, plain, span};
use crate::report::layout::{Page, padded};
use crate::report::rows::{Package, Row, What, lines_and_size, packages, rows};
use crate::report::traffic::Move;

/// Blanks before a row.
pub(super) const INDENT: usize = 6;

/// Columns of a row's label, blanks after it included.
const LABEL: usize = 14;

/// A row: a label and a paragraph beside it. Rows without a label belong to
/// the one above.
pub(super) fn row(page: &mut Page<'_>, label: &str, spans: Vec<Span>) {
    let narrow = page.style.columns() < 50;
    let hang = if narrow { INDENT + 2 } else { INDENT + LABEL };
    if label.is_empty() {
        page.wrap(hang, hang + 2, &spans);
        return;
    }
    let label = if narrow { label.to_owned() } else { padded(label, LABEL - 2) };
    let mut all = vec![span(Ink::Faint, label), plain("  ")];
    all.extend(spans);
    page.wrap(INDENT, hang, &all);
}

/// The label of rows that belong together. Where there is little room it
/// stands alone; else the first row takes it.
fn list_label<'a>(page: &mut Page<'_>, label: &'a str) -> &'a str {
    if page.style.columns() < 50 {
        page.wrap(INDENT, INDENT, &[span(Ink::Faint, label)]);
        return "";
    }
    label
}

/// All fields of a change. Returns how many lines of scripts were shown.
pub(super) fn fields(page: &mut Page<'_>, change: &Change, most: usize) -> usize {
    let mut shown = 0;
    for Row { label, what } in rows(change) {
        match what {
            What::Short(old, new, moves) => {
                let mut spans = Vec::new();
                if let Some(old) = old {
                    spans.push(span(Ink::Removed, old.shown(|text| theirs(text, page.style))));
                    spans.push(span(Ink::Faint, format!(" {} ", arrow(page.style))));
                }
                spans.push(span(Ink::Added, new.shown(|text| theirs(text, page.style))));
                row(page, label, spans);
                moves.into_iter().for_each(|one| moved(page, one));
            }
            What::Packages(old, new) => dependencies(page, old, new),
            What::Script(old, new) => shown += scripts(page, old, new, most.saturating_sub(shown)),
        }
    }
    shown
}

/// What comes, goes or moves in an order.
fn moved(page: &mut Page<'_>, moved: Move<'_>) {
    let (ink, sign, name, what) = match moved {
        Move::In(name, to) => (Ink::Added, "+", name, format!("  bound as number {to}")),
        Move::Out(name) => (Ink::Removed, "-", name, "  unbound".to_owned()),
        Move::To(name, from, to) => {
            (Ink::Changed, "~", name, format!("  moves from number {from} to {to}"))
        }
    };
    let name = span(ink, format!("{sign} {}", theirs(name, page.style)));
    row(page, "", vec![name, span(Ink::Faint, what)]);
}

fn dependencies(page: &mut Page<'_>, old: Option<&Dependencies>, new: &Dependencies) {
    let pair = |name: &str, version: &str| {
        format!("{} {}", theirs(name, page.style), theirs(version, page.style))
    };
    if old.is_none() {
        let all: Vec<_> = new.iter().map(|(name, version)| pair(name, version)).collect();
        let text = if all.is_empty() { "none".to_owned() } else { all.join(", ") };
        row(page, "dependencies", vec![span(Ink::Added, text)]);
        return;
    }
    let mut label = list_label(page, "dependencies");
    for package in packages(old, new) {
        let spans = match package {
            Package::Changed(name, old, new) => vec![
                span(Ink::Changed, format!("~ {} ", theirs(name, page.style))),
                span(Ink::Removed, theirs(old, page.style)),
                span(Ink::Faint, format!(" {} ", arrow(page.style))),
                span(Ink::Added, theirs(new, page.style)),
            ],
            Package::Removed(name, old) => {
                vec![span(Ink::Removed, format!("- {}", pair(name, old)))]
            }
            Package::Added(name, new) => vec![span(Ink::Added, format!("+ {}", pair(name, new)))],
        };
        row(page, std::mem::take(&mut label), spans);
    }
}

fn scripts(page: &mut Page<'_>, old: Option<&Script>, new: &Script, most: usize) -> usize {
    let most = most.min(script::MOST_ROWS);
    let Some(old) = old else {
        let (lines, size) = lines_and_size(new);
        row(page, "script", vec![span(Ink::Added, format!("{lines}, {size}"))]);
        let all = [diff::all_new(new.as_str())];
        return if page.style.full { script::hunks(page, INDENT, &all, most) } else { 0 };
    };
    let diff = diff::compare(old.as_str(), new.as_str());
    row(page, "script", vec![plain(script::summary(&diff))]);
    script::hunks(page, INDENT, &diff.hunks, most)
}

/// A change's secrets: the names of those that change and what happens, never
/// a value; of the others the number.
pub(super) fn secrets(page: &mut Page<'_>, kind: Kind, secrets: &[SecretChange]) {
    if secrets.is_empty() {
        return;
    }
    let mut label = list_label(page, "secrets");
    let again = facts::sent_again(kind, secrets);
    for SecretChange { key, verb, reference } in facts::changing(kind, secrets) {
        let (ink, sign, what) = match verb {
            SecretVerb::Create => (Ink::Added, "+", "added"),
            SecretVerb::Write => (Ink::Place, "=", "sent again"),
            SecretVerb::Delete => (Ink::Removed, "-", "deleted"),
        };
        let mut spans = vec![
            span(ink, format!("{sign} {}", theirs(key, page.style))),
            span(Ink::Faint, format!("  {what}")),
        ];
        if let Some(reference) = reference {
            spans.push(span(Ink::Faint, ", from "));
            spans.push(plain(theirs(reference.as_str(), page.style)));
        }
        row(page, std::mem::take(&mut label), spans);
    }
    if let Some(again) = again {
        row(page, label, vec![span(Ink::Faint, again)]);
    }
}

/// What running old and new code showed, if it was looked at.
pub(super) fn behaviour(page: &mut Page<'_>, change: &Change) {
    let Some(behaviour) = &change.behaviour else { return };
    let ink = match behaviour {
        Behaviour::NotCompared { .. } => Ink::Faint,
        Behaviour::Compared(compared) if compared.events == 0 => Ink::Faint,
        Behaviour::Compared(compared) if compared.differences.is_empty() => Ink::Added,
        Behaviour::Compared(_) => Ink::Warning,
    };
    let head = theirs(headline(behaviour), page.style);
    row(page, "behaviour", vec![span(ink, head)]);
    let Behaviour::Compared(compared) = behaviour else { return };
    for differs in &compared.differences {
        let text = theirs(sentence(differs), page.style);
        let events = format!(" ({})", share(differs, compared));
        row(page, "", vec![plain(text), span(Ink::Faint, events)]);
        if page.style.full {
            let event = theirs(format!("event: {}", differs.event), page.style);
            row(page, "", vec![span(Ink::Faint, event)]);
        }
    }
    for note in &compared.notes {
        row(page, "", vec![span(Ink::Faint, theirs(note, page.style))]);
    }
}
