//! Statements in place of a statement, with the indentation of where it stood.

use std::ops::Range;

use oxc::ast::AstKind;
use oxc::span::GetSpan;

use super::Rewrite;
use crate::migrate::answers::Ending;
use crate::migrate::edits::Piece;

/// A statement, with its semicolon.
pub(super) type Line = Vec<Piece>;

impl Rewrite<'_, '_> {
    /// Puts statements in the place of an ending. `leaves`: the last of them
    /// ends the handler by itself.
    pub(super) fn put(&mut self, ending: &Ending<'_>, mut lines: Vec<Line>, leaves: bool) {
        let at = self.script.place(ending.statement);
        if ending.settles && !leaves {
            let returns = self.script.text(ending.statement).starts_with("return");
            lines.push(vec![if returns { "return resolve();" } else { "resolve();" }.into()]);
        }
        if ending.is_expression {
            self.put_body(at, lines);
            return;
        }
        if !leaves && !ending.is_last && !ending.settles {
            lines.push(vec!["return;".into()]);
        }
        if lines.is_empty() && !ending.in_list {
            lines.push(vec!["return;".into()]);
        }
        self.put_lines(at, lines, ending.in_list);
    }

    /// Puts a block in the place of an arrow function's only expression.
    fn put_body(&mut self, at: Range<usize>, lines: Vec<Line>) {
        let count = lines.len();
        let indent = self.indentation(at.start);
        let mut pieces: Vec<Piece> = vec!["{".into()];
        for line in lines {
            let between =
                if count == 1 { " ".to_owned() } else { format!("\n{indent}{}", self.unit()) };
            pieces.push(between.into());
            pieces.extend(line);
        }
        let close = match count {
            0 => "}".to_owned(),
            1 => " }".to_owned(),
            _ => format!("\n{indent}}}"),
        };
        pieces.push(close.into());
        self.replace(at, pieces);
    }

    /// Puts statements in the place of one.
    pub(super) fn put_lines(&mut self, at: Range<usize>, lines: Vec<Line>, in_list: bool) {
        if lines.is_empty() {
            let mut whole = if in_list { self.whole_line(&at) } else { at.clone() };
            if whole == at && self.text.get(..at.start).is_some_and(|it| it.ends_with(' ')) {
                // of the blanks on both sides of it one stays
                let rest = self.text.get(at.end..).unwrap_or_default();
                whole.end += rest.len() - rest.trim_start_matches(' ').len();
            }
            self.replace(whole, Vec::new());
            return;
        }
        let indent = self.indentation(at.start);
        let block = lines.len() > 1 && !in_list;
        let inner = if block { format!("{indent}{}", self.unit()) } else { indent.clone() };
        let mut pieces: Vec<Piece> = Vec::new();
        if block {
            pieces.push(format!("{{\n{inner}").into());
        }
        for (index, line) in lines.into_iter().enumerate() {
            if index > 0 {
                pieces.push(format!("\n{inner}").into());
            }
            pieces.extend(line);
        }
        if block {
            pieces.push(format!("\n{indent}}}").into());
        }
        self.replace(at, pieces);
    }

    /// The blanks at the beginning of the line of a byte, as the rewrite has
    /// them.
    pub(super) fn indentation(&self, at: usize) -> String {
        let blanks = self.blanks(at);
        match &self.deeper {
            Some(deeper) if deeper.contains(&at) => format!("{blanks}{}", self.unit()),
            _ => blanks,
        }
    }

    /// The same as the script has them.
    pub(super) fn blanks(&self, at: usize) -> String {
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
    }

    /// What the script puts in front of a line that is one level deeper.
    pub(super) fn unit(&self) -> String {
        let first = self.script.handler.as_ref().and_then(|handler| {
            let body = handler.func.body()?;
            let first = body.statements.first()?;
            let inside = self.blanks(self.script.place(first.span()).start);
            let outside = self.blanks(self.script.place(handler.func.span()).start);
            inside.strip_prefix(outside.as_str()).map(str::to_owned)
        });
        first.filter(|unit| !unit.is_empty()).unwrap_or_else(|| "  ".to_owned())
    }

    /// A text whose lines are moved in by two blanks a level, as the script does it.
    pub(super) fn in_units(&self, text: &str) -> String {
        let unit = self.unit();
        let line = |line: &str| {
            let bare = line.trim_start_matches(' ');
            let level = (line.len() - bare.len()) / 2;
            format!("{}{bare}", unit.repeat(level))
        };
        text.split('\n').map(line).collect::<Vec<_>>().join("\n")
    }

    /// Moves the lines that are now inside of a promise one level in. The
    /// first stands behind what was put in front of it; what is in a text or
    /// in a comment of several lines stays as it is.
    pub(super) fn deepen(&mut self) {
        let Some(deeper) = self.deeper.clone() else { return };
        let text = self.text.get(deeper.clone()).unwrap_or_default();
        let unit = self.unit();
        let literals = self.literals();
        let mut starts = Vec::new();
        for (newline, _) in text.match_indices('\n') {
            let newline = deeper.start + newline;
            let rest = self.text.get(newline + 1..deeper.end).unwrap_or_default();
            let is_blank = rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
            let is_literal = literals.iter().any(|it| it.contains(&newline));
            if !is_blank && !is_literal && self.is_kept(&(newline + 1..newline + 2)) {
                starts.push(newline + 1);
            }
        }
        for start in starts {
            self.edits.replace(start..start, vec![unit.as_str().into()]);
        }
    }

    /// Where texts and comments are in the script.
    fn literals(&self) -> Vec<Range<usize>> {
        let literals = self.script.nodes().filter(|node| {
            matches!(node.kind(), AstKind::TemplateElement(_) | AstKind::StringLiteral(_))
        });
        let spans = literals.map(|node| node.kind().span());
        let comments = self.script.semantic.comments().iter();
        let comments = comments.filter(|it| it.is_block()).map(|it| it.span);
        let places = spans.chain(comments).map(|span| self.script.place(span));
        places.filter(|it| self.text.get(it.clone()).is_some_and(|it| it.contains('\n'))).collect()
    }

    /// The range with its line, if nothing else stands on it, and with the
    /// blank line before it, if one follows, too.
    pub(super) fn whole_line(&self, at: &Range<usize>) -> Range<usize> {
        let before = self.text.get(..at.start).unwrap_or_default();
        let after = self.text.get(at.end..).unwrap_or_default();
        let is_blank = |c: char| matches!(c, ' ' | '\t' | '\r');
        let front = before.trim_end_matches(is_blank);
        let mut back = after.trim_start_matches(is_blank);
        if back.starts_with("//") {
            // A comment on what goes.
            back = back.find('\n').and_then(|end| back.get(end..)).unwrap_or_default();
        }
        let (Some(rest), true) = (back.strip_prefix('\n'), front.ends_with('\n')) else {
            return at.clone();
        };
        let start = front.len();
        let end = self.text.len() - rest.len();
        let earlier = front.trim_end_matches(|c| is_blank(c) || c == '\n');
        let blank_before = front.get(earlier.len()..).unwrap_or_default().matches('\n').count() > 1;
        let closes = rest.trim_start_matches(is_blank);
        if blank_before && (closes.starts_with('}') || closes.starts_with('\n')) {
            return earlier.len() + 1..end;
        }
        start..end
    }
}
