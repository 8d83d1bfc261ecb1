//! Lines of text, never wider than the place they are for.
//!
//! [`Page`] takes spans and breaks them at blanks, or within a word that is
//! wider than a line; [`broken`] does the same to a finished text. Both ask
//! [`folded`] where lines end. Only [`Page::verbatim`] lets a line be wider:
//! it is for the user's own text.
//!
//! Texts come here harmless, each by itself (see [`super::safe`]). Put together
//! they could act again (`a:` before `: b`), and so could a break that leaves
//! `::` at the start of a line, where pipelines look for commands. Both are
//! prevented here, for everything that has lines. Must not know what the text
//! is about.

mod finished;

use std::ops::Range;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Style;
use super::ink::{Ink, Span};
use super::safe;

pub(crate) use finished::broken;

/// Text under construction.
pub(crate) struct Page<'a> {
    pub(crate) style: &'a Style,
    out: String,
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

    /// An empty line.
    pub(crate) fn empty_line(&mut self) {
        self.out.push('\n');
    }

    /// A paragraph: `first` blanks before its first line, `rest` before those
    /// that follow.
    pub(crate) fn wrap(&mut self, first: usize, rest: usize, spans: &[Span]) {
        let columns = self.style.columns();
        // However narrow it is, a dozen columns are for the text itself.
        let (first, rest) = (first.min(columns - 12), rest.min(columns - 12));
        let text = Marked::of(spans.iter().map(|span| (span.ink, span.text.as_str())));
        for (nth, line) in folded(&text.text, first, rest, columns).into_iter().enumerate() {
            let parts = text.parts(line).flat_map(|(ink, part)| text.in_words(ink, part));
            self.emit(if nth == 0 { first } else { rest }, &text.text, bridged(parts));
        }
    }

    /// A paragraph of one ink, as all that stands for itself.
    pub(crate) fn line(&mut self, ink: Ink, text: impl Into<String>) {
        self.wrap(0, 2, &[Span { ink, text: text.into() }]);
    }

    /// What stands above a part, with an empty line before it.
    pub(crate) fn title(&mut self, text: impl Into<String>) {
        self.gap();
        self.line(Ink::Strong, text);
    }

    /// A line of the user's own text, as wide as it is.
    pub(crate) fn verbatim(&mut self, indent: usize, spans: Vec<Span>) {
        if spans.is_empty() {
            return;
        }
        let text = Marked::of(spans.iter().map(|span| (span.ink, span.text.as_str())));
        let parts = text.parts(0..text.text.len()).map(|(ink, part)| (Some(ink), part));
        self.emit(indent, &text.text, bridged(parts));
    }

    fn emit(&mut self, indent: usize, text: &str, parts: Vec<(Ink, Range<usize>)>) {
        self.out.extend(std::iter::repeat_n(' ', indent));
        for (ink, part) in parts {
            ink.paint(text.get(part).unwrap_or_default(), self.style.color, &mut self.out);
        }
        self.out.push('\n');
    }
}

/// Parts of one ink after another as one. Those without an ink, which are
/// blanks, have the ink that is on both sides of them, or none.
fn bridged(parts: impl Iterator<Item = (Option<Ink>, Range<usize>)>) -> Vec<(Ink, Range<usize>)> {
    let mut out: Vec<(Ink, Range<usize>)> = Vec::new();
    let mut blanks: Option<Range<usize>> = None;
    for (ink, part) in parts.filter(|(_, part)| !part.is_empty()) {
        let Some(ink) = ink else {
            blanks = Some(blanks.map_or(part.start, |blanks| blanks.start)..part.end);
            continue;
        };
        match (out.last_mut(), blanks.take()) {
            (Some((before, last)), _) if *before == ink => last.end = part.end,
            (_, Some(blanks)) => out.extend([(Ink::Plain, blanks), (ink, part)]),
            (_, None) => out.push((ink, part)),
        }
    }
    out.extend(blanks.map(|blanks| (Ink::Plain, blanks)));
    out
}

/// A text put together from parts, each with a mark, shown so that the whole
/// doesn't act either.
struct Marked<T> {
    text: String,
    /// Where the parts begin.
    marks: Vec<(usize, T)>,
}

impl<T: Clone> Marked<T> {
    fn of<'a>(parts: impl Iterator<Item = (T, &'a str)> + Clone) -> Self {
        let whole: String = parts.clone().map(|(_, part)| part).collect();
        let acting = safe::acting(&whole);
        let (mut text, mut marks) = (String::with_capacity(whole.len()), Vec::new());
        let mut acting = acting.into_iter().peekable();
        let mut at = 0;
        for (mark, part) in parts {
            marks.push((text.len(), mark));
            for found in part.chars() {
                match acting.next_if_eq(&at) {
                    Some(_) => text.push_str(&safe::escape(found)),
                    None => text.push(found),
                }
                at += found.len_utf8();
            }
        }
        Self { text, marks }
    }

    /// The parts that a line of the text consists of.
    fn parts(&self, line: Range<usize>) -> impl Iterator<Item = (T, Range<usize>)> {
        let ends = self.marks.iter().skip(1).map(|(start, _)| *start).chain([self.text.len()]);
        self.marks.iter().zip(ends).filter_map(move |((start, mark), end)| {
            let part = (*start).max(line.start)..end.min(line.end);
            (!part.is_empty()).then(|| (mark.clone(), part))
        })
    }
}

impl Marked<Ink> {
    /// A part with the blanks around it apart, which have no ink of their own.
    fn in_words(&self, ink: Ink, part: Range<usize>) -> [(Option<Ink>, Range<usize>); 3] {
        let text = self.text.get(part.clone()).unwrap_or_default();
        let start = part.start + (text.len() - text.trim_start_matches(' ').len());
        let end = part.start + text.trim_end_matches(' ').len();
        let end = end.max(start);
        [(None, part.start..start), (Some(ink), start..end), (None, end..part.end)]
    }
}

/// Where the lines of a paragraph begin and end, the blanks between them left
/// out: `first` columns are taken at the start of the first line, `rest` at
/// the others.
fn folded(text: &str, first: usize, rest: usize, columns: usize) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut line: Option<Range<usize>> = None;
    let mut at = first;
    for (start, word) in words(text) {
        let (width, end) = (word.width(), start + word.len());
        let gap = line.as_ref().map_or(0, |line| start - line.end);
        if at + gap + width <= columns {
            at += gap + width;
            line = Some(line.map_or(start, |line| line.start)..end);
            continue;
        }
        if let Some(done) = line.take() {
            lines.push(done);
            at = rest;
        }
        let mut from = start;
        for part in cut(word, columns.saturating_sub(at), columns.saturating_sub(rest)) {
            if from > start {
                at = rest;
            }
            lines.extend(line.take());
            at += part.width();
            line = Some(from..from + part.len());
            from += part.len();
        }
    }
    lines.extend(line);
    lines
}

/// What stands between blanks, and where it begins.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let pieces = text.split(' ').map(move |piece| {
        let start = at;
        at += piece.len() + 1;
        (start, piece)
    });
    pieces.filter(|(_, piece)| !piece.is_empty())
}

/// A word in parts that fit: the first into `first` columns, the others into
/// `rest`. No part begins with `::`, which pipelines take as a command at the
/// start of a line.
fn cut(word: &str, first: usize, rest: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut left, mut room) = (word, first);
    while !left.is_empty() {
        let (part, after) = cut_once(left, room);
        parts.push(part);
        (left, room) = (after, rest);
    }
    parts
}

fn cut_once(word: &str, room: usize) -> (&str, &str) {
    let may_break = |end: &usize| {
        let after = word.split_at_checked(*end).map(|(_, after)| after);
        // a mark stays with what it stands on
        after.is_some_and(|after| {
            !after.starts_with("::") && after.chars().next().is_none_or(|it| it.width() != Some(0))
        })
    };
    let most = fitting(word, room);
    // Three colons in a row are escapes here, so one step back is enough; where
    // not even one character fits, the line has to be wider.
    let back = (1..=most).rev().find(may_break);
    let end = back.or_else(|| (1..=word.len()).find(may_break)).unwrap_or(word.len());
    word.split_at_checked(end).unwrap_or((word, ""))
}

/// How many bytes of a text fit into some columns. Marks stay with what they
/// stand on.
pub(crate) fn fitting(text: &str, columns: usize) -> usize {
    let (mut used, mut start) = (0, 0);
    while start < text.len() {
        let left = text.get(start..).unwrap_or_default();
        let mut chars = left.char_indices().skip(1);
        let end = chars
            .find(|(_, found)| found.width() != Some(0))
            .map_or(text.len(), |(length, _)| start + length);
        used += text.get(start..end).unwrap_or_default().width();
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

    /// What every line has to be, whatever it was put together from.
    fn check_harmless(shown: &str, columns: usize) {
        for line in shown.lines() {
            let line = line.trim_start();
            assert!(!line.starts_with("::") && !line.contains("##["), "{columns}: {line:?}");
        }
    }

    #[test]
    fn parts_that_are_harmless_alone_are_so_together() {
        let check = |parts: &[&str], expected: &str| {
            let style = Style::plain(80);
            let mut page = Page::new(&style);
            let spans: Vec<Span> = parts
                .iter()
                .zip([Ink::Strong, Ink::Plain].into_iter().cycle())
                .map(|(part, ink)| Span { ink, text: (*part).to_owned() })
                .collect();
            page.wrap(0, 2, &spans);
            page.verbatim(0, spans);
            assert_eq!(page.finish(), format!("{expected}\n{expected}\n"), "{parts:?}");
            assert_eq!(broken(&parts.concat(), 80), expected, "{parts:?}");
            let colored: String = parts.iter().map(|part| format!("\u{1b}[1m{part}")).collect();
            assert_eq!(broken(&colored, 80).replace("\u{1b}[1m", ""), expected, "{parts:?}");
        };
        check(&["name", ": done"], "name: done");
        check(&["a::b", ": done"], "a::b: done");
        check(&[":", ": done"], "\\u{3a}: done");
        check(&["x", " :", ":error::"], "x \\u{3a}:error::");
        check(&["a::", ": done"], "a\\u{3a}\\u{3a}\\u{3a} done");
        check(&["##vso", "[task]"], "#\\u{23}vso[task]");
        check(&["#", "#[error]"], "#\\u{23}[error]");
    }

    #[test]
    fn no_break_leaves_a_command_at_the_start_of_a_line() {
        for columns in 24..60 {
            let style = Style::plain(columns);
            for before in 0..2 * columns {
                let name = format!("{}::", "a".repeat(before));
                let mut page = Page::new(&style);
                page.wrap(2, 6, &[super::super::ink::plain(format!("{name}: what"))]);
                page.wrap(2, 6, &[super::super::ink::plain(format!("{name}error::what"))]);
                let strong = Span { ink: Ink::Strong, text: name.clone() };
                page.wrap(2, 6, &[strong.clone(), super::super::ink::plain("error::what")]);
                page.wrap(2, 6, &[super::super::ink::plain("a:"), strong]);
                check_harmless(&page.finish(), columns);
                check_harmless(&broken(&format!("[1/2] {name}: done"), columns), columns);
                check_harmless(
                    &broken(&format!("{name}\u{1b}[1merror::\u{1b}[0m"), columns),
                    columns,
                );
            }
        }
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
                let visible: usize = finished::colored(line.trim_end()).iter().map(|it| it.1.width()).sum();
                prop_assert!(visible <= columns, "{line:?}");
            }
        }

        #[test]
        fn whatever_is_put_together_does_not_act(
            parts in prop::collection::vec("[a-z:#\\[ ]{0,40}|[:]{1,4}|[a-z:]{60,200}", 0..6),
            columns in 24..120usize,
        ) {
            let harmless: Vec<String> = parts.iter().map(|part| safe::inline(part, true)).collect();
            let inks = [Ink::Strong, Ink::Plain, Ink::Place];
            let spans: Vec<Span> = harmless
                .iter()
                .zip(inks.into_iter().cycle())
                .map(|(text, ink)| Span { ink, text: text.clone() })
                .collect();
            let style = Style::plain(columns);
            let mut page = Page::new(&style);
            page.wrap(2, 6, &spans);
            let shown = page.finish();
            check_harmless(&shown, columns);
            for line in shown.lines() {
                prop_assert!(line.width() <= columns, "{line:?}");
            }
            check_harmless(&broken(&harmless.concat(), columns), columns);
        }
    }
}
