//! Asynchronous work and the callback: work that nobody waits for, errors
//! that nobody catches.

use oxc::ast::AstKind;
use oxc::ast::ast::{
    Argument, AwaitExpression, CallExpression, Expression, Statement, ThrowStatement,
};
use oxc::semantic::NodeId;
use oxc::span::{GetSpan, Span};

use crate::lint::finding::Findings;
use crate::lint::rule::{
    CALLBACK_BEFORE_WORK_ENDS, CALLBACK_CALLED_TWICE, THROW_IN_CALLBACK, UNHANDLED_REJECTION,
};
use crate::script::flow::Touches;
use crate::script::packages::{answers_later, is_async_function, is_http_request};
use crate::script::tree::{Func, Handler, Script};

pub(crate) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let Some(handler) = &script.handler else { return };
    let Some(touches) = Touches::of(script, handler) else { return };
    if !touches.any() {
        return;
    }
    let mut awaits_told = false;
    for node in script.nodes() {
        if !handler.func.span().contains_inclusive(node.kind().span()) {
            continue;
        }
        match node.kind() {
            AstKind::FunctionBody(body) => {
                check_block(script, &touches, &body.statements, findings);
            }
            AstKind::BlockStatement(block) => check_block(script, &touches, &block.body, findings),
            AstKind::ThrowStatement(thrown) => check_throw(script, node.id(), thrown, findings),
            AstKind::ExpressionStatement(it) => {
                check_chain(script, &touches, node.id(), &it.expression, findings);
            }
            AstKind::AwaitExpression(it) if !awaits_told => {
                awaits_told = check_await(script, handler, &touches, node.id(), it, findings);
            }
            _ => {}
        }
    }
}

/// Work that a statement starts, followed by the callback in the same block.
fn check_block(
    script: &Script<'_>,
    touches: &Touches,
    statements: &[Statement<'_>],
    findings: &mut Findings<'_>,
) {
    let Some(called) = statements.iter().position(|it| calls_back(script, touches, it)) else {
        return;
    };
    let started =
        statements[..called].iter().find_map(|statement| starts_work(script, touches, statement));
    let Some(at) = started else { return };
    // What answers by itself is reported as a second answer.
    if findings.has(CALLBACK_CALLED_TWICE, &script.place(at)) {
        return;
    }
    let name = script.semantic.scoping().symbol_name(touches.callback);
    findings.script(
        CALLBACK_BEFORE_WORK_ENDS,
        script.place(at),
        format!("Nothing waits for this: `{name}` is called (line {}) while it still runs, so its errors are lost and it may be cut off.", script.line(statements[called].span())),
        format!("call `{name}` where its result arrives, or `await` it first"),
    );
}

/// `cb(…)` or `return cb(…)`, without a condition.
fn calls_back(script: &Script<'_>, touches: &Touches, statement: &Statement<'_>) -> bool {
    let expression = match statement {
        Statement::ExpressionStatement(it) => Some(&it.expression),
        Statement::ReturnStatement(it) => it.argument.as_ref(),
        _ => None,
    };
    matches!(expression, Some(Expression::CallExpression(call))
        if touches.is_callback(script, &call.callee))
}

fn starts_work(script: &Script<'_>, touches: &Touches, statement: &Statement<'_>) -> Option<Span> {
    let call = match statement {
        Statement::ExpressionStatement(it) => &it.expression,
        Statement::VariableDeclaration(it) => {
            let value = it.declarations.first()?.init.as_ref()?;
            let Expression::CallExpression(call) = value else { return None };
            return is_http_request(script, call).then_some(call.callee.span());
        }
        // Started on some paths only, and on those nothing waits for it.
        Statement::BlockStatement(it) => return starts_in(script, touches, &it.body, it.span),
        Statement::TryStatement(it) => {
            return starts_in(script, touches, &it.block.body, it.span);
        }
        Statement::IfStatement(it) if !touches.within(it.span) => {
            return starts_work(script, touches, &it.consequent).or_else(|| {
                it.alternate.as_ref().and_then(|other| starts_work(script, touches, other))
            });
        }
        _ => return None,
    };
    let Expression::CallExpression(call) = call else { return None };
    let method = match &call.callee {
        Expression::StaticMemberExpression(member) => member.property.name.as_str(),
        _ => "",
    };
    let last = Func::last_of(call);
    let starts = matches!(method, "then" | "catch" | "finally")
        || (method == "forEach" && last.is_some_and(Func::is_async))
        || is_http_request(script, call)
        || is_async_function(script, &call.callee)
        || answers_later(script, call)
        || last.is_some_and(|last| {
            last.takes_error() && last.params().items.len() >= 2 && method != "on"
        });
    let head = Span::new(call.span.start, call.callee.span().end);
    (starts && !touches.within(head)).then_some(head)
}

/// Work that a block starts, if the block never uses the callback and doesn't
/// leave.
fn starts_in(
    script: &Script<'_>,
    touches: &Touches,
    statements: &[Statement<'_>],
    around: Span,
) -> Option<Span> {
    let leaves = statements.iter().any(|it| {
        matches!(
            it,
            Statement::ReturnStatement(_)
                | Statement::ThrowStatement(_)
                | Statement::BreakStatement(_)
                | Statement::ContinueStatement(_)
        )
    });
    if leaves || touches.within(around) {
        return None;
    }
    statements.iter().find_map(|statement| starts_work(script, touches, statement))
}

/// A `throw` in the callback of an asynchronous call: no caller is left to
/// catch it.
fn check_throw(
    script: &Script<'_>,
    id: NodeId,
    thrown: &ThrowStatement<'_>,
    findings: &mut Findings<'_>,
) {
    let Some(func) = script.function_around(id) else { return };
    let Some(handler) = &script.handler else { return };
    if func.node_id() == handler.func.node_id() || func.is_async() || script.is_caught(id) {
        return;
    }
    let AstKind::CallExpression(call) = script.parent(func.node_id()) else { return };
    if !is_called_later(script, call, func) || is_inside_promise(script, func.node_id()) {
        return;
    }
    let name = handler.callback.map_or("cb", |it| script.semantic.scoping().symbol_name(it));
    findings.script(
        THROW_IN_CALLBACK,
        script.place(thrown.span),
        format!("Nothing catches an error that is thrown inside a callback: it ends the sandbox, and `{name}` is never called."),
        format!("write `return {name}(error)`"),
    );
}

/// Whether a call calls the function in its arguments after it has returned:
/// the callback of a library, an event's handler, a timer.
fn is_called_later(script: &Script<'_>, call: &CallExpression<'_>, func: Func<'_>) -> bool {
    let at = |argument: Option<&Argument<'_>>| {
        argument.is_some_and(|argument| argument.span() == func.span())
    };
    let is_last = at(call.arguments.last());
    match &call.callee {
        Expression::StaticMemberExpression(member) => match member.property.name.as_str() {
            // A promise turns a throw into a rejection.
            "then" | "catch" | "finally" | "forEach" | "map" => false,
            "on" | "once" => is_last && call.arguments.len() == 2,
            "nextTick" => at(call.arguments.first()),
            _ => {
                is_last
                    && (func.takes_error()
                        || answers_later(script, call)
                        || is_http_request(script, call))
            }
        },
        Expression::Identifier(name) => {
            let is_timer = matches!(name.name.as_str(), "setTimeout" | "setImmediate");
            (is_timer && script.symbol(name).is_none() && at(call.arguments.first()))
                || (is_last && (func.takes_error() || answers_later(script, call)))
        }
        _ => is_last && func.takes_error(),
    }
}

/// Inside `new Promise(…)` other rules apply, and the throw is lost all the
/// same; it isn't reported there, since the promise may have a time limit.
fn is_inside_promise(script: &Script<'_>, id: NodeId) -> bool {
    script.semantic.nodes().ancestor_kinds(id).any(|kind| matches!(kind, AstKind::NewExpression(_)))
}

/// A promise chain that calls back and has no `catch`.
fn check_chain(
    script: &Script<'_>,
    touches: &Touches,
    id: NodeId,
    expression: &Expression<'_>,
    findings: &mut Findings<'_>,
) {
    let Expression::CallExpression(last) = expression else { return };
    let Expression::StaticMemberExpression(member) = &last.callee else { return };
    if member.property.name != "then" || last.arguments.len() != 1 || !touches.within(last.span) {
        return;
    }
    if has_catch(&member.object) || script.function_around(id).is_none() {
        return;
    }
    let name = script.semantic.scoping().symbol_name(touches.callback);
    findings.script(
        UNHANDLED_REJECTION,
        script.place(member.property.span),
        format!("If this promise is rejected, `{name}` is never called, and the hook waits until the time limit."),
        format!("add `.catch({name})`"),
    );
}

fn has_catch(expression: &Expression<'_>) -> bool {
    let Expression::CallExpression(call) = expression else { return false };
    let Expression::StaticMemberExpression(member) = &call.callee else { return false };
    member.property.name == "catch"
        || (member.property.name == "then" && call.arguments.len() > 1)
        || has_catch(&member.object)
}

/// An `await` of the handler itself outside any `try`. Whether it was reported.
fn check_await(
    script: &Script<'_>,
    handler: &Handler<'_>,
    touches: &Touches,
    id: NodeId,
    awaited: &AwaitExpression<'_>,
    findings: &mut Findings<'_>,
) -> bool {
    let is_own =
        script.function_around(id).is_some_and(|around| around.node_id() == handler.func.node_id());
    let is_bare_chain = matches!(&awaited.argument, Expression::CallExpression(call)
        if matches!(&call.callee, Expression::StaticMemberExpression(member)
            if member.property.name == "then" && call.arguments.len() == 1));
    if !is_own
        || (touches.within(awaited.span) && !is_bare_chain)
        || script.is_caught(id)
        || cannot_reject(script, &awaited.argument)
    {
        return false;
    }
    let name = script.semantic.scoping().symbol_name(touches.callback);
    findings.script(
        UNHANDLED_REJECTION,
        script.place(awaited.span),
        format!("If this promise is rejected, `{name}` is never called, and the hook waits until the time limit: Auth0 ignores what an async function returns."),
        format!("put it into `try {{ ... }} catch (error) {{ return {name}(error); }}`"),
    );
    true
}

/// A promise whose errors are dealt with where it is made.
fn cannot_reject(script: &Script<'_>, promise: &Expression<'_>) -> bool {
    let Expression::CallExpression(call) = promise else {
        return promise.is_literal();
    };
    match &call.callee {
        Expression::StaticMemberExpression(member) => {
            member.property.name == "allSettled" || has_catch(promise)
        }
        Expression::Identifier(name) => {
            script.function(name).is_some_and(|func| !may_reject(script, func))
        }
        _ => false,
    }
}

/// Whether an async function awaits something and has no `catch` for it.
fn may_reject(script: &Script<'_>, func: Func<'_>) -> bool {
    let mut awaits = false;
    for node in script.inside(func.node_id()) {
        match node.kind() {
            AstKind::AwaitExpression(_) => awaits = true,
            AstKind::TryStatement(it) if it.handler.is_some() => return false,
            AstKind::IdentifierName(name) if name.name == "catch" => return false,
            _ => {}
        }
    }
    awaits
}
