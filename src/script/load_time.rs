//! What happens while a script is loaded, before any call of the hook: a
//! statement that ends it with an error, whatever happens.

use oxc::ast::AstKind;
use oxc::ast::ast::{AssignmentOperator, Statement, UnaryOperator};
use oxc::semantic::NodeId;
use oxc::span::{GetSpan, Span};

use super::globals;
use super::parse::Parsed;

/// How far out is looked from a name. What stands deeper is not judged.
const MAX_DEPTH: usize = 32;

/// The first statement at the top level at which every run of the script ends
/// with an error, and why.
pub(crate) fn throws(parsed: &Parsed<'_>) -> Option<(Span, String)> {
    let thrown = parsed.body.statements.iter().find_map(|statement| match statement {
        Statement::ThrowStatement(thrown) => {
            Some((thrown.span, "The script throws whenever it is loaded.".to_owned()))
        }
        _ => None,
    });
    thrown.into_iter().chain(undefined(parsed)).min_by_key(|(span, _)| span.start)
}

/// The first name that nothing declares and that is read whenever the script
/// is loaded.
fn undefined(parsed: &Parsed<'_>) -> Option<(Span, String)> {
    let scoping = parsed.semantic.scoping();
    let nodes = parsed.semantic.nodes();
    let globals = scoping.root_unresolved_references();
    if globals.contains_key("eval") || globals::may_change(&parsed.semantic) {
        return None;
    }
    let mut found: Vec<(Span, &str)> = Vec::new();
    for (name, references) in globals {
        let name = name.as_str();
        let is_written = |id| scoping.get_reference(id).is_write();
        if globals::is_part_of_node(name) || references.iter().any(|id| is_written(*id)) {
            continue;
        }
        let read = references
            .iter()
            .map(|id| scoping.get_reference(*id).node_id())
            .filter(|node| nodes.kind(*node).span().start as usize >= parsed.wrapped.start)
            .filter(|node| is_always_read(parsed, *node));
        let at = read.map(|node| nodes.kind(node).span()).min_by_key(|span| span.start);
        found.extend(at.map(|span| (span, name)));
    }
    let (span, name) = found.into_iter().min_by_key(|(span, _)| span.start)?;
    Some((span, format!("`{name}` is not defined: the script throws when it is loaded.")))
}

/// Whether a name's value is asked for whenever the script runs that far.
fn is_always_read(parsed: &Parsed<'_>, name: NodeId) -> bool {
    let nodes = parsed.semantic.nodes();
    let mut own = nodes.kind(name).span();
    for (id, ancestor) in nodes.ancestors_enumerated(name).take(MAX_DEPTH) {
        let goes_on = match ancestor.kind() {
            AstKind::UnaryExpression(unary) => {
                !matches!(unary.operator, UnaryOperator::Typeof | UnaryOperator::Delete)
            }
            AstKind::StaticMemberExpression(member) => {
                !member.optional && member.object.span() == own
            }
            AstKind::ComputedMemberExpression(member) => !member.optional,
            AstKind::CallExpression(call) => !call.optional,
            AstKind::ConditionalExpression(choice) => choice.test.span() == own,
            AstKind::LogicalExpression(choice) => choice.left.span() == own,
            AstKind::IfStatement(it) => it.test.span() == own,
            AstKind::SwitchStatement(it) => it.discriminant.span() == own,
            AstKind::AssignmentExpression(assignment) => {
                assignment.operator == AssignmentOperator::Assign
            }
            AstKind::NewExpression(_)
            | AstKind::BinaryExpression(_)
            | AstKind::TemplateLiteral(_)
            | AstKind::ObjectExpression(_)
            | AstKind::ObjectProperty(_)
            | AstKind::ArrayExpression(_)
            | AstKind::SpreadElement(_)
            | AstKind::BlockStatement(_)
            | AstKind::ReturnStatement(_)
            | AstKind::SequenceExpression(_)
            | AstKind::ExpressionStatement(_)
            | AstKind::VariableDeclaration(_) => true,
            AstKind::VariableDeclarator(variable) => {
                variable.init.as_ref().is_some_and(|value| value.span() == own)
            }
            AstKind::FunctionBody(_) => return id == parsed.body.node_id.get(),
            _ => false,
        };
        if !goes_on {
            return false;
        }
        own = ancestor.kind().span();
    }
    false
}
