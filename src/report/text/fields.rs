//! One change's fields and secrets as rows: a label, then what happens.
//!
//! Must not know the rest of the plan.

use std::collections::BTreeMap;

use super::{arrow, script, theirs};
use crate::model::{Dependencies, Kind, Script};
use crate::plan::{Change, Field, FieldChange, SecretChange, SecretVerb, Value};
use crate::report::Style;
use crate::report::diff;
use crate::report::facts;
use crate::report::ink::{Ink, Span, plain, span};
use crate::report::layout::{Page, padded};
use crate::report::traffic::{DISPLAY_NAME, Move, moves, retitled};
use crate::report::words::{count, size};

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
    for change in shown_fields(change) {
        let FieldChange { field, old, new } = change;
        let label = field.label();
        if let Some(pairs) = retitled(change) {
            for (old, new) in pairs {
                let (old, new) = (theirs(old, page.style), theirs(new, page.style));
                old_new(page, DISPLAY_NAME, Some(old), new);
            }
            continue;
        }
        match (old, new) {
            (Some(Value::Packages(old)), Value::Packages(new)) => {
                dependencies(page, Some(old), new)
            }
            (_, Value::Packages(new)) => dependencies(page, None, new),
            (Some(Value::Script(old)), Value::Script(new)) => {
                shown += scripts(page, Some(old), new, most.saturating_sub(shown));
            }
            (_, Value::Script(new)) => {
                shown += scripts(page, None, new, most.saturating_sub(shown));
            }
            (_, Value::Text(_) | Value::Flag(_) | Value::Names(_)) => {
                let old = old.as_ref().map(|old| in_a_row(old, page.style));
                old_new(page, label, old, in_a_row(new, page.style));
                moved(page, change);
            }
        }
    }
    shown
}

/// The fields of a change that a reader has to see: those that differ. A new
/// resource's heading shows its name and trigger, and why one stays off is
/// said in its place.
pub(in crate::report) fn shown_fields(change: &Change) -> impl Iterator<Item = &FieldChange> {
    change.fields.iter().filter(|one| {
        let in_heading = one.old.is_none() && one.field.is_in_heading();
        let withheld = one.field == Field::Enabled && change.withheld.is_some();
        one.differs() && !in_heading && !withheld && !follows(change, one)
    })
}

/// Whether it is a deploy that follows from what else changes: the line about
/// traffic says what it does.
fn follows(change: &Change, one: &FieldChange) -> bool {
    let more = |other: &FieldChange| other.field != Field::Deploy && other.differs();
    one.field == Field::Deploy && one.new.flag() == Some(true) && change.fields.iter().any(more)
}

/// A short value.
fn in_a_row(value: &Value, style: &Style) -> String {
    match value {
        Value::Text(text) => theirs(text, style),
        Value::Flag(flag) => flag.to_string(),
        Value::Names(names) if names.is_empty() => "none".to_owned(),
        Value::Names(names) => {
            names.iter().map(|name| theirs(name, style)).collect::<Vec<_>>().join(", ")
        }
        Value::Packages(_) | Value::Script(_) => String::new(),
    }
}

fn old_new(page: &mut Page<'_>, label: &str, old: Option<String>, new: String) {
    let mut spans = Vec::new();
    if let Some(old) = old {
        spans.push(span(Ink::Removed, old));
        spans.push(span(Ink::Faint, format!(" {} ", arrow(page.style))));
    }
    spans.push(span(Ink::Added, new));
    row(page, label, spans);
}

/// What comes, goes and moves in an order, unless there is nothing but what
/// comes to an empty one.
fn moved(page: &mut Page<'_>, change: &FieldChange) {
    let FieldChange {
        field: Field::Bindings,
        old: Some(Value::Names(old)),
        new: Value::Names(new),
    } = change
    else {
        return;
    };
    if old.is_empty() {
        return;
    }
    for moved in moves(old, new) {
        let spans = match moved {
            Move::In(name, to) => vec![
                span(Ink::Added, format!("+ {}", theirs(name, page.style))),
                span(Ink::Faint, format!("  bound as number {to}")),
            ],
            Move::Out(name) => vec![
                span(Ink::Removed, format!("- {}", theirs(name, page.style))),
                span(Ink::Faint, "  unbound"),
            ],
            Move::To(name, from, to) => vec![
                span(Ink::Changed, format!("~ {}", theirs(name, page.style))),
                span(Ink::Faint, format!("  moves from number {from} to {to}")),
            ],
        };
        row(page, "", spans);
    }
}

fn dependencies(page: &mut Page<'_>, old: Option<&Dependencies>, new: &Dependencies) {
    let pair = |name: &str, version: &str| {
        format!("{} {}", theirs(name, page.style), theirs(version, page.style))
    };
    let Some(old) = old else {
        let all: Vec<_> = new.iter().map(|(name, version)| pair(name, version)).collect();
        let text = if all.is_empty() { "none".to_owned() } else { all.join(", ") };
        row(page, "dependencies", vec![span(Ink::Added, text)]);
        return;
    };
    let both: BTreeMap<_, _> = old.iter().chain(new).collect();
    let mut label = list_label(page, "dependencies");
    for name in both.keys() {
        let name = name.as_str();
        let spans = match (old.get(name), new.get(name)) {
            (Some(old), Some(new)) if old == new => continue,
            (Some(old), Some(new)) => vec![
                span(Ink::Changed, format!("~ {} ", theirs(name, page.style))),
                span(Ink::Removed, theirs(old, page.style)),
                span(Ink::Faint, format!(" {} ", arrow(page.style))),
                span(Ink::Added, theirs(new, page.style)),
            ],
            (Some(old), None) => vec![span(Ink::Removed, format!("- {}", pair(name, old)))],
            (None, Some(new)) => vec![span(Ink::Added, format!("+ {}", pair(name, new)))],
            (None, None) => continue,
        };
        row(page, std::mem::take(&mut label), spans);
    }
}

fn scripts(page: &mut Page<'_>, old: Option<&Script>, new: &Script, most: usize) -> usize {
    let most = most.min(script::MOST_ROWS);
    let Some(old) = old else {
        let text = new.as_str();
        let lines = diff::all_new(text);
        let size = format!("{}, {}", count(lines.len(), "line"), size(text.len()));
        row(page, "script", vec![span(Ink::Added, size)]);
        return if page.style.full { script::hunks(page, INDENT, &[lines], most) } else { 0 };
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
