//! What is known of conditions on the way to one point of a function: that an
//! `if` was left on one side, so that its opposite needs no `else`.
//!
//! Main types: [`Conditions`] and [`Facts`]. A condition that can't be
//! compared is not known; neither is one whose names are written in between.

use std::collections::HashMap;

use oxc::ast::AstKind;
use oxc::ast::ast::{
    Argument, AssignmentTarget, BinaryOperator, ChainElement, Expression, LogicalOperator,
    UnaryOperator,
};
use oxc::semantic::SymbolId;
use oxc::span::GetSpan;

use crate::script::tree::Script;

/// What is known on some path: a place in the list that [`Conditions`] keeps.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Facts(u32);

/// One condition, known to hold or not to hold from some place on.
struct Known {
    parent: Facts,
    /// How many are known before it.
    depth: u32,
    key: String,
    holds: bool,
    names: Vec<SymbolId>,
    at: u32,
}

/// A condition in a form that can be compared.
pub(super) enum Condition {
    /// One that is not taken apart: its form, and the names it reads.
    One(String, Vec<SymbolId>),
    /// The opposite.
    Not(Box<Self>),
    /// Both hold.
    Both(Box<Self>, Box<Self>),
}

/// How many facts are kept on a path, and how deep a condition may nest.
const MAX_FACTS: u32 = 48;
const MAX_DEPTH: usize = 16;

/// All that was learned while one function was followed.
#[derive(Default)]
pub(super) struct Conditions {
    known: Vec<Known>,
    writes: HashMap<SymbolId, Vec<u32>>,
}

impl Conditions {
    /// Whether a condition holds at some place, given what is known.
    pub(super) fn holds(
        &mut self,
        script: &Script<'_>,
        facts: Facts,
        condition: &Condition,
        at: u32,
    ) -> Option<bool> {
        let (key, negated) = condition.key();
        if let Some(known) = self.look_up(script, facts, &key, at) {
            return Some(known != negated);
        }
        match condition {
            Condition::One(..) => None,
            Condition::Not(inner) => self.holds(script, facts, inner, at).map(|holds| !holds),
            Condition::Both(one, other) => {
                let one = self.holds(script, facts, one, at);
                let other = self.holds(script, facts, other, at);
                match (one, other) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                }
            }
        }
    }

    /// The same facts, and this one.
    pub(super) fn assume(
        &mut self,
        script: &Script<'_>,
        facts: Facts,
        condition: &Condition,
        holds: bool,
        at: u32,
    ) -> Facts {
        match condition {
            Condition::One(..) => self.add(facts, condition, holds, at),
            Condition::Not(inner) => self.assume(script, facts, inner, !holds, at),
            Condition::Both(one, other) if holds => {
                let facts = self.assume(script, facts, one, true, at);
                self.assume(script, facts, other, true, at)
            }
            // Not both: if one is known to hold, it is the other that doesn't.
            Condition::Both(one, other) => {
                if self.holds(script, facts, one, at) == Some(true) {
                    self.assume(script, facts, other, false, at)
                } else if self.holds(script, facts, other, at) == Some(true) {
                    self.assume(script, facts, one, false, at)
                } else {
                    self.add(facts, condition, false, at)
                }
            }
        }
    }

    /// What two paths both know, where they meet.
    pub(super) fn common(&self, mut one: Facts, mut other: Facts) -> Facts {
        while one != other {
            if self.depth(one) >= self.depth(other) {
                one = self.parent(one);
            } else {
                other = self.parent(other);
            }
        }
        one
    }

    fn entry(&self, facts: Facts) -> Option<&Known> {
        self.known.get((facts.0 as usize).checked_sub(1)?)
    }

    fn depth(&self, facts: Facts) -> u32 {
        self.entry(facts).map_or(0, |known| known.depth + 1)
    }

    fn parent(&self, facts: Facts) -> Facts {
        self.entry(facts).map_or(Facts(0), |known| known.parent)
    }

    fn add(&mut self, facts: Facts, condition: &Condition, holds: bool, at: u32) -> Facts {
        let depth = self.depth(facts);
        if depth >= MAX_FACTS {
            return facts;
        }
        let (key, negated) = condition.key();
        let mut names = Vec::new();
        condition.names(&mut names);
        self.known.push(Known { parent: facts, depth, key, holds: holds != negated, names, at });
        Facts(u32::try_from(self.known.len()).unwrap_or(0))
    }

    fn look_up(&mut self, script: &Script<'_>, facts: Facts, key: &str, at: u32) -> Option<bool> {
        let mut facts = facts;
        let found = loop {
            let known = self.entry(facts)?;
            if known.key == key {
                break facts;
            }
            facts = known.parent;
        };
        let (names, since, holds) = {
            let known = self.entry(found)?;
            (known.names.clone(), known.at, known.holds)
        };
        let is_written = |writes: &[u32]| {
            let first = writes.partition_point(|place| *place < since);
            writes.get(first).is_some_and(|place| *place < at)
        };
        let changed = names.into_iter().any(|name| is_written(self.writes(script, name)));
        (!changed).then_some(holds)
    }

    /// Where a name is assigned to, or a property of it.
    fn writes(&mut self, script: &Script<'_>, name: SymbolId) -> &[u32] {
        self.writes.entry(name).or_insert_with(|| {
            let mut places: Vec<u32> = script
                .semantic
                .symbol_references(name)
                .filter(|reference| {
                    reference.is_write() || {
                        let id = reference.node_id();
                        is_written_through(script, id)
                    }
                })
                .map(|reference| script.semantic.nodes().kind(reference.node_id()).span().start)
                .collect();
            places.sort_unstable();
            places
        })
    }
}

/// Whether a name is the object of a member that is assigned to.
fn is_written_through(script: &Script<'_>, name: oxc::semantic::NodeId) -> bool {
    let nodes = script.semantic.nodes();
    let mut own = nodes.kind(name).span();
    for kind in nodes.ancestor_kinds(name).take(MAX_DEPTH) {
        match kind {
            AstKind::StaticMemberExpression(member) if member.object.span() == own => {
                own = member.span;
            }
            AstKind::ComputedMemberExpression(member) if member.object.span() == own => {
                own = member.span;
            }
            AstKind::AssignmentExpression(assignment) => {
                return match &assignment.left {
                    AssignmentTarget::StaticMemberExpression(member) => member.span == own,
                    AssignmentTarget::ComputedMemberExpression(member) => member.span == own,
                    _ => false,
                };
            }
            AstKind::UpdateExpression(_) => return true,
            _ => return false,
        }
    }
    false
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
    fn key(&self) -> (String, bool) {
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

    fn names(&self, names: &mut Vec<SymbolId>) {
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
            ChainElement::CallExpression(call) => {
                let mut text = inner(&call.callee)?;
                for argument in &call.arguments {
                    text = format!("{text}({})", inner(argument.as_expression()?)?);
                }
                Some(format!("{text}()"))
            }
            _ => None,
        },
        Expression::CallExpression(call) => {
            let mut text = inner(&call.callee)?;
            for argument in call.arguments.iter().map(Argument::as_expression) {
                text = format!("{text}({})", inner(argument?)?);
            }
            Some(format!("{text}()"))
        }
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

/// A literal, distinguished from every other: `'1'` from `1`, and from `"1"` not.
fn literal(script: &Script<'_>, expression: &Expression<'_>) -> String {
    match expression {
        Expression::StringLiteral(text) => format!("{:?}", text.value.as_str()),
        Expression::NumericLiteral(number) => number.value.to_string(),
        other => script.text(other.span()).to_owned(),
    }
}
