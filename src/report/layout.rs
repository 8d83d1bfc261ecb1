//! Lines of text, never wider than the place they are for.
//!
//! [`Page`] takes spans and breaks them at blanks, or within a word that is
//! wider than a line. Only [`Page::verbatim`] lets a line be wider: it is for
//! the user's own text. Must not know what the text is about.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Style;
use super::ink::{Ink, Span};

/// Text under construction.
pub(crate) struct Page<'a> {
    pub(crate) style: &'a Style,
    out: String,
}

/// A word and the blanks before it. A word may be of several inks.
struct Word {
    gap: usize,
    parts: Vec<Span>,
}

impl<'a> Page<'a> {
    pub(crate) fn new(style: &'a Style) -> Self {
        Self { style, out: String::new() }
    }

    /// The text so far.
    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// An empty line, unless there is one already or nothing before it.
    pub(crate) fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A paragraph: `first` blanks before its first line, `rest` before those
    /// that follow.
    pub(crate) fn wrap(&mut self, first: usize, rest: usize, spans: &[Span]) {
        let columns = self.style.columns();
        // However narrow it is, a dozen columns are for the text itself.
        let (first, rest) = (first.min(columns - 12), rest.min(columns - 12));
        let mut line = Line { at: first, indent: first, spans: Vec::new() };
        for word in words(spans) {
            let width: usize = word.parts.iter().map(|part| part.text.width()).sum();
            let gap = if line.spans.is_empty() { 0 } else { word.gap };
            if line.at + gap + width <= columns {
                line.push(gap, word.parts);
                continue;
            }
            if !line.spans.is_empty() {
                self.emit(std::mem::replace(&mut line, Line::at(rest)));
            }
            for part in word.parts {
                self.push_broken(&mut line, part, rest, columns);
            }
        }
        self.emit(line);
    }

    /// A line of the user's own text, as wide as it is.
    pub(crate) fn verbatim(&mut self, indent: usize, spans: Vec<Span>) {
        self.emit(Line { at: indent, indent, spans });
    }

    /// Puts a part of a word wider than a line, broken where it must be. A
    /// line never begins with `::` that way, which pipelines take as a
    /// command: [`super::safe`] leaves no longer run of colons.
    fn push_broken(&mut self, line: &mut Line, part: Span, rest: usize, columns: usize) {
        let mut left = part.text.as_str();
        while line.at + left.width() > columns {
            let mut end = fitting(left, columns.saturating_sub(line.at));
            if left[end..].starts_with("::") {
                end -= left[..end].chars().next_back().map_or(0, char::len_utf8);
            }
            if end == 0 && line.spans.is_empty() {
                end = left.chars().next().map_or(0, char::len_utf8);
            }
            if end > 0 {
                line.push(0, vec![Span { ink: part.ink, text: left[..end].to_owned() }]);
            }
            self.emit(std::mem::replace(line, Line::at(rest)));
            left = &left[end..];
        }
        if !left.is_empty() {
            line.push(0, vec![Span { ink: part.ink, text: left.to_owned() }]);
        }
    }

    fn emit(&mut self, line: Line) {
        let Line { at: _, indent, spans } = line;
        if spans.is_empty() {
            return;
        }
        self.out.extend(std::iter::repeat_n(' ', indent));
        let mut merged: Vec<Span> = Vec::new();
        for part in spans {
            match merged.last_mut() {
                Some(last) if last.ink == part.ink => last.text.push_str(&part.text),
                _ => merged.push(part),
            }
        }
        for Span { ink, text } in merged {
            ink.paint(&text, self.style.color, &mut self.out);
        }
        self.out.push('\n');
    }
}

struct Line {
    at: usize,
    indent: usize,
    spans: Vec<Span>,
}

impl Line {
    fn at(indent: usize) -> Self {
        Self { at: indent, indent, spans: Vec::new() }
    }

    fn push(&mut self, gap: usize, parts: Vec<Span>) {
        if gap > 0 {
            let ink = match (self.spans.last(), parts.first()) {
                (Some(before), Some(after)) if before.ink == after.ink => after.ink,
                _ => Ink::Plain,
            };
            self.spans.push(Span { ink, text: " ".repeat(gap) });
        }
        self.at += gap + parts.iter().map(|part| part.text.width()).sum::<usize>();
        self.spans.extend(parts);
    }
}

/// Cuts spans into words at blanks.
fn words(spans: &[Span]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word = Word { gap: 0, parts: Vec::new() };
    for Span { ink, text } in spans {
        for (index, piece) in text.split(' ').enumerate() {
            if index > 0 {
                if !word.parts.is_empty() {
                    words.push(std::mem::replace(&mut word, Word { gap: 0, parts: Vec::new() }));
                }
                word.gap += 1;
            }
            if !piece.is_empty() {
                word.parts.push(Span { ink: *ink, text: piece.to_owned() });
            }
        }
    }
    if !word.parts.is_empty() {
        words.push(word);
    }
    words
}

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
    if visible(line) <= columns {
        out.push_str(line);
        return;
    }
    let rest = (line.len() - line.trim_start_matches(' ').len() + 2).min(columns / 2);
    let (mut at, mut gap, mut is_first) = (0, 0, true);
    for (nth, word) in line.split(' ').enumerate() {
        gap += usize::from(nth > 0);
        if word.is_empty() {
            continue;
        }
        if !is_first && at + gap + visible(word) > columns {
            out.push('\n');
            (at, gap) = (0, rest);
        }
        out.extend(std::iter::repeat_n(' ', gap));
        at = push_word(word, at + gap, rest, columns, out);
        (gap, is_first) = (0, false);
    }
}

/// Puts a word where the line stands at `at`, broken where it is wider than a
/// line; gives where the line stands then.
fn push_word(word: &str, mut at: usize, rest: usize, columns: usize, out: &mut String) -> usize {
    let mut left = word;
    while !left.is_empty() {
        if let Some(end) = escape_length(left) {
            out.push_str(&left[..end]);
            left = &left[end..];
            continue;
        }
        let part = &left[..left.find('\u{1b}').unwrap_or(left.len())];
        let mut end = fitting(part, columns.saturating_sub(at));
        if end == 0 && at <= rest {
            end = part.chars().next().map_or(0, char::len_utf8);
        }
        out.push_str(&part[..end]);
        at += part[..end].width();
        left = &left[end..];
        if end < part.len() {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', rest));
            at = rest;
        }
    }
    at
}

/// The columns of a text that may have colours.
fn visible(text: &str) -> usize {
    let (mut left, mut columns) = (text, 0);
    while !left.is_empty() {
        let (end, width) = match escape_length(left) {
            Some(end) => (end, 0),
            None => {
                let end = left.find('\u{1b}').unwrap_or(left.len());
                (end, left[..end].width())
            }
        };
        columns += width;
        left = &left[end..];
    }
    columns
}

/// The bytes of the colour at the start of a text. An escape that is no
/// colour counts as one alone.
fn escape_length(text: &str) -> Option<usize> {
    let sequence = text.strip_prefix('\u{1b}')?;
    let is_part = |found: char| matches!(found, '[' | ';' | '0'..='9');
    let length =
        sequence.find(|found| !is_part(found)).filter(|at| sequence[*at..].starts_with('m'));
    Some(length.map_or(1, |length| length + 2))
}

/// How many bytes of a text fit into some columns. Marks stay with what they
/// stand on.
pub(crate) fn fitting(text: &str, columns: usize) -> usize {
    let (mut used, mut start) = (0, 0);
    while start < text.len() {
        let mut chars = text[start..].char_indices().skip(1);
        let end = chars
            .find(|(_, found)| found.width() != Some(0))
            .map_or(text.len(), |(length, _)| start + length);
        used += text[start..end].width();
        if used > columns {
            return start;
        }
        start = end;
    }
    text.len()
}

/// The columns that a harmless text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The text with blanks after it up to some columns.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finished_texts_are_broken_at_blanks() {
        let check = |text: &str, columns, expected: &str| {
            assert_eq!(broken(text, columns), expected, "{text:?}");
        };
        check("one two three\n", 80, "one two three\n");
        check("  one two three\nfour\n", 9, "  one two\n    three\nfour\n");
        check("\u{1b}[31mone two\u{1b}[0m three", 8, "\u{1b}[31mone two\u{1b}[0m\n  three");
        check("a bcdefghijklmnop", 8, "a\n  bcdefg\n  hijklm\n  nop");
        check("a  \n", 8, "a  \n");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_wide(
            text in "([a-z漢]{0,30}| {1,3}|\u{1b}\\[1;31m|\n){0,12}",
            columns in 12..60usize,
        ) {
            let shown = broken(&text, columns);
            let letters = |text: &str| text.replace([' ', '\n'], "");
            prop_assert_eq!(letters(&shown), letters(&text));
            for line in shown.lines().filter(|line| !line.trim().is_empty()) {
                prop_assert!(visible(line.trim_end()) <= columns, "{line:?}");
            }
        }
    }
}
