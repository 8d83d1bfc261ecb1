//! Findings as text: what, where, the line with a mark below it, what to do.
//!
//! Must not order, count or weigh findings differently from how they come.

use std::collections::BTreeMap;
use std::ops::Range;

use super::theirs;
use crate::model::{Diagnostic, Excerpt, Position, Severity};
use crate::report::Style;
use crate::report::ink::{Ink, Span, plain, span};
use crate::report::layout::{Page, fitting, width};
use crate::report::safe;
use crate::report::words::{self, count};

/// Characters of a line that are looked at on each side of the place. More
/// can't be shown, and a line may be a megabyte long.
const REACH: usize = 400;

/// Columns from one tab stop to the next.
const TAB: usize = 4;

/// With more findings than this, each is reported in one paragraph without its
/// line: a thousand marked lines are no report that anybody reads.
const MARKED: usize = 100;

/// What `validate` says: all findings and one line that sums them up.
#[must_use]
pub fn validate(definitions: usize, found: &[Diagnostic], style: &Style) -> String {
    let mut page = Page::new(style);
    let checked = format!("{} checked", count(definitions, "definition"));
    if found.is_empty() {
        page.line(Ink::Added, format!("{checked}: nothing to report."));
        return page.finish();
    }
    each(&mut page, found);
    page.line(worst(found), format!("{checked}: {}.", summary(found)));
    page.finish()
}

/// Findings, and one line that counts them. Empty when there are none.
#[must_use]
pub fn diagnostics(found: &[Diagnostic], style: &Style) -> String {
    let mut page = Page::new(style);
    each(&mut page, found);
    if !found.is_empty() {
        page.line(worst(found), format!("{}.", summary(found)));
    }
    page.finish()
}

/// `3 errors, 1 warning in 2 files`.
pub(in crate::report) fn summary(found: &[Diagnostic]) -> String {
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (severity, found.iter().filter(|one| one.severity == severity).count()))
        .filter(|(_, number)| *number > 0)
        .map(|(severity, number)| count(number, severity.as_str()))
        .collect();
    let mut files: Vec<_> = found.iter().filter_map(|one| one.file.as_deref()).collect();
    files.sort_unstable();
    files.dedup();
    match files.len() {
        0 => parts.join(", "),
        files => format!("{} in {}", parts.join(", "), count(files, "file")),
    }
}

fn ink(severity: Severity) -> Ink {
    match severity {
        Severity::Error => Ink::Danger,
        Severity::Warning => Ink::Warning,
        Severity::Note => Ink::Place,
    }
}

fn worst(found: &[Diagnostic]) -> Ink {
    found.iter().map(|one| one.severity).min().map_or(Ink::Plain, ink)
}

pub(in crate::report) fn each(page: &mut Page<'_>, found: &[Diagnostic]) {
    if found.len() <= MARKED {
        found.iter().for_each(|one| diagnostic(page, one));
        return;
    }
    found.iter().for_each(|one| in_short(page, one));
    page.gap();
    let mut codes: BTreeMap<(Severity, &str), usize> = BTreeMap::new();
    for one in found {
        *codes.entry((one.severity, one.code.0)).or_default() += 1;
    }
    for ((severity, code), number) in codes {
        let times = format!(": {}", count(number, "time"));
        page.wrap(0, 2, &[label(severity, code), plain(times)]);
    }
    page.gap();
}

/// `error[HS401]`.
fn label(severity: Severity, code: &str) -> Span {
    span(ink(severity), format!("{}[{code}]", severity.as_str()))
}

/// `file:line:column`, as one text: a name that ends in colons must not become a
/// command.
fn place(file: &str, position: Option<Position>, style: &Style) -> Span {
    span(Ink::Place, theirs(format!("{file}{}", words::place(position)), style))
}

/// A finding as `file:line:column: error[code]: message (hint)`.
fn in_short(page: &mut Page<'_>, found: &Diagnostic) {
    let Diagnostic { code, severity, message, hint, file, position, excerpt: _ } = found;
    let mut spans = Vec::new();
    if let Some(file) = file {
        spans.extend([place(file, *position, page.style), plain(": ")]);
    }
    spans.extend([label(*severity, code.0), plain(": ")]);
    spans.push(plain(theirs(message, page.style)));
    if let Some(hint) = hint {
        spans.push(span(Ink::Faint, format!(" (hint: {})", theirs(hint, page.style))));
    }
    page.wrap(0, 2, &spans);
}

fn diagnostic(page: &mut Page<'_>, found: &Diagnostic) {
    let Diagnostic { code, severity, message, hint, file, position, excerpt } = found;
    let message = theirs(message, page.style);
    page.wrap(0, 2, &[label(*severity, code.0), plain(": "), span(Ink::Strong, message)]);
    let digits = position.map_or(1, |position| position.line.to_string().len());
    if let Some(file) = file {
        let place = place(file, *position, page.style);
        page.wrap(digits, digits + 4, &[span(Ink::Faint, "--> "), place]);
    }
    if let (Some(position), Some(excerpt)) = (position, excerpt) {
        marked_line(page, *position, excerpt, ink(*severity));
    }
    if let Some(hint) = hint {
        page.wrap(
            digits + 1,
            digits + 9,
            &[span(Ink::Faint, "= "), span(Ink::Place, "hint: "), plain(theirs(hint, page.style))],
        );
    }
    page.gap();
}

/// The line that a finding points at, cut to the columns around the place,
/// and a mark below it.
fn marked_line(page: &mut Page<'_>, position: Position, excerpt: &Excerpt, ink: Ink) {
    let Position { line, column } = position;
    let number = line.to_string();
    let columns = page.style.columns().saturating_sub(number.len() + 3).max(8);
    let (text, mark) = around(excerpt, column, columns, page.style);
    let gutter = |number: &str| {
        span(Ink::Faint, format!("{number:>width$} |", width = line.to_string().len()))
    };
    let mut spans = vec![gutter(&number)];
    if !text.is_empty() {
        spans.push(plain(" "));
        spans.push(plain(text));
    }
    page.verbatim(0, spans);
    page.verbatim(
        0,
        vec![
            gutter(""),
            plain(" ".repeat(mark.start + 1)),
            span(ink, "^".repeat(mark.len().max(1))),
        ],
    );
}

/// A line's part that fits into some columns and holds the place, and where
/// in it the mark goes.
fn around(
    excerpt: &Excerpt,
    column: usize,
    columns: usize,
    style: &Style,
) -> (String, Range<usize>) {
    let Excerpt { line, width: marked } = excerpt;
    let place = column.saturating_sub(1);
    let skipped = place.saturating_sub(REACH);
    let part: String = line.chars().skip(skipped).take(2 * REACH).collect();
    let has_more = line.chars().nth(skipped + 2 * REACH).is_some();
    let (text, starts) = laid_out(&part, style);
    let cell = |at: usize| starts.get(at).copied().unwrap_or(width(&text));
    let mark = cell(place - skipped)..cell((place - skipped).saturating_add(*marked));
    let mark = mark.start..mark.end.max(mark.start + 1);
    if skipped == 0 && !has_more && width(&text).max(mark.end) <= columns {
        return (text, mark);
    }
    let dots = if style.unicode { "\u{2026}" } else { "..." };
    // a third of the columns before the place, the rest from it on
    let wanted = mark.start.saturating_sub(columns / 3);
    let from = if skipped == 0 && mark.end.min(mark.start + columns / 2) + width(dots) <= columns {
        0
    } else {
        starts.iter().copied().find(|start| *start >= wanted).unwrap_or(wanted)
    };
    let lead = if from > 0 || skipped > 0 { dots } else { "" };
    let tail = text.get(fitting(&text, from)..).unwrap_or_default();
    let room = columns - width(lead);
    let (kept, end) = if width(tail) > room || has_more {
        (tail.get(..fitting(tail, room - width(dots))).unwrap_or_default(), dots)
    } else {
        (tail, "")
    };
    let shift = |at: usize| (at.saturating_sub(from) + width(lead)).min(columns);
    let shown = format!("{lead}{kept}{end}");
    let start = shift(mark.start).min(columns - 1);
    (shown, start..shift(mark.end).max(start + 1))
}

/// A line made harmless, tabs laid out, and at which column each of its
/// characters starts.
fn laid_out(part: &str, style: &Style) -> (String, Vec<usize>) {
    let mut text = String::new();
    let mut starts = Vec::new();
    let mut column = 0;
    for (found, piece) in part.chars().zip(safe::pieces(part, style.unicode)) {
        starts.push(column);
        let piece = if found == '\t' { " ".repeat(TAB - column % TAB) } else { piece };
        column += width(&piece);
        text.push_str(&piece);
    }
    (text, starts)
}
