//! What is known of conditions on the way to one point of a function: that an
//! `if` was left on one side, so that its opposite needs no `else`.
//!
//! Main types: [`Conditions`] and [`Facts`]. A condition that can't be
//! compared is not known; neither is one whose names are written in between.

use std::collections::HashMap;

use oxc::ast::AstKind;
use oxc::semantic::SymbolId;
use oxc::span::GetSpan;

use super::condition::{Condition, MAX_DEPTH};
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

/// How many facts are kept on a path.
const MAX_FACTS: u32 = 48;

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
        let mut known = self.entry(facts)?;
        while known.key != key {
            known = self.entry(known.parent)?;
        }
        let (names, since, holds) = (known.names.clone(), known.at, known.holds);
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
                .filter(|it| it.is_write() || is_written_through(script, it.node_id()))
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
        match (kind.as_member_expression_kind(), kind) {
            (Some(member), _) if member.object().span() == own => own = kind.span(),
            (_, AstKind::AssignmentExpression(it)) => return it.left.span() == own,
            (_, kind) => return matches!(kind, AstKind::UpdateExpression(_)),
        }
    }
    false
}
