//! A plan as text: dangers, changes, order, what is left alone, the summary.
//!
//! Must not decide what is dangerous or how steps are ordered.

use super::{fields, phrase_spans, sign, theirs};
use crate::model::Name;
use crate::plan::{Change, Plan, UnresolvedSecret, Verb, Warning};
use crate::report::facts::{self, Danger};
use crate::report::ink::{Ink, Span, plain, span};
use crate::report::kinds;
use crate::report::layout::{Page, padded, width};
use crate::report::order;
use crate::report::rows::until_now;
use crate::report::traffic::traffic;
use crate::report::words::{about, count, listed, place};
use crate::report::{PlanView, Style};

/// Lines of scripts that one plan shows unless all are wanted.
const MOST_ROWS: usize = 2_000;

/// Columns from which on a change's file stands beside its name. (Where there
/// is very little room it just follows.)
const ROOM_FOR_FILES: usize = 100;

/// Columns up to which a list's names are padded where lines have no end.
const LONG_NAME: usize = 60;

/// Entries of one list that are shown unless all are wanted.
const MOST_ENTRIES: usize = 30;

/// A plan as text.
#[must_use]
pub fn plan(view: &PlanView<'_>, style: &Style) -> String {
    let PlanView { plan, estimate, .. } = *view;
    let Plan {
        tenant,
        fingerprint,
        changes: _,
        unchanged: _,
        unmanaged: _,
        warnings: _,
        unresolved,
        cutovers: _,
        ended: _,
        steps: _,
        unordered: _,
        live_total: _,
        deletes_allowed,
        token_lacks: _,
    } = plan;
    let mut page = Page::new(style);
    page.line(Ink::Strong, format!("Plan for {}", theirs(tenant, style)));
    let found = facts::dangers(plan);
    dangers(&mut page, &facts::sentences(plan, &found), *deletes_allowed);
    cutovers(&mut page, plan);
    let names = names_width(&page, plan.changed().map(|change| &change.name));
    let mut rows = MOST_ROWS;
    for change in plan.changed() {
        page.gap();
        rows = rows.saturating_sub(one_change(&mut page, plan, change, names, rows));
    }
    sent_again(&mut page, &plan.resent().collect::<Vec<_>>());
    order(&mut page, view);
    unmanaged(&mut page, plan);
    without_value(&mut page, unresolved);
    warned(&mut page, &facts::other_warnings(plan, &found));
    page.gap();
    let ink = if plan.is_clean() { Ink::Added } else { Ink::Strong };
    page.line(ink, facts::summary(plan));
    let requests = view.requests();
    if requests > 0 {
        let mut cost = format!("Apply sends {}", count(requests, "write request"));
        if let Some(estimate) = estimate {
            cost.push_str(&format!(", which takes {}", about(estimate)));
        }
        page.line(Ink::Plain, cost + ".");
    }
    if let Some(note) = facts::token_note(plan) {
        page.line(Ink::Faint, note);
    }
    if !plan.is_clean() || requests > 0 {
        page.line(Ink::Faint, format!("Fingerprint {fingerprint}"));
    }
    page.finish()
}

/// The columns that names take, so that what follows them is aligned.
pub(super) fn names_width<'a>(page: &Page<'_>, names: impl Iterator<Item = &'a Name>) -> usize {
    let widest = names.map(|name| width(name.as_str())).max().unwrap_or(0);
    if page.style.columns() < 60 {
        0
    } else {
        widest.min(page.style.columns().min(LONG_NAME * 2) / 2)
    }
}

/// Blanks before a heading, so that what follows the signs is aligned.
pub(super) fn sign_indent(verb: Verb) -> usize {
    3usize.saturating_sub(sign(verb).1.len())
}

/// `~ update  enrich-token  credentials-exchange`.
pub(super) fn heading(page: &Page<'_>, verb: Verb, name: &str, names: usize) -> Vec<Span> {
    let (ink, sign) = sign(verb);
    let word = if verb == Verb::Resend { "secrets" } else { verb.as_str() };
    vec![
        span(ink, format!("{sign} {word:<7}")),
        plain("  "),
        span(Ink::Strong, padded(&theirs(name, page.style), names)),
    ]
}

fn one_change(
    page: &mut Page<'_>,
    plan: &Plan,
    change: &Change,
    names: usize,
    most: usize,
) -> usize {
    let Change {
        verb,
        kind,
        name,
        trigger,
        id: _,
        source,
        live,
        fields: _,
        secrets,
        runs_after: _,
        version: _,
        blocked,
        withheld,
        behaviour: _,
    } = change;
    let mut spans = heading(page, *verb, name.as_str(), names);
    spans.push(plain(format!("  {}", theirs(trigger.as_str(), page.style))));
    let beside = !(50..ROOM_FOR_FILES).contains(&page.style.columns());
    let file = source.as_ref().map(|source| span(Ink::Faint, theirs(source, page.style)));
    if beside && let Some(file) = &file {
        spans.extend([plain("  "), file.clone()]);
    }
    page.wrap(sign_indent(*verb), fields::INDENT, &spans);
    if !beside && let Some(file) = file {
        fields::row(page, "file", vec![file]);
    }
    if let Some(reason) = blocked {
        let spans = vec![span(Ink::Danger, theirs(reason, page.style))];
        fields::row(page, "blocked", spans);
    }
    if let Some(reason) = withheld {
        fields::row(page, "stays off", vec![span(Ink::Warning, theirs(reason, page.style))]);
    }
    if let Some(phrase) = traffic(plan, change) {
        fields::row(page, "traffic", phrase_spans(&phrase, page.style));
    }
    fields::behaviour(page, change);
    let shown = fields::fields(page, change, most);
    fields::secrets(page, *kind, secrets);
    if let (Verb::Delete | Verb::Replace, Some(live)) = (verb, live) {
        let parts = listed(&until_now(live, "switched off"));
        fields::row(page, "until now", vec![plain(parts)]);
    }
    shown
}

fn dangers(page: &mut Page<'_>, dangers: &[Danger], deletes_allowed: bool) {
    list(page, &[span(Ink::Danger, "Look closely")], dangers, |page, danger| {
        let mut spans = vec![span(Ink::Danger, "!"), plain(" ")];
        spans.extend(phrase_spans(&danger.phrase, page.style));
        page.wrap(2, 4, &spans);
    });
    if !deletes_allowed && dangers.iter().any(|danger| danger.kind.is_delete()) {
        page.wrap(2, 4, &[plain("Apply deletes only with --allow-delete.")]);
    }
}

fn cutovers(page: &mut Page<'_>, plan: &Plan) {
    let found = kinds::cutovers(plan);
    let title = if found.len() == 1 { "Cutover" } else { "Cutovers" };
    let note = " (each is done as one, or not at all)";
    let title = [span(Ink::Strong, title), span(Ink::Faint, note)];
    list(page, &title, &found, |page, phrase| {
        let mut spans = vec![span(Ink::Changed, ">"), plain(" ")];
        spans.extend(phrase_spans(phrase, page.style));
        page.wrap(2, 4, &spans);
    });
}

fn order(page: &mut Page<'_>, view: &PlanView<'_>) {
    let groups = order::order(view);
    let stages = order::creates_in_stages(view);
    if groups.is_empty() && !stages {
        return;
    }
    page.title("Order");
    if stages {
        let text = kinds::CREATED_OFF;
        page.wrap(2, 2, &[plain(text)]);
    }
    let most = entries(page);
    let mut number = 0;
    for (at, group) in groups.iter().enumerate() {
        if at > 0 && number < most {
            page.gap();
        }
        for line in group {
            number += 1;
            if number > most {
                continue;
            }
            let label = format!("{number}. ");
            let mut spans = vec![
                span(Ink::Faint, label.clone()),
                span(Ink::Strong, theirs(&line.name, page.style)),
                plain(": "),
            ];
            spans.extend(phrase_spans(&line.what, page.style));
            if !line.or_else.is_empty() {
                let others = listed(
                    &line.or_else.iter().map(|name| theirs(name, page.style)).collect::<Vec<_>>(),
                );
                let verb = if line.or_else.len() == 1 { "is" } else { "are" };
                let text = format!("; if that fails, {others} {verb} put back as before");
                spans.push(plain(text));
            }
            page.wrap(2, 2 + label.len(), &spans);
        }
    }
    more(page, number, most);
}

fn sent_again(page: &mut Page<'_>, writes: &[&Change]) {
    let title =
        [span(Ink::Strong, "Secrets sent again"), span(Ink::Faint, " (values can't be compared)")];
    let names = names_width(page, writes.iter().map(|write| &write.name));
    list(page, &title, writes, |page, Change { name, secrets, blocked, .. }| {
        let keys = secrets.iter().map(|secret| {
            let from = secret.reference.as_ref().map(|it| theirs(it.as_str(), page.style));
            let from = from.map(|from| format!(" from {from}")).unwrap_or_default();
            theirs(&secret.key, page.style) + &from
        });
        let keys: Vec<_> = keys.collect();
        let spans = [
            span(Ink::Place, "= "),
            span(Ink::Strong, padded(&theirs(name.as_str(), page.style), names)),
            plain(format!("  {}", keys.join(", "))),
        ];
        page.wrap(2, 6, &spans);
        if let Some(reason) = blocked {
            let reason = format!("blocked: {}", theirs(reason, page.style));
            page.wrap(6, 8, &[span(Ink::Danger, reason)]);
        }
    });
}

fn unmanaged(page: &mut Page<'_>, plan: &Plan) {
    let note = " (live, without a definition, left alone)";
    let title = [span(Ink::Strong, "Unmanaged"), span(Ink::Faint, note)];
    let names = names_width(page, plan.unmanaged.iter().map(|one| &one.name));
    list(page, &title, &plan.unmanaged, |page, one| {
        let crate::plan::Unmanaged { kind: _, name, trigger, id: _ } = one;
        let spans = [
            plain(padded(&theirs(name.as_str(), page.style), names)),
            span(Ink::Faint, format!("  {}", theirs(trigger.as_str(), page.style))),
        ];
        page.wrap(2, 4, &spans);
    });
}

fn without_value(page: &mut Page<'_>, unresolved: &[UnresolvedSecret]) {
    let note = " (apply refuses until they have one)";
    let title = [span(Ink::Warning, "Secrets without a value here"), span(Ink::Faint, note)];
    list(page, &title, unresolved, |page, secret| {
        let UnresolvedSecret { name, key, keywords, source } = secret;
        let keywords: Vec<_> = keywords.iter().map(|word| theirs(word, page.style)).collect();
        let spans = [
            span(Ink::Strong, theirs(name.as_str(), page.style)),
            plain(format!("  {}", theirs(key, page.style))),
            span(Ink::Faint, format!("  keyword {}", keywords.join(", "))),
            span(Ink::Faint, format!("  {}", theirs(source, page.style))),
        ];
        page.wrap(2, 4, &spans);
    });
}

fn warned(page: &mut Page<'_>, warnings: &[&Warning]) {
    list(page, &[span(Ink::Warning, "Warnings")], warnings, |page, warning| {
        let Warning { code, message, source, position } = *warning;
        let mut spans = vec![span(Ink::Warning, theirs(code, page.style)), plain(" ")];
        if let Some(source) = source {
            let file = theirs(source, page.style);
            spans.push(span(Ink::Place, format!("{file}{}: ", place(*position))));
        }
        spans.push(plain(theirs(message, page.style)));
        page.wrap(2, 4, &spans);
    });
}

/// A list below its title, as far as it is shown; nothing where it is empty.
fn list<T>(page: &mut Page<'_>, title: &[Span], items: &[T], each: impl Fn(&mut Page<'_>, &T)) {
    if items.is_empty() {
        return;
    }
    page.gap();
    page.wrap(0, 2, title);
    let most = entries(page);
    items.iter().take(most).for_each(|item| each(page, item));
    more(page, items.len(), most);
}

fn entries(page: &Page<'_>) -> usize {
    if page.style.full { usize::MAX } else { MOST_ENTRIES }
}

/// Says how many entries of a list are left out.
fn more(page: &mut Page<'_>, total: usize, most: usize) {
    if total > most {
        let text =
            format!("and {} more; -v shows all.", crate::report::words::grouped(total - most));
        page.wrap(2, 4, &[span(Ink::Faint, text)]);
    }
}
