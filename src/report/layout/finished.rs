//! Texts that are finished, colours and all, brought to a width.
//!
//! Must not know where the colours come from.

use unicode_width::UnicodeWidthStr;

use super::{Marked, folded};

/// A finished text, colours and all, whose lines are broken at blanks where
/// they are too wide. What goes on a line is indented two columns deeper.
pub(crate) fn broken(text: &str, columns: usize) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        break_line(line, columns, &mut out);
        out.push_str(end);
    }
    out
}

fn break_line(line: &str, columns: usize, out: &mut String) {
    // the mark of a part is the colour before it
    let text = Marked::of(colored(line).into_iter());
    let indent = text.text.len() - text.text.trim_start_matches(' ').len();
    let rest = (indent + 2).min(columns / 2);
    let lines = match text.text.width() <= columns {
        true => std::iter::once(0..text.text.len()).collect(),
        false => folded(&text.text, indent, rest, columns),
    };
    let mut marks = text.marks.iter().peekable();
    for (nth, line) in lines.iter().enumerate() {
        if nth > 0 {
            out.push('\n');
        }
        let blanks = if nth > 0 { rest } else { line.start.min(indent) };
        out.extend(std::iter::repeat_n(' ', blanks));
        let mut from = line.start;
        while let Some((at, color)) = marks.next_if(|(at, _)| *at <= line.end) {
            let at = (*at).max(from);
            out.push_str(text.text.get(from..at).unwrap_or_default());
            out.push_str(color);
            from = at;
        }
        out.push_str(text.text.get(from..line.end).unwrap_or_default());
    }
    for (_, color) in marks {
        out.push_str(color);
    }
}

/// The parts of a line, each with the colour before it.
pub(super) fn colored(line: &str) -> Vec<(&str, &str)> {
    let mut parts = Vec::new();
    let mut left = line;
    while !left.is_empty() {
        let (color, after) = left.split_at_checked(escape_length(left)).unwrap_or((left, ""));
        let end = after.find('\u{1b}').unwrap_or(after.len());
        let (part, after) = after.split_at_checked(end).unwrap_or((after, ""));
        parts.push((color, part));
        left = after;
    }
    parts
}

/// The bytes of the colour at the start of a text; 0 where there is none. An
/// escape that is no colour counts as one alone.
fn escape_length(text: &str) -> usize {
    let Some(sequence) = text.strip_prefix('\u{1b}') else { return 0 };
    let after = sequence.trim_start_matches(|found| matches!(found, '[' | ';' | '0'..='9'));
    match after.strip_prefix('m') {
        Some(after) => text.len() - after.len(),
        None => 1,
    }
}
