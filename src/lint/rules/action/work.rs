//! Work that an action starts and doesn't wait for: when its function ends,
//! the rest is cut off.

use oxc::ast::AstKind;
use oxc::ast::ast::{CallExpression, Expression};
use oxc::semantic::NodeId;
use oxc::span::{GetSpan, Span};

use crate::lint::finding::Findings;
use crate::lint::rule::{API_AFTER_END, MISSING_AWAIT};
use crate::script::packages::{answers_later, comes_from, is_async_function, is_http_request};
use crate::script::tree::{Func, Script, last_name};

pub(crate) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let mut reported: Vec<Span> = Vec::new();
    for node in script.nodes() {
        let AstKind::ExpressionStatement(statement) = node.kind() else { continue };
        // What is inside work that nobody waits for is no news.
        if reported.last().is_some_and(|last| last.contains_inclusive(statement.span)) {
            continue;
        }
        let Expression::CallExpression(call) = &statement.expression else { continue };
        let Some(what) = starts(script, call) else { continue };
        if script.function_around(node.id()).is_none() || is_waited_for(script, node.id()) {
            continue;
        }
        reported.push(statement.span);
        // Reported as a call of `api` that comes too late.
        if findings.has_within(API_AFTER_END, &script.place(statement.span)) {
            continue;
        }
        let head = Span::new(call.span.start, call.callee.span().end);
        let (message, hint) = match what {
            Started::Promise => (
                "Nothing waits for this promise: the action ends without it, so the work may be cut off, and its errors are lost.",
                "write `await` in front of it",
            ),
            Started::Callback => (
                "Nothing waits for this call's callback: the action ends when its function returns, and the work may be cut off.",
                "use the call's promise and `await` it, or wrap the call in `new Promise(...)` and `await` that",
            ),
        };
        findings.script(MISSING_AWAIT, script.place(head), message, hint);
    }
}

enum Started {
    Promise,
    Callback,
}

fn starts(script: &Script<'_>, call: &CallExpression<'_>) -> Option<Started> {
    let last = Func::last_of(call);
    if let Expression::StaticMemberExpression(member) = &call.callee {
        match member.property.name.as_str() {
            "then" | "catch" | "finally" => {
                // A promise that has a name may be awaited by it.
                let root = root(&member.object);
                let is_named = matches!(&member.object, Expression::Identifier(_));
                let is_api = matches!(root, Expression::Identifier(name)
                    if script.symbol(name).is_some_and(|it| script.apis.contains(&it)));
                return (!is_named && !is_api).then_some(Started::Promise);
            }
            "forEach" => return last.is_some_and(Func::is_async).then_some(Started::Promise),
            "on" | "once" | "use" | "addListener" => return None,
            _ => {}
        }
    }
    if is_async_function(script, &call.callee) {
        return Some(Started::Promise);
    }
    let has_callback = last.is_some_and(|last| {
        last.takes_error() && last.params().items.len() >= 2 && !last.is_async()
    });
    let is_request = answers_later(script, call)
        || comes_from_management_client(script, call)
        || is_http_request(script, call);
    match (has_callback, is_request) {
        (true, true) => Some(Started::Callback),
        (true, false) => {
            let name = last.and_then(|last| last.param(0));
            name.is_some_and(|it| it.name.len() >= 3).then_some(Started::Callback)
        }
        (false, true) if last.is_some() => Some(Started::Callback),
        (false, true) => Some(Started::Promise),
        (false, false) => None,
    }
}

/// What a chain of calls and members begins with.
fn root<'e, 'a>(mut expression: &'e Expression<'a>) -> &'e Expression<'a> {
    loop {
        expression = match expression {
            Expression::CallExpression(call) => &call.callee,
            Expression::StaticMemberExpression(member) => &member.object,
            Expression::ComputedMemberExpression(member) => &member.object,
            _ => return expression,
        };
    }
}

/// `management.users.update(…)`: every method of the client's parts answers
/// with a promise.
fn comes_from_management_client(script: &Script<'_>, call: &CallExpression<'_>) -> bool {
    matches!(&call.callee, Expression::StaticMemberExpression(member)
        if !matches!(&member.object, Expression::CallExpression(_))
            && comes_from(script, &member.object, &|package| package == "auth0"))
}

/// Whether a call calls the function in its arguments after it has returned.
pub(super) fn called_later(script: &Script<'_>, call: &CallExpression<'_>, func: Func<'_>) -> bool {
    let is_last = call.arguments.last().is_some_and(|it| it.span() == func.span());
    match last_name(&call.callee) {
        Some("then" | "catch" | "finally" | "setTimeout" | "setImmediate" | "nextTick") => true,
        Some("on" | "once") => is_last && call.arguments.len() == 2,
        Some("forEach" | "map" | "filter" | "some" | "every" | "find" | "reduce" | "sort") => false,
        _ => {
            is_last
                && ((func.takes_error() && func.params().items.len() >= 2)
                    || answers_later(script, call)
                    || is_http_request(script, call))
        }
    }
}

/// Whether nothing takes what a call, or the chain that it is part of, gives.
pub(super) fn is_dropped(script: &Script<'_>, call: NodeId) -> bool {
    let nodes = script.semantic.nodes();
    let mut own = nodes.kind(call).span();
    for kind in nodes.ancestor_kinds(call) {
        match kind {
            AstKind::StaticMemberExpression(member) if member.object.span() == own => {
                own = member.span;
            }
            AstKind::CallExpression(outer) if outer.callee.span() == own => own = outer.span,
            AstKind::ExpressionStatement(_) => return true,
            _ => return false,
        }
    }
    false
}

/// Names of parameters by which a function says when it is done.
const CALLBACKS: [&str; 6] = ["cb", "callback", "done", "next", "resolve", "reject"];

/// Whether a node is inside something that has its own way to say that it is
/// done: `new Promise(...)`, or a function with a callback.
fn is_waited_for(script: &Script<'_>, id: NodeId) -> bool {
    script.semantic.nodes().ancestor_kinds(id).any(|kind| match kind {
        AstKind::NewExpression(new) => {
            matches!(&new.callee, Expression::Identifier(name) if name.name == "Promise")
        }
        kind => Func::of_kind(kind).is_some_and(|func| {
            func.params().items.iter().any(|parameter| {
                let name = parameter.pattern.get_binding_identifier();
                name.is_some_and(|name| CALLBACKS.contains(&name.name.as_str()))
            })
        }),
    })
}
