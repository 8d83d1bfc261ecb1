//! Text edits on the spans of a script.
//!
//! Main type: [`Edits`]. What is not edited stays as it is to the byte, so
//! that the diff of a rewrite is the change alone. An outer edit carries inner
//! ones along: its pieces are new text or ranges of the script, and a range is
//! rendered with the edits inside it. Must not know JavaScript.

use std::ops::Range;

/// A piece of what an edit puts in place of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// New text.
    Text(String),
    /// This range of the script, with the edits inside it.
    Source(Range<usize>),
}

impl From<&str> for Piece {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Piece {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Range<usize>> for Piece {
    fn from(range: Range<usize>) -> Self {
        Self::Source(range)
    }
}

/// Edits of one text. Two edits may nest; they must not cross.
#[derive(Debug, Clone, Default)]
pub(super) struct Edits {
    edits: Vec<(Range<usize>, Vec<Piece>)>,
}

impl Edits {
    /// Puts pieces in place of a range.
    pub(super) fn replace(&mut self, range: Range<usize>, pieces: Vec<Piece>) {
        self.edits.push((range, pieces));
    }

    /// Takes a range away.
    pub(super) fn remove(&mut self, range: Range<usize>) {
        self.replace(range, Vec::new());
    }

    /// The whole text with all edits. New lines end as those of the text do.
    pub(super) fn apply(mut self, text: &str) -> String {
        // Outer edits before the ones inside them, and what is put in front of a
        // place before what takes the place.
        self.edits.sort_by_key(|(at, _)| (at.start, !at.is_empty(), std::cmp::Reverse(at.end)));
        let mut out = String::with_capacity(text.len() + 256);
        self.render(text, 0..text.len(), None, &mut out);
        out
    }

    /// Renders a range; `inside` is the edit whose piece it is.
    fn render(&self, text: &str, range: Range<usize>, inside: Option<usize>, out: &mut String) {
        let mut at = range.start;
        let from = inside.map_or(0, |outer| outer + 1);
        for (index, (edited, pieces)) in self.edits.iter().enumerate().skip(from) {
            if edited.start >= range.end {
                break;
            }
            let begins_before = edited.start < at || edited.end > range.end;
            if begins_before {
                continue;
            }
            out.push_str(text.get(at..edited.start).unwrap_or_default());
            for piece in pieces {
                match piece {
                    Piece::Text(new) if text.contains("\r\n") => {
                        out.push_str(&new.replace('\n', "\r\n"));
                    }
                    Piece::Text(new) => out.push_str(new),
                    Piece::Source(kept) => self.render(text, kept.clone(), Some(index), out),
                }
            }
            at = edited.end;
        }
        out.push_str(text.get(at..range.end).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, edits: &[(&str, &[&str])], expected: &str) {
        let mut all = Edits::default();
        for (old, pieces) in edits {
            let at = text.find(old).expect("the text holds what is edited");
            let pieces = pieces.iter().map(|piece| match piece.strip_prefix('=') {
                Some(kept) => {
                    let start = text.find(kept).expect("the text holds what is kept");
                    Piece::Source(start..start + kept.len())
                }
                None => Piece::from(*piece),
            });
            all.replace(at..at + old.len(), pieces.collect());
        }
        assert_eq!(all.apply(text), expected);
    }

    #[test]
    fn text_outside_of_edits_stays() {
        check("one two three", &[("two", &["2"])], "one 2 three");
        check("é two ü", &[("two", &[])], "é  ü");
    }

    #[test]
    fn an_outer_edit_carries_the_inner_ones_along() {
        check(
            "f(a.b, c)",
            &[("f(a.b, c)", &["g(", "=a.b", ", x, ", "=c", ")"]), ("a.b", &["e.a.b"])],
            "g(e.a.b, x, c)",
        );
    }

    #[test]
    fn an_inner_edit_of_what_is_dropped_goes_with_it() {
        check("f(a.b, c)", &[("f(a.b, c)", &["g(", "=c", ")"]), ("a.b", &["e"])], "g(c)");
    }

    #[test]
    fn a_kept_range_may_stand_more_than_once() {
        check("f(a)", &[("f(a)", &["g(", "=a", ", ", "=a", ")"])], "g(a, a)");
    }
}
