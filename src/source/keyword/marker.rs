//! Finding `##KEY##` and `@@KEY@@` in a text, and replacing them.
//!
//! The main function is [`replace`]. It looks at a text once, from left to
//! right: what a value inserts is not looked at again. It decides nothing
//! about where values come from.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Withheld;
use crate::model::Code;
use crate::source::codes;

/// How a marker wants its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `##KEY##`: as plain text.
    Plain,
    /// `@@KEY@@`: as JSON.
    Json,
}

/// One marker in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marker<'a> {
    pub(crate) form: Form,
    pub(crate) key: &'a str,
    /// The marker alone, as it is written.
    pub(crate) written: &'a str,
    /// What its value replaces: the marker, and for JSON the quotes right
    /// around it, because JSON brings its own.
    pub(crate) span: Range<usize>,
}

/// The longest keyword's name.
const LONGEST_KEY: usize = 200;

/// Whether a text can be a keyword's name.
pub(crate) fn is_key(text: &str) -> bool {
    (1..=LONGEST_KEY).contains(&text.len()) && text.bytes().all(is_key_byte)
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// The first marker at or after a byte.
pub(crate) fn next_marker(text: &str, from: usize) -> Option<Marker<'_>> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        // Both bytes are ASCII, so every offset here is a character boundary.
        at += bytes.get(at..)?.iter().position(|byte| matches!(byte, b'#' | b'@'))?;
        let sign = bytes[at];
        if bytes.get(at + 1) == Some(&sign) {
            let key = at + 2;
            let length = bytes[key..].iter().take_while(|&&byte| is_key_byte(byte)).count();
            let end = key + length;
            if (1..=LONGEST_KEY).contains(&length) && bytes.get(end..end + 2) == Some(&[sign, sign])
            {
                let form = if sign == b'#' { Form::Plain } else { Form::Json };
                let span = at..end + 2;
                return Some(Marker {
                    form,
                    key: text.get(key..end)?,
                    written: text.get(span.clone())?,
                    span: if form == Form::Json { with_quotes(bytes, span, from) } else { span },
                });
            }
        }
        at += 1;
    }
}

/// The span with the quotes right around it. A quote before `from` belongs to
/// the marker before.
fn with_quotes(bytes: &[u8], span: Range<usize>, from: usize) -> Range<usize> {
    let before = span.start.checked_sub(1).filter(|at| *at >= from).and_then(|at| bytes.get(at));
    match (before, bytes.get(span.end)) {
        (Some(b'"'), Some(b'"')) | (Some(b'\''), Some(b'\'')) => span.start - 1..span.end + 1,
        _ => span,
    }
}

/// All markers of a text.
pub(crate) fn markers(text: &str) -> impl Iterator<Item = Marker<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let marker = next_marker(text, at)?;
        at = marker.span.end;
        Some(marker)
    })
}

/// What became of a text.
#[derive(Default)]
pub(crate) struct Replaced {
    pub(crate) text: String,
    /// Where values were put: bytes of the new text, bytes of the old one.
    pub(crate) places: Vec<(Range<usize>, Range<usize>)>,
    /// Markers that stayed, with the reason.
    pub(crate) left: Vec<(Range<usize>, String, Why)>,
}

/// Why a marker stayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Its keyword has no value.
    NoValue,
    /// It is a `##KEY##`, and its value is a list, a map or null.
    NotAText,
    /// Its value may not be inserted here.
    Withheld(Withheld),
    /// Its value holds a marker itself.
    Nested,
    /// With its value the file would be too large.
    TooLarge,
}

impl Why {
    /// What is said of a marker that stayed, and the next step. `is_resolved` is
    /// whether markers in values are replaced, `where_to_set` where a value could
    /// come from.
    pub(crate) fn in_words(
        self,
        key: &str,
        is_resolved: bool,
        where_to_set: impl FnOnce() -> String,
    ) -> (Code, String, Option<String>) {
        let value = format!("the value of keyword `{key}`");
        let (code, message, hint) = match self {
            Self::NoValue => {
                (codes::UNRESOLVED, format!("keyword `{key}` has no value"), where_to_set())
            }
            Self::Withheld(why) => (codes::WITHHELD, why.sentence(key), why.hint(key)),
            Self::Nested if is_resolved => (
                codes::NESTED_MARKER,
                format!("{value} refers to itself"),
                "use a value without a marker".to_owned(),
            ),
            Self::Nested => (
                codes::NESTED_MARKER,
                format!("{value} holds a keyword marker itself"),
                "write the whole value out: only in Deploy CLI trees are the markers of a value \
                 replaced, too"
                    .to_owned(),
            ),
            Self::TooLarge if is_resolved => (
                codes::TOO_LARGE,
                format!("with {value} here, this file is too large"),
                "a file can be at most 1 MB after keyword replacement".to_owned(),
            ),
            Self::TooLarge => {
                let message = format!("with {value} here, this file is larger than 1 MB");
                return (codes::TOO_LARGE, message, None);
            }
            Self::NotAText => (
                codes::NOT_A_TEXT,
                format!("{value} is a list, a map or null, not a text"),
                format!("write `@@{key}@@` to insert it as JSON"),
            ),
        };
        (code, message, Some(hint))
    }
}

/// How far keyword replacement may make a file grow.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    /// The file's size so far, in bytes.
    size: usize,
    most: usize,
    /// How many more values may be put in.
    values: usize,
    /// Whether a value did not fit, which is said once.
    is_spent: bool,
}

/// More markers than any file holds; values within values count, too.
const MOST_VALUES: usize = 1_000_000;

impl Budget {
    /// The budget of a file of some bytes.
    pub(crate) fn new(size: usize, most: u64) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX).max(size);
        Self { size, most, values: MOST_VALUES, is_spent: false }
    }

    /// Takes what a value needs in place of a marker's bytes. `false` if there
    /// is no room for it, and from then on for no other.
    pub(crate) fn spend(&mut self, marker: usize, value: usize) -> bool {
        let size = self.size.saturating_sub(marker).saturating_add(value);
        self.is_spent = self.is_spent || self.values == 0 || size > self.most;
        if !self.is_spent {
            self.values -= 1;
            self.size = size;
        }
        !self.is_spent
    }

    /// Whether nothing more is put in.
    pub(crate) fn is_spent(&self) -> bool {
        self.is_spent
    }
}

/// Puts values in the place of markers, but for those that are listed as
/// `literal`. The first that would make the text too large ends it.
pub(crate) fn replace(
    text: &str,
    literal: &BTreeSet<String>,
    budget: &mut Budget,
    mut value: impl FnMut(&Marker<'_>) -> Result<String, Why>,
) -> Replaced {
    let mut out = Replaced::default();
    let mut copied = 0;
    for marker in markers(text) {
        if literal.contains(marker.written) {
            continue;
        }
        if budget.is_spent() {
            break;
        }
        let inserted = value(&marker).and_then(|inserted| {
            let fits = budget.spend(marker.span.len(), inserted.len());
            if fits { Ok(inserted) } else { Err(Why::TooLarge) }
        });
        match inserted {
            Ok(inserted) => {
                out.text.extend(text.get(copied..marker.span.start));
                let start = out.text.len();
                out.text.push_str(&inserted);
                out.places.push((start..out.text.len(), marker.span.clone()));
                copied = marker.span.end;
            }
            Err(why) => out.left.push((marker.span.clone(), marker.key.to_owned(), why)),
        }
    }
    out.text.extend(text.get(copied..));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        markers(text).map(|marker| &text[marker.span]).collect()
    }

    #[test]
    fn markers_are_found_and_what_looks_like_one_is_not() {
        assert_eq!(found("a ##X## b @@Y.z-1@@"), ["##X##", "@@Y.z-1@@"]);
        assert_eq!(found("###X###"), ["##X##"]);
        assert_eq!(found("##A##B##"), ["##A##"]);
        assert_eq!(found("'@@A@@' \"@@B@@\" '@@C@@\""), ["'@@A@@'", "\"@@B@@\"", "@@C@@"]);
        assert_eq!(found("'##A##'"), ["##A##"]);
        assert_eq!(found("\"@@A@@\"@@B@@\"@@C@@\""), ["\"@@A@@\"", "@@B@@", "\"@@C@@\""]);
        let none: [&str; 0] = [];
        assert_eq!(found("## a ## #### ##a#b## ##é## @@a##"), none);
        assert_eq!(found("##"), none);
        assert_eq!(found("é##"), none);
    }

    #[test]
    fn values_are_not_looked_at_again_and_places_lead_back() {
        let out = replace(
            "a ##K## b \"@@J@@\" ##L##",
            &BTreeSet::from(["##L##".into()]),
            &mut Budget::new(0, 99),
            |m| Ok(if m.form == Form::Plain { "##K##!".into() } else { "[1]".into() }),
        );
        assert_eq!(out.text, "a ##K##! b [1] ##L##");
        assert_eq!(out.places, [(2..8, 2..7), (11..14, 10..17)]);
        assert!(out.left.is_empty());
    }

    #[test]
    fn markers_without_a_value_stay() {
        let out =
            replace("##K##@@K@@", &BTreeSet::new(), &mut Budget::new(0, 9), |_| Err(Why::NoValue));
        assert_eq!(out.text, "##K##@@K@@");
        assert_eq!(out.left, [(0..5, "K".into(), Why::NoValue), (5..10, "K".into(), Why::NoValue)]);
    }

    #[test]
    fn the_first_value_that_makes_the_text_too_large_is_named() {
        let text = "##A## ##B## ##C##";
        let mut budget = Budget::new(text.len(), 20);
        let out = replace(text, &BTreeSet::new(), &mut budget, |m| {
            Ok(if m.key == "B" { "x".repeat(99) } else { String::new() })
        });
        assert_eq!(out.text, " ##B## ##C##");
        assert_eq!(out.left, [(6..11, "B".into(), Why::TooLarge)]);
        assert!(budget.is_spent() && !budget.spend(5, 0));
    }
}
