//! Foreign text within Markdown: as code, as prose, in a fence.
//!
//! Nothing that passes here can open or close an element, mention somebody,
//! link anything or leave a table's cell. Must not know what is written.

use crate::report::safe;

/// A foreign text longer than this is cut; two different ones stay different.
const LONGEST: usize = 160;

/// What GitHub counts of a text, or more: a comment may hold 65,536
/// characters. Those outside the basic plane are counted twice, and a line end
/// too, for it is stored as two.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count() + text.matches('\n').count()
}

/// A foreign text as inline code.
pub(in crate::report) fn code(text: &str) -> String {
    let text = safe::short(text, LONGEST, true);
    let is_simple = !text.is_empty()
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.contains(['`', '|', '\\']);
    if is_simple {
        return format!("`{text}`");
    }
    let escaped: String = text
        .chars()
        .map(|found| match found {
            ' ' => "&nbsp;".to_owned(),
            _ if found.is_ascii_punctuation() => entity(found),
            _ => found.to_string(),
        })
        .collect();
    format!("<code>{escaped}</code>")
}

/// A foreign sentence as prose. What it sets in backticks is code.
pub(in crate::report) fn prose(text: &str) -> String {
    let text = safe::short(text, 2 * LONGEST, true);
    let parts: Vec<&str> = text.split('`').collect();
    let is_paired =
        parts.len() % 2 == 1 && !parts.iter().skip(1).step_by(2).any(|part| part.is_empty());
    if !is_paired {
        return plain(&text);
    }
    let shown = parts.iter().enumerate().map(|(at, part)| match at % 2 {
        0 => plain(part),
        _ => code(part),
    });
    shown.collect()
}

/// A foreign name inside of an HTML element, where backticks mean nothing.
pub(super) fn name(text: &str) -> String {
    plain(&safe::short(text, LONGEST, true))
}

fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(found) = chars.next() {
        let after = chars.peek().copied().unwrap_or(' ');
        let within_word = before.is_alphanumeric() && after.is_alphanumeric();
        match found {
            // An entity would still be a mention or a reference to GitHub,
            // which looks for them in the finished page; a comment parts them.
            '@' | '#' => {
                out.push(found);
                out.push_str("<!-- -->");
            }
            '-' if matches!(before, 'H' | 'h') && after.is_ascii_digit() => {
                out.push_str("<!-- -->-")
            }
            '.' if matches!(before, 'w' | 'W') => out.push_str(&entity('.')),
            ':' if after == ' ' => out.push(found),
            '_' if within_word => out.push(found),
            ' ' | '.' | ',' | '-' | '\'' | '(' | ')' | ';' | '?' | '/' | '"' => out.push(found),
            _ if found.is_ascii_punctuation() => out.push_str(&entity(found)),
            _ => out.push(found),
        }
        before = found;
    }
    out
}

/// Harmless lines in a fence that none of them can close.
pub(in crate::report) fn fence(language: &str, lines: &str) -> String {
    let longest = lines.split(|found| found != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{lines}{fence}\n")
}

fn entity(found: char) -> String {
    format!("&#{};", u32::from(found))
}
