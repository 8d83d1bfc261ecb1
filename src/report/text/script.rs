//! A script's difference as lines of text.
//!
//! These are the lines that may be wider than the terminal. Each begins with
//! its number, so that no line of a script stands at the start of a line of
//! ours. Must not decide what differs: that is [`super::super::diff`]'s.

use similar::ChangeTag;
use unicode_width::UnicodeWidthStr;

use crate::report::diff::{LineEnds, Nature, Row, ScriptDiff};
use crate::report::ink::{Ink, Span, plain, span};
use crate::report::layout::Page;
use crate::report::safe;
use crate::report::words::{count, grouped};

/// Lines of one script that are shown unless all are wanted.
pub(super) const MOST_ROWS: usize = 80;

/// Characters of one line that are shown unless all are wanted.
const LONGEST_LINE: usize = 400;

/// Columns from one tab stop to the next.
const TAB: usize = 4;

/// `3 lines added, 2 removed; only whitespace differs`.
pub(in crate::report) fn summary(diff: &ScriptDiff<'_>) -> String {
    let mut parts = Vec::new();
    match (diff.added, diff.removed) {
        (0, 0) => {}
        (added, 0) => parts.push(format!("{} added", count(added, "line"))),
        (0, removed) => parts.push(format!("{} removed", count(removed, "line"))),
        (added, removed) => {
            parts.push(format!("{} added, {} removed", count(added, "line"), grouped(removed)));
        }
    }
    match diff.nature {
        Some(Nature::LineEnds) => parts.push("only line ends differ".to_owned()),
        Some(Nature::Whitespace) => parts.push("only whitespace differs".to_owned()),
        Some(Nature::Moved) => parts.push("lines only moved".to_owned()),
        None => {}
    }
    if let Some((old, new)) = diff.line_ends {
        parts.push(format!("line ends {} to {}", ends(old), ends(new)));
    }
    for (is_added, what, place) in
        [(diff.final_newline, "newline", "end"), (diff.byte_order_mark, "byte order mark", "start")]
    {
        let verb = is_added.map(|is_added| if is_added { "added" } else { "removed" });
        parts.extend(verb.map(|verb| format!("{what} {verb} at the {place}")));
    }
    parts.join("; ")
}

fn ends(ends: LineEnds) -> &'static str {
    match ends {
        LineEnds::Lf => "LF",
        LineEnds::CrLf => "CRLF",
        LineEnds::Mixed => "mixed",
    }
}

/// All hunks, indented, cut at `most` rows unless all are wanted. Returns how
/// many rows were shown.
pub(super) fn hunks(
    page: &mut Page<'_>,
    indent: usize,
    hunks: &[Vec<Row<'_>>],
    most: usize,
) -> usize {
    let total: usize = hunks.iter().map(Vec::len).sum();
    let most = if page.style.full { total } else { most };
    let last = hunks.iter().flatten().map(|row| row.number).max().unwrap_or(0);
    let digits = last.to_string().len();
    let mut shown = 0;
    for (at, hunk) in hunks.iter().enumerate() {
        if shown == most {
            break;
        }
        if at > 0 {
            let dots = if page.style.unicode { "\u{22ee}" } else { "..." };
            let dots = format!("{}{dots}", " ".repeat(digits.saturating_sub(dots.width())));
            page.verbatim(indent, vec![span(Ink::Faint, dots)]);
        }
        for row in hunk.iter().take(most - shown) {
            page.verbatim(indent, row_spans(page, row, digits));
            shown += 1;
        }
    }
    if shown < total {
        let more = format!(
            "{} more not shown; -v shows all, and --format json holds all.",
            count(total - shown, "line")
        );
        page.wrap(indent, indent, &[span(Ink::Faint, more)]);
    }
    shown
}

fn row_spans(page: &Page<'_>, row: &Row<'_>, digits: usize) -> Vec<Span> {
    let (sign, ink, word) = match row.tag {
        ChangeTag::Equal => (" ", Ink::Plain, Ink::Plain),
        ChangeTag::Insert => ("+", Ink::Added, Ink::AddedWord),
        ChangeTag::Delete => ("-", Ink::Removed, Ink::RemovedWord),
    };
    let mut spans = vec![span(Ink::Faint, format!("{:>digits$}", row.number))];
    if row.tag == ChangeTag::Equal && row.text.is_empty() {
        return spans;
    }
    spans.push(plain(" "));
    spans.push(span(ink, sign));
    if row.text.is_empty() {
        return spans;
    }
    spans.push(plain(" "));
    let style = page.style;
    let parts = if style.color { row.words() } else { vec![(false, row.text)] };
    spans.extend(
        shown(row, &parts, style.full, style.unicode)
            .into_iter()
            .map(|(differs, text)| span(if differs { word } else { ink }, text)),
    );
    spans
}

/// A row's text, harmless, cut around what differs when it is very long.
pub(in crate::report) fn row_text(row: &Row<'_>) -> String {
    shown(row, &[(false, row.text)], false, true).into_iter().map(|(_, text)| text).collect()
}

/// A whole row's text, harmless, in parts: those that differ are `true`.
pub(in crate::report) fn row_parts(row: &Row<'_>) -> Vec<(bool, String)> {
    shown(row, &row.words(), true, true)
}

/// The characters of a line that are shown: all, or some around the first
/// that differs.
fn window(row: &Row<'_>, full: bool) -> std::ops::Range<usize> {
    let length = row.text.chars().count();
    if full || length <= LONGEST_LINE {
        return 0..length;
    }
    let same = row
        .against
        .map_or(0, |other| row.text.chars().zip(other.chars()).take_while(|(a, b)| a == b).count());
    let start = same.saturating_sub(LONGEST_LINE / 4).min(length - LONGEST_LINE);
    start..start + LONGEST_LINE
}

/// The parts of a line that are shown, harmless, with tabs laid out and blanks
/// made visible where they are what differs.
fn shown(row: &Row<'_>, parts: &[(bool, &str)], full: bool, unicode: bool) -> Vec<(bool, String)> {
    let chars: Vec<char> = row.text.chars().collect();
    let window = window(row, full);
    let changed = row.tag != ChangeTag::Equal;
    let kept = row.text.trim_end_matches([' ', '\t']).chars().count();
    let blanks = Blanks {
        unicode,
        all: changed && row.only_blanks_differ(),
        trailing: if changed { kept } else { chars.len() },
    };
    let pieces = safe::pieces(row.text, unicode);
    let dots = if unicode { "\u{2026}" } else { "..." };
    let mut out: Vec<(bool, String)> = Vec::new();
    if window.start > 0 {
        out.push((false, format!("({} characters){dots}", grouped(window.start))));
    }
    let (mut at, mut column) = (0, 0);
    for (differs, part) in parts {
        let mut text = String::new();
        for _ in part.chars() {
            let piece = blanks.piece(chars[at], at, column, &pieces[at]);
            column += piece.width();
            if window.contains(&at) {
                text.push_str(&piece);
            }
            at += 1;
        }
        if !text.is_empty() {
            out.push((*differs, text));
        }
    }
    if window.end < chars.len() {
        out.push((false, format!("{dots}({} characters)", grouped(chars.len() - window.end))));
    }
    out
}

/// How blanks and tabs of one line are shown.
struct Blanks {
    unicode: bool,
    /// Show each, for they are what differs.
    all: bool,
    /// Show those from this character on, for they end a changed line.
    trailing: usize,
}

impl Blanks {
    fn piece(&self, found: char, at: usize, column: usize, piece: &str) -> String {
        let visible = self.all || at >= self.trailing;
        let to_stop = TAB - column % TAB;
        match found {
            '\t' if !visible => " ".repeat(to_stop),
            '\t' if self.unicode => {
                format!("{}{}", safe::VISIBLE_TAB, " ".repeat(to_stop.saturating_sub(1)))
            }
            ' ' if visible && self.unicode => safe::VISIBLE_BLANK.to_string(),
            ' ' if visible => safe::escape(' '),
            safe::VISIBLE_BLANK | safe::VISIBLE_TAB if visible => safe::escape(found),
            _ => piece.to_owned(),
        }
    }
}
