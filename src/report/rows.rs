//! What a change does to its fields, in the rows that every renderer shows.
//!
//! Must not know any format.

use std::collections::BTreeSet;

use super::diff;
use super::traffic::{Move, moves, retitled};
use super::words::{count, size};
use crate::model::{Dependencies, Live, Script};
use crate::plan::{Change, Field, FieldChange, Value};

/// One row of a change: what it is called, and what happens.
pub(crate) struct Row<'a> {
    pub(crate) label: &'static str,
    pub(crate) what: What<'a>,
}

/// What happens to a field.
pub(crate) enum What<'a> {
    /// Another short value, and what moves if it is an order.
    Short(Option<Short<'a>>, Short<'a>, Vec<Move<'a>>),
    /// Other packages.
    Packages(Option<&'a Dependencies>, &'a Dependencies),
    /// Another script.
    Script(Option<&'a Script>, &'a Script),
}

/// A value that stands in a row: a text, yes or no, or a list.
pub(crate) struct Short<'a>(Vec<&'a str>);

impl<'a> Short<'a> {
    fn of(value: &'a Value) -> Self {
        match value {
            Value::Text(text) => Self(vec![text]),
            Value::Flag(flag) => Self(vec![if *flag { "true" } else { "false" }]),
            Value::Names(names) => Self(names.iter().map(String::as_str).collect()),
            // these have rows of their own
            Value::Packages(_) | Value::Script(_) => Self(Vec::new()),
        }
    }

    /// With commas between, each made harmless by `theirs`.
    pub(crate) fn shown(&self, theirs: impl Fn(&str) -> String) -> String {
        let parts: Vec<String> = self.0.iter().map(|part| theirs(part)).collect();
        if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
    }
}

/// The rows of a change.
pub(crate) fn rows(change: &Change) -> Vec<Row<'_>> {
    shown_fields(change).flat_map(of_field).collect()
}

fn of_field(change: &FieldChange) -> Vec<Row<'_>> {
    if let Some(pairs) = retitled(change) {
        let row = |(old, new)| Row {
            label: DISPLAY_NAME,
            what: What::Short(Some(Short(vec![old])), Short(vec![new]), Vec::new()),
        };
        return pairs.into_iter().map(row).collect();
    }
    let FieldChange { field, old, new } = change;
    let what = match (old, new) {
        (Some(Value::Packages(old)), Value::Packages(new)) => What::Packages(Some(old), new),
        (_, Value::Packages(new)) => What::Packages(None, new),
        (Some(Value::Script(old)), Value::Script(new)) => What::Script(Some(old), new),
        (_, Value::Script(new)) => What::Script(None, new),
        (old, new) => {
            let moved = match (field, old, new) {
                // to an empty order everything comes
                (Field::Bindings, Some(Value::Names(old)), Value::Names(new))
                    if !old.is_empty() =>
                {
                    moves(old, new)
                }
                _ => Vec::new(),
            };
            What::Short(old.as_ref().map(Short::of), Short::of(new), moved)
        }
    };
    vec![Row { label: field.label(), what }]
}

/// What the row of a display name is called.
pub(crate) const DISPLAY_NAME: &str = "display name";

/// The fields of a change that a reader has to see: those that differ. A new
/// resource's heading shows its name and trigger, and why one stays off is
/// said in its place.
pub(crate) fn shown_fields(change: &Change) -> impl Iterator<Item = &FieldChange> {
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

/// What happens to one package: its name and its versions.
pub(crate) enum Package<'a> {
    Added(&'a str, &'a str),
    Removed(&'a str, &'a str),
    Changed(&'a str, &'a str, &'a str),
}

/// What happens to packages, by name.
pub(crate) fn packages<'a>(
    old: Option<&'a Dependencies>,
    new: &'a Dependencies,
) -> Vec<Package<'a>> {
    let names: BTreeSet<&str> =
        old.into_iter().chain([new]).flat_map(|all| all.keys().map(String::as_str)).collect();
    let one = |name| match (old.and_then(|old| old.get(name)), new.get(name)) {
        (Some(old), Some(new)) => (old != new).then_some(Package::Changed(name, old, new)),
        (Some(old), None) => Some(Package::Removed(name, old)),
        (None, new) => new.map(|new| Package::Added(name, new)),
    };
    names.into_iter().filter_map(one).collect()
}

/// `3 lines` and `1.2 KB`.
pub(crate) fn lines_and_size(script: &Script) -> (String, String) {
    let text = script.as_str();
    (count(diff::lines(text).len(), "line"), size(text.len()))
}

/// What a deleted one was, part by part; `off` says that it didn't run.
pub(crate) fn until_now(live: &Live, off: &str) -> Vec<String> {
    let mut parts = vec![if live.runs { "live" } else { off }.to_owned()];
    parts.extend(live.script.as_ref().map(|script| {
        let (lines, size) = lines_and_size(script);
        format!("{lines} of script ({size})")
    }));
    let keys = live.secrets.as_ref().filter(|keys| !keys.is_empty());
    parts.extend(keys.map(|keys| count(keys.len(), "secret")));
    parts
}
