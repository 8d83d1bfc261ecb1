//! The one place that makes foreign text harmless.
//!
//! Names, messages and scripts may hold anything: terminal escapes, characters
//! that reorder or hide text, lines that a pipeline takes as commands. Every
//! such character is shown as a visible escape such as `\u{1b}`, and a text
//! that merely looks like such an escape gets its backslash escaped
//! (`\u{5c}u{1b}`), so that two different texts never look the same. Must not
//! know who shows the text or where.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

use crate::model::Sha256;

/// How many marks may be stacked on one letter before they are shown as
/// escapes. Real orthographies stay below.
const STACKED_MARKS: usize = 3;

/// Stands for a blank where blanks matter; see [`super::text`].
pub(crate) const VISIBLE_BLANK: char = '\u{b7}';

/// Stands for a tab where blanks matter.
pub(crate) const VISIBLE_TAB: char = '\u{2192}';

/// A text for within a line: a name, a path, a message. Line ends and tabs
/// are escaped too.
#[must_use]
pub fn inline(text: &str, unicode: bool) -> String {
    pieces(text, unicode).into_iter().collect()
}

/// As [`inline`], but cut when longer than `limit` characters. What was cut is
/// shown by its length and by the start of the text's SHA-256, so that two
/// different texts stay two.
#[must_use]
pub fn short(text: &str, limit: usize, unicode: bool) -> String {
    let length = text.chars().count();
    if length <= limit {
        return inline(text, unicode);
    }
    let kept: String = text.chars().take(limit).collect();
    let digest = Sha256::of(text.as_bytes()).to_string();
    let dots = if unicode { "\u{2026}" } else { "..." };
    let digest = digest.get(..12).unwrap_or(&digest);
    format!("{}{dots} ({length} characters, sha256 {digest})", inline(&kept, unicode))
}

/// One piece of harmless text for each character of `text`.
#[must_use]
pub fn pieces(text: &str, unicode: bool) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    (0..chars.len())
        .map(|at| match chars[at] {
            found if must_escape(&chars, at, unicode) => escape(found),
            found => found.to_string(),
        })
        .collect()
}

/// The escape that stands for a character.
#[must_use]
pub fn escape(found: char) -> String {
    let mut out = String::new();
    // writing to a String can't fail
    let _ = write!(out, "\\u{{{:x}}}", u32::from(found));
    out
}

/// Whether a character does something other than to be seen as itself,
/// wherever it stands: controls, bidirectional and invisible characters,
/// blanks that look like a plain blank, private and undefined ones.
#[must_use]
pub fn is_unsafe(found: char) -> bool {
    found.is_control()
        || (found.is_whitespace() && found != ' ')
        || matches!(found,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0e}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}' | '\u{13430}'..='\u{1345f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
}

fn must_escape(chars: &[char], at: usize, unicode: bool) -> bool {
    let found = chars[at];
    match found {
        ':' => begins_command(chars, at) || in_long_run(chars, at),
        '#' => closes_command_prefix(chars, at),
        '\\' => looks_like_escape(&chars[at..], unicode),
        ' '..='~' => false,
        _ if is_unsafe(found) || !unicode => true,
        '\u{fe0f}' => !at.checked_sub(1).is_some_and(|before| is_pictograph(chars[before])),
        _ if found.width() == Some(0) => is_loose_mark(chars, at),
        _ => false,
    }
}

/// `::error::` at the start of a line, blanks before it or not, is a command
/// to GitHub Actions. Any word may come to stand at the start of a line.
fn begins_command(chars: &[char], at: usize) -> bool {
    let at_start = at.checked_sub(1).is_none_or(|before| chars[before].is_whitespace());
    at_start && chars.get(at + 1) == Some(&':')
}

/// In three colons and more, every one: so a line break within a long word
/// can always find a place that doesn't put two at the start of a line.
fn in_long_run(chars: &[char], at: usize) -> bool {
    let colons = |places: &mut dyn Iterator<Item = &char>| {
        places.take(2).take_while(|&&found| found == ':').count()
    };
    1 + colons(&mut chars[..at].iter().rev()) + colons(&mut chars[at + 1..].iter()) >= 3
}

/// `##[error]`, `##vso[…]` and their kin are commands to GitHub Actions and
/// Azure Pipelines anywhere in a line: their second `#` is escaped.
fn closes_command_prefix(chars: &[char], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| chars[before] == '#')
        && chars[at + 1..].iter().find(|found| !found.is_ascii_alphabetic()) == Some(&'[')
}

/// Where `:` and `#` would act in a text that was put together from harmless
/// ones, in bytes. [`escape`] is what makes them harmless.
#[must_use]
pub(super) fn acting(text: &str) -> Vec<usize> {
    if !text.contains("::") && !text.contains("##") {
        return Vec::new();
    }
    let chars: Vec<char> = text.chars().collect();
    let places = text.char_indices().enumerate();
    let acting = places.filter(|(nth, (_, found))| match found {
        ':' => begins_command(&chars, *nth) || in_long_run(&chars, *nth),
        '#' => closes_command_prefix(&chars, *nth),
        _ => false,
    });
    acting.map(|(_, (at, _))| at).collect()
}

/// Whether a backslash begins what this module would have written itself.
fn looks_like_escape(rest: &[char], unicode: bool) -> bool {
    if rest.get(1..3) != Some(&['u', '{']) {
        return false;
    }
    let Some(end) = rest.iter().take(10).position(|&found| found == '}') else {
        return false;
    };
    let digits: String = rest[3..end].iter().collect();
    let value = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
    value.is_some_and(|value| {
        escape(value) == rest[..=end].iter().collect::<String>() && may_be_escaped(value, unicode)
    })
}

/// Whether a character may be shown as an escape at some place: by
/// [`must_escape`], or because it stands for a blank there.
fn may_be_escaped(found: char, unicode: bool) -> bool {
    matches!(found, '\\' | ':' | '#' | VISIBLE_BLANK | VISIBLE_TAB)
        || is_unsafe(found)
        || (!unicode && !found.is_ascii())
        || found.width() == Some(0)
}

/// Signs that an emoji variation selector commonly follows.
fn is_pictograph(found: char) -> bool {
    matches!(found, '\u{203c}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// A combining mark without a letter below it, or one too many.
fn is_loose_mark(chars: &[char], at: usize) -> bool {
    let marks = chars[..at].iter().rev().take_while(|found| found.width() == Some(0));
    let below = marks.take(STACKED_MARKS).count();
    below == STACKED_MARKS
        || chars[..at - below].last().is_none_or(|base| base.is_whitespace() || is_unsafe(*base))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, shown: &str) {
        assert_eq!(inline(text, true), shown, "{text:?}");
    }

    #[test]
    fn what_acts_is_shown_instead() {
        check("a\u{1b}[31mb", "a\\u{1b}[31mb");
        check("a\u{202e}b\u{200b}", "a\\u{202e}b\\u{200b}");
        check("a\rb\nc\td", "a\\u{d}b\\u{a}c\\u{9}d");
        check("a\u{a0}b", "a\\u{a0}b");
        check("\u{9b}31m", "\\u{9b}31m");
    }

    #[test]
    fn pipeline_commands_are_broken_up() {
        check("::error::x", "\\u{3a}:error::x");
        check("a ::error::x", "a \\u{3a}:error::x");
        check("std::x [::1]:80", "std::x [::1]:80");
        check("x:::y", "x\\u{3a}\\u{3a}\\u{3a}y");
        check("a ##[error]x ##vso[task]", "a #\\u{23}[error]x #\\u{23}vso[task]");
        check("##KEY## a[0]", "##KEY## a[0]");
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in
            ["é ü 漢字 👍 ❤\u{fe0f}", "e\u{301}", "`${a}` <b> \\d \\u{1F600} \\n", "\\u{41}"]
        {
            check(text, text);
        }
    }

    #[test]
    fn a_text_that_looks_like_an_escape_is_told_from_one() {
        check("\\u{202e}", "\\u{5c}u{202e}");
        check("\\\u{202e}", "\\\\u{202e}");
        check("\\u{5c}", "\\u{5c}u{5c}");
    }

    #[test]
    fn marks_are_not_stacked_without_end() {
        check("a\u{301}\u{301}\u{301}\u{301}", "a\u{301}\u{301}\u{301}\\u{301}");
        check("\u{301}a", "\\u{301}a");
    }

    #[test]
    fn long_texts_are_cut_and_stay_different() {
        let (a, b) = ("x".repeat(50) + "a", "x".repeat(50) + "b");
        assert_eq!(short(&a, 51, true), a);
        assert_ne!(short(&a, 10, true), short(&b, 10, true));
        assert!(short(&a, 10, false).starts_with("xxxxxxxxxx... (51 characters, sha256 "));
    }

    /// The reader's way back, to show that there is one.
    fn read_back(shown: &str, unicode: bool) -> String {
        let mut out = String::new();
        let mut rest = shown;
        while let Some(first) = rest.chars().next() {
            let end = rest.starts_with("\\u{").then(|| rest.find('}')).flatten();
            let escaped = end.and_then(|end| {
                let value = char::from_u32(u32::from_str_radix(&rest[3..end], 16).ok()?)?;
                (escape(value) == rest[..=end] && may_be_escaped(value, unicode))
                    .then_some((value, end + 1))
            });
            let (found, length) = escaped.unwrap_or((first, first.len_utf8()));
            out.push(found);
            rest = &rest[length..];
        }
        out
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_acts(text in hostile(), unicode: bool) {
            let shown = inline(&text, unicode);
            prop_assert_eq!(read_back(&shown, unicode), text);
            prop_assert!(!shown.chars().any(is_unsafe));
            prop_assert!(!shown.trim_start().starts_with("::"));
            prop_assert!(!shown.contains("##["));
            prop_assert!(unicode || shown.is_ascii());
        }
    }

    fn hostile() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            4 => any::<char>().prop_map(String::from),
            2 => "[a-z:# \\\\u{}0-9\\[]{1,6}",
            2 => prop::sample::select(vec![
                "\u{1b}[31m", "\u{202e}", "\u{200b}", "\r", "\n", "::error::", "##[", "\\u{202e}",
                "\\u{5c}", "e\u{301}", "\u{301}", "\u{fe0f}", "❤", "\u{9b}",
            ]).prop_map(String::from),
        ];
        prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
    }
}
