//! Asynchronous work and the callback: work that nobody waits for, errors
//! that nobody catches.

use oxc::ast::AstKind;
use oxc::ast::ast::{
    Argument, AwaitExpression, CallExpression, Expression, Statement, ThrowStatement,
};
use oxc::semantic::NodeId;
use oxc::span::{GetSpan, Span};

use super::super::finding::Findings;
use super::super::flow::Touches;
use super::super::rule::{CALLBACK_BEFORE_WORK_ENDS, THROW_IN_CALLBACK, UNHANDLED_REJECTION};
use super::super::script::{Constant, Func, Handler, Script};
use super::paths::takes_error;

/// Packages whose functions answer later.
const ASYNCHRONOUS: [&str; 15] = [
    "axios",
    "request",
    "request-promise",
    "request-promise-native",
    "node-fetch",
    "got",
    "needle",
    "superagent",
    "undici",
    "cross-fetch",
    "isomorphic-fetch",
    "unirest",
    "phin",
    "bent",
    "ky",
];

pub(super) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
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
    let started = statements[..called]
        .iter()
        .find_map(|statement| starts_work(script, statement).filter(|at| !touches.within(*at)));
    let Some(at) = started else { return };
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
        Statement::ExpressionStatement(it) => &it.expression,
        Statement::ReturnStatement(it) => match &it.argument {
            Some(value) => value,
            None => return false,
        },
        _ => return false,
    };
    matches!(expression, Expression::CallExpression(call) if touches.is_direct(script, call))
}

fn starts_work(script: &Script<'_>, statement: &Statement<'_>) -> Option<Span> {
    let call = match statement {
        Statement::ExpressionStatement(it) => match &it.expression {
            Expression::CallExpression(call) => call,
            _ => return None,
        },
        Statement::VariableDeclaration(it) => {
            let value = it.declarations.first()?.init.as_ref()?;
            let Expression::CallExpression(call) = value else { return None };
            return is_http_request(script, call).then_some(call.callee.span());
        }
        _ => return None,
    };
    let method = match &call.callee {
        Expression::StaticMemberExpression(member) => member.property.name.as_str(),
        _ => "",
    };
    let last =
        call.arguments.last().and_then(Argument::as_expression).and_then(Func::of_expression);
    let starts = matches!(method, "then" | "catch" | "finally")
        || (method == "forEach" && last.is_some_and(Func::is_async))
        || is_http_request(script, call)
        || is_asynchronous(script, &call.callee)
        || last.is_some_and(|last| {
            takes_error(last) && last.params().items.len() >= 2 && method != "on"
        });
    starts.then(|| head(call))
}

/// A call without its arguments.
fn head(call: &CallExpression<'_>) -> Span {
    let end = call.callee.span().end;
    Span::new(call.span.start, end)
}

/// A function that is known to return a promise, or to take a callback.
fn is_asynchronous(script: &Script<'_>, callee: &Expression<'_>) -> bool {
    let name = match callee {
        Expression::Identifier(name) => name,
        Expression::StaticMemberExpression(member) => match &member.object {
            Expression::Identifier(name) => name,
            _ => return false,
        },
        _ => return false,
    };
    let Some(symbol) = script.symbol(name) else {
        return name.name == "fetch" && matches!(callee, Expression::Identifier(_));
    };
    match script.constant(symbol) {
        Some(Constant::Function(function)) => {
            function.r#async && matches!(callee, Expression::Identifier(_))
        }
        Some(Constant::Value(value)) => match Func::of_expression(value) {
            Some(func) => func.is_async() && matches!(callee, Expression::Identifier(_)),
            None => required(value).is_some_and(|module| ASYNCHRONOUS.contains(&module)),
        },
        _ => false,
    }
}

/// `https.request(…)` and `https.get(…)`.
fn is_http_request(script: &Script<'_>, call: &CallExpression<'_>) -> bool {
    let Expression::StaticMemberExpression(member) = &call.callee else { return false };
    let Expression::Identifier(name) = &member.object else { return false };
    if !matches!(member.property.name.as_str(), "request" | "get") {
        return false;
    }
    let Some(symbol) = script.symbol(name) else { return false };
    matches!(script.constant(symbol), Some(Constant::Value(value))
        if required(value).is_some_and(|module| matches!(module, "http" | "https")))
}

/// The package in `require('package')` or `require('package').default`,
/// without its version.
pub(super) fn required<'a>(value: &'a Expression<'a>) -> Option<&'a str> {
    match value {
        Expression::CallExpression(call) => {
            let module = call.common_js_require()?.value;
            let name = module.as_str().strip_prefix("node:").unwrap_or(module.as_str());
            let at = name.get(1..).and_then(|rest| rest.find('@'));
            Some(at.map_or(name, |at| &name[..=at]))
        }
        Expression::StaticMemberExpression(member) => required(&member.object),
        _ => None,
    }
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
    if func.node_id() == handler.func.node_id()
        || func.is_async()
        || !takes_error(func)
        || is_caught(script, id, func)
    {
        return;
    }
    let AstKind::CallExpression(call) = script.parent(func.node_id()) else { return };
    let method = match &call.callee {
        Expression::StaticMemberExpression(member) => member.property.name.as_str(),
        _ => "",
    };
    let is_last = call.arguments.last().is_some_and(|last| last.span() == func.span());
    // A promise turns a throw into a rejection.
    if !is_last || matches!(method, "then" | "catch" | "finally" | "forEach" | "map") {
        return;
    }
    if is_inside_promise(script, func.node_id()) {
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

/// Inside `new Promise(…)` other rules apply, and the throw is lost all the
/// same; it isn't told there, since the promise may have a time limit.
fn is_inside_promise(script: &Script<'_>, id: NodeId) -> bool {
    script.semantic.nodes().ancestor_kinds(id).any(|kind| matches!(kind, AstKind::NewExpression(_)))
}

/// Whether a `try` with a `catch` stands between a node and a function.
fn is_caught(script: &Script<'_>, id: NodeId, func: Func<'_>) -> bool {
    let at = script.semantic.nodes().kind(id).span();
    script
        .semantic
        .nodes()
        .ancestors_enumerated(id)
        .take_while(|(ancestor, _)| *ancestor != func.node_id())
        .any(|(_, ancestor)| match ancestor.kind() {
            AstKind::TryStatement(it) => {
                it.handler.is_some() && it.block.span.contains_inclusive(at)
            }
            _ => false,
        })
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
    match expression {
        Expression::CallExpression(call) => match &call.callee {
            Expression::StaticMemberExpression(member) => {
                member.property.name == "catch"
                    || (member.property.name == "then" && call.arguments.len() > 1)
                    || has_catch(&member.object)
            }
            _ => false,
        },
        _ => false,
    }
}

/// An `await` of the handler itself outside any `try`. Tells whether it was told.
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
        || is_caught(script, id, handler.func)
        || cannot_reject(script, &awaited.argument)
    {
        return false;
    }
    let name = script.semantic.scoping().symbol_name(touches.callback);
    findings.script(
        UNHANDLED_REJECTION,
        script.place(awaited.span),
        format!("If this promise is rejected, `{name}` is never called, and the hook waits until the time limit: Auth0 ignores what an async function returns."),
        format!("put it into `try {{ … }} catch (error) {{ return {name}(error); }}`"),
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
            member.property.name == "catch"
                || (member.property.name == "then" && call.arguments.len() > 1)
                || member.property.name == "allSettled"
                || has_catch(&member.object)
        }
        Expression::Identifier(name) => {
            let func = match script.symbol(name).and_then(|symbol| script.constant(symbol)) {
                Some(Constant::Function(function)) => Some(Func::Function(function)),
                Some(Constant::Value(value)) => Func::of_expression(value),
                _ => None,
            };
            func.and_then(Func::body).is_some_and(|body| {
                let text = script.text(body.span);
                text.contains("catch") || !text.contains("await")
            })
        }
        _ => false,
    }
}
