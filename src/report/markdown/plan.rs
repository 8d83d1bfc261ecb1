//! A plan as Markdown, within a number of characters.
//!
//! Must not lay out a change's difference: that is [`super::details`]'s.

use super::details;
use super::effects;
use super::escape::{code, length, prose};
use super::{MOST, MOST_ENVIRONMENTS, NoPlan, PlanView, action_word, fitting, marker};
use crate::plan::{
    Change, Field, FieldChange, Plan, Unmanaged, UnresolvedSecret, Value, Verb, Warning,
};
use crate::report::facts::{self, Danger};
use crate::report::kinds;
use crate::report::order::{self, OrderLine};
use crate::report::rows::{DISPLAY_NAME, shown_fields};
use crate::report::words::{self, about, count, grouped, listed};

/// Lines of one script's difference that are shown unfolded, and of all.
const SHORT: usize = 30;
const SHORT_TOGETHER: usize = 90;

/// Plans of one or several environments as one comment, below GitHub's
/// 65,536 characters, and those for which there is none. The folder that was
/// planned is a part of what the comment is found by.
#[must_use]
pub fn plan(views: &[PlanView<'_>], missing: &[NoPlan<'_>], directory: &str) -> String {
    let marker = marker::of(views, missing, directory);
    if let ([only], []) = (views, missing) {
        let head = format!("{marker}\n### hooksync: {}\n", headline(only.plan));
        let room = MOST.saturating_sub(length(&head));
        return head + &section(only, room);
    }
    let changing = views.iter().filter(|view| !view.plan.is_clean()).count();
    let mut out = format!(
        "{marker}\n### hooksync: {} of {} to be changed{}\n\n\
         | Environment | Tenant | Plan |\n|---|---|---|\n",
        grouped(changing),
        count(views.len() + missing.len(), "environment"),
        match missing.len() {
            0 => String::new(),
            number => format!(", **{} without a plan**", grouped(number)),
        },
    );
    for NoPlan { environment, why } in missing.iter().take(MOST_ENVIRONMENTS) {
        let name = code(environment.unwrap_or("-"));
        out.push_str(&format!("| {name} | | **no plan**: {} |\n", prose(why)));
    }
    let shown = &views[..views.len().min(MOST_ENVIRONMENTS)];
    for view in shown {
        let name = view.environment.unwrap_or("-");
        let (name, tenant) = (code(name), code(&view.plan.tenant));
        out.push_str(&format!("| {name} | {tenant} | {} |\n", facts::summary(view.plan)));
    }
    if shown.len() < views.len() {
        let more = grouped(views.len() - shown.len());
        out.push_str(&format!("\n{more} more environments are not shown.\n"));
    }
    let mut sections = shown.len();
    for view in shown {
        let name = view.environment.unwrap_or("-");
        let heading = format!("\n---\n\n#### {}: {}\n", code(name), headline(view.plan));
        let room = MOST.saturating_sub(length(&out)) / sections;
        sections -= 1;
        if room < length(&heading) + 1_000 {
            continue;
        }
        let room = room - length(&heading);
        out.push_str(&heading);
        out.push_str(&section(view, room));
    }
    out
}

/// `1 to create, **1 to delete** on tenant`.
fn headline(plan: &Plan) -> String {
    let changes = facts::to_do(plan);
    let what = if changes.is_empty() { "no changes".to_owned() } else { changes };
    let dangers = facts::sentences(plan, &facts::dangers(plan)).len();
    let look = match dangers {
        0 => String::new(),
        _ => format!(", **{} to look at closely**", count(dangers, "thing")),
    };
    format!("{what} on {}{look}", code(&plan.tenant))
}

/// One environment without its headline, in at most `room` characters.
fn section(view: &PlanView<'_>, room: usize) -> String {
    let plan = view.plan;
    let found = facts::dangers(plan);
    let footer = footer(view);
    let room = room.saturating_sub(length(&footer));
    let mut out = dangers(&facts::sentences(plan, &found), room / 5);
    out.push_str(&cutovers(plan, room / 5));
    let order = facts::danger_first(plan, &found);
    out.push_str(&table(plan, &order, room / 4));
    out.push_str(&effects::section(plan, room / 5));
    let beside = lists(view, &found, room / 5);
    let left = room.saturating_sub(length(&out) + length(&beside));
    out.push_str(&details_of(plan, &order, left));
    out + &beside + &footer
}

fn dangers(found: &[Danger], room: usize) -> String {
    if found.is_empty() {
        return String::new();
    }
    let item = |danger: &Danger| format!("> - {}\n", danger.phrase.shown(code));
    let (items, left_out) = fitting(found, room.saturating_sub(200), item);
    let mut out = format!("\n> [!CAUTION]\n{items}{}", more(left_out, "> - "));
    if found.iter().any(|danger| danger.kind.is_delete()) {
        out.push_str(">\n> Apply deletes only with `--allow-delete`.\n");
    }
    out
}

/// Each cutover, as one.
fn cutovers(plan: &Plan, room: usize) -> String {
    let found = kinds::cutovers(plan);
    if found.is_empty() {
        return String::new();
    }
    let item = |one: &facts::Phrase| format!("> - {}\n", one.shown(code));
    let (items, left_out) = fitting(&found, room.saturating_sub(200), item);
    format!("\n> [!IMPORTANT]\n> Cutover, each as one:\n{items}{}", more(left_out, "> - "))
}

fn table(plan: &Plan, order: &[usize], room: usize) -> String {
    if order.is_empty() {
        return String::new();
    }
    let row = |change: &Change| {
        let (name, trigger) = (code(change.name.as_str()), code(change.trigger.as_str()));
        let verb = action_word(change.verb);
        format!("| {verb} | {name} | {trigger} | {} |\n", what_changes(change))
    };
    let changes = order.iter().filter_map(|at| plan.changes.get(*at));
    let (rows, left_out) = fitting(changes, room.saturating_sub(200), row);
    let note = match left_out {
        0 => String::new(),
        _ => format!("\n{} more changes are not in this table.\n", grouped(left_out)),
    };
    format!("\n| | Name | Trigger | What |\n|---|---|---|---|\n{rows}{note}")
}

/// `switched off, script, 2 secrets`, in our words only.
fn what_changes(change: &Change) -> String {
    let mut parts: Vec<String> = shown_fields(change).filter_map(field_word).collect();
    let secrets = facts::changing(change.kind, &change.secrets).count();
    if secrets > 0 {
        parts.push(count(secrets, "secret"));
    }
    if let (Verb::Delete, Some(live)) = (change.verb, &change.live) {
        parts.push(if live.runs { "live until now" } else { "switched off already" }.to_owned());
    }
    if change.withheld.is_some() {
        parts.push("**stays off**".to_owned());
    }
    if change.blocked.is_some() {
        parts.push("**blocked**".to_owned());
    }
    parts.join(", ")
}

/// What happens to a field, in a word or two; a new one's name and trigger have
/// columns of their own.
fn field_word(change: &FieldChange) -> Option<String> {
    let word = match (change.field, &change.new) {
        (Field::Name, _) => "renamed",
        (Field::Trigger, _) => "other trigger",
        (Field::Enabled, Value::Flag(true)) => "switched on",
        (Field::Enabled, _) => "switched off",
        (Field::Deploy, Value::Flag(true)) => "deployed",
        (Field::Deploy, _) => "not deployed",
        (Field::DisplayNames, _) => DISPLAY_NAME,
        (field, _) => field.label(),
    };
    Some(word.to_owned())
}

pub(super) fn details_of(plan: &Plan, order: &[usize], room: usize) -> String {
    let mut out = String::new();
    let mut left = room.saturating_sub(300);
    let mut opened = 0;
    let mut left_out = 0;
    for (nth, at) in order.iter().enumerate() {
        let Some(change) = plan.changes.get(*at) else {
            continue;
        };
        let share = (left / (order.len() - nth)).max(2_000).min(left);
        // what is short is read at once; it opens as long as it stays short together
        let rows = details::lines(change);
        let open = (1..=SHORT).contains(&rows) && opened + rows <= SHORT_TOGETHER;
        opened += if open { rows } else { 0 };
        match details::details(plan, change, share, open) {
            Some(text) => {
                left -= length(&text).min(left);
                out.push_str(&text);
            }
            None => left_out += 1,
        }
    }
    if left_out > 0 {
        out.push_str(&format!(
            "\n{} left out to stay below GitHub's limit for a comment; `hooksync plan` in the \
             job's log shows all.\n",
            if left_out == 1 {
                "One difference is".to_owned()
            } else {
                format!("{} are", count(left_out, "difference"))
            }
        ));
    }
    out
}

/// What is beside the changes: warnings, secrets without a value, the order,
/// secrets sent again, unmanaged resources.
fn lists(view: &PlanView<'_>, found: &[Danger], room: usize) -> String {
    let plan = view.plan;
    let share = room / 5;
    let keys = |keys: &[String]| listed(&keys.iter().map(|key| code(key)).collect::<Vec<_>>());
    let warning = |one: &Warning| {
        let Warning { code: rule, message, source, position } = one;
        let rule = prose(rule);
        let at = words::place(*position);
        let place = source.as_deref().map(|file| format!("{}: ", code(&format!("{file}{at}"))));
        format!("- {rule} {}{}\n", place.unwrap_or_default(), prose(message))
    };
    let without_value = |one: &UnresolvedSecret| {
        let UnresolvedSecret { name, key, keywords, source: _ } = one;
        format!("- {} {}: keyword {}\n", code(name.as_str()), code(key), keys(keywords))
    };
    let sent_again = |write: &Change| {
        let blocked = write.blocked.as_deref().map(|why| format!(", blocked: {}", prose(why)));
        let name = code(write.name.as_str());
        let sent = write.secrets.iter().map(|secret| {
            let from = secret.reference.as_ref().map(|it| format!(" from {}", code(it.as_str())));
            code(&secret.key) + &from.unwrap_or_default()
        });
        let sent: Vec<String> = sent.collect();
        format!("- {name}: {}{}\n", sent.join(", "), blocked.unwrap_or_default())
    };
    let unmanaged = |live: &Unmanaged| {
        format!("- {} on {}\n", code(live.name.as_str()), code(live.trigger.as_str()))
    };
    let step = |line: OrderLine| {
        let OrderLine { name, what, or_else } = line;
        let back = match or_else.as_slice() {
            [] => String::new(),
            [one] => format!("; if that fails, {} is put back as before", code(one)),
            several => format!("; if that fails, {} are put back as before", keys(several)),
        };
        format!("1. {}: {}{back}\n", code(&name), what.shown(code))
    };
    let order: Vec<OrderLine> = order::order(view).into_iter().flatten().collect();
    let warnings = facts::other_warnings(plan, found);
    [
        list("Warnings", warnings, share, warning).replacen("<details>", "<details open>", 1),
        list(
            "Secrets without a value here (apply refuses until they have one)",
            &plan.unresolved,
            share,
            without_value,
        )
        .replacen("<details>", "<details open>", 1),
        list("Order of the writes that wait for others", order, share, step),
        list(
            "Secrets sent again (values can't be compared)",
            plan.resent().collect::<Vec<_>>(),
            share,
            sent_again,
        ),
        list(
            "Unmanaged (live, without a definition, left alone)",
            &plan.unmanaged,
            share,
            unmanaged,
        ),
    ]
    .concat()
}

fn list<T>(
    title: &str,
    items: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    room: usize,
    text: impl Fn(T) -> String,
) -> String {
    let items = items.into_iter();
    let total = items.len();
    if total == 0 {
        return String::new();
    }
    let (items, left_out) = fitting(items, room.saturating_sub(250), text);
    format!(
        "\n<details><summary>{title}: {}</summary>\n\n{items}{}\n</details>\n",
        grouped(total),
        more(left_out, "- ")
    )
}

fn more(left_out: usize, lead: &str) -> String {
    match left_out {
        0 => String::new(),
        _ => format!("{lead}and {} more\n", grouped(left_out)),
    }
}

fn footer(view: &PlanView<'_>) -> String {
    let (plan, requests) = (view.plan, view.requests());
    let mut out = format!("\n{}", facts::summary(plan));
    if requests > 0 {
        out.push_str(&format!(" Apply sends {}", count(requests, "write request")));
        if let Some(estimate) = view.estimate {
            out.push_str(&format!(", which takes {}", about(estimate)));
        }
        out.push('.');
    }
    if let Some(note) = facts::token_note(plan) {
        out.push_str(&format!(" {note}"));
    }
    if !plan.is_clean() || requests > 0 {
        out.push_str(&format!("\n\nFingerprint: `{}`", plan.fingerprint));
    }
    out.push('\n');
    out
}
