//! Work that a hook starts and doesn't wait for. Auth0 let a hook go on behind
//! its answer; an Action ends with it, so the rewrite waits.

use oxc::ast::AstKind;
use oxc::ast::ast::{Argument, CallExpression, Expression};
use oxc::semantic::SymbolId;
use oxc::span::{GetSpan, Span};

use super::Rewrite;
use crate::migrate::findings::{Finding, WAITED_FOR};
use crate::script::packages::{answers_later, comes_from, is_async_function, is_http_request};
use crate::script::tree::{Constant, Func, last_name};

/// Packages whose calls give a promise if they are given no callback.
const PROMISES: [&str; 16] = [
    "@sendgrid/mail",
    "@slack/web-api",
    "@slack/webhook",
    "auth0",
    "axios",
    "bent",
    "cross-fetch",
    "got",
    "isomorphic-fetch",
    "ky",
    "node-fetch",
    "postmark",
    "request-promise",
    "request-promise-native",
    "stripe",
    "twilio",
];

/// How a statement can be waited for.
enum Wait {
    /// It is a promise that takes care of its errors.
    Promise,
    /// It is a promise, and nobody takes care of its errors.
    Unhandled,
    /// It is a `request(…)` without a callback.
    Request,
    /// It is a request that has this event when it is done.
    Event(&'static str),
}

impl<'a> Rewrite<'_, 'a> {
    /// Waits for what the handler's own body starts, but for what is inside
    /// of `promised`, the function of a promise. Whatever becomes of it changes
    /// no answer, as it did not when the hook had answered before.
    pub(super) fn awaits(&mut self, callback: SymbolId, promised: Option<Span>) {
        let Some(handler) = &self.script.handler else { return };
        let own = handler.func.span();
        let answers: Vec<Span> =
            self.script.uses(callback).map(|node| node.kind().span()).collect();
        let script = self.script;
        for node in script.nodes() {
            let AstKind::ExpressionStatement(statement) = node.kind() else { continue };
            let expression = match &statement.expression {
                Expression::UnaryExpression(it) if it.operator.as_str() == "void" => &it.argument,
                other => other,
            };
            let Expression::CallExpression(call) = expression else { continue };
            let span = statement.span;
            let is_own = script.function_around(node.id()).is_some_and(|it| it.span() == own);
            let is_moved = promised.is_some_and(|promised| promised.contains_inclusive(span));
            let answers_itself = answers.iter().any(|answer| span.contains_inclusive(*answer));
            if !is_own || is_moved || answers_itself || !self.is_kept(&script.place(span)) {
                continue;
            }
            if let Some(wait) = self.wait(call) {
                self.wait_for(call, span.start, &wait);
            }
        }
    }

    fn wait(&self, call: &CallExpression<'a>) -> Option<Wait> {
        let script = self.script;
        let mut given = call.arguments.iter().filter_map(Argument::as_expression);
        let has_callback = given.any(Expression::is_function);
        if let Expression::StaticMemberExpression(member) = &call.callee {
            let handles = call.arguments.len() > 1;
            match member.property.name.as_str() {
                "catch" => return Some(Wait::Promise),
                "then" if handles => return Some(Wait::Promise),
                "then" | "finally" => return Some(Wait::Unhandled),
                _ => {}
            }
        }
        if !has_callback && is_async_function(script, &call.callee) {
            return Some(Wait::Unhandled);
        }
        if let Some(event) = self.sends(call) {
            return Some(Wait::Event(event));
        }
        if !answers_later(script, call) {
            return None;
        }
        let is_of = |wanted: &dyn Fn(&str) -> bool| comes_from(script, &call.callee, wanted);
        if is_of(&|package| package == "request") {
            return Some(if has_callback { Wait::Event("complete") } else { Wait::Request });
        }
        let is_promise = !has_callback && is_of(&|package| PROMISES.contains(&package));
        is_promise.then_some(Wait::Unhandled)
    }

    /// The event by which a request of Node's own client is over that `req.end()`
    /// or `https.get(…)`, with whatever is chained to it, sends and gives.
    fn sends(&self, call: &CallExpression<'a>) -> Option<&'static str> {
        let mut ends = false;
        let mut at = call;
        loop {
            if is_http_request(self.script, at) {
                let sends = ends || last_name(&at.callee) == Some("get");
                return sends.then(|| self.last_event(at));
            }
            let Expression::StaticMemberExpression(member) = &at.callee else { return None };
            if !matches!(member.property.name.as_str(), "end" | "on" | "once" | "setTimeout") {
                return None;
            }
            ends |= member.property.name == "end";
            let name = match &member.object {
                Expression::Identifier(name) => name,
                Expression::CallExpression(inner) => {
                    at = inner;
                    continue;
                }
                _ => return None,
            };
            // whatever else is done with a request that has a name, `end` sends it
            let made = self.script.symbol(name).and_then(|name| self.script.constant(name));
            return match made {
                Some(Constant::Value(Expression::CallExpression(made)))
                    if ends && is_http_request(self.script, made) =>
                {
                    Some(self.last_event(made))
                }
                _ => None,
            };
        }
    }

    /// The last event that a request is sure to have: it closes when its answer
    /// was read, which is Node's part where nobody listens for the answer.
    fn last_event(&self, request: &CallExpression<'a>) -> &'static str {
        let Some(func) = Func::last_of(request) else {
            let handed_on = request.arguments.len() > 1;
            return if handed_on { "response" } else { "close" };
        };
        let reads = self.script.inside(func.node_id()).any(|node| match node.kind() {
            AstKind::StaticMemberExpression(it) => {
                matches!(it.property.name.as_str(), "resume" | "pipe")
            }
            AstKind::CallExpression(it) => {
                last_name(&it.callee) == Some("on")
                    && matches!(it.arguments.first(),
                        Some(Argument::StringLiteral(event)) if event.value == "data")
            }
            _ => false,
        });
        if reads { "close" } else { "response" }
    }

    fn wait_for(&mut self, call: &CallExpression<'a>, start: u32, wait: &Wait) {
        let at = self.script.place(call.span);
        let start = self.script.place(Span::new(start, call.span.start));
        let (front, back) = match wait {
            Wait::Promise => ("await ", String::new()),
            Wait::Unhandled => ("await ", ".catch((error) => console.error(error))".to_owned()),
            Wait::Event(name) => (
                "await new Promise((resolve) => ",
                format!(".on('{name}', resolve).on('error', resolve))"),
            ),
            Wait::Request => {
                let Some(last) = call.arguments.last() else { return };
                let last = self.script.place(last.span()).end;
                self.edits.replace(last..last, vec![", resolve".into()]);
                ("await new Promise((resolve) => ", ")".to_owned())
            }
        };
        // a `void` in front of it goes
        self.edits.replace(start, vec![front.into()]);
        if !back.is_empty() {
            self.edits.replace(at.end..at.end, vec![back.into()]);
        }
        if !matches!(wait, Wait::Promise) {
            let head = self.script.place(Span::new(call.span.start, call.callee.span().end));
            self.findings.push(Finding::note(
                WAITED_FOR,
                head,
                "The Action waits for this, which its end would cut off; the hook answered without it. If it fails, the outcome stays the same.",
                "set a timeout on it, so that it delays nobody for long",
            ));
        }
    }
}
