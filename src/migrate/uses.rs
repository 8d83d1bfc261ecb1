//! How a script uses the arguments of its hook.
//!
//! Main type: [`Use`]. Must not decide what becomes of one.

use std::ops::Range;

use oxc::ast::AstKind;
use oxc::ast::ast::{AssignmentTarget, UnaryOperator};
use oxc::semantic::{NodeId, SymbolId};
use oxc::span::{GetSpan, Span};

use crate::script::hooks::parameters;
use crate::script::tree::Script;

/// What is done with a path of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It is read.
    Read,
    /// It is assigned to, counted up or deleted.
    Write,
    /// It is called.
    Call,
}

/// One use of an argument.
#[derive(Debug, Clone)]
pub(super) struct Use {
    /// The argument's name in Auth0's documentation.
    pub(super) argument: &'static str,
    /// The properties that follow it.
    pub(super) path: Vec<String>,
    /// Where each beginning of the path ends in the wrapped text, the bare argument first.
    ends: Vec<u32>,
    start: u32,
    pub(super) role: Role,
    /// The node of the whole path.
    pub(super) node: NodeId,
    /// The node of the bare argument.
    pub(super) name: NodeId,
    /// Whether it stands as `{ user }` in an object.
    pub(super) shorthand: bool,
}

impl Use {
    /// The span of the argument and the first `taken` properties.
    pub(super) fn span(&self, taken: usize) -> Span {
        Span::new(self.start, self.ends.get(taken).copied().unwrap_or(self.start))
    }

    /// The span of the whole path.
    pub(super) fn whole(&self) -> Span {
        self.span(self.path.len())
    }

    /// The same in bytes of the script.
    pub(super) fn range(&self, script: &Script<'_>) -> Range<usize> {
        script.place(self.whole())
    }
}

/// Every use of every argument but the callback, in order of place.
pub(super) fn all(script: &Script<'_>) -> Vec<Use> {
    let Some(handler) = &script.handler else { return Vec::new() };
    let mut found = Vec::new();
    for (argument, symbol) in parameters(&script.trigger).iter().zip(&handler.params) {
        if let Some(symbol) = symbol
            && *argument != "cb"
        {
            of_argument(script, argument, *symbol, &mut found);
        }
    }
    found.sort_by_key(|it| it.start);
    found
}

/// Every use of a symbol; `argument` is what it is called in them.
pub(super) fn of_argument(
    script: &Script<'_>,
    argument: &'static str,
    symbol: SymbolId,
    found: &mut Vec<Use>,
) {
    let nodes = script.semantic.nodes();
    for reference in script.semantic.symbol_references(symbol) {
        let mut node = reference.node_id();
        let span = nodes.kind(node).span();
        let mut it = Use {
            argument,
            path: Vec::new(),
            ends: vec![span.end],
            start: span.start,
            role: Role::Read,
            node,
            name: node,
            shorthand: false,
        };
        loop {
            let parent = nodes.parent_id(node);
            let kind = nodes.kind(parent);
            let Some(member) = kind.as_member_expression_kind() else { break };
            let is_object = member.object().span() == nodes.kind(node).span();
            let Some(name) = member.static_property_name().filter(|_| is_object) else { break };
            it.path.push(name.to_string());
            it.ends.push(kind.span().end);
            node = parent;
        }
        it.node = node;
        it.role = role(script, node);
        it.shorthand = it.path.is_empty()
            && matches!(nodes.parent_kind(node), AstKind::ObjectProperty(property) if property.shorthand);
        found.push(it);
    }
}

fn role(script: &Script<'_>, node: NodeId) -> Role {
    let nodes = script.semantic.nodes();
    let own = nodes.kind(node).span();
    match nodes.parent_kind(node) {
        AstKind::AssignmentExpression(assignment) if assignment.left.span() == own => Role::Write,
        AstKind::UpdateExpression(_) => Role::Write,
        AstKind::UnaryExpression(unary) if unary.operator == UnaryOperator::Delete => Role::Write,
        AstKind::CallExpression(call) if call.callee.span() == own => Role::Call,
        AstKind::AssignmentTargetPropertyIdentifier(_)
        | AstKind::AssignmentTargetPropertyProperty(_)
        | AstKind::ArrayAssignmentTarget(_) => Role::Write,
        AstKind::ForInStatement(it) => written(it.left.as_assignment_target(), own),
        AstKind::ForOfStatement(it) => written(it.left.as_assignment_target(), own),
        _ => Role::Read,
    }
}

fn written(target: Option<&AssignmentTarget<'_>>, own: Span) -> Role {
    match target {
        Some(target) if target.span() == own => Role::Write,
        _ => Role::Read,
    }
}
