//! One change, folded away: fields, secrets, the script's difference.
//!
//! Must not exceed the room it is given.

use similar::ChangeTag;

use super::effects;
use super::escape::{self, code, fence, length, prose};
use crate::model::Script;
use crate::plan::{Change, Plan, SecretVerb, Verb};
use crate::report::diff::{self, Row};
use crate::report::facts;
use crate::report::rows::{self, Package, What, packages, rows};
use crate::report::text::{row_text, script_summary};
use crate::report::traffic::{Move, traffic};
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
    let traffic = traffic(plan, change).map(|one| format!("traffic: {}", one.shown(code)));
    for line in traffic.into_iter().chain(facts_of(change)) {
        out.push_str(&format!("- {line}\n"));
    }
    let end = "\n</details>\n";
    let room = room.checked_sub(length(&out) + length(end))?;
    let events = effects::details(change, room / 3);
    let room = room - length(&events).min(room);
    for row in rows(change) {
        if let What::Script(old, new) = row.what {
            out.push_str(&script(old, new, room));
        }
    }
    out.push_str(&events);
    out.push_str(end);
    Some(out)
}

/// The lines of a script's difference that a change shows.
pub(super) fn lines(change: &Change) -> usize {
    let of_row = |row: rows::Row<'_>| match row.what {
        What::Script(Some(old), new) => {
            diff::compare(old.as_str(), new.as_str()).hunks.iter().map(Vec::len).sum()
        }
        What::Script(None, new) => diff::lines(new.as_str()).len(),
        What::Short(..) | What::Packages(..) => 0,
    };
    rows(change).into_iter().map(of_row).sum()
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
    for rows::Row { label, what } in rows(change) {
        match what {
            What::Short(old, new, moves) => {
                let old = old.map(|old| format!("{} \u{2192} ", old.shown(code)));
                lines.push(format!("{label}: {}{}", old.unwrap_or_default(), new.shown(code)));
                lines.extend(moves.into_iter().map(moved));
            }
            What::Packages(old, new) => lines.extend(packages(old, new).into_iter().map(package)),
            What::Script(..) => {}
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

/// What comes, goes or moves in an order.
fn moved(one: Move<'_>) -> String {
    match one {
        Move::In(name, to) => format!("{}: bound as number {to}", code(name)),
        Move::Out(name) => format!("{}: **unbound**", code(name)),
        Move::To(name, from, to) => format!("{}: moves from number {from} to {to}", code(name)),
    }
}

fn package(one: Package<'_>) -> String {
    match one {
        Package::Changed(name, old, new) => {
            format!("dependency {}: {} \u{2192} {}", code(name), code(old), code(new))
        }
        Package::Removed(name, old) => {
            format!("dependency {} {}: removed", code(name), code(old))
        }
        Package::Added(name, new) => format!("dependency {} {}: added", code(name), code(new)),
    }
}

fn script(old: Option<&Script>, new: &Script, room: usize) -> String {
    let (title, hunks) = match old {
        None => {
            let rows = diff::all_new(new.as_str());
            (count(rows.len(), "line"), vec![rows])
        }
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
