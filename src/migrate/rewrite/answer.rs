//! Answers of a hook as an Action gives them.

use oxc::ast::AstKind;
use oxc::ast::ast::{Argument, Expression};
use oxc::span::{GetSpan, Span};

use super::lines::Line;
use super::{Rewrite, Step};
use crate::migrate::answers::{Ending, Handed};
use crate::migrate::edits::Piece;
use crate::migrate::result::{Failure, says};
use crate::model::Trigger;
use crate::script::hooks::{BASE_ERROR_CLASS, error_classes, has_result};
use crate::script::tree::{Constant, Script};

impl<'a> Rewrite<'_, 'a> {
    pub(super) fn fail(&mut self, ending: &Ending<'a>, failure: &Failure<'a>) -> Step<()> {
        let lines = self.failure(ending, failure)?;
        // what rejects the promise around it needs no more to settle it
        let leaves = !(ending.settles && self.denies());
        self.put(ending, lines, leaves);
        Ok(())
    }

    fn failure(&mut self, ending: &Ending<'a>, failure: &Failure<'a>) -> Step<Vec<Line>> {
        match self.script.trigger {
            Trigger::CredentialsExchange => Ok(vec![self.deny_token(ending, failure)]),
            Trigger::PreUserRegistration => self.deny_user(ending, failure),
            _ => Ok(vec![self.throw(ending, failure)?]),
        }
    }

    /// Fails if a variable holds an error, and else succeeds.
    pub(super) fn fail_if(&mut self, ending: &Ending<'a>, failure: &Failure<'a>) -> Step<()> {
        let Failure::Name(name) = failure else { return Ok(()) };
        let settles = ending.settles && !self.denies();
        let line = if settles {
            self.rejects = true;
            vec![
                self.returns(ending).into(),
                self.source(*name),
                " ? reject(".into(),
                self.source(*name),
                ") : resolve();".into(),
            ]
        } else {
            let front: Line = vec!["if (".into(), self.source(*name), ") ".into()];
            let lines = self.failure(ending, failure)?;
            front.into_iter().chain(lines.into_iter().flatten()).collect()
        };
        self.put(ending, vec![line], settles);
        Ok(())
    }

    /// A function in the place of the callback, where that was handed on.
    pub(super) fn hand(&mut self, handed: &Handed) -> Step<()> {
        let deny = match self.script.trigger {
            Trigger::CredentialsExchange => "api.access.deny('server_error', error.message)",
            _ => "api.access.deny(error.message, error.message)",
        };
        let denies = self.denies();
        if handed.in_try && !denies {
            return Err(self.not("its own `catch` would catch the error", handed.at));
        }
        self.rejects |= handed.settles && !denies;
        let text = match (denies, handed.settles) {
            (true, false) => format!("(error) => {deny}"),
            (true, true) => format!("(error) => {{ {deny}; resolve(); }}"),
            (false, false) => "(error) => { throw error; }".to_owned(),
            (false, true) if handed.is_for_errors => "reject".to_owned(),
            (false, true) => "(error) => (error ? reject(error) : resolve())".to_owned(),
        };
        self.edits.replace(self.script.place(handed.at), vec![text.into()]);
        Ok(())
    }

    /// Whether an error of the hook is a call of `api.access.deny`, and no throw.
    fn denies(&self) -> bool {
        has_result(&self.script.trigger)
    }

    /// Puts a promise around the statements whose answers come in callbacks.
    pub(super) fn promise(&mut self, whole: Span, only: Option<Span>) -> Step<()> {
        if is_name_taken(self.script, "resolve") || is_name_taken(self.script, "reject") {
            return Err(self.not("the name `resolve` or `reject` is taken", whole));
        }
        let params = if self.rejects { "resolve, reject" } else { "resolve" };
        let at = self.script.place(whole);
        match only.map(|only| self.script.place(only)) {
            Some(only) => {
                let front = format!("return new Promise(({params}) => ");
                self.edits.replace(at.start..only.start, vec![front.into()]);
                self.edits.replace(only.end..at.end, vec![");".into()]);
            }
            None => {
                let indent = self.blanks(at.start);
                let unit = self.unit();
                let front = format!("return new Promise(({params}) => {{\n{indent}{unit}");
                self.edits.replace(at.start..at.start, vec![front.into()]);
                self.edits.replace(at.end..at.end, vec![format!("\n{indent}}});").into()]);
            }
        }
        Ok(())
    }

    /// `return `, unless nothing follows and the hook did not return either.
    fn returns(&self, ending: &Ending<'_>) -> &'static str {
        let statement = self.script.text(ending.statement);
        if ending.settles {
            // it is what settles the promise that returns
            return if statement.starts_with("return") && !self.denies() { "return " } else { "" };
        }
        if ending.is_last && !statement.starts_with("return") { "" } else { "return " }
    }

    fn deny_token(&self, ending: &Ending<'a>, failure: &Failure<'a>) -> Line {
        let code = match failure {
            Failure::New { class: "InvalidScopeError", .. } => "invalid_scope",
            Failure::New { class: "InvalidRequestError", .. } => "invalid_request",
            _ => "server_error",
        };
        let mut line =
            vec![Piece::Text(format!("{}api.access.deny('{code}', ", self.returns(ending)))];
        line.extend(self.message(failure));
        line.push(");".into());
        line
    }

    fn deny_user(&self, ending: &Ending<'a>, failure: &Failure<'a>) -> Step<Vec<Line>> {
        let returns = self.returns(ending);
        let message = self.message(failure);
        if let Failure::New {
            class: "PreUserRegistrationError",
            arguments: [_, friendly, ..],
            ..
        } = failure
        {
            let mut second = vec![self.source(friendly.span())];
            if !self.is_text(friendly) {
                if !self.is_simple(failure) {
                    return Err(self.not("its message for the user may be empty", friendly.span()));
                }
                second.push(" || ".into());
                second.extend(message.clone());
            }
            return Ok(vec![self.deny(ending, returns, message, second)]);
        }
        if self.is_simple(failure) {
            return Ok(vec![self.deny(ending, returns, message.clone(), message)]);
        }
        if is_name_taken(self.script, "reason") {
            return Err(self.not("the name `reason` is taken", ending.statement));
        }
        let mut first = vec!["const reason = ".into()];
        first.extend(message);
        first.push(";".into());
        // A declaration must not meet another one in its list.
        if !self.is_only_declaration(ending) {
            return Err(self.not("its message is used twice", ending.statement));
        }
        Ok(vec![first, vec![format!("{returns}api.access.deny(reason, reason);").into()]])
    }

    /// `api.access.deny(reason, userMessage);`, on lines of its own where the
    /// hook's error was.
    fn deny(
        &self,
        ending: &Ending<'_>,
        returns: &str,
        reason: Vec<Piece>,
        message: Vec<Piece>,
    ) -> Line {
        let at = self.script.place(ending.statement);
        let broken = self.text.get(at.clone()).is_some_and(|text| text.contains('\n'));
        let indent = self.indentation(at.start);
        let (open, between, close) = if broken {
            let inner = format!("{indent}{}", self.unit());
            (format!("(\n{inner}"), format!(",\n{inner}"), format!("\n{indent});"))
        } else {
            ("(".to_owned(), ", ".to_owned(), ");".to_owned())
        };
        let mut line = vec![Piece::Text(format!("{returns}api.access.deny{open}"))];
        line.extend(reason);
        line.push(between.into());
        line.extend(message);
        line.push(close.into());
        line
    }

    fn throw(&mut self, ending: &Ending<'a>, failure: &Failure<'a>) -> Step<Line> {
        if ending.in_try {
            return Err(self.not("its own `catch` would catch the error", ending.statement));
        }
        self.rejects |= ending.settles;
        let (open, close) = match ending.settles {
            true => (format!("{}reject(", self.returns(ending)), ");"),
            false => ("throw ".to_owned(), ";"),
        };
        let mut line = vec![open.into()];
        match failure {
            Failure::New { class: "Error", span, .. } | Failure::Name(span) => {
                line.push(self.source(*span));
            }
            Failure::New { .. } | Failure::Text(_) => {
                line.push("new Error(".into());
                line.extend(self.message(failure));
                line.push(")".into());
            }
        }
        line.push(close.into());
        Ok(line)
    }

    /// The expression of the error's message.
    fn message(&self, failure: &Failure<'a>) -> Vec<Piece> {
        match failure {
            Failure::New { arguments, .. } => match arguments.first() {
                Some(message) => vec![self.source(message.span())],
                None => vec!["''".into()],
            },
            Failure::Text(text) => vec![self.source(text.span())],
            Failure::Name(span) => vec![self.source(*span), ".message".into()],
        }
    }

    /// Whether the message may stand twice: it costs nothing and says the same.
    fn is_simple(&self, failure: &Failure<'a>) -> bool {
        match failure {
            Failure::New { arguments, .. } => match arguments.first() {
                Some(Argument::StringLiteral(text)) => text.value.len() <= 60,
                Some(Argument::Identifier(_)) | None => true,
                Some(_) => false,
            },
            Failure::Text(text) => {
                matches!(text, Expression::StringLiteral(it) if it.value.len() <= 60)
            }
            Failure::Name(_) => true,
        }
    }

    /// Whether an argument is a text that says something.
    fn is_text(&self, argument: &Argument<'a>) -> bool {
        match argument.as_expression() {
            Some(Expression::Identifier(name)) => {
                let constant = self.script.symbol(name).and_then(|it| self.script.constant(it));
                matches!(constant, Some(Constant::Value(text)) if says(text))
            }
            Some(text) => says(text),
            None => false,
        }
    }

    /// Whether this is the only ending of its list that needs a name: another
    /// one would declare it twice.
    fn is_only_declaration(&self, ending: &Ending<'a>) -> bool {
        !ending.in_list || ending.is_last || {
            // A block of its own, or one that ends here.
            let after = self.script.place(ending.statement).end;
            self.text.get(after..).is_some_and(|rest| rest.trim_start().starts_with('}'))
        }
    }

    /// The error classes of the trigger are only there for hooks: each use has
    /// to be one that is replaced.
    pub(super) fn no_other_error_classes(&self, endings: &[Ending<'a>]) -> Step<()> {
        let classes = error_classes(&self.script.trigger);
        for node in self.script.nodes() {
            let AstKind::IdentifierReference(name) = node.kind() else { continue };
            let is_class = name.name == BASE_ERROR_CLASS || classes.contains(&name.name.as_str());
            let answered = endings.iter().any(|ending| {
                error_span(ending).is_some_and(|it| it.contains_inclusive(name.span))
            });
            if is_class && !answered {
                return Err(self.not("an error class of hooks is used elsewhere", name.span));
            }
        }
        Ok(())
    }
}

/// Whether a name is declared or used anywhere in the script.
pub(super) fn is_name_taken(script: &Script<'_>, name: &str) -> bool {
    let mut names = script.semantic.scoping().symbol_names();
    names.any(|known| known == name) || script.has_global(name)
}

/// The callee of `new Class(…)` as the first argument of an ending.
fn error_span(ending: &Ending<'_>) -> Option<Span> {
    match ending.call.arguments.first()? {
        Argument::NewExpression(new) => Some(new.callee.span()),
        _ => None,
    }
}
