//! Answers in callbacks: what a hook does from the first statement that hands
//! its callback to code that runs later, as the body of a promise in which the
//! Action ends.
//!
//! Main function: [`find`]. In there an answer need not be the end of anything:
//! the promise is settled where the hook called back, and what follows follows.

use oxc::ast::AstKind;
use oxc::ast::ast::{Argument, Expression, Statement};
use oxc::semantic::{NodeId, SymbolId};
use oxc::span::{GetSpan, Span};

use super::{Ending, Handed};
use crate::script::hooks::has_result;
use crate::script::tree::{Func, Script};

/// Statements that become the body of a promise.
pub(in crate::migrate) struct Promised<'a> {
    /// From the first of them to the end of the last.
    pub(in crate::migrate) whole: Span,
    /// Their only expression, if they are one statement of that kind.
    pub(in crate::migrate) only: Option<Span>,
    /// The answers in there.
    pub(in crate::migrate) endings: Vec<Ending<'a>>,
    /// Where the callback itself is handed on in there.
    pub(in crate::migrate) handed: Vec<Handed>,
}

/// The promise that makes a use of the callback an answer, given the hook's
/// statements; or the place that can't be part of one.
pub(super) fn find<'a>(
    script: &Script<'a>,
    callback: SymbolId,
    body: &'a [Statement<'a>],
    not_followed: Span,
) -> Result<Promised<'a>, Span> {
    let holds = |statement: &Statement<'_>| statement.span().contains_inclusive(not_followed);
    let at = body.iter().position(holds).ok_or(not_followed)?;
    let inside = body.get(at..).unwrap_or_default();
    let (Some(first), Some(last)) = (inside.first(), inside.last()) else {
        return Err(not_followed);
    };
    let whole = Span::new(first.span().start, last.span().end);
    stays(script, whole).map_err(|at| at.unwrap_or(not_followed))?;
    let uses: Vec<NodeId> = script
        .uses(callback)
        .filter(|node| whole.contains_inclusive(node.kind().span()))
        .map(|node| node.id())
        .collect();
    let own = script.handler.as_ref().map(|handler| handler.func.span());
    let handed: Vec<Handed> = uses.iter().filter_map(|node| handed(script, *node)).collect();
    let is_handed = |node: &NodeId| {
        let span = script.semantic.nodes().kind(*node).span();
        handed.iter().any(|handed| handed.at == span)
    };
    let is_later = |node: &NodeId| script.function_around(*node).map(Func::span) != own;
    if !uses.iter().any(|node| is_later(node) || is_handed(node)) {
        return Err(not_followed);
    }
    let called = uses.into_iter().filter(|node| !is_handed(node));
    let endings: Option<Vec<_>> = called.map(|node| ending(script, node)).collect();
    let only = match inside {
        [Statement::ExpressionStatement(it)] => {
            let is_one = !matches!(it.expression, Expression::SequenceExpression(_));
            is_one.then(|| it.expression.span())
        }
        [Statement::ReturnStatement(it)] => it.argument.as_ref().map(GetSpan::span),
        _ => None,
    };
    Ok(Promised { whole, only, endings: endings.ok_or(not_followed)?, handed })
}

/// Whether statements do the same in a function of their own.
fn stays(script: &Script<'_>, whole: Span) -> Result<(), Option<Span>> {
    let Some(handler) = &script.handler else { return Err(None) };
    let own = handler.func.span();
    for node in script.nodes() {
        let span = node.kind().span();
        let waits = match node.kind() {
            AstKind::AwaitExpression(_) => true,
            AstKind::ForOfStatement(it) => it.r#await,
            _ => false,
        };
        if waits
            && whole.contains_inclusive(span)
            && script.function_around(node.id()).is_some_and(|func| func.span() == own)
        {
            return Err(Some(span));
        }
    }
    let scoping = script.semantic.scoping();
    for symbol in scoping.symbol_ids() {
        let is_inside = |span: Span| whole.contains_inclusive(span);
        if !is_inside(scoping.symbol_span(symbol)) {
            continue;
        }
        // a function may be called before the place where it is declared
        if let Some(outside) =
            script.uses(symbol).map(|node| node.kind().span()).find(|span| !is_inside(*span))
        {
            return Err(Some(outside));
        }
    }
    Ok(())
}

/// A use of the callback as an argument of a call, where what it is called
/// with beside an error does not matter.
fn handed(script: &Script<'_>, callback: NodeId) -> Option<Handed> {
    let nodes = script.semantic.nodes();
    let at = nodes.kind(callback).span();
    let call = nodes.parent_kind(callback);
    let AstKind::CallExpression(it) = call else { return None };
    let is_for_errors = is_for_errors(call, at);
    let is_argument = it.arguments.iter().any(|argument| argument.span() == at);
    let ignores = !has_result(&script.trigger);
    (is_argument && (is_for_errors || ignores)).then_some(Handed {
        at,
        is_for_errors,
        settles: true,
        in_try: false,
    })
}

/// The answer that a use of the callback is; `None` if it is none.
fn ending<'a>(script: &Script<'a>, callback: NodeId) -> Option<Ending<'a>> {
    let nodes = script.semantic.nodes();
    let called = nodes.parent_id(callback);
    let AstKind::CallExpression(call) = nodes.kind(called) else { return None };
    if call.callee.span() != nodes.kind(callback).span() {
        return None;
    }
    let statement = nodes.parent_id(called);
    let around = nodes.parent_kind(statement);
    let (span, is_expression) = match nodes.kind(statement) {
        AstKind::ExpressionStatement(it) => (it.span, false),
        AstKind::ReturnStatement(it) => (it.span, false),
        AstKind::ArrowFunctionExpression(it) if it.is_expression() => (call.span, true),
        _ => return None,
    };
    Some(Ending {
        call,
        statement: span,
        is_last: false,
        in_list: is_list(around) && !is_expression,
        in_try: false,
        errors: errors(script, called),
        is_expression,
        settles: true,
    })
}

/// Whether several statements may stand in the place of one in here.
pub(in crate::migrate) fn is_list(around: AstKind<'_>) -> bool {
    matches!(around, AstKind::FunctionBody(_) | AstKind::BlockStatement(_) | AstKind::SwitchCase(_))
}

/// The names that are known to hold an error at a node.
fn errors(script: &Script<'_>, at: NodeId) -> Vec<SymbolId> {
    let nodes = script.semantic.nodes();
    let own = nodes.kind(at).span();
    let mut found = Vec::new();
    for (id, node) in nodes.ancestors_enumerated(at) {
        match node.kind() {
            AstKind::IfStatement(it) if it.consequent.span().contains_inclusive(own) => {
                if let Expression::Identifier(name) = &it.test {
                    found.extend(script.symbol(name));
                }
            }
            AstKind::CatchClause(it) => {
                let param = it.param.as_ref();
                let id = param.and_then(|it| it.pattern.get_binding_identifier());
                found.extend(id.and_then(|id| id.symbol_id.get()));
            }
            kind => {
                if let Some(func) = Func::of_kind(kind)
                    && is_for_errors(nodes.parent_kind(id), func.span())
                {
                    found.extend(func.param(0).and_then(|id| id.symbol_id.get()));
                }
            }
        }
    }
    found
}

/// Whether a call hands errors to this argument: `.catch(f)`, `.then(g, f)`
/// and `.on('error', f)`.
fn is_for_errors(call: AstKind<'_>, func: Span) -> bool {
    let AstKind::CallExpression(call) = call else { return false };
    let Some(name) = call.callee.as_member_expression().and_then(|it| it.static_property_name())
    else {
        return false;
    };
    let nth = call.arguments.iter().position(|argument| argument.span() == func);
    match (name, nth) {
        ("catch", Some(0)) | ("then", Some(1)) => true,
        ("on" | "once", Some(1)) => {
            matches!(call.arguments.first(), Some(Argument::StringLiteral(it)) if it.value == "error")
        }
        _ => false,
    }
}
