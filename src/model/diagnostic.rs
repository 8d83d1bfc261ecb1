//! A finding about a file: what is wrong, where, and what to do next.
//!
//! One type for YAML, JSON, keyword and script findings, so that all of a run
//! can be reported together and in one order. Must not know how it is shown.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

/// A stable identifier such as `HS101`, by which a rule is documented,
/// switched and searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// How much a finding weighs. Errors stop plan and apply (those of a script
/// only where that script would change).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It can't work as written.
    Error,
    /// It works, and is very likely not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The lower-case word used in JSON and in text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A place in a file as it is on disk. Both count from 1; `column` counts
/// Unicode scalar values, not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// The line a finding points at, and which part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Excerpt {
    /// The whole line as it is on disk, without its line end. May hold
    /// anything a file can hold: whoever shows it must make it harmless.
    pub line: String,
    /// How many characters to underline, from [`Position::column`] on; at
    /// least 1. A finding over several lines is cut at the end of its first.
    pub width: usize,
}

/// Where the lines of a text are, so that the place of each finding is found at
/// once.
#[derive(Debug, Clone)]
pub struct Lines {
    /// Where each begins.
    starts: Vec<usize>,
    /// A longer line is no excerpt, in bytes.
    longest: usize,
    /// The byte that was asked for last, and its column: many places of one long
    /// line cost no more than one.
    counted: Cell<(usize, usize)>,
}

impl Lines {
    /// The lines of a text. Those of more bytes than `longest` are left out of
    /// the excerpts.
    #[must_use]
    pub fn new(text: &str, longest: usize) -> Self {
        let newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(newlines).collect();
        Self { starts, longest, counted: Cell::new((0, 1)) }
    }

    /// The place of a byte that begins a character, and the line there.
    fn position(&self, text: &str, at: usize) -> (Position, Range<usize>) {
        let line = self.starts.partition_point(|&begin| begin <= at).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let end = self.starts.get(line).map_or(text.len(), |next| next - 1);
        let counted = Some(self.counted.get()).filter(|(last, _)| (start..=at).contains(last));
        let (from, column) = counted.unwrap_or((start, 1));
        let column = column + text.get(from..at).map_or(0, |passed| passed.chars().count());
        self.counted.set((at, column));
        (Position { line, column }, start..end)
    }
}

/// One finding. Ordered by file, place, severity, code: the order in which a
/// run reports them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule's identifier.
    pub code: Code,
    /// Its weight.
    pub severity: Severity,
    /// What is wrong and why it matters, one or two sentences.
    pub message: String,
    /// The next step, if one can be named.
    pub hint: Option<String>,
    /// The file, as the user would write it from where the program was
    /// started, with `/` between folders. `None` for findings about a run.
    pub file: Option<String>,
    /// Where in the file.
    pub position: Option<Position>,
    /// The line at [`Self::position`].
    pub excerpt: Option<Excerpt>,
}

impl Diagnostic {
    /// A finding without a place yet.
    #[must_use]
    pub fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            hint: None,
            file: None,
            position: None,
            excerpt: None,
        }
    }

    /// An error without a place yet.
    #[must_use]
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// A warning without a place yet.
    #[must_use]
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// Adds the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Names the file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Points at the bytes `start..end` of `text`, the content of the file as
    /// it is on disk. Offsets outside the text or inside a character are
    /// moved to the nearest place that exists.
    #[must_use]
    pub fn at_bytes(self, text: &str, start: usize, end: usize) -> Self {
        self.at_lines(&Lines::new(text, usize::MAX), text, start, end)
    }

    /// The same with the [`Lines`] of the text, for many findings about one.
    #[must_use]
    pub fn at_lines(mut self, lines: &Lines, text: &str, start: usize, end: usize) -> Self {
        let start = text.floor_char_boundary(start);
        let end = text.floor_char_boundary(end.max(start));
        let (position, whole) = lines.position(text, start);
        let line = text.get(whole.clone()).unwrap_or_default().trim_end_matches('\r');
        let shown = text.get(start..end.min(whole.start + line.len())).unwrap_or_default();
        self.position = Some(position);
        self.excerpt = (line.len() <= lines.longest)
            .then(|| Excerpt { line: line.to_owned(), width: shown.chars().count().max(1) });
        self
    }

    /// Whether plan and apply must stop.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The key by which findings are ordered.
    fn key(&self) -> impl Ord {
        (&self.file, &self.position, self.severity, self.code, &self.message, &self.hint)
    }
}

impl Ord for Diagnostic {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Diagnostic {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, start: usize, end: usize) -> (usize, usize, String, usize) {
        let found = Diagnostic::error(Code("HS000"), "x").at_bytes(text, start, end);
        let (position, excerpt) = (found.position.unwrap(), found.excerpt.unwrap());
        (position.line, position.column, excerpt.line, excerpt.width)
    }

    #[test]
    fn places_are_counted_in_characters_from_one() {
        assert_eq!(place("a: é b\nc: d\n", 6, 7), (1, 6, "a: é b".into(), 1));
        assert_eq!(place("a\r\nbcd\r\n", 4, 6), (2, 2, "bcd".into(), 2));
    }

    #[test]
    fn places_are_the_same_in_any_order() {
        let text = "a é\nbc\n\ndé f";
        let lines = Lines::new(text, usize::MAX);
        for at in [0, 3, 5, 6, 8, 9, 12, 2, 14, 0] {
            let one = Diagnostic::error(Code("HS000"), "x").at_bytes(text, at, at + 1);
            let other = Diagnostic::error(Code("HS000"), "x").at_lines(&lines, text, at, at + 1);
            assert_eq!(one, other, "{at}");
        }
        let short = Lines::new(text, 2);
        let found = Diagnostic::error(Code("HS000"), "x").at_lines(&short, text, 0, 1);
        assert_eq!((found.position, found.excerpt), (Some(Position { line: 1, column: 1 }), None));
    }

    #[test]
    fn places_that_do_not_exist_are_moved_to_the_nearest_that_does() {
        assert_eq!(place("", 9, 3), (1, 1, String::new(), 1));
        assert_eq!(place("é", 1, 900), (1, 1, "é".into(), 1));
        assert_eq!(place("ab\ncd", 1, 5), (1, 2, "ab".into(), 1));
        assert_eq!(place("ab\n", 3, 3), (2, 1, String::new(), 1));
    }
}
