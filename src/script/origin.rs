//! Where an expression comes from: the hook's context, its `webtask`, its
//! secrets, or something else.
//!
//! Follows names that never change, and objects that are taken apart. Must
//! not guess: what can't be followed has no origin.

use oxc::ast::AstKind;
use oxc::ast::ast::{BindingPattern, ChainElement, Expression, LogicalOperator, ObjectPattern};
use oxc::semantic::SymbolId;
use oxc::span::GetSpan;

use super::tree::Script;

/// A thing that Auth0 passes to a hook, and that leads to its secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The context argument.
    Context,
    /// The event of an action.
    Event,
    /// `context.webtask`.
    Webtask,
    /// `context.webtask.secrets`.
    Secrets,
    /// `context.webtask.data`: secrets and request parameters in one.
    Data,
}

impl Origin {
    /// What a property of it is.
    fn property(from: Option<Self>, name: &str) -> Option<Self> {
        match (from, name) {
            // `webtask` is a name that nothing else goes by.
            (None | Some(Self::Context), "webtask") => Some(Self::Webtask),
            (Some(Self::Webtask | Self::Event), "secrets") => Some(Self::Secrets),
            (Some(Self::Webtask), "data") => Some(Self::Data),
            _ => None,
        }
    }
}

/// How many names and properties are followed.
const MAX_STEPS: usize = 12;

/// Where an expression comes from.
pub(crate) fn origin(script: &Script<'_>, expression: &Expression<'_>) -> Option<Origin> {
    steps(script, expression, 0)
}

fn steps(script: &Script<'_>, expression: &Expression<'_>, step: usize) -> Option<Origin> {
    if step > MAX_STEPS {
        return None;
    }
    match expression {
        Expression::Identifier(name) => of_symbol(script, script.symbol(name)?, step + 1),
        Expression::ChainExpression(chain) => match &chain.expression {
            ChainElement::StaticMemberExpression(member) => {
                let from = steps(script, &member.object, step + 1);
                Origin::property(from, member.property.name.as_str())
            }
            _ => None,
        },
        Expression::LogicalExpression(choice) if choice.operator != LogicalOperator::And => {
            steps(script, &choice.left, step + 1)
        }
        Expression::AwaitExpression(awaited) => steps(script, &awaited.argument, step + 1),
        other => {
            let member = other.as_member_expression()?;
            let from = steps(script, member.object(), step + 1);
            Origin::property(from, member.static_property_name()?)
        }
    }
}

/// Where the value of a name comes from.
pub(crate) fn of_name(script: &Script<'_>, symbol: SymbolId) -> Option<Origin> {
    of_symbol(script, symbol, 0)
}

/// Where a property of an expression comes from.
pub(crate) fn of_member(
    script: &Script<'_>,
    object: &Expression<'_>,
    name: &str,
) -> Option<Origin> {
    Origin::property(origin(script, object), name)
}

fn of_symbol(script: &Script<'_>, symbol: SymbolId, step: usize) -> Option<Origin> {
    let handler = script.handler.as_ref();
    if handler.is_some_and(|handler| handler.context == Some(symbol)) {
        return Some(Origin::Context);
    }
    if script.events.contains(&symbol) {
        return Some(Origin::Event);
    }
    if script.is_mutated(symbol) || step > MAX_STEPS {
        return None;
    }
    let declared = script.semantic.symbol_declaration(symbol);
    match declared.kind() {
        AstKind::VariableDeclarator(variable) => {
            let from = steps(script, variable.init.as_ref()?, step + 1);
            in_pattern(&variable.id, from, symbol)?
        }
        AstKind::FormalParameter(parameter) => {
            in_pattern(&parameter.pattern, of_parameter(script, &parameter.pattern), symbol)?
        }
        _ => None,
    }
}

/// What a parameter gets that is taken apart.
fn of_parameter(script: &Script<'_>, pattern: &BindingPattern<'_>) -> Option<Origin> {
    let context = script.handler.as_ref().and_then(|handler| handler.context_pattern());
    match context.is_some_and(|it| it.span() == pattern.span()) {
        true => Some(Origin::Context),
        false => script.is_event_pattern(pattern).then_some(Origin::Event),
    }
}

/// What a name inside a pattern gets, given what the whole is. The outer
/// `None`: the name isn't in it.
fn in_pattern(
    pattern: &BindingPattern<'_>,
    whole: Option<Origin>,
    symbol: SymbolId,
) -> Option<Option<Origin>> {
    match pattern {
        BindingPattern::BindingIdentifier(name) => {
            (name.symbol_id.get() == Some(symbol)).then_some(whole)
        }
        BindingPattern::AssignmentPattern(with_default) => {
            in_pattern(&with_default.left, whole, symbol)
        }
        BindingPattern::ObjectPattern(object) => object.properties.iter().find_map(|property| {
            let part = property.key.static_name().and_then(|key| Origin::property(whole, &key));
            in_pattern(&property.value, part, symbol)
        }),
        BindingPattern::ArrayPattern(_) => None,
    }
}

/// Every pattern that takes apart something with an origin, with that origin.
pub(crate) fn patterns<'s, 'a>(script: &'s Script<'a>) -> Vec<(Origin, &'s ObjectPattern<'a>)> {
    let mut found = Vec::new();
    for node in script.nodes() {
        let (pattern, whole) = match node.kind() {
            AstKind::VariableDeclarator(variable) => match &variable.init {
                Some(value) => (&variable.id, origin(script, value)),
                None => continue,
            },
            AstKind::FormalParameter(parameter) => {
                (&parameter.pattern, of_parameter(script, &parameter.pattern))
            }
            _ => continue,
        };
        collect(pattern, whole, &mut found);
    }
    found
}

fn collect<'s, 'a>(
    pattern: &'s BindingPattern<'a>,
    whole: Option<Origin>,
    found: &mut Vec<(Origin, &'s ObjectPattern<'a>)>,
) {
    match pattern {
        BindingPattern::ObjectPattern(object) => {
            if let Some(whole) = whole {
                found.push((whole, object));
            }
            for property in &object.properties {
                let part = property.key.static_name().and_then(|key| Origin::property(whole, &key));
                collect(&property.value, part, found);
            }
        }
        BindingPattern::AssignmentPattern(it) => collect(&it.left, whole, found),
        BindingPattern::BindingIdentifier(_) | BindingPattern::ArrayPattern(_) => {}
    }
}
