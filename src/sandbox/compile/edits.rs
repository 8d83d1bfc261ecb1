//! Text that is put into a program where it was parsed, and how far that moves
//! what stands behind it.
//!
//! Main types: [`Edits`] and [`Columns`]. Must not know what is put in.

use crate::sandbox::outcome::Place;

/// Insertions into a text. At one place what closes comes first, the inner
/// before the outer.
pub(super) struct Edits {
    /// How much longer the text was when it was parsed, in front.
    skipped: usize,
    list: Vec<Edit>,
}

struct Edit {
    at: usize,
    opens: bool,
    order: usize,
    text: String,
}

impl Edits {
    pub(super) fn new(skipped: usize) -> Self {
        Self { skipped, list: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The byte of the text at a place of what was parsed.
    pub(super) fn at(&self, offset: u32) -> usize {
        (offset as usize).saturating_sub(self.skipped)
    }

    /// In front of what begins there.
    pub(super) fn open(&mut self, offset: u32, text: String) {
        self.insert(offset, true, text);
    }

    /// Behind what ends there.
    pub(super) fn close(&mut self, offset: u32, text: String) {
        self.insert(offset, false, text);
    }

    fn insert(&mut self, offset: u32, opens: bool, text: String) {
        let (at, order) = (self.at(offset), self.list.len());
        self.list.push(Edit { at, opens, order, text });
    }

    /// The text with all of it. `shift` is what stands in front of it on its
    /// first line.
    pub(super) fn apply(mut self, code: &str, shift: usize) -> (String, Columns) {
        self.list.sort_by_key(|edit| {
            let order = i64::try_from(edit.order).unwrap_or(0);
            (edit.at, edit.opens, if edit.opens { order } else { -order })
        });
        let mut text = String::with_capacity(code.len() + self.list.len() * 24);
        let mut added = Vec::with_capacity(self.list.len());
        let (mut at, mut line, mut column) = (0, 1, 1);
        for edit in &self.list {
            let passed = code.get(at..edit.at).unwrap_or_default();
            match passed.rsplit_once('\n') {
                Some((_, last)) => {
                    line += passed.matches('\n').count();
                    column = last.chars().count() + 1;
                }
                None => column += passed.chars().count(),
            }
            added.push((number(line), number(column), number(edit.text.chars().count())));
            text.push_str(passed);
            text.push_str(&edit.text);
            at = edit.at.max(at);
        }
        text.push_str(code.get(at..).unwrap_or_default());
        (text, Columns { shift: number(shift), added })
    }
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// From the columns of what is evaluated to those of the user's text.
#[derive(Debug, Clone, Default)]
pub(in crate::sandbox) struct Columns {
    /// What stands in front of the first line.
    shift: u32,
    /// The line and column at which something was put in, and its length.
    added: Vec<(u32, u32, u32)>,
}

impl Columns {
    #[cfg(test)]
    pub(in crate::sandbox) fn shifted(shift: u32) -> Self {
        Self { shift, added: Vec::new() }
    }

    /// The place in the user's text; `None` for what is not the user's.
    pub(in crate::sandbox) fn place(&self, line: u32, column: u32) -> Option<Place> {
        let column = match line {
            1 => column.checked_sub(self.shift).filter(|column| *column > 0)?,
            _ => column,
        };
        let mut moved = 0;
        for (_, at, length) in self.added.iter().filter(|(on, ..)| *on == line) {
            let begins = at + moved;
            if column < begins {
                break;
            }
            if column < begins + length {
                return Some(Place { line, column: *at });
            }
            moved += length;
        }
        Some(Place { line, column: column - moved })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_text_without_what_was_put_in() {
        let code = "a();\ntry { é() } catch { c() }";
        let mut edits = Edits::new(10);
        let at = |what: &str| 10 + u32::try_from(code.find(what).unwrap()).unwrap();
        edits.open(at("a()"), "<".to_owned());
        edits.open(at("{ c"), "(x) ".to_owned());
        edits.open(at(" c()"), "y;".to_owned());
        let (text, columns) = edits.apply(code, 5);
        assert_eq!(text, "<a();\ntry { é() } catch (x) {y; c() }");
        let place = |line, column| columns.place(line, column).map(|it| (it.line, it.column));
        assert_eq!(place(1, 3), None);
        assert_eq!(place(1, 7), Some((1, 1)));
        assert_eq!(place(2, 7), Some((2, 7)));
        assert_eq!(place(2, 26), Some((2, 20)));
        assert_eq!(place(3, 4), Some((3, 4)));
    }
}
