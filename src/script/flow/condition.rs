//! One condition of a script, in a form that can be compared with another.
//!
//! Must not know what is known where: [`super::conditions`] does.

use oxc::ast::ast::{
    BinaryOperator, CallExpression, ChainElement, Expression, LogicalOperator, UnaryOperator,
};
use oxc::semantic::SymbolId;
use oxc::span::GetSpan;

use crate::script::tree::Script;

/// How deep a condition may nest.
pub(super) const MAX_DEPTH: usize = 16;

/// A condition in a form that can be compared.
pub(super) enum Condition {
    /// One that is not taken apart: its form, and the names it reads.
    One(String, Vec<SymbolId>),
    /// The opposite.
    Not(Box<Self>),
    /// Both hold.
    Both(Box<Self>, Box<Self>),
}

impl Condition {
    /// The comparable form of a test.
    pub(super) fn of(script: &Script<'_>, test: &Expression<'_>) -> Option<Self> {
        Self::at(script, test, 0)
    }

    /// The condition that a `switch` has when it enters a case.
    pub(super) fn equal(
        script: &Script<'_>,
        one: &Expression<'_>,
        other: &Expression<'_>,
    ) -> Option<Self> {
        Self::compared(script, "===", one, other, 0)
    }

    /// That neither of two holds.
    pub(super) fn neither(one: Self, other: Self) -> Self {
        Self::both(Self::not(one), Self::not(other))
    }

    fn not(inner: Self) -> Self {
        match inner {
            Self::Not(twice) => *twice,
            other => Self::Not(Box::new(other)),
        }
    }

    fn both(one: Self, other: Self) -> Self {
        Self::Both(Box::new(one), Box::new(other))
    }

    fn at(script: &Script<'_>, test: &Expression<'_>, depth: usize) -> Option<Self> {
        if depth > MAX_DEPTH {
            return None;
        }
        match test {
            Expression::UnaryExpression(it) if it.operator == UnaryOperator::LogicalNot => {
                Some(Self::not(Self::at(script, &it.argument, depth + 1)?))
            }
            Expression::LogicalExpression(it) => {
                let left = Self::at(script, &it.left, depth + 1)?;
                let right = Self::at(script, &it.right, depth + 1)?;
                match it.operator {
                    LogicalOperator::And => Some(Self::both(left, right)),
                    LogicalOperator::Or => Some(Self::not(Self::neither(left, right))),
                    LogicalOperator::Coalesce => None,
                }
            }
            Expression::BinaryExpression(it) => {
                let pair = |sign| Self::compared(script, sign, &it.left, &it.right, depth);
                let turned = |sign| Self::compared(script, sign, &it.right, &it.left, depth);
                match it.operator {
                    BinaryOperator::StrictEquality => pair("==="),
                    BinaryOperator::StrictInequality => pair("===").map(Self::not),
                    BinaryOperator::Equality => pair("=="),
                    BinaryOperator::Inequality => pair("==").map(Self::not),
                    BinaryOperator::LessThan => pair("<"),
                    BinaryOperator::GreaterEqualThan => pair("<").map(Self::not),
                    BinaryOperator::GreaterThan => turned("<"),
                    BinaryOperator::LessEqualThan => turned("<").map(Self::not),
                    _ => Self::one(script, test, depth),
                }
            }
            // `Boolean(x)` says what `x` says.
            Expression::CallExpression(call)
                if call.arguments.len() == 1
                    && matches!(&call.callee, Expression::Identifier(name)
                        if name.name == "Boolean" && script.symbol(name).is_none()) =>
            {
                Self::at(script, call.arguments.first()?.as_expression()?, depth + 1)
            }
            _ => Self::one(script, test, depth),
        }
    }

    fn compared(
        script: &Script<'_>,
        sign: &str,
        one: &Expression<'_>,
        other: &Expression<'_>,
        depth: usize,
    ) -> Option<Self> {
        let mut names = Vec::new();
        let one = form(script, one, &mut names, depth + 1)?;
        let other = form(script, other, &mut names, depth + 1)?;
        let (one, other) = if sign != "<" && other < one { (other, one) } else { (one, other) };
        Some(Self::One(format!("({one} {sign} {other})"), names))
    }

    fn one(script: &Script<'_>, test: &Expression<'_>, depth: usize) -> Option<Self> {
        let mut names = Vec::new();
        let form = form(script, test, &mut names, depth)?;
        Some(Self::One(form, names))
    }

    /// Its form, and whether what it says is the opposite of that.
    pub(super) fn key(&self) -> (String, bool) {
        match self {
            Self::One(key, _) => (key.clone(), false),
            Self::Not(inner) => {
                let (key, negated) = inner.key();
                (key, !negated)
            }
            Self::Both(one, other) => {
                let text = |(key, negated): (String, bool)| {
                    if negated { format!("!{key}") } else { key }
                };
                let mut both = [text(one.key()), text(other.key())];
                both.sort();
                (format!("({} && {})", both[0], both[1]), false)
            }
        }
    }

    /// The names it reads.
    pub(super) fn names(&self, names: &mut Vec<SymbolId>) {
        match self {
            Self::One(_, own) => names.extend(own),
            Self::Not(inner) => inner.names(names),
            Self::Both(one, other) => {
                one.names(names);
                other.names(names);
            }
        }
    }
}

/// An expression that gives the same whenever it is asked, as a text that is
/// the same for the same; `None` for all others.
fn form(
    script: &Script<'_>,
    expression: &Expression<'_>,
    names: &mut Vec<SymbolId>,
    depth: usize,
) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut inner = |expression: &Expression<'_>| form(script, expression, names, depth + 1);
    match expression {
        Expression::Identifier(name) => match script.symbol(name) {
            Some(symbol) => {
                names.push(symbol);
                Some(format!("#{}", symbol.index()))
            }
            None => Some(name.name.to_string()),
        },
        Expression::StaticMemberExpression(member) => {
            Some(format!("{}.{}", inner(&member.object)?, member.property.name))
        }
        Expression::ComputedMemberExpression(member) => {
            Some(format!("{}[{}]", inner(&member.object)?, inner(&member.expression)?))
        }
        Expression::ChainExpression(chain) => match &chain.expression {
            ChainElement::StaticMemberExpression(member) => {
                Some(format!("{}.{}", inner(&member.object)?, member.property.name))
            }
            ChainElement::CallExpression(call) => called(call, inner),
            _ => None,
        },
        Expression::CallExpression(call) => called(call, inner),
        Expression::UnaryExpression(it) if it.operator != UnaryOperator::Delete => {
            Some(format!("{} {}", it.operator.as_str(), inner(&it.argument)?))
        }
        Expression::BinaryExpression(it) => {
            Some(format!("({} {} {})", inner(&it.left)?, it.operator.as_str(), inner(&it.right)?))
        }
        Expression::ThisExpression(_) => Some("this".into()),
        Expression::NullLiteral(_)
        | Expression::BooleanLiteral(_)
        | Expression::NumericLiteral(_)
        | Expression::StringLiteral(_)
        | Expression::RegExpLiteral(_) => Some(literal(script, expression)),
        _ => None,
    }
}

fn called(
    call: &CallExpression<'_>,
    mut inner: impl FnMut(&Expression<'_>) -> Option<String>,
) -> Option<String> {
    let mut text = inner(&call.callee)?;
    for argument in &call.arguments {
        text = format!("{text}({})", inner(argument.as_expression()?)?);
    }
    Some(format!("{text}()"))
}

/// A literal, distinguished from every other: `'1'` from `1`, and from `"1"` not.
fn literal(script: &Script<'_>, expression: &Expression<'_>) -> String {
    match expression {
        Expression::StringLiteral(text) => format!("{:?}", text.value.as_str()),
        Expression::NumericLiteral(number) => number.value.to_string(),
        other => script.text(other.span()).to_owned(),
    }
}
