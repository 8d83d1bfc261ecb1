//! What a script exports, as far as that can be known without running it.
//!
//! Auth0 calls what the module exports, or the value of a `return` at its top
//! level. Main type: [`Exported`]. It may only be called "no function" when
//! no run of the script could export one.

use oxc::ast::AstKind;
use oxc::ast::ast::{AssignmentOperator, Expression, IdentifierReference};
use oxc::semantic::NodeId;
use oxc::span::{GetSpan, Span};

use super::load_time::throws;
use super::parse::Parsed;
use super::tree::{Constant, Func, constant, symbol_of};

/// What a script exports.
pub(crate) struct Exported<'a> {
    /// The function that Auth0 will call, when it is certain.
    pub(crate) handler: Option<Func<'a>>,
    /// What that says about calls of the hook.
    pub(crate) verdict: Verdict,
}

/// What a call of the hook will meet.
pub(crate) enum Verdict {
    /// A function, or a class.
    Function,
    /// Something that can't be known.
    Unknown,
    /// Nothing that can be called, whatever happens.
    NoFunction,
    /// The script stops here, before it exports anything.
    Throws(Span, String),
}

/// What an expression's value is.
#[derive(Clone, Copy)]
enum Value<'a> {
    Function(Func<'a>),
    Class,
    /// Anything else that counts as true.
    Object,
    /// Nothing that can be called.
    NoFunction,
    Unknown,
}

/// One assignment to `module.exports`, or one `return`.
struct Write<'a> {
    span: Span,
    value: Value<'a>,
    /// Whether it happens whenever the script runs.
    always: bool,
}

/// How deep a name may lead to another name before it is left alone.
const MAX_STEPS: usize = 16;

/// Reports what a script exports.
pub(crate) fn of<'a>(parsed: &Parsed<'a>) -> Exported<'a> {
    let view = View { parsed };
    let Some(mut writes) = view.writes() else {
        return Exported { handler: None, verdict: Verdict::Unknown };
    };
    let returns = view.returns();
    if let Some((span, why)) = view.throws(&returns) {
        return Exported { handler: None, verdict: Verdict::Throws(span, why) };
    }
    let cut = returns.iter().find(|write| write.always).map_or(u32::MAX, |cut| cut.span.start);
    writes.retain(|write| !write.always || write.span.start < cut);
    let last = writes.iter().rev().find(|write| write.always).map(|write| write.value);
    let sometimes = writes.iter().filter(|write| !write.always).chain(&returns);
    let mut values = vec![last.unwrap_or(Value::NoFunction)];
    values.extend(sometimes.map(|write| write.value));
    if let Some(returned) = returns.iter().find(|write| write.always)
        && matches!(returned.value, Value::Function(_) | Value::Class | Value::Object)
    {
        values = vec![returned.value];
    }
    judge(&values)
}

fn judge<'a>(values: &[Value<'a>]) -> Exported<'a> {
    let mut called =
        values.iter().filter(|value| !matches!(value, Value::NoFunction | Value::Object));
    match (called.next(), called.next()) {
        (None, _) => Exported { handler: None, verdict: Verdict::NoFunction },
        (Some(Value::Function(func)), None) => {
            Exported { handler: Some(*func), verdict: Verdict::Function }
        }
        (Some(Value::Class), None) => Exported { handler: None, verdict: Verdict::Function },
        _ => Exported { handler: None, verdict: Verdict::Unknown },
    }
}

struct View<'p, 'a> {
    parsed: &'p Parsed<'a>,
}

impl<'a> View<'_, 'a> {
    /// Every assignment to `module.exports` in order of place; `None` when
    /// others, out of sight, are possible.
    fn writes(&self) -> Option<Vec<Write<'a>>> {
        let nodes = self.parsed.semantic.nodes();
        let scoping = self.parsed.semantic.scoping();
        let globals = scoping.root_unresolved_references();
        if globals.contains_key("eval")
            || self.uses_module_arguments()
            || nodes.iter().any(|node| matches!(node.kind(), AstKind::WithStatement(_)))
        {
            return None;
        }
        let module = self.parsed.parameter("module")?;
        if scoping.symbol_is_mutated(module) || !scoping.symbol_redeclarations(module).is_empty() {
            return None;
        }
        let mut writes = Vec::new();
        for reference in self.parsed.semantic.symbol_references(module) {
            self.write_at(reference.node_id(), &mut writes)?;
        }
        writes.sort_by_key(|write| write.span.start);
        Some(writes)
    }

    /// Whether `arguments` stands for those of the module itself: there
    /// `arguments[2]` is `module`.
    fn uses_module_arguments(&self) -> bool {
        let nodes = self.parsed.semantic.nodes();
        let scoping = self.parsed.semantic.scoping();
        let globals = scoping.root_unresolved_references();
        let Some(references) = globals.get("arguments") else { return false };
        references.iter().any(|reference| {
            let around = nodes
                .ancestor_kinds(scoping.get_reference(*reference).node_id())
                .find(|kind| matches!(kind, AstKind::Function(_)));
            around.is_none_or(|it| (it.span().start as usize) < self.parsed.wrapped.start)
        })
    }

    /// What one use of `module` writes, if anything; `None` when the object
    /// gets out of sight.
    fn write_at(&self, module: NodeId, writes: &mut Vec<Write<'a>>) -> Option<()> {
        let nodes = self.parsed.semantic.nodes();
        let member_id = nodes.parent_id(module);
        let Some(member) = nodes.kind(member_id).as_member_expression_kind() else {
            let harmless = matches!(nodes.kind(member_id), AstKind::UnaryExpression(_));
            return harmless.then_some(());
        };
        if member.object().span() != nodes.kind(module).span() {
            return None;
        }
        if member.static_property_name()? != "exports" {
            return Some(());
        }
        let target_id = nodes.parent_id(member_id);
        let target = nodes.kind(target_id);
        if !member.is_assigned_to_in_parent(&target) {
            return Some(());
        }
        let (span, value) = match target {
            AstKind::AssignmentExpression(assignment)
                if assignment.operator == AssignmentOperator::Assign =>
            {
                (assignment.span, self.value(&assignment.right, 0))
            }
            other => (other.span(), Value::Unknown),
        };
        writes.push(Write { span, value, always: self.parsed.always(target_id) });
        Some(())
    }

    /// Every `return` at the top level, in order of place.
    fn returns(&self) -> Vec<Write<'a>> {
        let nodes = self.parsed.semantic.nodes();
        let body = self.parsed.body.node_id.get();
        let mut returns = Vec::new();
        for (id, node) in nodes.iter_enumerated() {
            let AstKind::ReturnStatement(returned) = node.kind() else { continue };
            let around = nodes.ancestors_enumerated(id).find(|(_, ancestor)| {
                matches!(ancestor.kind(), AstKind::FunctionBody(_) | AstKind::StaticBlock(_))
            });
            if around.is_some_and(|(around, _)| around == body) {
                let value =
                    returned.argument.as_ref().map_or(Value::NoFunction, |it| self.value(it, 0));
                let always = nodes.parent_id(id) == body;
                returns.push(Write { span: returned.span, value, always });
            }
        }
        returns
    }

    /// A statement at which every run of the script ends with an error.
    fn throws(&self, returns: &[Write<'_>]) -> Option<(Span, String)> {
        // Also in the first `return` itself.
        let first_return = returns.first().map_or(u32::MAX, |write| match write.always {
            true => write.span.end,
            false => write.span.start,
        });
        throws(self.parsed).filter(|(span, _)| span.start < first_return)
    }

    fn value(&self, expression: &'a Expression<'a>, steps: usize) -> Value<'a> {
        if steps > MAX_STEPS {
            return Value::Unknown;
        }
        let both = |one: &'a Expression<'a>, other: &'a Expression<'a>| match (
            self.value(one, steps + 1),
            self.value(other, steps + 1),
        ) {
            (Value::NoFunction | Value::Object, Value::NoFunction | Value::Object) => {
                Value::NoFunction
            }
            _ => Value::Unknown,
        };
        match expression {
            Expression::ClassExpression(_) => Value::Class,
            Expression::ObjectExpression(_) | Expression::ArrayExpression(_) => Value::Object,
            Expression::TemplateLiteral(_)
            | Expression::UnaryExpression(_)
            | Expression::BinaryExpression(_)
            | Expression::UpdateExpression(_) => Value::NoFunction,
            literal if literal.is_literal() => Value::NoFunction,
            Expression::Identifier(name) => self.value_of_name(name, steps),
            Expression::AssignmentExpression(assignment)
                if assignment.operator == AssignmentOperator::Assign =>
            {
                self.value(&assignment.right, steps + 1)
            }
            Expression::SequenceExpression(sequence) => {
                sequence.expressions.last().map_or(Value::Unknown, |it| self.value(it, steps + 1))
            }
            Expression::ConditionalExpression(choice) => {
                both(&choice.consequent, &choice.alternate)
            }
            Expression::LogicalExpression(choice) => both(&choice.left, &choice.right),
            other => Func::of_expression(other).map_or(Value::Unknown, Value::Function),
        }
    }

    fn value_of_name(&self, name: &IdentifierReference<'a>, steps: usize) -> Value<'a> {
        let scoping = self.parsed.semantic.scoping();
        let Some(symbol) = symbol_of(&self.parsed.semantic, name) else {
            return if name.name == "undefined" { Value::NoFunction } else { Value::Unknown };
        };
        if Some(symbol) == self.parsed.parameter("exports") && !scoping.symbol_is_mutated(symbol) {
            return Value::NoFunction;
        }
        match constant(&self.parsed.semantic, symbol) {
            Some(Constant::Function(function)) => Value::Function(Func::Function(function)),
            Some(Constant::Class) => Value::Class,
            Some(Constant::Value(value)) => self.value(value, steps + 1),
            None => Value::Unknown,
        }
    }
}
