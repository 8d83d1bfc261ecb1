//! For people at a terminal or in a log: the plan, the report of an apply,
//! the findings.
//!
//! No line is wider than [`Style::width`] unless it is the user's own text (a
//! line of a script). Must not know where the text goes.

mod apply;
mod backup;
mod diagnostics;
mod doctor;
mod drift;
mod environments;
mod export;
mod fields;
mod plan;
mod rollback;
mod script;

#[cfg(test)]
mod tests;

pub use apply::apply;
pub use backup::{BackupView, backup};
pub use diagnostics::{diagnostics, validate};
pub use doctor::{Check, Examination, Health, SettingLine, doctor};
pub use drift::drift;
pub use environments::{applies, plans, sections};
pub use export::{ExportLine, ExportSign, FileDiff, export, export_check};
pub use plan::plan;
pub use rollback::{rollback, rolled_back};

pub(super) use apply::{interruption, summary as apply_summary, word as outcome_word};
pub(super) use diagnostics::{each as diagnostics_of, summary as findings_summary};
pub(super) use script::{row_parts, row_text, summary as script_summary};

use super::Style;
use super::facts::{Bit, Phrase};
use super::ink::{Ink, Span, plain, span};
use super::layout::{Page, broken};
use super::safe;
use crate::plan::Verb;

/// A foreign text longer than this is cut; two different ones stay different.
const LONGEST_INLINE: usize = 300;

/// A message of several lines, each broken where the style's width asks for it
/// and indented as it is.
#[must_use]
pub fn message(text: &str, style: &Style) -> String {
    let mut page = Page::new(style);
    for line in text.lines() {
        let words = line.trim_start();
        if words.is_empty() {
            page.empty_line();
            continue;
        }
        let indent = line.len() - words.len();
        let shown = safe::inline(words, style.unicode);
        page.wrap(indent, indent + 2, &[plain(shown)]);
    }
    page.finish()
}

/// A finished text, colours and all, with lines that fit: what a command says
/// by the way, and what others lay out, such as help.
#[must_use]
pub fn fitted(text: &str, style: &Style) -> String {
    broken(text, style.columns())
}

/// A foreign text, harmless.
fn theirs(text: impl AsRef<str>, style: &Style) -> String {
    safe::short(text.as_ref(), LONGEST_INLINE, style.unicode)
}

/// A phrase in spans: our words plain, theirs strong.
fn phrase_spans(phrase: &Phrase, style: &Style) -> Vec<Span> {
    let spans = phrase.0.iter().map(|bit| match bit {
        Bit::Ours(text) => plain(text.clone()),
        Bit::Theirs(text) => span(Ink::Strong, theirs(text, style)),
    });
    spans.collect()
}

/// The sign and colour of a verb.
pub(super) fn sign(verb: Verb) -> (Ink, &'static str) {
    match verb {
        Verb::Create => (Ink::Added, "+"),
        Verb::Update => (Ink::Changed, "~"),
        Verb::Replace => (Ink::Danger, "-/+"),
        Verb::Delete => (Ink::Removed, "-"),
        Verb::Resend => (Ink::Place, "="),
    }
}

/// `->`, or the arrow where it can be shown.
fn arrow(style: &Style) -> &'static str {
    if style.unicode { "\u{2192}" } else { "->" }
}
