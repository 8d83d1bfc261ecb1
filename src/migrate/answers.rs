//! Where a hook answers: every use of its callback, if each one is a call that
//! ends the hook, or that ends a function of the chain of promises that the
//! hook ends with.
//!
//! Main function: [`endings`]. Only such hooks can be rewritten: an Action ends
//! where its handler returns, or with the promise that it returns; for answers
//! in callbacks there is [`promised`]. Must not know what becomes of an answer.

mod promised;

use oxc::ast::ast::{Argument, CallExpression, Expression, Statement, TryStatement};
use oxc::semantic::SymbolId;
use oxc::span::{GetSpan, Span};

pub(super) use promised::{Promised, is_list};

use crate::script::tree::{Func, Script};

/// A statement that answers and ends the hook.
pub(super) struct Ending<'a> {
    /// The call of the callback.
    pub(super) call: &'a CallExpression<'a>,
    /// The statement, in the wrapped text.
    pub(super) statement: Span,
    /// Whether nothing would run after the statement if it did not return.
    pub(super) is_last: bool,
    /// Whether several statements may stand in its place.
    pub(super) in_list: bool,
    /// Whether a `catch` of the hook would catch what is thrown here.
    pub(super) in_try: bool,
    /// The names that are known to hold an error here: the parameter of the
    /// `catch` around it, and what an `if` around it asks for.
    pub(super) errors: Vec<SymbolId>,
    /// Whether it is the whole of an arrow function, without a block.
    pub(super) is_expression: bool,
    /// Whether it settles the promise around it; else it ends the hook.
    pub(super) settles: bool,
}

/// The callback as an argument of a call, which hands it an error or a result.
pub(super) struct Handed {
    /// The name.
    pub(super) at: Span,
    /// Whether it is called with an error alone: `.catch(cb)`.
    pub(super) is_for_errors: bool,
    /// Whether it settles the promise around it; else it ends the hook.
    pub(super) settles: bool,
    /// Whether what it throws would be caught by the script's own code.
    pub(super) in_try: bool,
}

/// All endings of a hook.
pub(super) struct Endings<'a> {
    /// In the order of the script, but for chains.
    pub(super) all: Vec<Ending<'a>>,
    /// Where the callback itself is handed on.
    pub(super) handed: Vec<Handed>,
    /// Statements that are a chain of promises in which the hook ends, and
    /// that don't return it.
    pub(super) chains: Vec<Span>,
    /// Statements that need a promise to end in, with answers in callbacks.
    pub(super) promised: Option<Promised<'a>>,
}

/// Every use of the callback as an ending, or the first use that isn't one.
pub(super) fn endings<'a>(
    script: &Script<'a>,
    callback: SymbolId,
    body: &'a [Statement<'a>],
) -> Result<Endings<'a>, Span> {
    let mut walker = Walker {
        script,
        callback,
        found: Vec::new(),
        handed: Vec::new(),
        in_try: false,
        break_ends: false,
        errors: Vec::new(),
        is_expression: false,
        chains: Vec::new(),
    };
    walker.list(body, true);
    let Walker { mut found, mut handed, mut chains, .. } = walker;
    let is_followed = |span: &Span| {
        found.iter().any(|ending| ending.call.callee.span() == *span)
            || handed.iter().any(|handed| handed.at == *span)
    };
    let mut uses = script.uses(callback).map(|node| node.kind().span());
    let Some(first) = uses.find(|span| !is_followed(span)) else {
        return Ok(Endings { all: found, handed, chains, promised: None });
    };
    let promised = promised::find(script, callback, body, first)?;
    let is_outside = |span: Span| !promised.whole.contains_inclusive(span);
    found.retain(|ending| is_outside(ending.statement));
    handed.retain(|handed| is_outside(handed.at));
    chains.retain(|chain| is_outside(*chain));
    Ok(Endings { all: found, handed, chains, promised: Some(promised) })
}

struct Walker<'s, 'a> {
    script: &'s Script<'a>,
    callback: SymbolId,
    found: Vec<Ending<'a>>,
    handed: Vec<Handed>,
    in_try: bool,
    /// Whether nothing of the hook runs after a `break` here.
    break_ends: bool,
    errors: Vec<SymbolId>,
    is_expression: bool,
    chains: Vec<Span>,
}

impl<'a> Walker<'_, 'a> {
    fn list(&mut self, statements: &'a [Statement<'a>], ends: bool) {
        for (index, statement) in statements.iter().enumerate() {
            let rest = statements.get(index + 1..).unwrap_or_default();
            let is_last = self.ends_here(rest, ends);
            self.statement(statement, is_last, true);
        }
    }

    /// `is_last`: nothing of the hook runs after this statement.
    fn statement(&mut self, statement: &'a Statement<'a>, is_last: bool, in_list: bool) {
        match statement {
            Statement::ReturnStatement(it) => {
                if let Some(value) = &it.argument {
                    self.call(value, it.span, is_last, in_list);
                    self.chain(value);
                }
            }
            Statement::ExpressionStatement(it) if is_last => {
                self.call(&it.expression, it.span, true, in_list);
                let is_awaited = matches!(it.expression, Expression::AwaitExpression(_));
                // an arrow function without a block returns it already
                if self.chain(&it.expression) && !is_awaited && !self.is_expression {
                    self.chains.push(it.span);
                }
            }
            Statement::BlockStatement(it) => self.list(&it.body, is_last),
            Statement::IfStatement(it) => {
                let known = self.errors.len();
                if let Expression::Identifier(name) = &it.test {
                    self.errors.extend(self.script.symbol(name));
                }
                self.statement(&it.consequent, is_last, false);
                self.errors.truncate(known);
                if let Some(other) = &it.alternate {
                    self.statement(other, is_last, false);
                }
            }
            Statement::TryStatement(it) => self.try_statement(it, is_last),
            Statement::SwitchStatement(it) => {
                let around = std::mem::replace(&mut self.break_ends, is_last);
                for (index, case) in it.cases.iter().enumerate() {
                    // The end of a case falls into the next one.
                    self.list(&case.consequent, is_last && index + 1 == it.cases.len());
                }
                self.break_ends = around;
            }
            Statement::ForStatement(it) => self.repeated(&it.body),
            Statement::ForInStatement(it) => self.repeated(&it.body),
            Statement::ForOfStatement(it) => self.repeated(&it.body),
            Statement::WhileStatement(it) => self.repeated(&it.body),
            Statement::DoWhileStatement(it) => self.repeated(&it.body),
            _ => {}
        }
    }

    fn repeated(&mut self, body: &'a Statement<'a>) {
        let around = std::mem::replace(&mut self.break_ends, false);
        self.statement(body, false, false);
        self.break_ends = around;
    }

    fn try_statement(&mut self, it: &'a TryStatement<'a>, is_last: bool) {
        // What a `finally` does would come before the answer.
        if it.finalizer.is_some() {
            return;
        }
        let around = std::mem::replace(&mut self.in_try, true);
        self.list(&it.block.body, is_last);
        self.in_try = around;
        if let Some(handler) = &it.handler {
            let known = self.errors.len();
            let caught = handler.param.as_ref().and_then(|param| {
                param.pattern.get_binding_identifier().and_then(|id| id.symbol_id.get())
            });
            self.errors.extend(caught);
            self.list(&handler.body.body, is_last);
            self.errors.truncate(known);
        }
    }

    fn call(&mut self, value: &'a Expression<'a>, statement: Span, is_last: bool, in_list: bool) {
        let value = match value {
            Expression::UnaryExpression(unary) if unary.operator.as_str() == "void" => {
                &unary.argument
            }
            other => other,
        };
        let Expression::CallExpression(call) = value else { return };
        if self.script.is_symbol(&call.callee, self.callback) {
            self.found.push(Ending {
                call,
                statement,
                is_last,
                in_list,
                in_try: self.in_try,
                errors: self.errors.clone(),
                is_expression: self.is_expression,
                settles: false,
            });
        }
    }

    /// Looks for answers in the functions that a chain of promises is given.
    /// Whether there are any.
    fn chain(&mut self, value: &'a Expression<'a>) -> bool {
        let mut at = match value {
            Expression::AwaitExpression(it) => &it.argument,
            other => other,
        };
        let mut links = Vec::new();
        while let Expression::CallExpression(call) = at
            && let Expression::StaticMemberExpression(member) = &call.callee
            && matches!(member.property.name.as_str(), "then" | "catch")
        {
            links.push((member.property.name.as_str(), call));
            at = &member.object;
        }
        let before = self.found.len() + self.handed.len();
        for (index, (name, call)) in links.iter().enumerate() {
            let later = links.get(..index).unwrap_or_default();
            let is_caught =
                later.iter().any(|(name, call)| *name == "catch" || call.arguments.len() > 1);
            for (nth, argument) in call.arguments.iter().enumerate().take(2) {
                let catches = (*name == "catch" && nth == 0) || (*name == "then" && nth == 1);
                if index == 0
                    && catches
                    && let Argument::Identifier(name) = argument
                    && self.script.symbol(name) == Some(self.callback)
                {
                    let (at, in_try) = (name.span, self.in_try);
                    self.handed.push(Handed { at, is_for_errors: true, settles: false, in_try });
                }
                if let Some(func) = argument.as_expression().and_then(Func::of_expression) {
                    self.function(func, catches, is_caught);
                }
            }
        }
        self.found.len() + self.handed.len() > before
    }

    /// One function of a chain.
    fn function(&mut self, func: Func<'a>, catches: bool, is_caught: bool) {
        let known = self.errors.len();
        if catches {
            self.errors.extend(func.param(0).and_then(|id| id.symbol_id.get()));
        }
        let in_try = self.in_try;
        self.in_try |= is_caught;
        let break_ends = std::mem::replace(&mut self.break_ends, false);
        let is_expression = func.expression().is_some();
        let around = std::mem::replace(&mut self.is_expression, is_expression);
        if let Some(value) = func.expression() {
            self.call(value, value.span(), true, false);
            self.chain(value);
        } else if let Some(body) = func.body() {
            self.list(&body.statements, true);
        }
        (self.in_try, self.break_ends, self.is_expression) = (in_try, break_ends, around);
        self.errors.truncate(known);
    }

    /// Whether nothing runs between a statement and the end of the hook, given
    /// what follows it in its list.
    fn ends_here(&self, rest: &[Statement<'_>], ends: bool) -> bool {
        match rest.first() {
            None => ends,
            Some(Statement::ReturnStatement(it)) => it.argument.is_none(),
            Some(Statement::BreakStatement(it)) => it.label.is_none() && self.break_ends,
            Some(Statement::FunctionDeclaration(_) | Statement::EmptyStatement(_)) => {
                self.ends_here(rest.get(1..).unwrap_or_default(), ends)
            }
            Some(_) => false,
        }
    }
}
