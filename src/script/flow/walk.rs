//! Follows the statements of one function.

use oxc::ast::ast::{
    CallExpression, ConditionalExpression, Expression, IfStatement, LogicalExpression, Statement,
    SwitchStatement, TryStatement, VariableDeclaration,
};
use oxc::span::{GetSpan, Span};

use super::paths::{Called, Paths};
use super::touches::{Touches, bare};
use crate::script::tree::{Func, Script};

/// A path that doesn't call the callback exactly once.
pub(crate) enum Fault {
    /// It ends here, without.
    Missing(Span),
    /// It calls here, goes on, and calls again there.
    Twice(Span, Span),
    /// It calls here and ends, and the chain of promises that it is part of
    /// goes on and calls again there.
    Chain(Span, Span),
}

/// Who called the function that is followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Auth0, or some library with an error and a result: what it returns
    /// goes nowhere.
    Callback,
    /// A promise: what it returns, the promise passes on.
    Then,
}

/// What following a function brought to light.
#[derive(Default)]
pub(crate) struct Walked {
    /// The paths that don't call exactly once.
    pub(crate) faults: Vec<Fault>,
    /// Whether every path calls before it ends, by itself and at once.
    pub(crate) always_calls: bool,
    /// A call after which the function ends without an error.
    pub(crate) calls_and_ends: Option<Span>,
}

/// Follows a function from its beginning to its ends.
pub(crate) fn walk<'a>(
    script: &Script<'a>,
    touches: &Touches,
    func: Func<'a>,
    role: Role,
) -> Walked {
    let mut walker = Walker {
        script,
        touches,
        role,
        faults: Vec::new(),
        breaks: Vec::new(),
        silent: 0,
        unsure: false,
        always_calls: true,
        calls_and_ends: None,
    };
    if let Some(expression) = func.expression() {
        let end = walker.expression(expression, Paths::start());
        walker.ends(end);
        if role == Role::Callback && end.untouched && !end.touched() {
            walker.faults.push(Fault::Missing(expression.span()));
        }
    } else if let Some(body) = func.body() {
        let end = walker.statements(&body.statements, Paths::start());
        walker.ends(end);
        if end.untouched && end.meetings < 2 {
            let close = Span::new(body.span.end.saturating_sub(1), body.span.end);
            let skipped = end.skipped.filter(|_| end.touched());
            walker.missing(skipped.unwrap_or(close));
        }
    }
    let Walker { faults, unsure, always_calls, calls_and_ends, .. } = walker;
    if unsure { Walked::default() } else { Walked { faults, always_calls, calls_and_ends } }
}

struct Walker<'s, 'a> {
    script: &'s Script<'a>,
    touches: &'s Touches,
    role: Role,
    faults: Vec<Fault>,
    /// What leaves each loop or `switch` around by `break`.
    breaks: Vec<Paths>,
    /// Inside how many `try` with a `finally` that touches the callback.
    silent: usize,
    /// Whether something was met that isn't followed.
    unsure: bool,
    /// Whether all ends so far came after a call.
    always_calls: bool,
    /// A call that some end came after.
    calls_and_ends: Option<Span>,
}

impl<'a> Walker<'_, 'a> {
    fn missing(&mut self, at: Span) {
        if self.silent == 0 {
            self.faults.push(Fault::Missing(at));
        }
    }

    /// Notes what the paths that end here have done.
    fn ends(&mut self, paths: Paths) {
        if paths.reachable() {
            self.always_calls &= paths.called.is_some() && !paths.untouched && !paths.handed;
            self.calls_and_ends = self.calls_and_ends.or(paths.called.map(|called| called.at));
        }
    }

    fn statements(&mut self, statements: &[Statement<'a>], mut paths: Paths) -> Paths {
        for statement in statements {
            if !paths.reachable() {
                break;
            }
            paths = self.statement(statement, paths);
        }
        paths
    }

    fn statement(&mut self, statement: &Statement<'a>, paths: Paths) -> Paths {
        match statement {
            Statement::ExpressionStatement(it) => self.expression(&it.expression, paths),
            Statement::BlockStatement(it) => self.statements(&it.body, paths),
            Statement::VariableDeclaration(it) => self.variables(it, paths),
            Statement::IfStatement(it) => self.if_statement(it, paths),
            Statement::ReturnStatement(it) => {
                let end = match &it.argument {
                    Some(value) => self.expression(value, paths),
                    None => paths,
                };
                self.ends(end);
                let passes_on = self.role == Role::Then && it.argument.is_some();
                if end.untouched && !end.touched() && !passes_on {
                    self.missing(it.span);
                }
                Paths::none()
            }
            Statement::ThrowStatement(_) => {
                self.always_calls = false;
                Paths::none()
            }
            Statement::TryStatement(it) => self.try_statement(it, paths),
            Statement::SwitchStatement(it) => self.switch(it, paths),
            Statement::ForStatement(it) => {
                let endless = it.test.is_none();
                self.repeated(&it.body, paths, endless)
            }
            Statement::WhileStatement(it) => {
                let paths = self.expression(&it.test, paths);
                self.repeated(&it.body, paths, is_true(&it.test))
            }
            Statement::DoWhileStatement(it) => {
                self.breaks.push(Paths::none());
                let once = self.statement(&it.body, paths);
                let left = self.breaks.pop().unwrap_or_default();
                once.meet(left, paths)
            }
            Statement::ForInStatement(it) => self.repeated(&it.body, paths, false),
            Statement::ForOfStatement(it) => self.repeated(&it.body, paths, false),
            Statement::BreakStatement(it) => {
                self.unsure |= it.label.is_some();
                if let Some(left) = self.breaks.last_mut() {
                    *left = left.meet(paths, paths);
                }
                Paths::none()
            }
            Statement::ContinueStatement(it) => {
                self.unsure |= it.label.is_some();
                Paths::none()
            }
            Statement::LabeledStatement(it) => {
                self.unsure = true;
                self.statement(&it.body, paths)
            }
            Statement::WithStatement(_) => {
                self.unsure = true;
                paths
            }
            // A function that is declared isn't called yet.
            _ => paths,
        }
    }

    fn variables(&mut self, declaration: &VariableDeclaration<'a>, mut paths: Paths) -> Paths {
        for variable in &declaration.declarations {
            let Some(value) = &variable.init else { continue };
            let name = variable.id.get_binding_identifier().and_then(|id| id.symbol_id.get());
            if Func::of_expression(value).is_some() && self.touches.is_carrier(name) {
                continue;
            }
            paths = self.expression(value, paths);
        }
        paths
    }

    fn if_statement(&mut self, it: &IfStatement<'a>, paths: Paths) -> Paths {
        let before = self.expression(&it.test, paths);
        let then = self.statement(&it.consequent, before.in_branch());
        let other = match &it.alternate {
            Some(alternate) => self.statement(alternate, before.in_branch()),
            None if self.covers_every_message(it) => Paths::none(),
            None => before.in_branch(),
        };
        let other_at = it.alternate.as_ref().map(GetSpan::span);
        self.both_call(it.consequent.span(), other_at, before, then, other);
        let head = Span::new(it.span.start, it.test.span().end);
        let after = then
            .through(it.consequent.span())
            .meet(other.through(other_at.unwrap_or(head)), before);
        let is_mixed = before.touched() && before.untouched;
        let branch_touches = self.touches.within(it.span);
        if !is_mixed {
            after
        } else if branch_touches {
            // Two conditions in a row that decide about the callback may be
            // one and its opposite.
            Paths { meetings: 2, ..after }
        } else if !then.reachable() || !other.reachable() {
            // Some leave here without touching it: those, perhaps, that have.
            Paths { called: None, handed: after.touched(), meetings: 2, ..after }
        } else {
            after
        }
    }

    /// A second call that both branches lead to is as certain as one outside.
    fn both_call(
        &mut self,
        then_at: Span,
        other_at: Option<Span>,
        before: Paths,
        then: Paths,
        other: Paths,
    ) {
        let Some(first) = before.called.filter(|called| called.certain) else { return };
        let Some(other_at) = other_at else { return };
        // By a call, or by giving the callback to something that will call it.
        let touches = |paths: Paths, at: Span| {
            let calls = paths.called.is_some_and(|called| at.contains_inclusive(called.at));
            (calls || (paths.handed && !before.handed)) && !paths.untouched
        };
        if touches(then, then_at)
            && touches(other, other_at)
            && let Some(second) = then.called.map(|it| it.at).or(self.touches.first(then_at))
        {
            self.faults.push(Fault::Twice(first.at, second));
        }
    }

    /// `context.message_type` is `sms` or `voice`, so a chain that asks for
    /// both needs no `else`.
    fn covers_every_message(&self, it: &IfStatement<'a>) -> bool {
        let test = self.script.text(it.test.span());
        let around = self.script.text(Span::new(it.span.start.saturating_sub(400), it.span.end));
        test.contains("message_type") && around.contains("sms") && around.contains("voice")
    }

    fn try_statement(&mut self, it: &TryStatement<'a>, paths: Paths) -> Paths {
        let ends_touched = it.finalizer.as_ref().is_some_and(|last| self.touches.within(last.span));
        self.silent += usize::from(ends_touched);
        let tried = self.statements(&it.block.body, paths);
        let first_touches =
            it.block.body.first().is_some_and(|first| self.touches.within(first.span()));
        let after = match &it.handler {
            Some(handler) => {
                let thrown = if first_touches {
                    Paths { untouched: false, handed: true, ..paths }
                } else {
                    paths.in_branch()
                };
                let caught = self.statements(&handler.body.body, thrown);
                tried.meet(caught.through(handler.span), paths)
            }
            None => tried,
        };
        self.silent -= usize::from(ends_touched);
        match &it.finalizer {
            Some(last) if after.reachable() => self.statements(&last.body, after),
            _ => after,
        }
    }

    fn switch(&mut self, it: &SwitchStatement<'a>, paths: Paths) -> Paths {
        let before = self.expression(&it.discriminant, paths);
        self.breaks.push(Paths::none());
        let mut falling = Paths::none();
        for case in &it.cases {
            let enters = before.in_branch();
            let both = if falling.reachable() { falling.meet(enters, before) } else { enters };
            falling = self.statements(&case.consequent, both);
        }
        let left = self.breaks.pop().unwrap_or_default();
        let text = self.script.text(it.discriminant.span());
        let complete = it.cases.iter().any(|case| case.test.is_none())
            || (it.cases.len() >= 2
                && [".message_type", ".action"].iter().any(|known| text.contains(known)));
        let skipped = if complete { Paths::none() } else { before.in_branch() };
        falling.meet(left, before).meet(skipped.through(it.discriminant.span()), before)
    }

    fn repeated(&mut self, body: &Statement<'a>, paths: Paths, endless: bool) -> Paths {
        self.breaks.push(Paths::none());
        let once = self.statement(body, paths.in_branch());
        let left = self.breaks.pop().unwrap_or_default();
        if endless {
            return left;
        }
        let after = paths.in_branch().meet(once, paths).meet(left, paths);
        // Which round calls is often decided by a counter.
        let meetings = if once.touched() && !paths.touched() { 2 } else { after.meetings };
        Paths { meetings, ..after }
    }

    fn expression(&mut self, expression: &Expression<'a>, paths: Paths) -> Paths {
        let expression = bare(expression);
        if !self.touches.within(expression.span()) {
            return paths;
        }
        match expression {
            Expression::CallExpression(call) if self.touches.is_direct(self.script, call) => {
                self.call(call, paths)
            }
            Expression::ConditionalExpression(it) => self.choice(it, paths),
            Expression::LogicalExpression(it) => self.logical(it, paths),
            Expression::SequenceExpression(it) => {
                it.expressions.iter().fold(paths, |paths, part| self.expression(part, paths))
            }
            Expression::AssignmentExpression(it) => self.expression(&it.right, paths),
            _ => self.hand(expression.span(), paths),
        }
    }

    fn call(&mut self, call: &CallExpression<'a>, paths: Paths) -> Paths {
        if let Some(first) = paths.called.filter(|called| called.certain) {
            self.faults.push(Fault::Twice(first.at, call.span));
        }
        let called = Called { at: call.span, certain: true };
        Paths { untouched: false, handed: false, called: Some(called), ..paths }
    }

    fn hand(&mut self, at: Span, paths: Paths) -> Paths {
        if let Some(first) = paths.called.filter(|called| called.certain) {
            self.faults.push(Fault::Twice(first.at, at));
        }
        Paths { untouched: false, handed: true, called: None, ..paths }
    }

    fn choice(&mut self, it: &ConditionalExpression<'a>, paths: Paths) -> Paths {
        let before = self.expression(&it.test, paths);
        let then = self.expression(&it.consequent, before.in_branch());
        let other = self.expression(&it.alternate, before.in_branch());
        then.meet(other, before)
    }

    fn logical(&mut self, it: &LogicalExpression<'a>, paths: Paths) -> Paths {
        let before = self.expression(&it.left, paths);
        let right = self.expression(&it.right, before.in_branch());
        right.meet(before.in_branch(), before)
    }
}

fn is_true(expression: &Expression<'_>) -> bool {
    match expression {
        Expression::BooleanLiteral(literal) => literal.value,
        Expression::NumericLiteral(literal) => literal.value != 0.0,
        _ => false,
    }
}
