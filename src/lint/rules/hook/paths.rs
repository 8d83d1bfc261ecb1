//! Whether each path calls the callback, and calls it once.

use oxc::ast::AstKind;
use oxc::ast::ast::{CallExpression, Expression, Statement};
use oxc::semantic::NodeId;
use oxc::span::{GetSpan, Span};

use crate::lint::finding::Findings;
use crate::lint::rule::{CALLBACK_CALLED_TWICE, CALLBACK_MISSING_ON_PATH, CALLBACK_NEVER_CALLED};
use crate::script::flow::{CALLED_OFTEN, Fault, Role, Touches, calls_often, walk};
use crate::script::tree::{Func, Handler, Script};

pub(crate) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let Some(handler) = &script.handler else { return };
    let Some(touches) = Touches::of(script, handler) else { return };
    if handler.func.is_generator() || script.uses_arguments(handler.func) {
        return;
    }
    let name = script.semantic.scoping().symbol_name(touches.callback);
    if !touches.any() {
        findings.script(
            CALLBACK_NEVER_CALLED,
            script.place(handler.func.head()),
            format!("`{name}` is never called, and neither a return value nor a promise replaces it: every run waits until the time limit."),
            format!("call `{name}()` when the work is done, or `{name}(error)`"),
        );
        return;
    }
    let mut faults = walk(script, &touches, handler.func, Role::Callback).faults;
    for (func, role) in responsible(script, handler, &touches) {
        faults.extend(walk(script, &touches, func, role).faults);
    }
    for node in script.nodes() {
        if let AstKind::CallExpression(call) = node.kind() {
            faults.extend(twice_in_chain(script, &touches, call));
            if touches.within(call.span) && calls_often(script, &touches, call) {
                let method = call.callee.span();
                faults.push(Fault::Often(Span::new(method.start, method.end)));
            }
        }
    }
    for fault in faults {
        tell(script, name, &fault, findings);
    }
}

fn tell(script: &Script<'_>, name: &str, fault: &Fault, findings: &mut Findings<'_>) {
    match fault {
        Fault::Missing(at) => findings.script(
            CALLBACK_MISSING_ON_PATH,
            script.place(*at),
            format!("A path through here ends without calling `{name}`: the hook then waits until the time limit."),
            format!("call `{name}` on this path too, with an error if something went wrong"),
        ),
        Fault::Chain(first, second) => findings.script(
            CALLBACK_CALLED_TWICE,
            script.place(*first),
            format!("After this call the chain continues, and calls `{name}` again (line {}): not even `return` leaves a chain of promises.", script.line(*second)),
            "throw an error here, and call back with it in `.catch`",
        ),
        Fault::Later(first, second) => findings.script(
            CALLBACK_CALLED_TWICE,
            script.place(*first),
            format!("What begins here calls `{name}` when it is done, and `{name}` is called in line {} too: whichever comes second breaks the first answer.", script.line(*second)),
            "keep one of the two answers, or write `return` before the first",
        ),
        Fault::Often(at) => findings.script(
            CALLBACK_CALLED_TWICE,
            script.place(*at),
            format!("This calls `{name}` once for every round: from the second on, each breaks the first answer."),
            format!("call `{name}` once, after the last round"),
        ),
        Fault::Twice(first, second) => findings.script(
            CALLBACK_CALLED_TWICE,
            script.place(*first),
            format!("After this call the function goes on and calls `{name}` again (line {}); the second answer comes too late and breaks the first.", script.line(*second)),
            format!("write `return {name}(...)`"),
        ),
    }
}

/// Longer blocks are not looked through.
const MAX_STATEMENTS: usize = 500;

/// How far a chain is followed.
const MAX_CHAIN: usize = 32;

/// A `.then` that calls back and ends, before another that calls back always:
/// a `return` leaves the function, not the chain.
fn twice_in_chain<'a>(
    script: &Script<'a>,
    touches: &Touches,
    call: &'a CallExpression<'a>,
) -> Option<Fault> {
    let last = then_function(call).filter(|last| touches.within(last.span()))?;
    let second = walk(script, touches, last, Role::Then);
    if !second.always_calls {
        return None;
    }
    let mut earlier = object_of(call);
    for _ in 0..MAX_CHAIN {
        let Some(Expression::CallExpression(before)) = earlier else { break };
        if let Some(func) = then_function(before)
            && touches.within(func.span())
            && let Some(first) = walk(script, touches, func, Role::Then).calls_and_ends
        {
            return Some(Fault::Chain(first, second.calls_and_ends?));
        }
        earlier = object_of(before);
    }
    None
}

/// The function in `.then(function)`.
fn then_function<'a>(call: &'a CallExpression<'a>) -> Option<Func<'a>> {
    match &call.callee {
        Expression::StaticMemberExpression(member) if member.property.name == "then" => {
            Func::of_expression(call.arguments.first()?.as_expression()?)
        }
        _ => None,
    }
}

/// What a method is called on.
fn object_of<'a>(call: &'a CallExpression<'a>) -> Option<&'a Expression<'a>> {
    match &call.callee {
        Expression::StaticMemberExpression(member) => Some(&member.object),
        _ => None,
    }
}

/// The functions inside the handler that alone have to call the callback:
/// the callback of an asynchronous call, and the last `then` of a chain.
fn responsible<'a>(
    script: &Script<'a>,
    handler: &Handler<'a>,
    touches: &Touches,
) -> Vec<(Func<'a>, Role)> {
    let mut found: Vec<(Func<'a>, Role)> = Vec::new();
    for node in script.nodes() {
        let AstKind::CallExpression(call) = node.kind() else { continue };
        if !handler.func.span().contains_inclusive(call.span) || !touches.within(call.span) {
            continue;
        }
        let Some((func, role)) = candidate(script, touches, node.id(), call) else { continue };
        let Some(around) = script.function_around(node.id()) else { continue };
        let holds = around.node_id() == handler.func.node_id()
            || found.iter().any(|(one, _)| one.node_id() == around.node_id());
        if touches.within(func.span()) && holds && is_alone(script, touches, node.id(), call) {
            found.push((func, role));
        }
    }
    found
}

fn candidate<'a>(
    script: &Script<'a>,
    touches: &Touches,
    id: NodeId,
    call: &'a CallExpression<'a>,
) -> Option<(Func<'a>, Role)> {
    let method = match &call.callee {
        Expression::StaticMemberExpression(member) => Some(member.property.name.as_str()),
        _ => None,
    };
    if method == Some("then") {
        let func = Func::of_expression(call.arguments.first()?.as_expression()?)?;
        let is_first = object_of(call).is_some_and(|object| !touches.within(object.span()));
        return (is_first && is_end_of_chain(script, id)).then_some((func, Role::Then));
    }
    if method.is_some_and(|method| CALLED_OFTEN.contains(&method)) {
        return None;
    }
    let func = Func::last_of(call)?;
    (func.takes_error() && !func.is_async()).then_some((func, Role::Callback))
}

/// Whether a `.then(…)` is followed by nothing but `.catch` and `.finally`,
/// and its promise is dropped, awaited or returned.
fn is_end_of_chain(script: &Script<'_>, then: NodeId) -> bool {
    let nodes = script.semantic.nodes();
    let chain = nodes.kind(then).span();
    let mut kinds = nodes.ancestor_kinds(then);
    loop {
        match kinds.next() {
            Some(AstKind::StaticMemberExpression(member))
                if matches!(member.property.name.as_str(), "catch" | "finally") => {}
            Some(AstKind::CallExpression(call)) if call.callee.span().contains_inclusive(chain) => {
            }
            Some(AstKind::AwaitExpression(_)) => {}
            Some(AstKind::ExpressionStatement(_) | AstKind::ReturnStatement(_)) => return true,
            _ => return false,
        }
    }
}

/// Whether nothing beside this call, before it or after it, uses the callback
/// on the same path.
fn is_alone(script: &Script<'_>, touches: &Touches, id: NodeId, call: &CallExpression<'_>) -> bool {
    for kind in script.semantic.nodes().ancestor_kinds(id) {
        let statements = match kind {
            AstKind::FunctionBody(body) => &body.statements,
            AstKind::BlockStatement(block) => &block.body,
            AstKind::SwitchCase(case) => &case.consequent,
            AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) => return true,
            AstKind::ForStatement(_)
            | AstKind::ForInStatement(_)
            | AstKind::ForOfStatement(_)
            | AstKind::WhileStatement(_)
            | AstKind::DoWhileStatement(_)
            | AstKind::NewExpression(_) => return false,
            _ => continue,
        };
        // Of a block that no person wrote, nothing is said.
        if statements.len() > MAX_STATEMENTS {
            return false;
        }
        let beside = statements.iter().filter(|one| !one.span().contains_inclusive(call.span));
        if beside.filter(|one| touches.within(one.span())).any(|one| !is_harmless(one, call.span)) {
            return false;
        }
    }
    true
}

/// A statement beside the call that uses the callback on other paths only: a
/// function that is declared, or a check before it that leaves.
fn is_harmless(statement: &Statement<'_>, call: Span) -> bool {
    match statement {
        Statement::FunctionDeclaration(_) => true,
        Statement::VariableDeclaration(it) => it.declarations.iter().all(|variable| {
            variable.init.as_ref().is_some_and(|value| Func::of_expression(value).is_some())
        }),
        Statement::IfStatement(it) => {
            it.span.end <= call.start && it.alternate.is_none() && leaves(&it.consequent)
        }
        _ => false,
    }
}

/// Whether a statement ends with `return` or `throw`.
fn leaves(statement: &Statement<'_>) -> bool {
    match statement {
        Statement::ReturnStatement(_) | Statement::ThrowStatement(_) => true,
        Statement::BlockStatement(block) => block.body.last().is_some_and(leaves),
        _ => false,
    }
}
