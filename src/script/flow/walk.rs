//! Follows the statements of one function.

mod branches;

use oxc::ast::ast::{
    CallExpression, ConditionalExpression, Expression, LogicalExpression, LogicalOperator,
    Statement, VariableDeclaration,
};
use oxc::span::{GetSpan, Span};

use super::conditions::{Conditions, Facts};
use super::later::answers_later;
use super::paths::{Called, Paths};
use super::touches::{Touches, bare};
use crate::script::tree::{Func, Script};

/// A path that doesn't call the callback exactly once.
pub(crate) enum Fault {
    /// It ends here, without.
    Missing(Span),
    /// It calls here, goes on, and calls again there.
    Twice(Span, Span),
    /// It starts something here that calls when it is done, and calls there
    /// as well.
    Later(Span, Span),
    /// It calls here, in every round of a loop.
    Often(Span),
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
    /// Whether every path calls, or has started what will call.
    pub(crate) always_answers: bool,
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
        always_answers: true,
        calls_and_ends: None,
        conditions: Conditions::default(),
    };
    if let Some(expression) = func.expression() {
        let end = walker.expression(expression, Paths::start());
        walker.ends(end);
        if role == Role::Callback && end.untouched.is_some() && !end.touched() {
            walker.faults.push(Fault::Missing(expression.span()));
        }
    } else if let Some(body) = func.body() {
        let end = walker.statements(&body.statements, Paths::start());
        walker.ends(end);
        if end.untouched.is_some() && end.meetings < 2 {
            let close = Span::new(body.span.end.saturating_sub(1), body.span.end);
            let skipped = end.skipped.filter(|_| end.touched());
            walker.missing(skipped.unwrap_or(close));
        }
    }
    let Walker { faults, unsure, always_calls, always_answers, calls_and_ends, .. } = walker;
    if unsure {
        Walked::default()
    } else {
        Walked { faults, always_calls, always_answers, calls_and_ends }
    }
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
    /// Whether all ends so far came after a call, or with one to come.
    always_answers: bool,
    /// A call that some end came after.
    calls_and_ends: Option<Span>,
    conditions: Conditions,
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
            let at_once = paths.called.filter(|called| !called.later);
            self.always_calls &= paths.all_called() && at_once.is_some();
            self.always_answers &= paths.all_called();
            self.calls_and_ends = self.calls_and_ends.or(at_once.map(|called| called.at));
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
                if end.untouched.is_some() && !end.touched() && !passes_on {
                    self.missing(it.span);
                }
                Paths::none()
            }
            Statement::ThrowStatement(_) => {
                self.always_calls = false;
                self.always_answers = false;
                Paths::none()
            }
            Statement::TryStatement(it) => self.try_statement(it, paths),
            Statement::SwitchStatement(it) => self.switch(it, paths),
            Statement::ForStatement(it) => {
                let endless = it.test.is_none();
                self.repeated(&it.body, paths, endless, it.test.as_ref())
            }
            Statement::WhileStatement(it) => {
                let paths = self.expression(&it.test, paths);
                self.repeated(&it.body, paths, is_true(&it.test), Some(&it.test))
            }
            Statement::DoWhileStatement(it) => {
                self.breaks.push(Paths::none());
                let once = self.statement(&it.body, paths);
                let left = self.breaks.pop().unwrap_or_default();
                once.meet(left, paths, &self.conditions)
            }
            Statement::ForInStatement(it) => self.repeated(&it.body, paths, false, None),
            Statement::ForOfStatement(it) => self.repeated(&it.body, paths, false, None),
            Statement::BreakStatement(it) => {
                self.unsure |= it.label.is_some();
                if let Some(left) = self.breaks.last_mut() {
                    *left = left.meet(paths, paths, &self.conditions);
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
            // A timer that has a name can be stopped.
            paths = match bare(value) {
                Expression::CallExpression(call) if is_timer(call) && !paths.touched() => {
                    if self.touches.within(value.span()) {
                        self.hand(value.span(), false, paths)
                    } else {
                        paths
                    }
                }
                _ => self.expression(value, paths),
            };
        }
        paths
    }

    fn expression(&mut self, expression: &Expression<'a>, paths: Paths) -> Paths {
        let expression = bare(expression);
        if !self.touches.within(expression.span()) {
            return paths;
        }
        match expression {
            Expression::CallExpression(call)
                if self.touches.is_callback(self.script, &call.callee) =>
            {
                self.again(paths, call.span);
                self.called(call.span, false, paths)
            }
            Expression::ConditionalExpression(it) => self.choice(it, paths),
            Expression::LogicalExpression(it) => self.logical(it, paths),
            Expression::SequenceExpression(it) => {
                it.expressions.iter().fold(paths, |paths, part| self.expression(part, paths))
            }
            Expression::AssignmentExpression(it) => self.expression(&it.right, paths),
            _ => {
                let sure = answers_later(self.script, self.touches, expression);
                self.hand(expression.span(), sure, paths)
            }
        }
    }

    /// Reports a first call, if this is certain to be a second one.
    fn again(&mut self, paths: Paths, at: Span) {
        if let Some(first) = paths.called.filter(|called| called.certain) {
            self.faults.push(match first.later {
                true => Fault::Later(first.at, at),
                false => Fault::Twice(first.at, at),
            });
        }
    }

    /// The callback is given away: to something that is `sure` to call it
    /// later, or to something that may.
    fn hand(&mut self, at: Span, sure: bool, paths: Paths) -> Paths {
        // What only may answer is no second answer to one that is to come.
        if sure || paths.called.is_some_and(|called| !called.later) {
            self.again(paths, at);
        }
        if sure {
            return self.called(at, true, paths);
        }
        let handed = self.all_facts(paths);
        Paths { untouched: None, handed, called: None, ..paths }
    }

    fn called(&mut self, at: Span, later: bool, paths: Paths) -> Paths {
        let facts = self.all_facts(paths).unwrap_or_default();
        let called = Called { at, certain: true, later, facts };
        Paths { untouched: None, handed: None, called: Some(called), ..paths }
    }

    /// What all paths know.
    fn all_facts(&self, paths: Paths) -> Option<Facts> {
        let called = paths.called.map(|called| called.facts);
        let groups = [paths.untouched, paths.handed, called].into_iter().flatten();
        groups.reduce(|one, other| self.conditions.common(one, other))
    }

    fn choice(&mut self, it: &ConditionalExpression<'a>, paths: Paths) -> Paths {
        let before = self.expression(&it.test, paths);
        let (yes, no) = self.split(&it.test, before);
        let then = self.part(&it.consequent, yes);
        let other = self.part(&it.alternate, no);
        then.meet(other, before, &self.conditions)
    }

    fn logical(&mut self, it: &LogicalExpression<'a>, paths: Paths) -> Paths {
        let before = self.expression(&it.left, paths);
        let (yes, no) = self.split(&it.left, before);
        let (goes_on, ends) = match it.operator {
            LogicalOperator::And => (yes, no),
            LogicalOperator::Or => (no, yes),
            LogicalOperator::Coalesce => (before.in_branch(), before.in_branch()),
        };
        let right = self.part(&it.right, goes_on);
        right.meet(ends, before, &self.conditions)
    }

    /// An expression that is only evaluated on some paths, perhaps on none.
    fn part(&mut self, expression: &Expression<'a>, paths: Paths) -> Paths {
        if paths.reachable() { self.expression(expression, paths) } else { paths }
    }
}

/// `setTimeout(…)` and its kin.
fn is_timer(call: &CallExpression<'_>) -> bool {
    matches!(&call.callee, Expression::Identifier(name)
        if matches!(name.name.as_str(), "setTimeout" | "setInterval" | "setImmediate"))
}

fn is_true(expression: &Expression<'_>) -> bool {
    match expression {
        Expression::BooleanLiteral(literal) => literal.value,
        Expression::NumericLiteral(literal) => literal.value != 0.0,
        _ => false,
    }
}
