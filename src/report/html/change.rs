//! One change of a plan's page: fields, secrets, the script side by side.
//!
//! Must not know the rest of the page.

use crate::model::{Dependencies, Script};
use crate::plan::{Change, FieldChange, Plan, SecretVerb, Value, Verb};
use crate::report::diff::{self, Row};
use crate::report::facts;
use crate::report::page::{Line, pairs, side_by_side, text};
use crate::report::text::{row_parts, script_summary, shown_fields};
use crate::report::traffic::{DISPLAY_NAME, retitled, traffic};
use crate::report::words::{count, size};

/// Rows of code that one page shows.
pub(super) const MOST_ROWS: usize = 50_000;

/// The change at this place of the `nth` plan. It takes the rows that it shows
/// from `rows`.
pub(super) fn change(
    plan: &Plan,
    change: &Change,
    nth: usize,
    at: usize,
    rows: &mut usize,
) -> String {
    let name = text(change.name.as_str());
    let verb = change.verb.as_str();
    let sign = match change.verb {
        Verb::Create => "+",
        Verb::Update => "~",
        Verb::Replace => "-/+",
        Verb::Delete => "-",
        Verb::Resend => "=",
    };
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
    for value in super::effects::rows(change) {
        row("behaviour", &value);
    }
    for change in shown_fields(change) {
        if let Some(pairs) = retitled(change) {
            for (old, new) in pairs {
                row(DISPLAY_NAME, &old_new(Some(text(old)), &text(new)));
            }
            continue;
        }
        let FieldChange { field, old, new } = change;
        for value in values(old.as_ref(), new) {
            row(field.label(), &value);
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
        row("until now", &until_now(change));
    }
    out.push_str("</dl>\n");
    for FieldChange { field: _, old, new } in shown_fields(change) {
        if let Value::Script(new) = new {
            let old = old.as_ref().and_then(|old| match old {
                Value::Script(old) => Some(old),
                _ => None,
            });
            out.push_str(&script(change, old, new, rows));
        }
    }
    out + "</details>\n</article>\n"
}

/// What a deleted one was.
fn until_now(change: &Change) -> String {
    let Some(live) = &change.live else { return "unknown".to_owned() };
    let mut parts = vec![if live.runs { "live" } else { "disabled" }.to_owned()];
    if let Some(script) = &live.script {
        let lines = count(diff::lines(script.as_str()).len(), "line");
        parts.push(format!("{lines} of script ({})", size(script.as_str().len())));
    }
    if let Some(keys) = live.secrets.as_ref().filter(|keys| !keys.is_empty()) {
        parts.push(count(keys.len(), "secret"));
    }
    parts.join(", ")
}

/// A field's value, old and new, in as many rows as it takes.
fn values(old: Option<&Value>, new: &Value) -> Vec<String> {
    match (old, new) {
        (Some(Value::Packages(old)), Value::Packages(new)) => packages(Some(old), new),
        (_, Value::Packages(new)) => packages(None, new),
        (Some(Value::Script(old)), Value::Script(new)) => {
            vec![script_summary(&diff::compare(old.as_str(), new.as_str()))]
        }
        (_, Value::Script(new)) => {
            let lines = count(diff::lines(new.as_str()).len(), "line");
            vec![format!("{lines}, {}", size(new.as_str().len()))]
        }
        (old, new) => vec![old_new(old.map(short), &short(new))],
    }
}

fn old_new(old: Option<String>, new: &str) -> String {
    match old {
        Some(old) => format!("<del>{old}</del> → <ins>{new}</ins>"),
        None => format!("<ins>{new}</ins>"),
    }
}

/// A short value, harmless.
fn short(value: &Value) -> String {
    match value {
        Value::Text(found) => text(found),
        Value::Flag(flag) => flag.to_string(),
        Value::Names(names) if names.is_empty() => "none".to_owned(),
        Value::Names(names) => names.iter().map(|name| text(name)).collect::<Vec<_>>().join(", "),
        Value::Packages(_) | Value::Script(_) => String::new(),
    }
}

fn packages(old: Option<&Dependencies>, new: &Dependencies) -> Vec<String> {
    let none = Dependencies::new();
    let before = old.unwrap_or(&none);
    let mut names: Vec<&String> = before.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let shown: Vec<String> = names
        .into_iter()
        .filter_map(|name| {
            let package = format!("<code>{}</code>", text(name));
            match (before.get(name), new.get(name)) {
                (Some(old), Some(new)) if old == new => None,
                (Some(old), Some(new)) => {
                    Some(format!("{package} {}", old_new(Some(text(old)), &text(new))))
                }
                (Some(old), None) => Some(format!("{package} <del>{}</del> removed", text(old))),
                (None, Some(new)) => Some(format!("{package} {}", old_new(None, &text(new)))),
                (None, None) => None,
            }
        })
        .collect();
    if shown.is_empty() { vec!["none".to_owned()] } else { shown }
}

fn script(change: &Change, old: Option<&Script>, new: &Script, rows: &mut usize) -> String {
    let parts = |row: &Row<'_>| row_parts(row);
    let mut lines = match old {
        None => pairs(&[diff::all_new(new.as_str())], parts),
        Some(old) => pairs(&diff::compare(old.as_str(), new.as_str()).hunks, parts),
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
