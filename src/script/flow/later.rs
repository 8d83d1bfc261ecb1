//! Work that calls the hook's callback when it is done: a timer, a chain of
//! promises, a request, an async function that nobody awaits.

use oxc::ast::ast::{Argument, CallExpression, Expression};

use super::touches::{Touches, bare};
use super::walk::{Role, walk};
use crate::script::packages::{self, is_http_request};
use crate::script::tree::{Func, Script, last_name};

/// Methods that may call a function any number of times, or not at all.
pub(crate) const CALLED_OFTEN: [&str; 12] = [
    "on",
    "addListener",
    "forEach",
    "map",
    "each",
    "filter",
    "some",
    "every",
    "find",
    "reduce",
    "catch",
    "subscribe",
];

/// Events of streams that come once, unless something goes wrong.
const ENDS: [&str; 2] = ["end", "finish"];

/// How far a chain of calls is followed.
const MAX_CHAIN: usize = 64;

/// Whether an expression starts something that is sure to call the callback
/// unless it fails.
pub(super) fn answers_later<'a>(
    script: &Script<'a>,
    touches: &Touches,
    expression: &Expression<'a>,
) -> bool {
    let mut next = Some(expression);
    for _ in 0..MAX_CHAIN {
        let Some(Expression::CallExpression(call)) = next.map(bare) else { return false };
        if call_answers(script, touches, call) {
            return true;
        }
        // `request(…).on(…)`, `promise.then(…).catch(…)`
        next = match &call.callee {
            Expression::StaticMemberExpression(member) => Some(&member.object),
            _ => None,
        };
    }
    false
}

fn call_answers<'a>(script: &Script<'a>, touches: &Touches, call: &CallExpression<'a>) -> bool {
    if touches.answers_if_called(script, &call.callee) {
        return true;
    }
    let answers = |argument: Option<&Argument<'a>>, role| {
        argument
            .and_then(Argument::as_expression)
            .is_some_and(|function| function_answers(script, touches, function, role))
    };
    // `(async () => { … })()`
    if Func::of_expression(bare(&call.callee)).is_some() {
        return function_answers(script, touches, &call.callee, Role::Callback);
    }
    let last = call.arguments.last();
    match &call.callee {
        Expression::Identifier(name)
            if script.symbol(name).is_none()
                && ["setTimeout", "setImmediate", "queueMicrotask"]
                    .contains(&name.name.as_str()) =>
        {
            return answers(call.arguments.first(), Role::Callback);
        }
        Expression::StaticMemberExpression(member) => match member.property.name.as_str() {
            "then" | "finally" => return answers(call.arguments.first(), Role::Then),
            "nextTick" => return answers(call.arguments.first(), Role::Callback),
            "on" | "once" | "addListener" => {
                let is_end = matches!(call.arguments.first(),
                    Some(Argument::StringLiteral(event)) if ENDS.contains(&event.value.as_str()));
                return is_end && answers(last, Role::Callback);
            }
            method if CALLED_OFTEN.contains(&method) => return false,
            _ => {}
        },
        _ => {}
    }
    let is_known = packages::answers_later(script, call) || is_http_request(script, call);
    let takes_error =
        Func::last_of(call).is_some_and(|func| func.takes_error() && !func.is_async());
    (is_known || takes_error) && answers(last, Role::Callback)
}

/// Whether to call a function is to call the callback, now or later.
fn function_answers<'a>(
    script: &Script<'a>,
    touches: &Touches,
    function: &Expression<'a>,
    role: Role,
) -> bool {
    let function = bare(function);
    if touches.is_callback(script, function) || touches.answers_if_called(script, function) {
        return true;
    }
    Func::in_tree(script, function).is_some_and(|func| {
        !func.is_generator()
            && touches.within(func.span())
            && touches.remembered(func.span(), || walk(script, touches, func, role).always_answers)
    })
}

/// A call that calls the callback once for every one of many: the chunks of a
/// stream, the entries of a list.
pub(crate) fn calls_often<'a>(
    script: &Script<'a>,
    touches: &Touches,
    call: &CallExpression<'a>,
) -> bool {
    let Expression::StaticMemberExpression(_) = &call.callee else { return false };
    let function = match (last_name(&call.callee), call.arguments.as_slice()) {
        (Some("on" | "addListener"), [Argument::StringLiteral(event), function]) => {
            if event.value != "data" {
                return false;
            }
            function
        }
        (Some("forEach"), [function]) => function,
        _ => return false,
    };
    function
        .as_expression()
        .is_some_and(|function| function_answers(script, touches, function, Role::Callback))
}
