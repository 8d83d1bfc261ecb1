//! Reports scripts that export nothing that Auth0 could call.

use oxc::ast::AstKind;
use oxc::ast::ast::{AssignmentTarget, Expression, Statement};
use oxc::span::{GetSpan, Span};

use super::finding::Findings;
use super::rule::{EXPORT_UNKNOWN, NO_FUNCTION_EXPORTED, THROWS_ON_LOAD};
use crate::script::exported::{Exported, Verdict};
use crate::script::hooks::parameters;
use crate::script::parse::Parsed;

/// Reports a script that exports nothing that can be called.
pub(crate) fn tell(parsed: &Parsed<'_>, exported: &Exported<'_>, findings: &mut Findings<'_>) {
    match &exported.verdict {
        Verdict::Function => {}
        Verdict::Unknown => findings.script(
            EXPORT_UNKNOWN,
            0..0,
            "What this script exports can't be known without running it, so the rules about the hook's function were not checked.",
            "",
        ),
        Verdict::NoFunction => {
            let (span, reported, hint) = reason(parsed);
            findings.script(
                NO_FUNCTION_EXPORTED,
                parsed.wrapped.in_script(span),
                format!("The script exports no function, so every call of the hook fails: {reported}."),
                hint,
            );
        }
        Verdict::Throws(span, why) => {
            findings.script(THROWS_ON_LOAD, parsed.wrapped.in_script(*span), why.clone(), "");
        }
    }
}

/// The likeliest reason for exporting nothing: where, and what to do.
fn reason(parsed: &Parsed<'_>) -> (Span, String, String) {
    let arguments = parameters(&parsed.wrapped.trigger).join(", ");
    let hint = format!("write `module.exports = function ({arguments}) {{ ... }};`");
    let start = Span::empty(parsed.wrapped.start as u32);
    for node in parsed.semantic.nodes().iter() {
        let AstKind::AssignmentExpression(assignment) = node.kind() else { continue };
        let Some(path) = path_of(&assignment.left) else { continue };
        let reported = match path.as_str() {
            "exports.default" => {
                "`exports.default` is not what Auth0 calls; it calls `module.exports` itself"
            }
            "exports" => "an assignment to `exports` alone exports nothing",
            "module.export" => "`module.export` is not `module.exports`",
            "module.exports" => "`module.exports` is not a function here",
            "module.exports.default" => {
                "`module.exports.default` is not what Auth0 calls; it calls `module.exports` itself"
            }
            _ => continue,
        };
        return (assignment.left.span(), reported.to_owned(), hint);
    }
    for statement in &parsed.body.statements {
        if let Statement::FunctionDeclaration(function) = statement
            && let Some(name) = &function.id
        {
            let reported = format!("`{}` is declared and not exported", name.name);
            return (name.span, reported, format!("add `module.exports = {};`", name.name));
        }
    }
    (start, "nothing is assigned to `module.exports`".to_owned(), hint)
}

/// `module.exports.name` of an assignment's left side.
fn path_of(target: &AssignmentTarget<'_>) -> Option<String> {
    match target {
        AssignmentTarget::AssignmentTargetIdentifier(name) => Some(name.name.to_string()),
        AssignmentTarget::StaticMemberExpression(member) => {
            Some(format!("{}.{}", path_of_object(&member.object)?, member.property.name))
        }
        _ => None,
    }
}

fn path_of_object(object: &Expression<'_>) -> Option<String> {
    match object {
        Expression::Identifier(name) => Some(name.name.to_string()),
        // No longer path means anything here.
        Expression::StaticMemberExpression(member) => match &member.object {
            Expression::Identifier(name) => Some(format!("{}.{}", name.name, member.property.name)),
            _ => None,
        },
        _ => None,
    }
}
