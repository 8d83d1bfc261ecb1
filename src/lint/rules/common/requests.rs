//! Requests and their answers: an error that nobody looks at, certificates
//! that nobody checks.

use oxc::ast::AstKind;
use oxc::ast::ast::{CallExpression, Expression};
use oxc::span::{GetSpan, Span};

use crate::lint::finding::Findings;
use crate::lint::rule::{ERROR_IGNORED, TLS_CHECK_DISABLED};
use crate::script::packages::answers_later;
use crate::script::tree::{Func, Script};

pub(crate) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    for node in script.nodes() {
        match node.kind() {
            AstKind::CallExpression(call) => check_answer(script, call, findings),
            kind => {
                let Some(at) = disables_tls(kind) else { continue };
                findings.script(
                    TLS_CHECK_DISABLED,
                    script.place(at),
                    "This accepts any certificate: whoever is on the way can read the request, its credentials included, and answer it.",
                    "remove it; for a certificate of your own, pass its authority as `ca`",
                );
            }
        }
    }
}

/// `request(…, (err, res) => …)`, where `err` is never looked at and `res` is.
fn check_answer(script: &Script<'_>, call: &CallExpression<'_>, findings: &mut Findings<'_>) {
    let Some(func) = Func::last_of(call) else { return };
    let [error, answers @ ..] = func.params().items.as_slice() else { return };
    let Some(error) = error.pattern.get_binding_identifier() else { return };
    // A name that begins with `_` says that it isn't meant to be used.
    if answers.is_empty() || error.name.starts_with('_') || !func.takes_error() {
        return;
    }
    if error.name.len() < 3 && !answers_later(script, call) {
        return;
    }
    let is_used = |symbol: Option<oxc::semantic::SymbolId>| {
        symbol.is_some_and(|symbol| script.uses(symbol).next().is_some())
    };
    let answer_is_used =
        answers.iter().any(|answer| match answer.pattern.get_binding_identifier() {
            Some(name) => is_used(name.symbol_id.get()),
            None => true,
        });
    if is_used(error.symbol_id.get()) || !answer_is_used || script.uses_arguments(func) {
        return;
    }
    findings.script(
        ERROR_IGNORED,
        script.place(error.span),
        format!("`{}` is never checked: when the call fails there is no response, and the code goes on without one.", error.name),
        format!("begin with `if ({}) ...`", error.name),
    );
}

/// What switches the check of certificates of one request.
const SWITCHES: [&str; 2] = ["rejectUnauthorized", "strictSSL"];

/// `rejectUnauthorized: false`, `strictSSL: false`, and the variable of Node.js.
fn disables_tls(kind: AstKind<'_>) -> Option<Span> {
    let is_off = |value: &Expression<'_>| match value {
        Expression::BooleanLiteral(it) => !it.value,
        Expression::NumericLiteral(it) => it.value == 0.0,
        Expression::StringLiteral(it) => it.value == "0",
        _ => false,
    };
    match kind {
        AstKind::ObjectProperty(property) => {
            let name = property.key.static_name()?;
            (SWITCHES.contains(&&*name)
                && matches!(&property.value, Expression::BooleanLiteral(it) if !it.value))
            .then_some(property.span)
        }
        AstKind::AssignmentExpression(assignment) => {
            let name = assignment.left.as_member_expression()?.static_property_name()?;
            let is_switch = SWITCHES.contains(&name) || name == "NODE_TLS_REJECT_UNAUTHORIZED";
            (is_switch && is_off(&assignment.right)).then_some(assignment.span())
        }
        _ => None,
    }
}
