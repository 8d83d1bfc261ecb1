//! The methods of `api`: those that the trigger doesn't have, and calls that
//! come too late.

use std::collections::BTreeSet;

use oxc::ast::AstKind;
use oxc::ast::ast::Argument;
use oxc::semantic::NodeId;
use oxc::span::{GetSpan, Span};

use super::work::{called_later, is_dropped};
use crate::lint::finding::Findings;
use crate::lint::rule::{API_AFTER_END, UNKNOWN_API_METHOD};
use crate::script::actions::{NoMethod, not_in_api};
use crate::script::tree::{Func, Script};

pub(crate) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let mut late = BTreeSet::new();
    let mut uses: Vec<NodeId> = Vec::new();
    for symbol in &script.apis {
        uses.extend(script.uses(*symbol).map(oxc::semantic::AstNode::id));
    }
    uses.sort_unstable();
    for id in uses {
        check_method(script, id, findings);
        let Some(call) = outlived_by(script, id) else { continue };
        if late.insert(call.start) {
            findings.script(
                API_AFTER_END,
                script.place(script.semantic.nodes().parent_kind(id).span()),
                "This runs after the action's function has ended: nothing waits for the call around it, and what `api` is called with then is lost.",
                "use the call's promise and `await` it, or wrap the call in `new Promise(...)` and `await` that",
            );
        }
    }
}

fn check_method(script: &Script<'_>, api: NodeId, findings: &mut Findings<'_>) {
    let nodes = script.semantic.nodes();
    let namespace_id = nodes.parent_id(api);
    let Some(namespace) = nodes.kind(namespace_id).as_member_expression_kind() else { return };
    if namespace.object().span() != nodes.kind(api).span() {
        return;
    }
    let Some(name) = namespace.static_property_name() else { return };
    let method_id = nodes.parent_id(namespace_id);
    let whole = nodes.kind(namespace_id).span();
    let trigger = script.trigger.as_str();
    let (method, span) = match nodes.kind(method_id) {
        AstKind::CallExpression(call) if call.callee.span() == whole => (None, whole),
        kind => {
            let Some(member) = kind.as_member_expression_kind() else { return };
            // With `?.` it asks first.
            if member.object().span() != whole || member.optional() {
                return;
            }
            match member.static_property_name() {
                Some(method) => (Some(method), kind.span()),
                None => return,
            }
        }
    };
    let Some(missing) = not_in_api(trigger, name.as_str(), method.as_ref().map(|it| it.as_str()))
    else {
        return;
    };
    let written = match &method {
        Some(method) => format!("api.{name}.{method}"),
        None => format!("api.{name}"),
    };
    let hint = match missing {
        NoMethod::NoMethod(nearest) => format!("did you mean `api.{name}.{nearest}`?"),
        NoMethod::NoNamespace => String::new(),
    };
    findings.script(
        UNKNOWN_API_METHOD,
        script.place(span),
        format!("{trigger} has no `{written}`: this line throws a TypeError when it runs."),
        hint,
    );
}

/// The call that a use of `api` waits for in a callback, while nothing waits
/// for the call itself.
fn outlived_by(script: &Script<'_>, api: NodeId) -> Option<Span> {
    let nodes = script.semantic.nodes();
    let mut found = None;
    for (id, node) in nodes.ancestors_enumerated(api) {
        match node.kind() {
            // A promise may be resolved from in there.
            AstKind::NewExpression(_) => return None,
            kind => {
                let Some(func) = Func::of_kind(kind) else { continue };
                if script.is_entry(func) {
                    return found;
                }
                let AstKind::CallExpression(call) = nodes.parent_kind(id) else { continue };
                let is_argument =
                    call.arguments.iter().any(|it: &Argument<'_>| it.span() == func.span());
                if is_argument
                    && found.is_none()
                    && called_later(script, call, func)
                    && is_dropped(script, nodes.parent_id(id))
                {
                    found = Some(call.span);
                }
            }
        }
    }
    None
}
