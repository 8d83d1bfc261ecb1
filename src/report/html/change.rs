//! One change of a plan's page: fields, secrets, the script side by side.
//!
//! Must not know the rest of the page.

use crate::model::{Dependencies, Script};
use crate::plan::{Behaviour, Change, Plan, SecretVerb, Verb};
use crate::report::diff;
use crate::report::effects::{headline, sentence, share};
use crate::report::facts;
use crate::report::page::{Line, pairs, side_by_side, text};
use crate::report::rows::{Package, Row, What, lines_and_size, packages, rows, until_now};
use crate::report::text::{script_summary, sign};
use crate::report::traffic::traffic;
use crate::report::words::count;

/// Rows of code that one page shows.
pub(super) const MOST_ROWS: usize = 50_000;

/// The change at this place of the `nth` plan. It takes the rows that it shows
/// from `most_rows`.
pub(super) fn change(
    plan: &Plan,
    change: &Change,
    nth: usize,
    at: usize,
    most_rows: &mut usize,
) -> String {
    let name = text(change.name.as_str());
    let verb = change.verb.as_str();
    let (_, sign) = sign(change.verb);
    let file =
        change.source.as_ref().map(|file| format!("<code class=\"quiet\">{}</code>", text(file)));
    let mut out = format!(
        "<article class=\"change\" id=\"change-{nth}-{at}\" data-verb=\"{verb}\" data-name=\"{name}\">\n<details open><summary>\
         <span class=\"verb {verb}\">{sign} {verb}</span> <h3>{name}</h3> \
         <span>{} on {}</span> {}</summary>\n<dl>\n",
        change.kind,
        text(change.trigger.as_str()),
        file.unwrap_or_default(),
    );
    let mut row = |label: &str, value: &str| {
        out.push_str(&format!("<dt>{label}</dt><dd>{value}</dd>\n"));
    };
    if let Some(why) = &change.blocked {
        row("blocked", &format!("<span class=\"blocked\">{}</span>", text(why)));
    }
    if let Some(why) = &change.withheld {
        row("stays off", &format!("<span class=\"warning\">{}</span>", text(why)));
    }
    if let Some(words) = traffic(plan, change) {
        row("traffic", &super::phrase(&words));
    }
    for value in behaviour(change) {
        row("behaviour", &value);
    }
    for Row { label, what } in rows(change) {
        match what {
            What::Short(old, new, _) => {
                row(label, &old_new(old.map(|old| old.shown(text)), &new.shown(text)));
            }
            What::Packages(old, new) => versions(old, new).iter().for_each(|one| row(label, one)),
            What::Script(Some(old), new) => {
                row(label, &script_summary(&diff::compare(old.as_str(), new.as_str())));
            }
            What::Script(None, new) => {
                let (lines, size) = lines_and_size(new);
                row(label, &format!("{lines}, {size}"));
            }
        }
    }
    for secret in facts::changing(change.kind, &change.secrets) {
        let what = match secret.verb {
            SecretVerb::Create => "<ins>added</ins>",
            SecretVerb::Write => "sent again",
            SecretVerb::Delete => "<del>deleted</del>",
        };
        let from = secret.reference.as_ref();
        let from = from.map(|it| format!(", from <code>{}</code>", text(it.as_str())));
        let from = from.unwrap_or_default();
        row("secret", &format!("<code>{}</code> {what}{from}", text(&secret.key)));
    }
    if let Some(again) = facts::sent_again(change.kind, &change.secrets) {
        row("secrets", &again);
    }
    if matches!(change.verb, Verb::Delete | Verb::Replace) {
        let parts = change.live.as_ref().map(|live| until_now(live, "disabled").join(", "));
        row("until now", &parts.unwrap_or_else(|| "unknown".to_owned()));
    }
    out.push_str("</dl>\n");
    for one in rows(change) {
        if let What::Script(old, new) = one.what {
            out.push_str(&script(change, old, new, most_rows));
        }
    }
    out + "</details>\n</article>\n"
}

fn old_new(old: Option<String>, new: &str) -> String {
    match old {
        Some(old) => format!("<del>{old}</del> → <ins>{new}</ins>"),
        None => format!("<ins>{new}</ins>"),
    }
}

fn versions(old: Option<&Dependencies>, new: &Dependencies) -> Vec<String> {
    let name = |name| format!("<code>{}</code>", text(name));
    let shown = packages(old, new).into_iter().map(|package| match package {
        Package::Changed(own, old, new) => {
            format!("{} {}", name(own), old_new(Some(text(old)), &text(new)))
        }
        Package::Removed(own, old) => format!("{} <del>{}</del> removed", name(own), text(old)),
        Package::Added(own, new) => format!("{} {}", name(own), old_new(None, &text(new))),
    });
    let shown: Vec<String> = shown.collect();
    if shown.is_empty() { vec!["none".to_owned()] } else { shown }
}

fn script(change: &Change, old: Option<&Script>, new: &Script, rows: &mut usize) -> String {
    let mut lines = match old {
        None => pairs(&[diff::all_new(new.as_str())]),
        Some(old) => pairs(&diff::compare(old.as_str(), new.as_str()).hunks),
    };
    if lines.is_empty() {
        return String::new();
    }
    let left_out = lines.len().saturating_sub(*rows);
    lines.truncate(*rows);
    *rows -= lines.len();
    let label = format!("The script of {}", change.name);
    let mut out = side_by_side(&label, ["On the tenant", "In the definition"], &lines);
    if left_out > 0 {
        let more = count(left_out, "more line");
        out.push_str(&format!(
            "<p class=\"quiet\">{more} not on this page; <code>--format json</code> has all.</p>\n"
        ));
    }
    // a script of nothing but stand-ins has nothing to show
    if lines.iter().all(|line| matches!(line, Line::Gap(_))) { String::new() } else { out }
}

/// The values of what running old and new code showed, harmless; none if its code wasn't looked at.
fn behaviour(change: &Change) -> Vec<String> {
    let Some(behaviour) = &change.behaviour else { return Vec::new() };
    let mut rows = vec![text(&headline(behaviour))];
    let Behaviour::Compared(compared) = behaviour else { return rows };
    for differs in &compared.differences {
        rows.push(format!(
            "<details><summary><span class=\"warning\">{}</span> <span class=\"quiet\">{}</span>\
             </summary><code>{}</code></details>",
            text(&sentence(differs)),
            share(differs, compared),
            text(&differs.event.to_string())
        ));
    }
    let notes = compared.notes.iter();
    rows.extend(notes.map(|note| format!("<span class=\"quiet\">{}</span>", text(note))));
    rows
}
