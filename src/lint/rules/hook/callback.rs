//! Simple faults of single callback calls. Which paths call it is `flow`'s.

use oxc::ast::AstKind;
use oxc::ast::ast::{Argument, CallExpression, Expression};
use oxc::span::GetSpan;

use crate::lint::finding::Findings;
use crate::lint::rule::{CALLBACK_EXTRA_ARGUMENT, CALLBACK_WRONG_NAME};
use crate::script::flow::{USUAL_NAMES, stray_names};
use crate::script::tree::{Handler, Script};

pub(crate) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let Some(handler) = &script.handler else { return };
    let stray = stray_callbacks(script);
    for node in script.nodes() {
        let AstKind::CallExpression(call) = node.kind() else { continue };
        let Expression::Identifier(name) = &call.callee else { continue };
        match script.symbol(name) {
            None if stray.contains(&name.name.as_str()) => {
                wrong_name(script, handler, call, name.name.as_str(), findings);
            }
            Some(symbol) if Some(symbol) == handler.callback => {
                extra_argument(script, call, name.name.as_str(), findings);
            }
            _ => {}
        }
    }
}

/// Names that nothing declares and that are meant for the hook's callback.
pub(crate) fn stray_callbacks<'s>(script: &'s Script<'_>) -> Vec<&'s str> {
    match script.handler.as_ref().and_then(|handler| handler.callback) {
        Some(callback) => stray_names(script, callback),
        None => USUAL_NAMES.to_vec(),
    }
}

fn wrong_name(
    script: &Script<'_>,
    handler: &Handler<'_>,
    call: &CallExpression<'_>,
    name: &str,
    findings: &mut Findings<'_>,
) {
    let own = handler.callback.map(|symbol| script.semantic.scoping().symbol_name(symbol));
    let hint = own.map(|own| format!("the callback is called `{own}` here")).unwrap_or_default();
    findings.script(
        CALLBACK_WRONG_NAME,
        script.place(call.callee.span()),
        format!(
            "`{name}` is not defined: this call throws a ReferenceError instead of calling back."
        ),
        hint,
    );
}

/// `cb(null, user, context)` is how rules end; hooks take one result.
fn extra_argument(
    script: &Script<'_>,
    call: &CallExpression<'_>,
    name: &str,
    findings: &mut Findings<'_>,
) {
    if call.arguments.iter().any(Argument::is_spread) {
        return;
    }
    let Some(first) = call.arguments.get(2) else { return };
    findings.script(
        CALLBACK_EXTRA_ARGUMENT,
        script.place(first.span()),
        format!("`{name}` takes an error and one result; Auth0 drops everything after them. Only rules pass the context on."),
        "remove the arguments after the second",
    );
}
