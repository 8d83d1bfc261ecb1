//! Syntax that the parser knows and the Node.js versions that run hooks
//! (up to 22) don't: the script would not compile there.
//!
//! Must not grow into a table of all versions: what Node.js 18 and 22 both
//! know is never reported.

use oxc::ast::AstKind;
use oxc::ast::ast::{AccessorProperty, ImportExpression, RegExpLiteral, VariableDeclaration};
use oxc::regular_expression::ast::{CapturingGroup, IgnoreGroup};
use oxc::regular_expression::visit::Visit;
use oxc::span::Span;

use super::finding::Findings;
use super::rule::UNSUPPORTED_SYNTAX;
use crate::script::tree::Script;

pub(super) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    for node in script.nodes() {
        if let Some((span, what)) = unsupported(node.kind()) {
            findings.script(
                UNSUPPORTED_SYNTAX,
                script.place(span),
                format!("No Node.js version that runs hooks or Actions (22 at most) knows {what}: the script doesn't compile."),
                "compile the script to ES2022 before it is deployed, or write it without",
            );
        }
    }
}

fn unsupported(kind: AstKind<'_>) -> Option<(Span, &'static str)> {
    match kind {
        AstKind::Decorator(decorator) => Some((decorator.span, "decorators")),
        AstKind::AccessorProperty(AccessorProperty { span, .. }) => {
            Some((*span, "`accessor` fields"))
        }
        AstKind::VariableDeclaration(VariableDeclaration { span, kind, .. }) if kind.is_using() => {
            Some((*span, "`using` declarations"))
        }
        AstKind::ImportExpression(ImportExpression { span, phase: Some(_), .. }) => {
            Some((*span, "`import.defer` and `import.source`"))
        }
        AstKind::RegExpLiteral(literal) => in_expression(literal),
        _ => None,
    }
}

fn in_expression(literal: &RegExpLiteral<'_>) -> Option<(Span, &'static str)> {
    let pattern = literal.regex.pattern.pattern.as_deref()?;
    let mut finder = Finder::default();
    finder.visit_pattern(pattern);
    finder.found.map(|what| (literal.span, what))
}

/// Looks through one regular expression.
#[derive(Default)]
struct Finder<'a> {
    names: Vec<&'a str>,
    found: Option<&'static str>,
}

impl<'a> Visit<'a> for Finder<'a> {
    fn enter_node(&mut self, kind: oxc::regular_expression::visit::RegExpAstKind<'a>) {
        use oxc::regular_expression::visit::RegExpAstKind;
        match kind {
            RegExpAstKind::IgnoreGroup(IgnoreGroup { modifiers: Some(_), .. }) => {
                self.found = Some("modifiers inside a regular expression");
            }
            RegExpAstKind::CapturingGroup(CapturingGroup { name: Some(name), .. }) => {
                if self.names.contains(&name.as_str()) {
                    self.found = Some("two groups of one name in a regular expression");
                }
                self.names.push(name.as_str());
            }
            _ => {}
        }
    }
}
