//! One hook's change, folded away: fields, secrets, the script's difference.
//!
//! Must not exceed the room it is given.

use similar::ChangeTag;

use super::effects;
use super::escape::{self, code, fence, length, prose};
use crate::model::{Dependencies, Script};
use crate::plan::{Change, Field, FieldChange, Plan, SecretVerb, Value, Verb};
use crate::report::diff::{self, Row};
use crate::report::facts;
use crate::report::text::{row_text, script_summary, shown_fields};
use crate::report::traffic::{DISPLAY_NAME, Move, moves, retitled, traffic};
use crate::report::words::{count, grouped};

/// A change in at most `room` characters, unfolded or not; `None` where not even its fields
/// fit.
pub(super) fn details(plan: &Plan, change: &Change, room: usize, open: bool) -> Option<String> {
    let verb = match change.verb {
        Verb::Resend => "secrets",
        verb => verb.as_str(),
    };
    let name = change.name.as_str();
    // an action's name may hold anything
    let open = if open { " open" } else { "" };
    let mut out =
        format!("\n<details{open}><summary>{verb} <b>{}</b></summary>\n\n", escape::name(name));
    let traffic = traffic(plan, change).map(|one| format!("traffic: {}", escape::phrase(&one)));
    for line in traffic.into_iter().chain(facts_of(change)) {
        out.push_str(&format!("- {line}\n"));
    }
    let end = "\n</details>\n";
    let room = room.checked_sub(length(&out) + length(end))?;
    let events = effects::details(change, room / 3);
    let room = room - length(&events).min(room);
    for field in &change.fields {
        if let (old, Value::Script(new)) = (&field.old, &field.new) {
            let old = match old {
                Some(Value::Script(old)) => Some(old),
                _ => None,
            };
            out.push_str(&script(old, new, room));
        }
    }
    out.push_str(&events);
    out.push_str(end);
    Some(out)
}

/// The lines of a script's difference that a change shows.
pub(super) fn rows(change: &Change) -> usize {
    let of_field = |change: &FieldChange| match (&change.old, &change.new) {
        (Some(Value::Script(old)), Value::Script(new)) => {
            diff::compare(old.as_str(), new.as_str()).hunks.iter().map(Vec::len).sum()
        }
        (_, Value::Script(new)) => diff::lines(new.as_str()).len(),
        _ => 0,
    };
    change.fields.iter().map(of_field).sum()
}

/// Everything but the script, a line each.
fn facts_of(change: &Change) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(source) = &change.source {
        lines.push(format!("defined in {}", code(source)));
    }
    if let Some(reason) = &change.blocked {
        lines.push(format!("**blocked**: {}", prose(reason)));
    }
    if let Some(reason) = &change.withheld {
        lines.push(format!("**stays off**: {}", prose(reason)));
    }
    let old_new = |label: &str, old: Option<String>, new: String| match old {
        Some(old) => format!("{label}: {old} \u{2192} {new}"),
        None => format!("{label}: {new}"),
    };
    for change in shown_fields(change) {
        if let Some(pairs) = retitled(change) {
            let one = |(old, new)| old_new(DISPLAY_NAME, Some(code(old)), code(new));
            lines.extend(pairs.into_iter().map(one));
            continue;
        }
        let FieldChange { field, old, new } = change;
        let old = old.as_ref();
        match (old, new) {
            (Some(Value::Packages(old)), Value::Packages(new)) => {
                lines.extend(dependencies(Some(old), new));
            }
            (_, Value::Packages(new)) => lines.extend(dependencies(None, new)),
            (_, Value::Script(_)) => {}
            (_, Value::Text(_) | Value::Flag(_) | Value::Names(_)) => {
                lines.push(old_new(field.label(), old.map(in_a_row), in_a_row(new)));
                lines.extend(moved(*field, old, new));
            }
        }
    }
    for secret in facts::changing(change.kind, &change.secrets) {
        let what = match secret.verb {
            SecretVerb::Create => "added",
            SecretVerb::Write => "sent again",
            SecretVerb::Delete => "**deleted**",
        };
        let from = secret.reference.as_ref().map(|from| format!(", from {}", code(from.as_str())));
        lines.push(format!("secret {}: {what}{}", code(&secret.key), from.unwrap_or_default()));
    }
    let again = facts::sent_again(change.kind, &change.secrets);
    lines.extend(again.map(|again| format!("secrets: {again}")));
    if let (Verb::Delete | Verb::Replace, Some(live)) = (change.verb, &change.live) {
        let state = if live.runs { "live" } else { "switched off" };
        let lines_of = |script: &Script| diff::lines(script.as_str()).len();
        let script = live.script.as_ref().map_or(0, lines_of);
        lines.push(format!("until now {state}, {} of script", count(script, "line")));
    }
    lines
}

/// What comes, goes and moves in an order.
fn moved(field: Field, old: Option<&Value>, new: &Value) -> Vec<String> {
    let (Field::Bindings, Some(Value::Names(old)), Value::Names(new)) = (field, old, new) else {
        return Vec::new();
    };
    let line = |one: Move<'_>| match one {
        Move::In(name, to) => format!("{}: bound as number {to}", code(name)),
        Move::Out(name) => format!("{}: **unbound**", code(name)),
        Move::To(name, from, to) => format!("{}: moves from number {from} to {to}", code(name)),
    };
    if old.is_empty() { Vec::new() } else { moves(old, new).into_iter().map(line).collect() }
}

/// A short value.
fn in_a_row(value: &Value) -> String {
    match value {
        Value::Text(text) => code(text),
        Value::Flag(flag) => code(if *flag { "true" } else { "false" }),
        Value::Names(names) if names.is_empty() => "none".to_owned(),
        Value::Names(names) => names.iter().map(|name| code(name)).collect::<Vec<_>>().join(", "),
        Value::Packages(_) | Value::Script(_) => String::new(),
    }
}

fn dependencies(old: Option<&Dependencies>, new: &Dependencies) -> Vec<String> {
    let none = Dependencies::new();
    let old = old.unwrap_or(&none);
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let reported = names.into_iter().filter_map(|name| {
        let package = code(name);
        match (old.get(name), new.get(name)) {
            (Some(old), Some(new)) if old == new => None,
            (Some(old), Some(new)) => {
                Some(format!("dependency {package}: {} \u{2192} {}", code(old), code(new)))
            }
            (Some(old), None) => Some(format!("dependency {package} {}: removed", code(old))),
            (None, Some(new)) => Some(format!("dependency {package} {}: added", code(new))),
            (None, None) => None,
        }
    });
    reported.collect()
}

fn script(old: Option<&Script>, new: &Script, room: usize) -> String {
    let (title, hunks) = match old {
        None => {
            let rows = diff::all_new(new.as_str());
            (count(rows.len(), "line"), vec![rows])
        }
        Some(old) if old == new => return String::new(),
        Some(old) => {
            let diff = diff::compare(old.as_str(), new.as_str());
            (script_summary(&diff), diff.hunks)
        }
    };
    let head = format!("- script: {title}\n\n");
    // the fence may be as long as the longest line shown, twice
    let Some(room) = room.checked_sub(length(&head) + 1_200) else {
        return head + "The script's difference is left out to stay below GitHub's limit.\n";
    };
    let rows = hunks.iter().enumerate().flat_map(|(at, hunk)| {
        let first = hunk.first().map_or(1, |row| row.number);
        let header = (at > 0 || first > 1).then_some(Line::Header(first));
        header.into_iter().chain(hunk.iter().map(Line::Row))
    });
    let (lines, left_out) = super::fitting(rows, room, line);
    if lines.is_empty() && left_out == 0 {
        return head;
    }
    let mut out = head + &fence("diff", &lines);
    if left_out > 0 {
        out.push_str(&format!(
            "\n{} more left out; `hooksync plan` in the job's log shows more, `--format json` all.\n",
            count(left_out, "line")
        ));
    }
    out
}

/// A line within the fence.
enum Line<'a> {
    /// The start of a hunk, by the number of its first line.
    Header(usize),
    Row(&'a Row<'a>),
}

fn line(line: Line<'_>) -> String {
    let row = match line {
        Line::Header(first) => return format!("@@ line {} @@\n", grouped(first)),
        Line::Row(row) => row,
    };
    let sign = match row.tag {
        ChangeTag::Equal => ' ',
        ChangeTag::Insert => '+',
        ChangeTag::Delete => '-',
    };
    format!("{sign}{}\n", row_text(row))
}
