//! The parser's errors in our words where they are ones that people meet.
//!
//! Must not decide what is refused.

use std::ops::Range;

use serde_saphyr::Error;
use serde_saphyr::budget::BudgetBreach;

use super::{Fault, bytes};
use crate::model::Code;
use crate::source::codes;

const TOO_COMPLEX: &str =
    "the document is nested deeper, or has more values, than a definition needs";

const TAB: &str = "this line is indented with a tab, which YAML does not allow";

/// The parser's error in our words where it is one that people meet, else in
/// the parser's own.
pub(super) fn explain(error: &Error, text: &str) -> Fault {
    let mut error = error.without_snippet();
    while let Error::AliasError { error: inner, .. } = error {
        error = inner;
    }
    let span = error.location().map_or(0..0, |location| error_span(text, &location));
    let (code, message, hint) = match error {
        Error::MultipleDocuments { .. }
        | Error::Budget { breach: BudgetBreach::Documents { .. }, .. } => (
            codes::SEVERAL_DOCUMENTS,
            "a second document begins here; a file can hold only one".to_owned(),
            Some("move it to a file of its own, or remove the `---`".to_owned()),
        ),
        Error::MergeKeyNotAllowed { .. } => (
            codes::MERGE_KEY,
            "merge keys (`<<`) are not part of YAML 1.2".to_owned(),
            Some("write the keys out".to_owned()),
        ),
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. } => (
            codes::TOO_COMPLEX,
            "the aliases of this document expand to far more than a definition needs".to_owned(),
            Some("write the values out instead of using aliases".to_owned()),
        ),
        Error::Budget { .. } => (codes::TOO_COMPLEX, TOO_COMPLEX.to_owned(), None),
        Error::UnknownAnchor { .. } => (
            codes::SYNTAX,
            "this alias has no anchor before it".to_owned(),
            Some("quote the text if the `*` is part of it".to_owned()),
        ),
        other => syntax(other, text, &span),
    };
    let span = if message == TAB { indenting_tab(text, span.start).unwrap_or(span) } else { span };
    Fault { code, message, hint, span }
}

/// The first tab that indents a line, from the line of a place on: the scanner
/// notices it before or after.
fn indenting_tab(text: &str, near: usize) -> Option<Range<usize>> {
    let mut start = text.get(..near)?.rfind('\n').map_or(0, |at| at + 1);
    for line in text.get(start..)?.split_inclusive('\n') {
        let indent = line.strip_suffix(line.trim_start_matches([' ', '\t'])).unwrap_or_default();
        if let Some(tab) = indent.find('\t').filter(|_| !line.trim().is_empty()) {
            return Some(start + tab..start + tab + 1);
        }
        start += line.len();
    }
    None
}

/// Everything else: mostly what the scanner says, with the two causes that
/// people meet most reported first.
fn syntax(error: &Error, text: &str, span: &Range<usize>) -> (Code, String, Option<String>) {
    let (before, rest) = text.split_at(text.floor_char_boundary(span.start));
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(line_start..).unwrap_or_default().lines().next().unwrap_or_default();
    let message = match error {
        Error::ExternalMessage { msg, .. } | Error::Message { msg, .. } => msg.clone(),
        // which adds its place
        other => {
            let message = other.to_string();
            message.rsplit_once(" at line ").map_or(message.as_str(), |(it, _)| it).to_owned()
        }
    };
    let message = unescaped(&message);
    let mut words = message.split(|c: char| !c.is_ascii_alphabetic());
    if words.any(|word| matches!(word, "tab" | "tabs" | "Tab" | "Tabs")) {
        return (codes::SYNTAX, TAB.to_owned(), Some("indent with spaces".to_owned()));
    }
    if message.contains("recursion") || message.contains("limit") {
        return (codes::TOO_COMPLEX, TOO_COMPLEX.to_owned(), None);
    }
    let tagged = message.contains("tag") || rest.starts_with('!');
    if tagged {
        return (
            codes::TAG,
            format!("tags have no meaning here ({message})"),
            Some("remove the tag, or quote the text if the `!` is part of it".to_owned()),
        );
    }
    let hint = if line.contains("@@") || rest.starts_with(['@', '`']) {
        Some("a value may not begin with `@`: quote it, as in \"@@KEY@@\"".to_owned())
    } else if line.contains(" ##") {
        Some("` ##` begins a comment: quote the value, as in \"##KEY##\"".to_owned())
    } else {
        None
    };
    (codes::SYNTAX, format!("not valid YAML: {message}"), hint)
}

/// Turns the `\u{1b}` of the parser's messages back into the character: who
/// shows a message makes it harmless, and would escape it twice.
fn unescaped(message: &str) -> String {
    let mut parts = message.split("\\u{");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let character = part.split_once('}').and_then(|(number, rest)| {
            Some((u32::from_str_radix(number, 16).ok().and_then(char::from_u32)?, rest))
        });
        match character {
            Some((character, rest)) => {
                text.push(character);
                text.push_str(rest);
            }
            None => {
                text.push_str("\\u{");
                text.push_str(part);
            }
        }
    }
    text
}

/// The bytes of an error. Some errors know only their line and column.
fn error_span(text: &str, location: &serde_saphyr::Location) -> Range<usize> {
    let span = location.span();
    if span.byte_offset().is_some() {
        return bytes(span);
    }
    let number = |value: u64| usize::try_from(value).unwrap_or(usize::MAX).saturating_sub(1);
    let mut rest = text;
    for _ in 0..number(location.line()) {
        rest = rest.split_once('\n').map_or("", |(_, after)| after);
    }
    let start = if rest.is_empty() { text.len() } else { text.len() - rest.len() };
    let line = rest.lines().next().unwrap_or_default();
    let within =
        line.char_indices().nth(number(location.column())).map_or(line.len(), |(at, _)| at);
    start + within..start + within
}
