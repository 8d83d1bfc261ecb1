//! Comments that allow a finding: `// hooksync-allow HS402 reason` in a
//! script, `# hooksync-allow HS425 reason` in a definition.
//!
//! One allows findings of its rules on its own line and, if it stands alone,
//! on the next line that is no such comment. Main type: [`Allow`]. What loads
//! and what doesn't can't be allowed.

use std::collections::HashMap;
use std::ops::Range;

use oxc::semantic::Semantic;

use super::rule::Rule;
use crate::model::{Code, Definition};
use crate::script::parse::Wrapped;

const MARK: &str = "hooksync-allow";

/// One comment that allows something.
pub(super) struct Allow {
    /// Where it stands: bytes of the text it was read from.
    pub(super) at: Range<usize>,
    /// The rules it names: code, or what is no rule that can be allowed.
    pub(super) rules: Vec<Result<Code, String>>,
    /// Whether it says why.
    pub(super) has_reason: bool,
}

/// The comments of a script. Places are those of the script after keyword
/// replacement.
pub(super) fn of_script(semantic: &Semantic<'_>, wrapped: &Wrapped) -> Vec<Allow> {
    let comments = semantic.comments().iter();
    comments
        .filter_map(|comment| {
            let at = wrapped.in_script(comment.span);
            let text = wrapped.text.get(wrapped.start + at.start..wrapped.start + at.end)?;
            let inner = text.trim_start_matches(['/', '*']).trim_end_matches(['/', '*']);
            read(inner, at)
        })
        .collect()
}

/// The comments of a definition, as far as they are about this hook.
pub(super) fn of_definition(hook: &Definition) -> Vec<Allow> {
    // its own lines alone: a file can hold thousands of definitions
    let own = &hook.written.region;
    let text = hook.written.slice(own);
    if !text.contains(MARK) {
        return Vec::new();
    }
    let mut start = own.start;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        let comment = line
            .find('#')
            .map(|hash| line.split_at(hash))
            .filter(|(before, _)| before.is_empty() || before.ends_with(char::is_whitespace));
        if let Some((before, comment)) = comment {
            let body = comment.trim_start_matches('#').trim_end();
            found.extend(read(body, start + before.len()..start + line.trim_end().len()));
        }
        start += line.len();
    }
    found
}

fn read(comment: &str, at: Range<usize>) -> Option<Allow> {
    let rest = comment.trim().strip_prefix(MARK)?;
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '-') {
        return None;
    }
    let rest = rest.trim_start_matches([':', ' ', '\t']);
    let end = end_of_names(rest);
    let (names, reason) = rest.split_at(end);
    let rules: Vec<_> = names
        .split(|c: char| c == ',' || c.is_whitespace())
        .map(|name| name.trim_end_matches([':', ';', '.']))
        .filter(|name| !name.is_empty())
        .map(|name| match Rule::find(name) {
            Some(rule) if rule.is_adjustable() => Ok(rule.code),
            _ => Err(name.to_owned()),
        })
        .collect();
    let reason = reason.trim_matches(|c: char| !c.is_alphanumeric());
    let rules = if rules.is_empty() { vec![Err(String::new())] } else { rules };
    Some(Allow { at, rules, has_reason: !reason.is_empty() })
}

/// The names are the first word, and each word after a comma.
fn end_of_names(rest: &str) -> usize {
    let mut end = 0;
    loop {
        let names = rest.get(end..).unwrap_or_default();
        let word =
            names.find(|c: char| c == ',' || c.is_whitespace()).map_or(rest.len(), |at| end + at);
        let after = rest.get(word..).unwrap_or_default().trim_start();
        match after.strip_prefix(',') {
            Some(more) => end = rest.len() - more.trim_start().len(),
            None => return word,
        }
    }
}

/// The lines that each comment of one text speaks for.
pub(super) fn lines_of(allows: &[Allow], text: &str, lines: &Lines) -> Vec<[usize; 2]> {
    let stands_alone = |allow: &Allow| {
        let start = lines.start(lines.of(allow.at.start));
        text.get(start..allow.at.start).is_some_and(|before| before.trim().is_empty())
    };
    let alone: Vec<_> = allows
        .iter()
        .filter(|allow| stands_alone(allow))
        .map(|allow| lines.of(allow.at.end))
        .collect();
    // The line after the last of several comments in a row.
    let mut next: HashMap<usize, usize> = HashMap::new();
    for line in alone.iter().rev() {
        let after = next.get(&(line + 1)).copied().unwrap_or(line + 1);
        next.insert(*line, after);
    }
    allows
        .iter()
        .map(|allow| {
            let own = lines.of(allow.at.end);
            if !stands_alone(allow) {
                return [own, own];
            }
            [own, next.get(&own).copied().unwrap_or(own + 1)]
        })
        .collect()
}

/// Where the lines of a text begin. Lines are counted from 0.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        let after = text.match_indices('\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(after).collect())
    }

    /// The line of a byte.
    pub(super) fn of(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at).saturating_sub(1)
    }

    fn start(&self, line: usize) -> usize {
        self.0.get(line).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(comment: &str, rules: &[&str], has_reason: bool) {
        let allow = read(comment, 0..1).unwrap();
        let named: Vec<_> = allow
            .rules
            .iter()
            .map(|rule| match rule {
                Ok(code) => code.0,
                Err(name) => name,
            })
            .collect();
        assert_eq!((named.as_slice(), allow.has_reason), (rules, has_reason), "{comment}");
    }

    #[test]
    fn comments_name_rules_and_a_reason() {
        check(" hooksync-allow HS402 the user is always set", &["HS402"], true);
        check("hooksync-allow HS402", &["HS402"], false);
        check("hooksync-allow: HS402 - ", &["HS402"], false);
        check("hooksync-allow HS402, HS403 both", &["HS402", "HS403"], true);
        check("hooksync-allow HS402, HS403: both", &["HS402", "HS403"], true);
        check("hooksync-allow HS402\n  in a block", &["HS402"], true);
        check("hooksync-allow callback-never-called by design", &["HS401"], true);
        check("hooksync-allow HS301 no", &["HS301"], true);
        check("hooksync-allow", &[""], false);
        assert!(read("hooksync-allowed HS402", 0..1).is_none());
        assert!(read("see hooksync-allow", 0..1).is_none());
    }
}
