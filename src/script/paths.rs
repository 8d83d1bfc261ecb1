//! Which parts of its event an action reads, and where.
//!
//! Follows names that never change and objects that are taken apart, as
//! `origin` does for secrets. Must not judge what it finds.

use std::collections::{HashMap, HashSet};

use oxc::ast::AstKind;
use oxc::ast::ast::{BindingPattern, Expression};
use oxc::semantic::{NodeId, SymbolId};
use oxc::span::{GetSpan, Span};

use super::tree::{Script, property};

/// One property that is read of the event or of something in it.
pub(crate) struct Read {
    /// What it is read of: `event`, `event.user`, …
    pub(crate) object: String,
    /// The property.
    pub(crate) property: String,
    /// Where its name stands.
    pub(crate) at: Span,
    /// The node that reads it.
    pub(crate) node: NodeId,
    /// Whether `?.` or a default stands by if the object is missing.
    pub(crate) is_safe: bool,
    /// Whether the property is written, not read.
    pub(crate) is_written: bool,
}

/// All that a script reads of its event.
#[derive(Default)]
pub(crate) struct EventPaths {
    /// Every read, in the order in which nodes are visited.
    pub(crate) reads: Vec<Read>,
    /// Parts of the event for which the script asks whether they are there.
    asked: HashSet<String>,
    names: HashMap<SymbolId, String>,
}

/// How many names may lead to each other, and how long a path may be.
const ROUNDS: usize = 3;
const MAX_STEPS: usize = 12;

impl EventPaths {
    pub(crate) fn of(script: &Script<'_>) -> Self {
        let mut paths = Self::default();
        for symbol in &script.events {
            paths.names.insert(*symbol, "event".to_owned());
        }
        for _ in 0..ROUNDS {
            let before = paths.names.len();
            paths.find_names(script);
            if paths.names.len() == before {
                break;
            }
        }
        paths.find_reads(script);
        paths
    }

    /// Whether a script asks for a part of the event before it relies on it.
    pub(crate) fn is_asked(&self, path: &str) -> bool {
        self.asked.contains(path)
    }

    /// The part of the event that an expression is: `event.user.email`.
    pub(crate) fn path(&self, script: &Script<'_>, expression: &Expression<'_>) -> Option<String> {
        self.steps(script, expression, 0)
    }

    fn steps(
        &self,
        script: &Script<'_>,
        expression: &Expression<'_>,
        step: usize,
    ) -> Option<String> {
        if step > MAX_STEPS {
            return None;
        }
        if let Expression::Identifier(name) = expression {
            return self.names.get(&script.symbol(name)?).cloned();
        }
        let member = expression.get_member_expr()?;
        let object = self.steps(script, member.object(), step + 1)?;
        Some(format!("{object}.{}", member.static_property_name()?))
    }

    fn find_names(&mut self, script: &Script<'_>) {
        for node in script.nodes() {
            match node.kind() {
                AstKind::VariableDeclarator(variable) => {
                    if let Some(path) = variable.init.as_ref().and_then(|it| self.path(script, it))
                    {
                        self.name_pattern(script, &variable.id, &path);
                    }
                }
                AstKind::FormalParameter(parameter)
                    if script.is_event_pattern(&parameter.pattern) =>
                {
                    self.name_pattern(script, &parameter.pattern, "event");
                }
                _ => {}
            }
        }
    }

    fn name_pattern(&mut self, script: &Script<'_>, pattern: &BindingPattern<'_>, path: &str) {
        match pattern {
            BindingPattern::BindingIdentifier(name) => {
                if let Some(symbol) = name.symbol_id.get()
                    && !script.is_mutated(symbol)
                {
                    self.names.insert(symbol, path.to_owned());
                }
            }
            BindingPattern::ObjectPattern(object) => {
                for property in &object.properties {
                    if let Some(key) = property.key.static_name() {
                        self.name_pattern(script, &property.value, &format!("{path}.{key}"));
                    }
                }
            }
            // With a default it is always there.
            BindingPattern::AssignmentPattern(_) | BindingPattern::ArrayPattern(_) => {}
        }
    }

    fn find_reads(&mut self, script: &Script<'_>) {
        let mut reads = Vec::new();
        for node in script.nodes() {
            let member = match node.kind() {
                AstKind::VariableDeclarator(variable) => {
                    self.taken_apart(script, variable, node.id(), &mut reads);
                    continue;
                }
                AstKind::IdentifierReference(name) => {
                    let path = script.symbol(name).and_then(|it| self.names.get(&it)).cloned();
                    if let Some(path) = path.filter(|_| is_asked(script, node.id())) {
                        self.asked.insert(path);
                    }
                    continue;
                }
                kind => kind.as_member_expression_kind(),
            };
            let Some(member) = member else { continue };
            let Some((name, at)) = property(&member) else { continue };
            let Some(object) = self.path(script, member.object()) else { continue };
            let is_safe = member.optional();
            if is_safe {
                self.asked.insert(object.clone());
            }
            if is_asked(script, node.id()) {
                self.asked.insert(format!("{object}.{name}"));
            }
            let is_written = match script.parent(node.id()) {
                AstKind::AssignmentExpression(it) => it.left.span() == node.kind().span(),
                _ => false,
            };
            let (property, node) = (name.to_owned(), node.id());
            reads.push(Read { object, property, at, node, is_safe, is_written });
        }
        self.reads = reads;
    }

    fn taken_apart(
        &self,
        script: &Script<'_>,
        variable: &oxc::ast::ast::VariableDeclarator<'_>,
        node: NodeId,
        reads: &mut Vec<Read>,
    ) {
        let BindingPattern::ObjectPattern(object) = &variable.id else { return };
        let Some(path) = variable.init.as_ref().and_then(|value| self.path(script, value)) else {
            return;
        };
        for property in &object.properties {
            let Some(name) = property.key.static_name() else { continue };
            reads.push(Read {
                object: path.clone(),
                property: name.into_owned(),
                at: property.key.span(),
                node,
                is_safe: false,
                is_written: false,
            });
        }
    }
}

/// Whether the value of a node is only asked for being there: in a test, an
/// operand of `&&`, `||`, `??`, `!`, `typeof`, a comparison.
fn is_asked(script: &Script<'_>, id: NodeId) -> bool {
    let own = script.semantic.nodes().kind(id).span();
    let mut kinds = script.semantic.nodes().ancestor_kinds(id);
    let Some(parent) = kinds.find(|kind| !matches!(kind, AstKind::ChainExpression(_))) else {
        return false;
    };
    match parent {
        AstKind::LogicalExpression(_) | AstKind::UnaryExpression(_) => true,
        AstKind::BinaryExpression(it) => {
            it.operator.is_equality() || it.operator.is_compare() || it.operator.is_in()
        }
        AstKind::IfStatement(it) => it.test.span() == own,
        AstKind::WhileStatement(it) => it.test.span() == own,
        AstKind::ConditionalExpression(it) => it.test.span() == own,
        // Given away: `isArray(event.user.app_metadata.roles)`.
        AstKind::CallExpression(it) => it.callee.span() != own,
        AstKind::SpreadElement(_) => true,
        _ => false,
    }
}
