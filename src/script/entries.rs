//! What an action exports: the functions that Auth0 calls by name.
//!
//! Auth0's runtime takes `module.exports`, which must be an object, and from
//! it a function of the trigger's name, which must be an async function: one
//! that merely returns a promise is refused on every run. Main type:
//! [`Entries`]. Something may only be called missing when no run of the
//! script could export it.

use oxc::ast::AstKind;
use oxc::ast::ast::{
    Argument, AssignmentOperator, AssignmentTarget, Expression, ObjectExpression,
    ObjectPropertyKind,
};
use oxc::semantic::NodeId;
use oxc::span::{GetSpan, Span};

use super::load_time::throws;
use super::parse::Parsed;
use super::tree::{Constant, Func};

/// What an action exports.
#[derive(Default)]
pub(crate) struct Entries<'a> {
    /// Its functions by name, in order of place.
    pub(crate) named: Vec<Entry<'a>>,
    /// Whether there may be others, or other things of these names.
    pub(crate) unsure: bool,
    /// The place at which something is exported that is no object.
    pub(crate) no_object: Option<Span>,
    /// An assignment to `exports` itself, which exports nothing.
    pub(crate) lost: Option<Span>,
    /// A statement at which every run ends, and why.
    pub(crate) throws: Option<(Span, String)>,
}

/// One exported name.
pub(crate) struct Entry<'a> {
    pub(crate) name: String,
    pub(crate) at: Span,
    pub(crate) value: Exported<'a>,
}

/// What stands behind an exported name.
#[derive(Clone, Copy)]
pub(crate) enum Exported<'a> {
    /// An async function: what Auth0 calls.
    Async(Func<'a>),
    /// A function that Auth0 doesn't call: a plain one, or a generator.
    Other,
    /// Anything else that is known.
    NoFunction,
    Unknown,
}

/// How deep a name may lead to another name before it is left alone.
const MAX_STEPS: usize = 16;

/// What a script exports as an action.
pub(crate) fn of<'a>(parsed: &Parsed<'a>) -> Entries<'a> {
    let view = View { parsed };
    let mut entries = Entries { throws: throws(parsed), ..Entries::default() };
    view.collect(&mut entries);
    entries.named.sort_by_key(|entry| entry.at.start);
    entries
}

struct View<'p, 'a> {
    parsed: &'p Parsed<'a>,
}

impl<'a> View<'_, 'a> {
    fn collect(&self, entries: &mut Entries<'a>) {
        let scoping = self.parsed.semantic.scoping();
        let nodes = self.parsed.semantic.nodes();
        let globals = scoping.root_unresolved_references();
        let is_hidden = globals.contains_key("eval")
            || globals.contains_key("arguments")
            || nodes.iter().any(|node| matches!(node.kind(), AstKind::WithStatement(_)))
            || self.returns_early();
        let (Some(module), Some(exports)) =
            (self.parsed.parameter("module"), self.parsed.parameter("exports"))
        else {
            entries.unsure = true;
            return;
        };
        entries.unsure = is_hidden || scoping.symbol_is_mutated(module);
        for reference in self.parsed.semantic.symbol_references(exports) {
            if reference.is_write() {
                // `exports = …` cuts the name off from what is exported.
                let at = nodes.kind(reference.node_id()).span();
                entries.lost = entries.lost.or(Some(at));
            } else {
                self.use_of_exports(reference.node_id(), entries);
            }
        }
        // What is added to `exports` after it was cut off is lost, too.
        if let Some(lost) = entries.lost {
            entries.named.retain(|entry| entry.at.start < lost.start);
        }
        for reference in self.parsed.semantic.symbol_references(module) {
            self.use_of_module(reference.node_id(), entries);
        }
    }

    /// Whether the script may return at its top level.
    fn returns_early(&self) -> bool {
        let nodes = self.parsed.semantic.nodes();
        let body = self.parsed.body.node_id.get();
        nodes.iter_enumerated().any(|(id, node)| {
            matches!(node.kind(), AstKind::ReturnStatement(_))
                && nodes
                    .ancestors_enumerated(id)
                    .find(|(_, ancestor)| matches!(ancestor.kind(), AstKind::FunctionBody(_)))
                    .is_some_and(|(around, _)| around == body)
        })
    }

    /// `exports`, or `module.exports`, at one place.
    fn use_of_exports(&self, exports: NodeId, entries: &mut Entries<'a>) {
        let nodes = self.parsed.semantic.nodes();
        let member_id = nodes.parent_id(exports);
        let own = nodes.kind(exports).span();
        let Some(member) = nodes.kind(member_id).as_member_expression_kind() else {
            // `module.exports = exports = …`, `Object.assign(exports, …)`
            entries.unsure |= match nodes.kind(member_id) {
                AstKind::ExpressionStatement(_) => false,
                // What compilers write: a mark, and nothing that is called.
                AstKind::CallExpression(call) => !matches!(call.arguments.get(1),
                    Some(Argument::StringLiteral(name)) if name.value == "__esModule"),
                _ => true,
            };
            return;
        };
        if member.object().span() != own {
            entries.unsure = true;
            return;
        }
        let target = nodes.parent_kind(member_id);
        if !member.is_assigned_to_in_parent(&target) {
            return;
        }
        let Some(name) = member.static_property_name() else {
            entries.unsure = true;
            return;
        };
        let value = match target {
            AstKind::AssignmentExpression(assignment)
                if assignment.operator == AssignmentOperator::Assign
                    && self.parsed.always(nodes.parent_id(member_id)) =>
            {
                self.value(&assignment.right, 0)
            }
            _ => Exported::Unknown,
        };
        self.add(name.to_string(), nodes.kind(member_id).span(), value, entries);
    }

    fn use_of_module(&self, module: NodeId, entries: &mut Entries<'a>) {
        let nodes = self.parsed.semantic.nodes();
        let member_id = nodes.parent_id(module);
        let Some(member) = nodes.kind(member_id).as_member_expression_kind() else {
            entries.unsure |= !matches!(nodes.kind(member_id), AstKind::UnaryExpression(_));
            return;
        };
        if member.object().span() != nodes.kind(module).span() {
            entries.unsure = true;
            return;
        }
        let name = member.static_property_name();
        entries.unsure |= name.is_none();
        if name.is_none_or(|name| name != "exports") {
            return;
        }
        let target = nodes.parent_kind(member_id);
        if !member.is_assigned_to_in_parent(&target) {
            self.use_of_exports(member_id, entries);
            return;
        }
        match target {
            AstKind::AssignmentExpression(assignment)
                if assignment.operator == AssignmentOperator::Assign
                    && self.parsed.always(nodes.parent_id(member_id)) =>
            {
                self.whole(&assignment.right, assignment.span, entries);
            }
            _ => entries.unsure = true,
        }
    }

    /// `module.exports = value`.
    fn whole(&self, value: &'a Expression<'a>, at: Span, entries: &mut Entries<'a>) {
        match self.resolved(value, 0) {
            Some(Expression::ObjectExpression(object)) => {
                // What was exported before is gone.
                entries.named.retain(|entry| entry.at.start > at.start);
                self.object(object, entries);
            }
            Some(it) if it.is_function() || it.is_literal() => {
                entries.no_object = Some(at);
            }
            Some(Expression::ClassExpression(_)) => entries.no_object = Some(at),
            _ if self.is_function(value) => entries.no_object = Some(at),
            _ => entries.unsure = true,
        }
    }

    fn object(&self, object: &'a ObjectExpression<'a>, entries: &mut Entries<'a>) {
        for property in &object.properties {
            if let ObjectPropertyKind::ObjectProperty(property) = property
                && let Some(name) = property.key.static_name()
            {
                let value = self.value(&property.value, 0);
                self.add(name.into_owned(), property.key.span(), value, entries);
            } else {
                entries.unsure = true;
            }
        }
    }

    fn add(&self, name: String, at: Span, value: Exported<'a>, entries: &mut Entries<'a>) {
        // Exported twice: what comes later wins, if it surely comes.
        if let Some(before) = entries.named.iter_mut().find(|entry| entry.name == name) {
            if before.at.start < at.start {
                *before = Entry { name, at, value };
            }
            return;
        }
        entries.named.push(Entry { name, at, value });
    }

    /// What a name that never changes stands for.
    fn resolved(&self, value: &'a Expression<'a>, steps: usize) -> Option<&'a Expression<'a>> {
        if steps > MAX_STEPS {
            return None;
        }
        match value {
            Expression::Identifier(name) => match self.parsed.constant(name)? {
                Constant::Value(value) => self.resolved(value, steps + 1),
                _ => None,
            },
            // `module.exports = exports = { … }`
            Expression::AssignmentExpression(it)
                if it.operator == AssignmentOperator::Assign
                    && matches!(&it.left, AssignmentTarget::AssignmentTargetIdentifier(_)) =>
            {
                self.resolved(&it.right, steps + 1)
            }
            other => Some(other),
        }
    }

    /// Whether a name stands for a function or a class that was declared.
    fn is_function(&self, value: &'a Expression<'a>) -> bool {
        let Expression::Identifier(name) = value else { return false };
        matches!(self.parsed.constant(name), Some(Constant::Function(_) | Constant::Class))
    }

    fn value(&self, value: &'a Expression<'a>, steps: usize) -> Exported<'a> {
        let of_function = |func: Func<'a>| match func.is_async() && !func.is_generator() {
            true => Exported::Async(func),
            false => Exported::Other,
        };
        match value {
            Expression::Identifier(name) if steps < MAX_STEPS => match self.parsed.constant(name) {
                Some(Constant::Function(function)) => of_function(Func::Function(function)),
                Some(Constant::Class) => Exported::NoFunction,
                Some(Constant::Value(value)) => self.value(value, steps + 1),
                None => Exported::Unknown,
            },
            Expression::AssignmentExpression(it)
                if it.operator == AssignmentOperator::Assign && steps < MAX_STEPS =>
            {
                self.value(&it.right, steps + 1)
            }
            Expression::ClassExpression(_)
            | Expression::ObjectExpression(_)
            | Expression::ArrayExpression(_)
            | Expression::TemplateLiteral(_) => Exported::NoFunction,
            literal if literal.is_literal() => Exported::NoFunction,
            other => Func::of_expression(other).map_or(Exported::Unknown, of_function),
        }
    }
}
