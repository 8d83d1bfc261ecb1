//! A live script into a script file: lines that already say the live text
//! keep their markers, and changed ones where [`put_back`] is certain of them.
//!
//! The main function is [`merge`]. Pure text work.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::put_back::{Mark, put_back};
use crate::model::ScriptSource;
use crate::source::keyword::markers;

/// What a script file becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Merged {
    pub(crate) text: String,
    /// Markers in the text that are no keywords.
    pub(crate) literal: BTreeSet<String>,
    /// Markers of the file that are gone from some place, because their lines
    /// changed.
    pub(crate) lost: BTreeSet<String>,
}

/// A file as it has to be to give `live` once its keywords are replaced.
/// `replaced` is what the file gives today, `literal` the markers that are
/// text in it already, `also_literal` those that become text for other reasons.
pub(crate) fn merge(
    source: &ScriptSource,
    replaced: &str,
    live: &str,
    literal: &BTreeSet<String>,
    also_literal: &BTreeSet<String>,
) -> Merged {
    let keywords = keywords_of(source);
    let (text, from_live) = line_by_line(source, replaced, live);
    // A marker can't be a keyword in one place and text in another.
    let clash = from_live.union(also_literal).any(|marker| keywords.contains(marker));
    let text = if clash { live.to_owned() } else { text };
    let kept: BTreeSet<String> = if text == live { BTreeSet::new() } else { keywords };
    let (before, after) = (counted(&source.text), counted(&text));
    let lost = before
        .into_iter()
        .filter(|(marker, count)| {
            !literal.contains(*marker) && after.get(marker).copied().unwrap_or(0) < *count
        })
        .map(|(marker, _)| marker.to_owned())
        .collect();
    let literal = written(&text).difference(&kept).cloned().collect();
    Merged { text, literal, lost }
}

/// The markers that keyword replacement replaced in a file.
fn keywords_of(source: &ScriptSource) -> BTreeSet<String> {
    let replaced = source.replaced.iter().filter_map(|(_, at)| source.text.get(at.clone()));
    replaced.flat_map(written).collect()
}

/// The markers in a text, as they are written.
pub(crate) fn written(text: &str) -> BTreeSet<String> {
    markers(text).map(|marker| marker.written.to_owned()).collect()
}

/// How often a text has each marker.
fn counted(text: &str) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    markers(text).for_each(|marker| *counts.entry(marker.written).or_default() += 1);
    counts
}

/// The live text with every line that the file gives already taken from the
/// file, and the markers that stand in the other lines.
fn line_by_line(source: &ScriptSource, replaced: &str, live: &str) -> (String, BTreeSet<String>) {
    let pieces = pieces(source, replaced);
    let lines: Vec<&str> = replaced.split_inclusive('\n').collect();
    let live_lines: Vec<&str> = live.split_inclusive('\n').collect();
    // For every line that the file gives, its place among the live lines.
    let mut place = vec![None; lines.len()];
    let mut changed: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &lines, &live_lines) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            (0..len).for_each(|at| place[old_index + at] = Some(new_index + at));
        } else {
            changed.extend(same_lines(op.old_range(), op.new_range()));
        }
    }
    // Which file piece stands for which run of live lines.
    let mut taken: Vec<Option<(usize, Cow<'_, str>)>> = vec![None; live_lines.len()];
    for piece in &pieces {
        let first = place.get(piece.lines.start).copied().flatten();
        let whole = |first: usize| {
            piece.lines.clone().enumerate().all(|(n, line)| place[line] == Some(first + n))
        };
        if let Some(first) = first.filter(|&first| whole(first)) {
            taken[first] = Some((piece.lines.len(), piece.text.into()));
        }
    }
    let mut from_live = BTreeSet::new();
    let (given_at, live_at) = (starts(&lines), starts(&live_lines));
    for (old, new) in changed {
        let part = given_at[old.start]..given_at[old.end];
        let marks = marks_in(source, &part);
        let live_part = live.get(live_at[new.start]..live_at[new.end]);
        let (Some(given), Some(live), false) = (replaced.get(part), live_part, marks.is_empty())
        else {
            continue;
        };
        from_live.extend(written(live));
        taken[new.start] = Some((new.len(), put_back(given, &marks, live).into()));
    }
    let mut out = String::with_capacity(live.len());
    let mut at = 0;
    while at < live_lines.len() {
        if let Some((count, text)) = &taken[at] {
            out.push_str(text);
            at += (*count).max(1);
        } else {
            out.push_str(live_lines[at]);
            from_live.extend(written(live_lines[at]));
            at += 1;
        }
    }
    (out, from_live)
}

/// Runs of lines that took each other's place; line by line where there are as
/// many, so that what a value is looked for in is as small as can be.
fn same_lines(old: Range<usize>, new: Range<usize>) -> Vec<(Range<usize>, Range<usize>)> {
    if old.is_empty() || new.is_empty() {
        return Vec::new();
    }
    if old.len() != new.len() {
        return vec![(old, new)];
    }
    old.zip(new).map(|(old, new)| (old..old + 1, new..new + 1)).collect()
}

/// Where lines begin, and where the last ends.
fn starts(lines: &[&str]) -> Vec<usize> {
    let mut at = 0;
    let ends = lines.iter().map(|line| {
        at += line.len();
        at
    });
    std::iter::once(0).chain(ends).collect()
}

/// The values within a part of what a file gives, from its start.
fn marks_in<'a>(source: &'a ScriptSource, part: &Range<usize>) -> Vec<Mark<'a>> {
    let first = source.replaced.partition_point(|(value, _)| value.start < part.start);
    let within = source.replaced.iter().skip(first).take_while(|(value, _)| value.end <= part.end);
    let marks = within.filter_map(|(value, marker)| {
        let value = value.start - part.start..value.end - part.start;
        Some(Mark { value, marker: source.text.get(marker.clone())? })
    });
    marks.collect()
}

/// A run of the file's lines that gives a run of whole lines.
struct Piece<'a> {
    text: &'a str,
    lines: Range<usize>,
}

/// Cuts a file at those line ends that are line ends of what it gives too.
fn pieces<'a>(source: &'a ScriptSource, replaced: &str) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let (mut from, mut line) = (0, 0);
    let mut places = source.replaced.iter().peekable();
    // How much longer the given text is than the file, up to here.
    let mut shift = 0_isize;
    let mut given_from = 0;
    for piece in source.text.split_inclusive('\n') {
        let to = from + piece.len();
        while let Some((out, marker)) = places.next_if(|(_, marker)| marker.end <= to) {
            shift += out.len() as isize - marker.len() as isize;
        }
        let given_to = to.saturating_add_signed(shift).min(replaced.len());
        let given = replaced.get(given_from..given_to).unwrap_or_default();
        let count = given.split_inclusive('\n').count();
        pieces.push(Piece { text: piece, lines: line..line + count });
        line += count;
        (from, given_from) = (to, given_to);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::keyword::{Budget, replace};

    /// Merges with `##A##` = `one`, `##B##` = two lines, `@@C@@` = `[1]`.
    fn run(file: &str, live: &str, literal: &[&str]) -> Merged {
        let literal: BTreeSet<String> = literal.iter().map(|&text| text.to_owned()).collect();
        let value = |key: &str| match key {
            "A" => Ok("one".into()),
            "B" => Ok("x\ny".into()),
            "C" => Ok("[1]".into()),
            _ => Err(crate::source::keyword::Why::NoValue),
        };
        let given = replace(file, &literal, &mut Budget::new(0, 999), |marker| value(marker.key));
        let source =
            ScriptSource { file: "a.js".into(), text: file.into(), replaced: given.places };
        let merged = merge(&source, &given.text, live, &literal, &BTreeSet::new());
        let all: BTreeSet<String> = literal.union(&merged.literal).cloned().collect();
        let again =
            replace(&merged.text, &all, &mut Budget::new(0, 999), |marker| value(marker.key));
        assert_eq!(again.text, live, "{merged:?}");
        merged
    }

    #[test]
    fn lines_that_say_the_same_keep_their_markers() {
        let merged = run("a(##A##);\nb();\nc(@@C@@)\n", "a(one);\nchanged();\nc([1])\n", &[]);
        assert_eq!(merged.text, "a(##A##);\nchanged();\nc(@@C@@)\n");
        assert!(merged.literal.is_empty() && merged.lost.is_empty());
    }

    #[test]
    fn changed_lines_keep_the_markers_whose_values_stand() {
        let merged = run("a(##A##);\nb();\n", "// new\nlog(one, 1);\nb();\n", &[]);
        assert_eq!(merged.text, "// new\nlog(##A##, 1);\nb();\n");
        assert!(merged.lost.is_empty());
        let merged = run("a(##A##);\nb(##A##);\n", "a(one, 1);\nb(one, one);\n", &[]);
        assert_eq!(merged.text, "a(##A##, 1);\nb(one, one);\n");
        assert_eq!(merged.lost, BTreeSet::from(["##A##".to_owned()]));
        // a line that went away takes nothing along
        assert_eq!(run("a(##A##);\nb();\n", "b();\nc(one);\n", &[]).text, "b();\nc(one);\n");
    }

    #[test]
    fn values_of_several_lines_keep_their_marker_or_lose_it_whole() {
        assert_eq!(run("1\n##B##\n2\n", "1\nx\ny\n3\n", &[]).text, "1\n##B##\n3\n");
        let merged = run("1\n##B##\n2\n", "1\nx\nz\n2\n", &[]);
        assert_eq!(merged.text, "1\nx\nz\n2\n");
        assert_eq!(merged.lost, BTreeSet::from(["##B##".to_owned()]));
    }

    #[test]
    fn markers_of_the_live_script_become_literal() {
        let merged = run("a(##A##);\n", "a(one);\nb(##HOME##);\n", &[]);
        assert_eq!(merged.text, "a(##A##);\nb(##HOME##);\n");
        assert_eq!(merged.literal, BTreeSet::from(["##HOME##".to_owned()]));
        let merged = run("a(##A##);\nb(##H##)", "a(one);\nb(##H##);\n", &["##H##"]);
        assert_eq!(merged.literal, BTreeSet::from(["##H##".to_owned()]));
    }

    #[test]
    fn a_marker_is_never_both_keyword_and_text() {
        let merged = run("a(##A##);\n", "a(one);\nb(##A##);\n", &[]);
        assert_eq!(merged.text, "a(one);\nb(##A##);\n");
        assert_eq!(merged.literal, BTreeSet::from(["##A##".to_owned()]));
    }
}
