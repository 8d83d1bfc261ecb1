//! What is said of a hook beside its verdict: work that is cut off, texts of
//! the engine, runs that were stopped, branches that no event met.
//!
//! Must not decide a verdict.

use std::path::Path;

use super::convert::{resolve, stem};
use crate::lint::{self, RuleSettings};
use crate::migrate::{self, Finding, Style};
use crate::model::{ActionBody, Body, Definition, Diagnostic, Position, Script, ScriptSource};
use crate::proof::Report;

/// The line of a byte.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or_default().matches('\n').count() + 1
}

/// Findings of a migration as the reports show them.
pub(super) fn diagnostics(findings: &[Finding], hook: &Definition) -> Vec<Diagnostic> {
    let source = &hook.script_source;
    let one = |finding: &Finding| {
        let mut shown = Diagnostic::new(finding.code, finding.severity, finding.message.clone())
            .in_file(source.file.clone())
            .at_bytes(&source.text, finding.at.start, finding.at.end);
        shown.hint = finding.hint.clone();
        shown
    };
    findings.iter().map(one).collect()
}

/// Work that the Action starts and doesn't wait for: as `validate` finds it in
/// the hook that is wrapped, or in the file that is written, and calls of
/// packages of which a run showed that nothing takes what they give. No run in
/// a sandbox shows what becomes of it.
pub(super) fn cut_off(
    hook: &Definition,
    style: Style,
    report: &Report,
    code: &str,
    out: &Path,
) -> Vec<Diagnostic> {
    let shows = report.differences.iter().any(|it| it.is_cut_off);
    let mut found = match style {
        Style::Rewrite if !shows => Vec::new(),
        _ => lint::check(hook, &RuleSettings::default()),
    };
    found.retain(|it| it.code.0 == GOES_ON);
    found.extend(cut_off_in_file(hook, code, out));
    let text = &hook.script_source.text;
    let mut calls = diagnostics(&migrate::not_waited(text, &hook.trigger, &report.dropped), hook);
    calls.retain(|it| !found.iter().any(|known| is_about(known, it)));
    found.extend(calls);
    found
}

/// Whether the line of one finding holds what another one is about.
fn is_about(one: &Diagnostic, other: &Diagnostic) -> bool {
    let about = other.excerpt.as_ref().zip(other.position).map(|(excerpt, position)| {
        let own = excerpt.line.chars().skip(position.column.saturating_sub(1));
        own.take(excerpt.width).collect::<String>()
    });
    one.excerpt.as_ref().zip(about).is_some_and(|(excerpt, about)| excerpt.line.contains(&about))
}

fn cut_off_in_file(hook: &Definition, code: &str, out: &Path) -> Vec<Diagnostic> {
    let text = super::files::own_text("//", code);
    // a marker may be a whole expression
    let resolved = super::files::own_text("//", &resolve(code, hook));
    let is_same = text == resolved;
    let file = out.join(format!("{}.js", stem(&hook.written_name))).display().to_string();
    let action = Definition {
        script: Script::new(resolved.clone()),
        script_source: ScriptSource { file, text: resolved, replaced: Vec::new() },
        body: Body::Action(ActionBody::default()),
        ..hook.clone()
    };
    let mut found = lint::check(&action, &RuleSettings::default());
    found.retain(|it| CUT_OFF.contains(&it.code.0));
    for one in found.iter_mut().filter(|_| !is_same) {
        one.excerpt = None;
    }
    found
}

/// What `validate` calls work that goes on behind a hook's answer.
const GOES_ON: &str = "HS405";

/// What `validate` calls work that the end of an action cuts off.
const CUT_OFF: [&str; 2] = ["HS462", "HS463"];

/// That a text goes out which Node words with names of the rewritten code.
pub(super) fn engine_text(report: &Report, hook: &Definition) -> Diagnostic {
    let events = report.engine_texts;
    let message = format!(
        "The hook returns the text of an error that the JavaScript engine creates (on {events} of the events). Node.js quotes code in it, such as `event.user.x is not a function`, and that code has changed."
    );
    let mut found = Diagnostic::warning(migrate::ENGINE_TEXT, message)
        .in_file(hook.script_source.file.clone())
        .hint("answer with a text of the script's own, or take --style wrap");
    let text = &hook.script_source.text;
    if let Some(at) = migrate::first_answer(text, &hook.trigger) {
        found = found.at_bytes(text, at, at);
    }
    found
}

/// That a limit ended runs before hook and action had.
pub(super) fn stopped(report: &Report, hook: &Definition) -> Option<Diagnostic> {
    let (events, all) = (report.stopped, report.events);
    let message = format!(
        "A limit of the sandbox on time or memory stopped hook or action on {events} of {all} events, so how they would have ended is not known."
    );
    let found = Diagnostic::warning(migrate::STOPPED, message)
        .in_file(hook.script_source.file.clone())
        .hint("`hooksync run` with such an event shows which limit");
    (events > 0).then_some(found)
}

/// Branches of the hook that no event met.
pub(super) fn unmet(report: &Report, hook: &Definition) -> Vec<Diagnostic> {
    let found = report.unmet.iter().map(|branch| {
        let message =
            format!("no event reached this `{}`, so its behaviour is not known.", branch.kind);
        let mut shown = Diagnostic::warning(migrate::NOT_MET, message)
            .in_file(hook.script_source.file.clone())
            .hint("try more with --events, or write a behaviour test for it");
        shown.position =
            Some(Position { line: branch.line as usize, column: branch.column as usize });
        shown
    });
    found.collect()
}
