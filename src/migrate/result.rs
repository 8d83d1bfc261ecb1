//! What a hook answers with: the error, or the object of its result.
//!
//! Main types: [`Failure`] and [`Bag`]. Must not write any code.

use oxc::ast::AstKind;
use oxc::ast::ast::{
    Argument, AssignmentExpression, AssignmentOperator, BindingPattern, Expression,
    LogicalOperator, ObjectExpression, ObjectPropertyKind, PropertyKind,
};
use oxc::semantic::{NodeId, SymbolId};
use oxc::span::{GetSpan, Span};

use super::answers::{Ending, is_list};
use crate::script::hooks::{BASE_ERROR_CLASS, error_classes, has_result, is_reserved_host};
use crate::script::tree::{Constant, Script};

/// Whether an expression is a text that says something.
pub(super) fn says(text: &Expression<'_>) -> bool {
    match text {
        Expression::StringLiteral(it) => !it.value.is_empty(),
        Expression::TemplateLiteral(it) => it.quasis.iter().any(|it| !it.value.raw.is_empty()),
        _ => false,
    }
}

/// What a hook says when it calls back with an error.
pub(super) enum Failure<'a> {
    /// `new Class(message, friendly)`.
    New { class: &'a str, arguments: &'a [Argument<'a>], span: Span },
    /// A text.
    Text(&'a Expression<'a>),
    /// The name of an error that was caught or asked for.
    Name(Span),
}

/// What an ending answers.
pub(super) enum Answer<'a> {
    Failure(Failure<'a>),
    /// The result; `None` when there is none.
    Success(Option<&'a Expression<'a>>),
    /// An error if a variable holds one, else a success without a result.
    Either(Failure<'a>),
}

/// What an ending answers, or the place that can't be followed.
pub(super) fn answer<'a>(script: &Script<'a>, ending: &Ending<'a>) -> Result<Answer<'a>, Span> {
    let arguments = &ending.call.arguments;
    if arguments.iter().any(|it| matches!(it, Argument::SpreadElement(_))) {
        return Err(ending.call.span);
    }
    let error = arguments.first().and_then(Argument::as_expression);
    match error {
        Some(error) if !is_nothing(script, error) => {
            if let Some(failure) = failure(script, ending, error) {
                return Ok(Answer::Failure(failure));
            }
            let result = arguments.get(1).and_then(Argument::as_expression);
            let Expression::Identifier(name) = error else { return Err(error.span()) };
            let is_plain =
                !has_result(&script.trigger) || result.is_none_or(|it| is_nothing(script, it));
            script.symbol(name).filter(|_| is_plain).ok_or(error.span())?;
            Ok(Answer::Either(Failure::Name(name.span)))
        }
        _ => {
            let result = arguments.get(1).and_then(Argument::as_expression);
            Ok(Answer::Success(result.filter(|it| !is_nothing(script, it))))
        }
    }
}

fn is_nothing(script: &Script<'_>, expression: &Expression<'_>) -> bool {
    match expression {
        Expression::NullLiteral(_) => true,
        Expression::Identifier(name) => name.name == "undefined" && script.symbol(name).is_none(),
        _ => false,
    }
}

fn failure<'a>(
    script: &Script<'a>,
    ending: &Ending<'a>,
    error: &'a Expression<'a>,
) -> Option<Failure<'a>> {
    match error {
        Expression::NewExpression(new) => {
            let Expression::Identifier(class) = &new.callee else { return None };
            let class = class.name.as_str();
            let known = class == "Error"
                || class == BASE_ERROR_CLASS
                || error_classes(&script.trigger).contains(&class);
            let plain = new.arguments.iter().all(|it| it.as_expression().is_some());
            (known && plain).then_some(Failure::New {
                class,
                arguments: &new.arguments,
                span: new.span,
            })
        }
        Expression::Identifier(name) => {
            let symbol = script.symbol(name)?;
            ending.errors.contains(&symbol).then_some(Failure::Name(name.span))
        }
        text => says(text).then_some(Failure::Text(text)),
    }
}

/// One thing that is put into a result.
pub(super) struct Entry<'a> {
    pub(super) key: Key<'a>,
    pub(super) value: &'a Expression<'a>,
}

/// The property that an entry sets.
pub(super) enum Key<'a> {
    /// A name that is known.
    Name(String, Span),
    /// An expression.
    Computed(&'a Expression<'a>),
}

/// The entries of an object, and what is spread into it.
pub(super) struct Object<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    pub(super) spread: Vec<&'a Expression<'a>>,
}

/// Takes an object apart; `Err` at an accessor or a method.
pub(super) fn object<'a>(it: &'a ObjectExpression<'a>) -> Result<Object<'a>, Span> {
    let mut object = Object { entries: Vec::new(), spread: Vec::new() };
    for property in &it.properties {
        match property {
            ObjectPropertyKind::SpreadProperty(spread) => object.spread.push(&spread.argument),
            ObjectPropertyKind::ObjectProperty(property) => {
                if property.kind != PropertyKind::Init || property.method {
                    return Err(property.span);
                }
                let key = match property.key.static_name() {
                    Some(name) => Key::Name(name.to_string(), property.key.span()),
                    None => Key::Computed(property.key.as_expression().ok_or(property.span)?),
                };
                object.entries.push(Entry { key, value: &property.value });
            }
        }
    }
    Ok(object)
}

/// The object that a variable collects the result in.
pub(super) struct Bag<'a> {
    /// The statement that declares it.
    pub(super) declaration: Span,
    pub(super) initial: &'a ObjectExpression<'a>,
    pub(super) writes: Vec<Write<'a>>,
}

/// An assignment to a property of a bag, or below.
pub(super) struct Write<'a> {
    /// The known properties from the bag to the one that is set.
    pub(super) path: Vec<String>,
    /// The last property, if only the run says which it is.
    pub(super) computed: Option<&'a Expression<'a>>,
    pub(super) value: &'a Expression<'a>,
    /// The statement, in the wrapped text.
    pub(super) statement: Span,
    /// Whether several statements may stand in its place.
    pub(super) in_list: bool,
}

/// The bag behind a name that is answered with; `Err` where it is used in a
/// way that isn't followed.
pub(super) fn bag<'a>(
    script: &Script<'a>,
    symbol: SymbolId,
    answered: &[Span],
) -> Result<Bag<'a>, Span> {
    let nodes = script.semantic.nodes();
    let declared = script.semantic.symbol_declaration(symbol);
    let AstKind::VariableDeclarator(variable) = declared.kind() else {
        return Err(declared.kind().span());
    };
    let (BindingPattern::BindingIdentifier(_), Some(Expression::ObjectExpression(initial))) =
        (&variable.id, &variable.init)
    else {
        return Err(variable.span);
    };
    let list = nodes.parent_kind(declared.id());
    let AstKind::VariableDeclaration(list) = list else { return Err(variable.span) };
    if list.declarations.len() != 1 || script.semantic.scoping().symbol_is_mutated(symbol) {
        return Err(variable.span);
    }
    let mut writes = Vec::new();
    for node in script.uses(symbol) {
        let span = node.kind().span();
        if !answered.contains(&span) {
            writes.push(write(script, node.id()).ok_or(span)?);
        }
    }
    Ok(Bag { declaration: list.span, initial, writes })
}

/// The assignment that a name or path is the beginning of the target of.
pub(super) fn write<'a>(script: &Script<'a>, from: NodeId) -> Option<Write<'a>> {
    let nodes = script.semantic.nodes();
    let mut node = from;
    let mut path = Vec::new();
    let mut computed = None;
    loop {
        let parent = nodes.parent_id(node);
        let kind = nodes.kind(parent);
        if let AstKind::AssignmentExpression(assignment) = kind {
            return assigned(script, assignment, parent, nodes.kind(node).span(), path, computed);
        }
        let member = kind.as_member_expression_kind()?;
        if member.object().span() != nodes.kind(node).span() || computed.is_some() {
            return None;
        }
        match member.static_property_name() {
            Some(name) => path.push(name.to_string()),
            None => match kind {
                AstKind::ComputedMemberExpression(it) => computed = Some(&it.expression),
                _ => return None,
            },
        }
        node = parent;
    }
}

fn assigned<'a>(
    script: &Script<'a>,
    assignment: &'a AssignmentExpression<'a>,
    at: NodeId,
    target: Span,
    path: Vec<String>,
    computed: Option<&'a Expression<'a>>,
) -> Option<Write<'a>> {
    let nodes = script.semantic.nodes();
    if assignment.operator != AssignmentOperator::Assign || assignment.left.span() != target {
        return None;
    }
    if path.is_empty() && computed.is_none() {
        return None;
    }
    let statement = nodes.parent_id(at);
    let AstKind::ExpressionStatement(whole) = nodes.kind(statement) else { return None };
    let in_list = is_list(nodes.parent_kind(statement));
    Some(Write { path, computed, value: &assignment.right, statement: whole.span, in_list })
}

/// `x || {}` and `x || []`: `x`.
pub(super) fn without_default<'e, 'a>(expression: &'e Expression<'a>) -> &'e Expression<'a> {
    match expression {
        Expression::LogicalExpression(choice) if choice.operator != LogicalOperator::And => {
            let is_empty = match &choice.right {
                Expression::ObjectExpression(it) => it.properties.is_empty(),
                Expression::ArrayExpression(it) => it.elements.is_empty(),
                _ => false,
            };
            if is_empty { without_default(&choice.left) } else { expression }
        }
        other => other,
    }
}

/// A text that is known to its end.
fn whole(script: &Script<'_>, expression: &Expression<'_>) -> Option<String> {
    match expression {
        Expression::StringLiteral(text) => Some(text.value.to_string()),
        Expression::Identifier(name) => match script.constant(script.symbol(name)?)? {
            Constant::Value(value) => whole(script, value),
            _ => None,
        },
        _ => None,
    }
}

/// How a text begins, as far as that can be read.
pub(super) fn beginning(script: &Script<'_>, expression: &Expression<'_>) -> Option<String> {
    match expression {
        Expression::StringLiteral(text) => Some(text.value.to_string()),
        Expression::TemplateLiteral(text) => {
            let first = text.quasis.first()?.value.cooked.as_ref()?.to_string();
            if !first.is_empty() {
                return Some(first);
            }
            let inserted = text.expressions.first()?;
            let after = text.quasis.get(1).and_then(|it| it.value.cooked.as_ref());
            match (whole(script, inserted), after) {
                (Some(inserted), Some(after)) => Some(format!("{inserted}{after}")),
                _ => beginning(script, inserted),
            }
        }
        Expression::BinaryExpression(sum) => match (whole(script, &sum.left), &sum.right) {
            (Some(left), Expression::StringLiteral(right)) => {
                Some(format!("{left}{}", right.value))
            }
            _ => beginning(script, &sum.left),
        },
        Expression::Identifier(name) => match script.constant(script.symbol(name)?)? {
            Constant::Value(value) => beginning(script, value),
            _ => None,
        },
        _ => None,
    }
}

/// Whether Auth0 kept a claim whose name begins like this: a namespace of the
/// tenant's own. `None`: too little is known.
pub(super) fn is_namespaced(beginning: &str, is_whole: bool) -> Option<bool> {
    // A keyword marker (masked, see `hook`): what it becomes is not known here.
    if beginning.starts_with("$$") {
        return Some(true);
    }
    let rest = beginning.strip_prefix("https://").or_else(|| beginning.strip_prefix("http://"));
    let Some(rest) = rest else {
        return if is_whole || beginning.len() >= 8 { Some(false) } else { None };
    };
    if !is_whole && !rest.contains('/') {
        return None;
    }
    let url = url::Url::parse(beginning).ok()?;
    Some(!is_reserved_host(url.host_str()?))
}
