//! What the reader of an export has to know besides the files that change.
//!
//! Must not decide what is written.

use std::collections::BTreeSet;
use std::path::Path;

use super::ExportPlan;
use crate::model::{Code, Diagnostic, Live, Severity};
use crate::source::codes;
use crate::source::file::MAX_BYTES;
use crate::source::walk::display;

fn quoted(live: &Live) -> String {
    format!("{} `{}`", live.kind(), live.name)
}

pub(super) fn skipped(hook: &Live, why: &str) -> Diagnostic {
    let message = format!("{} (id `{}`) is not exported: {why}", quoted(hook), hook.id);
    Diagnostic::warning(codes::NOT_EXPORTED, message)
}

pub(super) fn note_unwritable(hook: &Live, plan: &mut ExportPlan) {
    let why = "its values can't be written as YAML that all readers understand";
    plan.notes.push(skipped(hook, why));
}

/// Adds a warning about a file.
pub(super) fn warn(plan: &mut ExportPlan, code: Code, message: impl Into<String>, file: &str) {
    plan.notes.push(Diagnostic::warning(code, message).in_file(file));
}

pub(super) fn note_rewritten(source: &str, plan: &mut ExportPlan) {
    let message = "the file has to be rewritten; its comments are lost";
    warn(plan, codes::REWRITTEN, message, source);
}

pub(super) fn note_markers(
    source: &str,
    lost: &BTreeSet<String>,
    literal: &BTreeSet<String>,
    already: &BTreeSet<String>,
    lists: bool,
    plan: &mut ExportPlan,
) {
    let list = |markers: &BTreeSet<String>| {
        markers.iter().map(|marker| format!("`{marker}`")).collect::<Vec<_>>().join(", ")
    };
    if !lost.is_empty() {
        let message = format!(
            "{} no longer in every place: the tenant has other text there, or text in which the \
             value can't be found for certain",
            list(lost)
        );
        warn(plan, codes::MARKERS_LOST, message, source);
    }
    let new: BTreeSet<String> = literal.difference(already).cloned().collect();
    if !new.is_empty() {
        let (severity, what) = if lists {
            (Severity::Note, "`literalMarkers:` says that it is no keyword")
        } else {
            (
                Severity::Warning,
                "this layout can't say that it is no keyword: plan with `--allow-unresolved`",
            )
        };
        let message = format!("the tenant has {} as text; {what}", list(&new));
        let note = Diagnostic::new(codes::LITERAL_MARKERS, severity, message);
        plan.notes.push(note.in_file(source));
    }
}

pub(super) fn note_size(path: &Path, text: &str, plan: &mut ExportPlan) {
    if text.len() as u64 > MAX_BYTES {
        let message = "the script is larger than 1 MB; plan and apply won't read it";
        warn(plan, codes::LIVE_TOO_LARGE, message, &display(path));
    }
}
