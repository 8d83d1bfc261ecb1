//! A live script into a script file: lines that already say the live text
//! keep their markers.
//!
//! The main function is [`merge`]. Pure text work.

use std::collections::BTreeSet;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::model::ScriptSource;
use crate::source::keyword::markers;

/// What a script file becomes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Merged {
    pub(crate) text: String,
    /// Markers in the text that are no keywords.
    pub(crate) literal: BTreeSet<String>,
    /// Markers of the file that are gone, because their lines changed.
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
    let lost = written(&source.text)
        .into_iter()
        .filter(|marker| !literal.contains(marker) && !text.contains(marker.as_str()))
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

/// The live text with every line that the file gives already taken from the
/// file, and the markers that stand in the other lines.
fn line_by_line(source: &ScriptSource, replaced: &str, live: &str) -> (String, BTreeSet<String>) {
    let pieces = pieces(source, replaced);
    let lines: Vec<&str> = replaced.split_inclusive('\n').collect();
    let live_lines: Vec<&str> = live.split_inclusive('\n').collect();
    // For every line that the file gives, its place among the live lines.
    let mut place = vec![None; lines.len()];
    for op in capture_diff_slices(Algorithm::Myers, &lines, &live_lines) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            (0..len).for_each(|at| place[old_index + at] = Some(new_index + at));
        }
    }
    // Which file piece stands for which run of live lines.
    let mut taken: Vec<Option<(usize, &str)>> = vec![None; live_lines.len()];
    for piece in &pieces {
        let first = place.get(piece.lines.start).copied().flatten();
        let whole = |first: usize| {
            piece.lines.clone().enumerate().all(|(n, line)| place[line] == Some(first + n))
        };
        if let Some(first) = first.filter(|&first| whole(first)) {
            taken[first] = Some((piece.lines.len(), piece.text));
        }
    }
    let mut out = String::with_capacity(live.len());
    let mut from_live = BTreeSet::new();
    let mut at = 0;
    while at < live_lines.len() {
        if let Some((count, text)) = taken[at] {
            out.push_str(text);
            at += count.max(1);
        } else {
            out.push_str(live_lines[at]);
            from_live.extend(written(live_lines[at]));
            at += 1;
        }
    }
    (out, from_live)
}

/// A run of the file's lines that gives a run of whole lines.
struct Piece<'a> {
    text: &'a str,
    lines: std::ops::Range<usize>,
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
        pieces.push(Piece { text: &source.text[from..to], lines: line..line + count });
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
