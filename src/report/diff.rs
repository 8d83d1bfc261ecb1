//! The difference of two scripts, line by line: once complete as a unified
//! diff, once as rows to be laid out.
//!
//! Both stand on the same line diff (patience, from the `similar` crate).
//! Lines end at LF only; a CR before it belongs to the line end. Must not
//! know widths, colours or Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use similar::{Algorithm, ChangeTag, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

/// Lines shown before and after what differs.
const CONTEXT: usize = 3;

/// Beyond this many bytes a line isn't compared word by word.
const LONGEST_LINE_FOR_WORDS: usize = 2_000;

/// The complete difference in the form that `diff -u` and `git` write, line
/// ends kept. Empty when the two are equal.
pub(crate) fn unified(old: Option<&str>, new: &str, file: &str) -> String {
    let before = old.unwrap_or_default();
    let whole = |text| str::split_inclusive(text, '\n').collect::<Vec<_>>();
    let (from, to) = (whole(before), whole(new));
    let ops =
        to_the_byte(&aligned(&lines(without_mark(before)), &lines(without_mark(new))), &from, &to);
    let mut out = String::new();
    for hunk in group_diff_ops(ops, CONTEXT).iter().filter(|hunk| !hunk.is_empty()) {
        if out.is_empty() {
            out = match old {
                None => format!("--- /dev/null\n+++ b/{file}\n"),
                Some(_) => format!("--- a/{file}\n+++ b/{file}\n"),
            };
        }
        let (before, after) =
            (hunk_range(hunk, DiffOp::old_range), hunk_range(hunk, DiffOp::new_range));
        // writing to a String can't fail
        let _ = writeln!(out, "@@ -{before} +{after} @@");
        for change in hunk.iter().flat_map(|op| op.iter_changes(&from[..], &to[..])) {
            out.push(match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            });
            out.push_str(change.value());
            if !change.value().ends_with('\n') {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    out
}

/// Which lines stand against which, for both forms of a difference: the lines
/// that a reader is shown must be among those that the unified diff holds.
fn aligned(from: &[&str], to: &[&str]) -> Vec<DiffOp> {
    capture_diff_slices(Algorithm::Patience, from, to)
}

/// The same alignment for whole lines: those whose ends differ, or the byte
/// order mark, differ here.
fn to_the_byte(ops: &[DiffOp], from: &[&str], to: &[&str]) -> Vec<DiffOp> {
    let mut runs: Vec<(bool, Range<usize>, Range<usize>)> = Vec::new();
    let mut add = |equal: bool, before: Range<usize>, after: Range<usize>| match runs.last_mut() {
        Some(last) if last.0 == equal => (last.1.end, last.2.end) = (before.end, after.end),
        _ => runs.push((equal, before, after)),
    };
    for op in ops {
        let (tag, before, after) = op.as_tag_tuple();
        if tag != DiffTag::Equal {
            add(false, before, after);
            continue;
        }
        for (old, new) in before.zip(after) {
            add(from[old] == to[new], old..old + 1, new..new + 1);
        }
    }
    runs.into_iter()
        .map(|(equal, before, after)| {
            let (old_index, old_len) = (before.start, before.len());
            let (new_index, new_len) = (after.start, after.len());
            match (equal, old_len, new_len) {
                (true, ..) => DiffOp::Equal { old_index, new_index, len: old_len },
                (_, 0, _) => DiffOp::Insert { old_index, new_index, new_len },
                (_, _, 0) => DiffOp::Delete { old_index, old_len, new_index },
                _ => DiffOp::Replace { old_index, old_len, new_index, new_len },
            }
        })
        .collect()
}

/// `12,3` as hunk headers have it: the first line and how many; the line
/// before where there are none.
fn hunk_range(hunk: &[DiffOp], side: fn(&DiffOp) -> Range<usize>) -> String {
    let start = hunk.first().map_or(0, |op| side(op).start);
    let end = hunk.last().map_or(0, |op| side(op).end);
    match end - start {
        0 => format!("{start},0"),
        1 => (start + 1).to_string(),
        length => format!("{},{length}", start + 1),
    }
}

/// What a difference amounts to, where that is less than it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    /// CRLF against LF, or the newline at the end.
    LineEnds,
    /// Blanks and line breaks.
    Whitespace,
    /// The same lines in another order.
    Moved,
}

/// How the lines of a script end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnds {
    Lf,
    CrLf,
    Mixed,
}

/// A difference to be laid out.
#[derive(Debug)]
pub(crate) struct ScriptDiff<'a> {
    pub(crate) hunks: Vec<Vec<Row<'a>>>,
    pub(crate) added: usize,
    pub(crate) removed: usize,
    pub(crate) nature: Option<Nature>,
    /// How the lines ended and are to end, where that differs.
    pub(crate) line_ends: Option<(LineEnds, LineEnds)>,
    /// `Some(true)` when a newline at the end is added, `Some(false)` when it
    /// is removed.
    pub(crate) final_newline: Option<bool>,
    /// The same of the byte order mark at the beginning, which no line shows.
    pub(crate) byte_order_mark: Option<bool>,
}

/// One line of a difference.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) tag: ChangeTag,
    /// Its number from 1: in the old script for a removed line, else in the new.
    pub(crate) number: usize,
    /// Without its line end.
    pub(crate) text: &'a str,
    /// The line that it stands against.
    pub(crate) against: Option<&'a str>,
}

impl Row<'_> {
    /// Whether only blanks tell it from the line it stands against.
    pub(crate) fn only_blanks_differ(&self) -> bool {
        self.against.is_some_and(|other| without_blanks(self.text).eq(without_blanks(other)))
    }

    /// The line in parts: those that differ from the line it stands against
    /// are `true`. One plain part where the two have little in common.
    pub(crate) fn words(&self) -> Vec<(bool, &str)> {
        let Some(other) = self.against else {
            return vec![(false, self.text)];
        };
        if self.text.len().max(other.len()) > LONGEST_LINE_FOR_WORDS {
            return vec![(false, self.text)];
        }
        let (from, to) = (word_parts(other), word_parts(self.text));
        let ops = capture_diff_slices(Algorithm::Myers, &from, &to);
        let mut parts: Vec<(bool, Range<usize>)> = Vec::new();
        let (mut at, mut same) = (0, 0);
        for op in &ops {
            let (tag, _, range) = op.as_tag_tuple();
            let text: &[&str] = &to[range];
            let length: usize = text.iter().map(|part| part.len()).sum();
            let differs = tag != DiffTag::Equal;
            if !differs {
                same += text.iter().map(|part| part.trim().len()).sum::<usize>();
            }
            match parts.last_mut() {
                Some((last, range)) if *last == differs => range.end += length,
                _ if length > 0 => parts.push((differs, at..at + length)),
                _ => {}
            }
            at += length;
        }
        if same * 3 < self.text.trim().len() {
            return vec![(false, self.text)];
        }
        let text = |range| self.text.get(range).unwrap_or_default();
        parts.into_iter().map(|(differs, range)| (differs, text(range))).collect()
    }
}

/// Words, runs of blanks, and single other characters.
fn word_parts(text: &str) -> Vec<&str> {
    let kind = |found: char| match found {
        _ if found.is_alphanumeric() || found == '_' || found == '$' => 1,
        _ if found.is_whitespace() => 2,
        _ => 3,
    };
    let mut parts = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, found) in text.char_indices() {
        let this = kind(found);
        if last.is_some_and(|last| last != this || this == 3) {
            parts.extend(text.get(start..at));
            start = at;
        }
        last = Some(this);
    }
    if start < text.len() {
        parts.extend(text.get(start..));
    }
    parts
}

fn without_blanks(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|found| !found.is_whitespace())
}

/// What some editors put before a text. An invisible character to a reader.
const BYTE_ORDER_MARK: char = '\u{feff}';

fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// Compares two scripts for a reader: line ends and a byte order mark don't make
/// two lines differ, they are reported once.
pub(crate) fn compare<'a>(old: &'a str, new: &'a str) -> ScriptDiff<'a> {
    let marks = (old.starts_with(BYTE_ORDER_MARK), new.starts_with(BYTE_ORDER_MARK));
    let (old, new) = (without_mark(old), without_mark(new));
    let (from, to) = (lines(old), lines(new));
    let ops = aligned(&from, &to);
    let count = |side: fn(&DiffOp) -> Range<usize>| -> usize {
        ops.iter().filter(|op| op.tag() != DiffTag::Equal).map(|op| side(op).len()).sum()
    };
    let (removed, added) = (count(DiffOp::old_range), count(DiffOp::new_range));
    let ends = (line_ends(old), line_ends(new));
    let newlines = (ends_with_newline(old), ends_with_newline(new));
    ScriptDiff {
        nature: nature(old, new, &from, &to),
        added,
        removed,
        line_ends: match ends {
            (Some(old), Some(new)) if old != new => Some((old, new)),
            _ => None,
        },
        final_newline: match newlines {
            (Some(old), Some(new)) if old != new => Some(new),
            _ => None,
        },
        byte_order_mark: (marks.0 != marks.1).then_some(marks.1),
        hunks: group_diff_ops(ops, CONTEXT)
            .iter()
            .map(|hunk| hunk.iter().flat_map(|op| rows(op, &from, &to)).collect::<Vec<_>>())
            .filter(|hunk| !hunk.is_empty())
            .collect(),
    }
}

/// All lines of a script, as new ones.
pub(crate) fn all_new(new: &str) -> Vec<Row<'_>> {
    lines(new)
        .into_iter()
        .enumerate()
        .map(|(at, text)| Row { tag: ChangeTag::Insert, number: at + 1, text, against: None })
        .collect()
}

/// The lines without their ends.
pub(crate) fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n')
        .map(|line| match line.strip_suffix('\n') {
            Some(line) => line.strip_suffix('\r').unwrap_or(line),
            None => line,
        })
        .collect()
}

fn rows<'a>(op: &DiffOp, from: &[&'a str], to: &[&'a str]) -> Vec<Row<'a>> {
    let (tag, before, after) = op.as_tag_tuple();
    let row = |tag, at: usize, text, against| Row { tag, number: at + 1, text, against };
    if tag == DiffTag::Equal {
        return after.map(|at| row(ChangeTag::Equal, at, to[at], None)).collect();
    }
    let against = |lines: &[&'a str], range: &Range<usize>, nth: usize| {
        range.clone().nth(nth).map(|at| lines[at])
    };
    let removed = before
        .clone()
        .enumerate()
        .map(|(nth, at)| row(ChangeTag::Delete, at, from[at], against(to, &after, nth)));
    let added = after
        .clone()
        .enumerate()
        .map(|(nth, at)| row(ChangeTag::Insert, at, to[at], against(from, &before, nth)));
    removed.chain(added).collect()
}

fn nature(old: &str, new: &str, from: &[&str], to: &[&str]) -> Option<Nature> {
    if old == new {
        None
    } else if from == to {
        Some(Nature::LineEnds)
    } else if without_blanks(old).eq(without_blanks(new)) {
        Some(Nature::Whitespace)
    } else if from.len() == to.len() && counted(from) == counted(to) {
        Some(Nature::Moved)
    } else {
        None
    }
}

fn counted<'a>(lines: &[&'a str]) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for line in lines {
        *counts.entry(*line).or_default() += 1;
    }
    counts
}

/// `None` for a text without a line end.
fn line_ends(text: &str) -> Option<LineEnds> {
    let (mut with_cr, mut without) = (false, false);
    for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        *(if line.ends_with("\r\n") { &mut with_cr } else { &mut without }) = true;
    }
    match (with_cr, without) {
        (false, false) => None,
        (true, false) => Some(LineEnds::CrLf),
        (false, true) => Some(LineEnds::Lf),
        (true, true) => Some(LineEnds::Mixed),
    }
}

/// `None` for an empty text.
fn ends_with_newline(text: &str) -> Option<bool> {
    (!text.is_empty()).then(|| text.ends_with('\n'))
}

#[cfg(test)]
mod tests;
