//! The lines of a YAML file that hold one of its sections, such as its hooks.
//!
//! Only these are read and only these are ever changed: the rest of a
//! `tenant.yaml` is none of this program's business, and need not even be
//! YAML that it understands.

use std::ops::Range;

use super::raw;
use crate::source::node::{Entry, Node};

/// The bytes of a top-level key and its value, whole lines; `None` if there is
/// none in block style.
pub(crate) fn find(text: &str, key: &str) -> Option<Range<usize>> {
    let mut start = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        match start {
            None if is_key(line, key) => start = Some(at),
            Some(from) if ends_section(line) => return Some(from..at),
            _ => {}
        }
        at += line.len();
    }
    start.map(|from| from..text.len())
}

fn is_key(line: &str, key: &str) -> bool {
    let line = line.strip_prefix('\u{feff}').unwrap_or(line);
    [key.to_owned(), format!("\"{key}\""), format!("'{key}'")].iter().any(|key| {
        let rest = line.strip_prefix(key.as_str()).map(|rest| rest.trim_start_matches([' ', '\t']));
        rest.and_then(|rest| rest.strip_prefix(':'))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
    })
}

/// Whether a line is the beginning of something else: it starts at the margin
/// and is no item of the list, comment or closing bracket.
fn ends_section(line: &str) -> bool {
    if line.starts_with("---") || line.starts_with("...") {
        return true;
    }
    !line.trim().is_empty() && !line.starts_with([' ', '\t', '#', '-', ']', '}'])
}

/// Where the section really ends: comments and blank lines before the next
/// key belong to that key.
pub(crate) fn trimmed(text: &str, section: Range<usize>) -> Range<usize> {
    let mut end = section.start;
    let mut at = section.start;
    for line in text.get(section.clone()).unwrap_or_default().split_inclusive('\n') {
        at += line.len();
        if !line.trim().is_empty() && !line.starts_with('#') {
            end = at;
        }
    }
    section.start..end
}

/// Whether everything but a section says after a change what it said before.
/// Of a file that can't be read as a whole, only its anchors are looked at.
pub(crate) fn others_stay(old: &str, new: &str, key: &str) -> bool {
    let Some(before) = raw::parse(old) else {
        let is_used = |anchor: &&str| new.contains(&format!("*{anchor}"));
        return anchors(old).all(|anchor| !is_used(&anchor) || anchors(new).any(|a| a == anchor));
    };
    // an empty file, or one with nothing but comments
    let others = |tree: &Node| -> Vec<Entry> {
        let entries = tree.as_map().unwrap_or_default().iter();
        entries.filter(|entry| entry.key.as_text() != Some(key)).cloned().collect()
    };
    let (Some(after), before) = (raw::parse(new), others(&before)) else { return false };
    let after = others(&after);
    before.len() == after.len()
        && before
            .iter()
            .zip(&after)
            .all(|(before, after)| before.key.same(&after.key) && before.value.same(&after.value))
}

/// The names of a text's anchors, and perhaps of some more that look like it.
fn anchors(text: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}');
    text.split('&').skip(1).filter_map(move |rest| rest.split(ends).next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        find(text, "hooks").map(|at| &text[trimmed(text, at)])
    }

    #[test]
    fn the_section_is_found_among_others() {
        assert_eq!(
            found("a: 1\nhooks:\n  - name: x\n\n# about b\nb: 2\n"),
            Some("hooks:\n  - name: x\n")
        );
        assert_eq!(
            found("hooks:\n- name: x\n  script: y\n- name: z\nb: 2"),
            Some("hooks:\n- name: x\n  script: y\n- name: z\n")
        );
        assert_eq!(found("hooks: []\r\nb: 2"), Some("hooks: []\r\n"));
        assert_eq!(found("\"hooks\" :\n  - x"), Some("\"hooks\" :\n  - x"));
        assert_eq!(found("rules:\n  hooks: 1\nhooksX: 1\n#hooks:\n"), None);
        assert_eq!(found("hooks: 1\n---\nb: 1\n"), Some("hooks: 1\n"));
    }
}
