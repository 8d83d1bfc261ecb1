//! The report of an apply as Markdown, for a job's summary.
//!
//! Must not exceed what a comment may hold, as it may become one.

use super::escape::{code, length, prose};
use super::{ApplyView, MOST, MOST_ENVIRONMENTS, action_word, fitting};
use crate::plan::{ChangeResult, FailedRequest, Outcome};
use crate::report::text::{apply_summary, interruption, outcome_word};
use crate::report::words::grouped;

/// Reports of one or several environments, below GitHub's 65,536 characters.
#[must_use]
pub fn apply(views: &[ApplyView<'_>]) -> String {
    let shown = &views[..views.len().min(MOST_ENVIRONMENTS)];
    let mut out = String::new();
    for (nth, view) in shown.iter().enumerate() {
        let room = MOST.saturating_sub(length(&out) + 200) / (shown.len() - nth);
        if nth > 0 {
            out.push('\n');
        }
        out.push_str(&section(view, room));
    }
    if shown.len() < views.len() {
        let more = grouped(views.len() - shown.len());
        out.push_str(&format!("\n{more} more environments are not shown.\n"));
    }
    out
}

fn section(view: &ApplyView<'_>, room: usize) -> String {
    let ApplyView { environment, report, spent: _ } = view;
    let place = match environment {
        Some(name) => format!("{}, {}", code(name), code(&report.tenant)),
        None => code(&report.tenant),
    };
    let mut out = format!("### hooksync: {place}\n\n{}\n", apply_summary(view));
    if report.interrupted {
        out.push_str(&format!("\n{}\n", interruption(report)));
    }
    let room = room.saturating_sub(length(&out) + 400);
    // what failed is what a reader looks for
    let mut results: Vec<&ChangeResult> = report.results.iter().collect();
    results.sort_by_key(|result| match result.outcome {
        Outcome::Failed => 0,
        Outcome::NotAttempted => 1,
        Outcome::Applied => 2,
    });
    let (rows, left_out) = fitting(results, room * 4 / 5, row);
    if !rows.is_empty() {
        out.push_str("\n| | Name | Outcome | Why |\n|---|---|---|---|\n");
        out.push_str(&rows);
    }
    if left_out > 0 {
        out.push_str(&format!("\n{} more results are not in this table.\n", grouped(left_out)));
    }
    let note = |note: &String| format!("- {}\n", prose(note));
    let (notes, left_out) = fitting(&report.notes, room / 5, note);
    if !notes.is_empty() {
        out.push_str(&format!("\nNotes:\n\n{notes}"));
    }
    if left_out > 0 {
        out.push_str(&format!("- and {} more\n", grouped(left_out)));
    }
    out
}

fn row(result: &ChangeResult) -> String {
    let ChangeResult { verb, kind: _, name, trigger: _, id: _, outcome, error, done } = result;
    let outcome = match outcome {
        Outcome::Applied => outcome_word(*outcome).to_owned(),
        Outcome::Failed | Outcome::NotAttempted => format!("**{}**", outcome_word(*outcome)),
    };
    let mut why: Vec<String> = error.iter().map(reason).collect();
    if !done.is_empty() {
        let done: Vec<_> = done.iter().map(|part| prose(part)).collect();
        why.push(format!("Done: {}.", done.join("; ")));
    }
    let name = code(name.as_str());
    format!("| {} | {name} | {outcome} | {} |\n", action_word(*verb), why.join("<br>"))
}

fn reason(error: &FailedRequest) -> String {
    let FailedRequest { method, path, status, error_code, message, hint } = error;
    let request: Vec<&str> = [method, path].into_iter().flatten().map(String::as_str).collect();
    let mut parts = Vec::new();
    if !request.is_empty() {
        parts.push(code(&request.join(" ")));
    }
    let status = status.map(|status| status.to_string());
    parts.extend(status.into_iter().chain(error_code.as_deref().map(code)));
    let mut out = parts.join(" ");
    if !out.is_empty() {
        out.push_str(": ");
    }
    out.push_str(&prose(message));
    if let Some(hint) = hint {
        out.push_str(&format!("<br>Next: {}", prose(hint)));
    }
    out
}
