//! The trigger's error classes: hidden by an own one, or taken from another
//! trigger.

use oxc::ast::AstKind;
use oxc::ast::ast::BindingIdentifier;
use oxc::span::GetSpan;

use crate::lint::finding::Findings;
use crate::lint::rule::{ERROR_CLASS_SHADOWED, ERROR_CLASS_UNKNOWN};
use crate::script::hooks::{BASE_ERROR_CLASS, error_classes};
use crate::script::tree::Script;

pub(crate) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let own = error_classes(&script.trigger);
    if own.is_empty() {
        return;
    }
    for node in script.nodes() {
        match node.kind() {
            AstKind::Class(class) if class.is_declaration() => {
                tell_shadowed(script, own, class.id.as_ref(), findings);
            }
            AstKind::Function(function) if function.is_function_declaration() => {
                tell_shadowed(script, own, function.id.as_ref(), findings);
            }
            AstKind::NewExpression(new) => {
                let Some(name) = new.callee.get_identifier_reference() else { continue };
                if is_unknown(script, own, name.name.as_str()) && script.symbol(name).is_none() {
                    findings.script(
                        ERROR_CLASS_UNKNOWN,
                        script.place(new.callee.span()),
                        format!(
                            "`{}` is not defined for {}: this throws a ReferenceError.",
                            name.name, script.trigger
                        ),
                        format!("use {} or `Error`", list(own)),
                    );
                }
            }
            _ => {}
        }
    }
}

/// Error classes that JavaScript itself, or Node.js, has.
const BUILT_IN: [&str; 11] = [
    "Error",
    "AggregateError",
    "EvalError",
    "RangeError",
    "ReferenceError",
    "SyntaxError",
    "TypeError",
    "URIError",
    "SuppressedError",
    "InternalError",
    "AssertionError",
];

/// Whether a global error class is one that this trigger doesn't have: that
/// of another trigger, of rules, or one that nobody has.
pub(crate) fn is_unknown(script: &Script<'_>, own: &[&str], name: &str) -> bool {
    name.ends_with("Error")
        && !own.contains(&name)
        && name != BASE_ERROR_CLASS
        && !BUILT_IN.contains(&name)
        && !script.is_assigned_global(name)
}

fn tell_shadowed(
    script: &Script<'_>,
    own: &[&str],
    declared: Option<&BindingIdentifier<'_>>,
    findings: &mut Findings<'_>,
) {
    let is_own = |name: &str| own.contains(&name) || name == BASE_ERROR_CLASS;
    let Some(declared) = declared.filter(|it| is_own(it.name.as_str())) else { return };
    findings.script(
        ERROR_CLASS_SHADOWED,
        script.place(declared.span),
        format!("This hides Auth0's own `{}`: a script has it without declaring it, and Auth0 treats only that class as a refusal.", declared.name),
        "remove this declaration",
    );
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
