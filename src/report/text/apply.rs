//! What became of a plan, line by line as the plan showed it.
//!
//! Must not decide what to do next: hints come with the results.

use std::collections::BTreeMap;

use super::plan::{heading, names_width, sign_indent};
use super::{fields, theirs};
use crate::plan::{ApplyReport, ChangeResult, FailedRequest, Outcome, Plan};
use crate::report::ink::{Ink, plain, span};
use crate::report::layout::Page;
use crate::report::words::{self, count, grouped};
use crate::report::{ApplyView, Spent, Style};

/// The report of an apply: one line a change in the plan's order, and beneath
/// it why it failed and what to do next.
#[must_use]
pub fn apply(view: &ApplyView<'_>, plan: &Plan, style: &Style) -> String {
    let ApplyView { environment: _, report, spent: _ } = *view;
    let ApplyReport {
        tenant,
        fingerprint: _,
        results,
        notes,
        interrupted,
        tenant_refuses: _,
        wrote: _,
    } = report;
    let mut page = Page::new(style);
    page.line(Ink::Strong, format!("Apply to {}", theirs(tenant, style)));
    page.gap();
    let names = names_width(&page, results.iter().map(|result| &result.name));
    let folded = folded(results);
    for result in results.iter().filter(|result| !folds(result, &folded)) {
        one_result(&mut page, result, names);
    }
    for (message, number) in &folded {
        let what = format!("{} not attempted", count(*number, "more change"));
        page.wrap(2, fields::INDENT, &[span(Ink::Warning, what)]);
        if let Some(message) = message {
            fields::row(&mut page, "reason", vec![plain(theirs(message, style))]);
        }
    }
    if !notes.is_empty() {
        page.title("Notes");
        for note in notes {
            page.wrap(2, 4, &[plain(theirs(note, style))]);
        }
    }
    page.gap();
    let ink = if is_whole(report) { Ink::Added } else { Ink::Danger };
    page.line(ink, summary(view));
    if *interrupted {
        page.line(Ink::Plain, interruption(report));
    }
    if !is_whole(report) {
        page.line(Ink::Plain, "Run apply again to finish; applied changes are kept.");
    }
    let untold = plan.changes.len().saturating_sub(results.len());
    if untold > 0 {
        let text = format!("{} of the plan's parts have no result.", grouped(untold));
        page.line(Ink::Danger, text);
    }
    page.finish()
}

/// Changes not attempted for one reason that are counted instead of listed.
const MOST_LISTED: usize = 10;

/// The reasons that more changes weren't attempted for than anybody reads one
/// by one, with their number.
fn folded(results: &[ChangeResult]) -> BTreeMap<Option<&str>, usize> {
    let mut reasons: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for result in results.iter().filter(|result| can_fold(result)) {
        *reasons.entry(reason(result)).or_default() += 1;
    }
    reasons.retain(|_, number| *number > MOST_LISTED);
    reasons
}

fn folds(result: &ChangeResult, folded: &BTreeMap<Option<&str>, usize>) -> bool {
    can_fold(result) && folded.contains_key(&reason(result))
}

/// Whether nothing was done for a change, and no request says why.
fn can_fold(result: &ChangeResult) -> bool {
    result.outcome == Outcome::NotAttempted
        && result.done.is_empty()
        && result.error.as_ref().is_none_or(|error| error.method.is_none())
}

fn reason(result: &ChangeResult) -> Option<&str> {
    result.error.as_ref().map(|error| error.message.as_str())
}

fn is_whole(report: &ApplyReport) -> bool {
    report.results.iter().all(|result| result.outcome == Outcome::Applied)
}

/// What an interrupt left behind.
pub(in crate::report) fn interruption(report: &ApplyReport) -> &'static str {
    if report.results.iter().any(|result| result.outcome == Outcome::Failed) {
        "Interrupted. What failed for that reason may have taken effect anyway."
    } else {
        "Interrupted: what was under way was finished."
    }
}

/// `Applied 5 changes in 7 s with 23 requests (8 writes).`, or `Applied 2 of 5
/// changes in 7 s with 23 requests (3 writes): 1 failed, 2 not attempted.`
pub(in crate::report) fn summary(view: &ApplyView<'_>) -> String {
    let ApplyView { environment: _, report, spent } = view;
    let all = report.results.len();
    if all == 0 {
        return "Nothing to apply.".to_owned();
    }
    let applied = report.count(Outcome::Applied);
    let of = if applied == all { String::new() } else { format!("{} of ", grouped(applied)) };
    let took = spent.map_or(String::new(), |Spent { time, requests, writes }| {
        let (requests, writes) = (counted(requests, "request"), counted(writes, "write"));
        format!(" in {} with {requests} ({writes})", words::time(time))
    });
    let rest: Vec<String> = [Outcome::Failed, Outcome::NotAttempted]
        .into_iter()
        .filter(|outcome| report.count(*outcome) > 0)
        .map(|outcome| format!("{} {}", grouped(report.count(outcome)), word(outcome)))
        .collect();
    let rest = if rest.is_empty() { String::new() } else { format!(": {}", rest.join(", ")) };
    format!("Applied {of}{}{took}{rest}.", count(all, "change"))
}

fn counted(number: u64, noun: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), noun)
}

pub(in crate::report) fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Applied => "applied",
        Outcome::Failed => "failed",
        Outcome::NotAttempted => "not attempted",
    }
}

fn one_result(page: &mut Page<'_>, result: &ChangeResult, names: usize) {
    let ChangeResult { verb, kind: _, name, trigger: _, id: _, outcome, error, done } = result;
    let ink = match outcome {
        Outcome::Applied => Ink::Added,
        Outcome::Failed => Ink::Danger,
        Outcome::NotAttempted => Ink::Warning,
    };
    let mut spans = heading(page, *verb, name.as_str(), names);
    spans.push(plain("  "));
    spans.push(span(ink, word(*outcome)));
    page.wrap(sign_indent(*verb), fields::INDENT, &spans);
    if let Some(error) = error {
        failure(page, error);
    }
    for part in done {
        fields::row(page, "done", vec![plain(theirs(part, page.style))]);
    }
}

fn failure(page: &mut Page<'_>, error: &FailedRequest) {
    let FailedRequest { method, path, status, error_code, message, hint } = error;
    let request: Vec<String> =
        [method, path].into_iter().flatten().map(|part| theirs(part, page.style)).collect();
    let answer: Vec<String> = status
        .map(|status| status.to_string())
        .into_iter()
        .chain(error_code.as_ref().map(|code| theirs(code, page.style)))
        .collect();
    if !request.is_empty() {
        fields::row(page, "request", vec![plain(request.join(" "))]);
    }
    if !answer.is_empty() {
        fields::row(page, "answer", vec![span(Ink::Danger, answer.join(" "))]);
    }
    fields::row(page, "reason", vec![plain(theirs(message, page.style))]);
    if let Some(hint) = hint {
        fields::row(page, "next", vec![plain(theirs(hint, page.style))]);
    }
}
