//! Diffs of made-up and of arbitrary scripts.

use super::*;
use proptest::prelude::*;

#[test]
fn a_unified_diff_is_what_patch_takes() {
    let check = |old: Option<&str>, new: &str, expected: &str| {
        assert_eq!(unified(old, new, "x.js"), expected);
    };
    check(Some("a\nb\n"), "a\nc\n", "--- a/x.js\n+++ b/x.js\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
    check(
        Some("a"),
        "a\n",
        "--- a/x.js\n+++ b/x.js\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n",
    );
    check(
        Some("a\r\nb"),
        "a\nb",
        "--- a/x.js\n+++ b/x.js\n@@ -1,2 +1,2 @@\n-a\r\n+a\n b\n\\ No newline at end of file\n",
    );
    check(None, "a\n", "--- /dev/null\n+++ b/x.js\n@@ -0,0 +1 @@\n+a\n");
    check(Some("a\n"), "", "--- a/x.js\n+++ b/x.js\n@@ -1 +0,0 @@\n-a\n");
    check(Some("a"), "a", "");
    check(None, "", "");
}

#[test]
fn differences_that_are_less_than_they_look_are_named() {
    let check = |old: &str, new: &str, expected| {
        assert_eq!(compare(old, new).nature, expected, "{old:?} {new:?}");
    };
    check("a\nb\n", "a\r\nb", Some(Nature::LineEnds));
    check("a b\n", "a\n\tb\n", Some(Nature::Whitespace));
    check("a\nb\nc\n", "c\na\nb\n", Some(Nature::Moved));
    check("a\n", "b\n", None);
    check("a\na\nb\n", "a\nb\nb\n", None);
    check("a", "a", None);
}

#[test]
fn line_ends_are_told_once_and_do_not_make_lines_differ() {
    let diff = compare("a\r\nb\r\nc\r\n", "a\nB\nc");
    assert_eq!((diff.added, diff.removed), (1, 1));
    assert_eq!(diff.line_ends, Some((LineEnds::CrLf, LineEnds::Lf)));
    assert_eq!(diff.final_newline, Some(false));
    assert_eq!(diff.nature, None);
}

#[test]
fn a_byte_order_mark_is_reported_once_and_makes_no_line_differ() {
    let check = |old: &str, new: &str, rows, mark| {
        let diff = compare(old, new);
        assert_eq!((diff.added + diff.removed, diff.byte_order_mark), (rows, mark), "{old:?}");
        let shown = diff.hunks.iter().flatten().any(|row| row.text.contains('\u{feff}'));
        assert!(!shown, "{old:?}");
    };
    check("\u{feff}a\n", "a\n", 0, Some(false));
    check("a\n", "\u{feff}a\n", 0, Some(true));
    check("\u{feff}a\n", "b\n", 2, Some(false));
    check("\u{feff}a\n", "\u{feff}b\n", 2, None);
    assert_eq!(compare("\u{feff}a\n", "a\n").nature, None);
    // only where it begins the text
    assert!(compare("a\n", "a\n\u{feff}b\n").hunks[0][1].text.contains('\u{feff}'));
}

#[test]
fn words_that_differ_are_found() {
    let diff = compare("const a = 1;\n", "const b = 1;\n");
    let row = &diff.hunks[0][1];
    assert_eq!(row.words(), [(false, "const "), (true, "b"), (false, " = 1;")]);
    let diff = compare("return cb(null);\n", "throw new Error('no');\n");
    assert_eq!(diff.hunks[0][0].words(), [(false, "return cb(null);")]);
}

/// Applies a unified diff strictly, as `patch` does.
fn patched(old: &str, diff: &str) -> String {
    let mut new = String::new();
    let mut from = old.split_inclusive('\n');
    let mut at = 0;
    let mut lines = diff.split_inclusive('\n').skip(2).peekable();
    while let Some(line) = lines.next() {
        if let Some(header) = line.strip_prefix("@@ -") {
            let range = header.split(' ').next().unwrap();
            let (start, count) = range.split_once(',').unwrap_or((range, "1"));
            let start: usize = start.parse().unwrap();
            let first = if count == "0" { start } else { start - 1 };
            while at < first {
                new.push_str(from.next().unwrap());
                at += 1;
            }
            continue;
        }
        let (sign, mut text) = line.split_at(1);
        if lines.peek().is_some_and(|next| next.starts_with('\\')) {
            text = text.strip_suffix('\n').unwrap();
            lines.next();
        }
        if sign != "+" {
            assert_eq!(from.next(), Some(text));
            at += 1;
        }
        if sign != "-" {
            new.push_str(text);
        }
    }
    new.extend(from);
    new
}

proptest! {
    #[test]
    fn a_unified_diff_leads_from_old_to_new(
        old in "([a-c \\\\-]{0,2}\r?\n){0,12}[ab]?",
        new in "([a-c \\\\-]{0,2}\r?\n){0,12}[ab]?",
    ) {
        let diff = unified(Some(&old), &new, "x.js");
        prop_assert_eq!(patched(&old, &diff), new);
    }

    #[test]
    fn rows_hold_their_lines(old in "([a-c]{0,2}\r?\n){0,9}", new in "([a-c]{0,2}\r?\n){0,9}") {
        for row in compare(&old, &new).hunks.iter().flatten() {
            let side = if row.tag == ChangeTag::Delete { &old } else { &new };
            prop_assert_eq!(lines(side)[row.number - 1], row.text);
            prop_assert_eq!(row.words().iter().map(|part| part.1).collect::<String>(), row.text);
        }
    }
}

/// Many equal lines in another order: what is hardest for a line diff, in
/// time and in being right.
#[test]
fn long_scripts_without_order_are_compared_too() {
    let mut state: u64 = 1;
    let mut text = |lines: usize, kinds: u64| -> String {
        let mut line = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            format!("{}\n", (state >> 33) % kinds)
        };
        (0..lines).map(|_| line()).collect()
    };
    for (lines, kinds) in [(3_000, 2), (3_000, 50), (3_000, 2_000)] {
        let (old, new) = (text(lines, kinds), text(lines, kinds));
        assert_eq!(patched(&old, &unified(Some(&old), &new, "x.js")), new, "{lines} {kinds}");
    }
}
