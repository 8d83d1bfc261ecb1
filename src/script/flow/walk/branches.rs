//! Statements at which paths part and meet again: conditions, `try`, `switch`
//! and loops.

use oxc::ast::ast::{Expression, IfStatement, Statement, SwitchStatement, TryStatement};
use oxc::span::{GetSpan, Span};

use super::{Fault, Walker};
use crate::script::flow::condition::Condition;
use crate::script::flow::conditions::Facts;
use crate::script::flow::messages;
use crate::script::flow::paths::{Called, Paths};
use crate::script::tree::last_name;

impl<'a> Walker<'_, 'a> {
    /// What becomes of the paths that come to a test: those on which it holds,
    /// and those on which it doesn't.
    pub(super) fn split(&mut self, test: &Expression<'a>, paths: Paths) -> (Paths, Paths) {
        let Some(condition) = Condition::of(self.script, test) else {
            return (paths.in_branch(), paths.in_branch());
        };
        self.split_by(&condition, test.span().start, paths)
    }

    fn split_by(&mut self, condition: &Condition, at: u32, paths: Paths) -> (Paths, Paths) {
        let sure = paths.all_called();
        let (mut yes, mut no) = (paths, paths);
        (yes.untouched, no.untouched) = self.sides(paths.untouched, condition, at);
        (yes.handed, no.handed) = self.sides(paths.handed, condition, at);
        if let Some(called) = paths.called {
            let known = self.conditions.holds(self.script, called.facts, condition, at).is_some();
            let certain = called.certain && (known || sure);
            let (then, other) = self.sides(Some(called.facts), condition, at);
            yes.called = then.map(|facts| Called { facts, certain, ..called });
            no.called = other.map(|facts| Called { facts, certain, ..called });
        }
        (yes, no)
    }

    fn sides(
        &mut self,
        facts: Option<Facts>,
        condition: &Condition,
        at: u32,
    ) -> (Option<Facts>, Option<Facts>) {
        let Some(facts) = facts else { return (None, None) };
        match self.conditions.holds(self.script, facts, condition, at) {
            Some(true) => (Some(facts), None),
            Some(false) => (None, Some(facts)),
            None => (
                Some(self.conditions.assume(self.script, facts, condition, true, at)),
                Some(self.conditions.assume(self.script, facts, condition, false, at)),
            ),
        }
    }

    /// A statement that is only reached by some paths, perhaps by none.
    fn branch(&mut self, statement: &Statement<'a>, paths: Paths) -> Paths {
        if paths.reachable() { self.statement(statement, paths) } else { paths }
    }

    pub(super) fn if_statement(&mut self, it: &IfStatement<'a>, paths: Paths) -> Paths {
        let before = self.expression(&it.test, paths);
        let (yes, no) = self.split(&it.test, before);
        let then = self.branch(&it.consequent, yes);
        let other = match &it.alternate {
            Some(alternate) => self.branch(alternate, no),
            None if no.reachable() && messages::all_asked(self.script, it) => Paths::none(),
            None => no,
        };
        let other_at = it.alternate.as_ref().map(GetSpan::span);
        self.both_call(it.consequent.span(), other_at, before, then, other);
        let head = Span::new(it.span.start, it.test.span().end);
        let after = then.through(it.consequent.span()).meet(
            other.through(other_at.unwrap_or(head)),
            before,
            &self.conditions,
        );
        let is_mixed = before.touched() && before.untouched.is_some();
        // What is known of the test says which paths go where.
        let is_known = yes.untouched.is_none() || no.untouched.is_none();
        let branch_touches = self.touches.within(it.span);
        if !is_mixed || is_known {
            after
        } else if branch_touches {
            // Two conditions in a row that decide about the callback may be
            // one and its opposite.
            Paths { meetings: 2, ..after }
        } else if !then.reachable() || !other.reachable() {
            // Some leave here without touching it: those, perhaps, that have.
            let handed = after.handed.or(after.called.map(|called| called.facts));
            Paths { called: None, handed, meetings: 2, ..after }
        } else {
            after
        }
    }

    /// A second call that both branches lead to is as certain as one outside.
    fn both_call(
        &mut self,
        then_at: Span,
        other_at: Option<Span>,
        before: Paths,
        then: Paths,
        other: Paths,
    ) {
        let certain = |called: &Called| called.certain && !called.later;
        let Some(first) = before.called.filter(certain) else { return };
        let Some(other_at) = other_at.filter(|_| !before.all_called()) else { return };
        // By a call, or by giving the callback to something that will call it.
        let touches = |paths: Paths, at: Span| {
            let calls = paths.called.is_some_and(|called| at.contains_inclusive(called.at));
            let hands = paths.handed.is_some() && before.handed.is_none();
            (calls || hands) && paths.untouched.is_none()
        };
        if touches(then, then_at)
            && touches(other, other_at)
            && let Some(second) = then.called.map(|it| it.at).or(self.touches.first(then_at))
        {
            self.faults.push(Fault::Twice(first.at, second));
        }
    }

    pub(super) fn try_statement(&mut self, it: &TryStatement<'a>, paths: Paths) -> Paths {
        let ends_touched = it.finalizer.as_ref().is_some_and(|last| self.touches.within(last.span));
        self.silent += usize::from(ends_touched);
        let tried = self.statements(&it.block.body, paths);
        let first_touches =
            it.block.body.first().is_some_and(|first| self.touches.within(first.span()));
        let after = match &it.handler {
            Some(handler) => {
                let thrown = if first_touches {
                    let handed = paths.handed.or(paths.untouched);
                    Paths { untouched: None, handed, ..paths.in_branch() }
                } else {
                    paths.in_branch()
                };
                let caught = self.statements(&handler.body.body, thrown);
                tried.meet(caught.through(handler.span), paths, &self.conditions)
            }
            None => tried,
        };
        self.silent -= usize::from(ends_touched);
        match &it.finalizer {
            Some(last) if after.reachable() => self.statements(&last.body, after),
            _ => after,
        }
    }

    pub(super) fn switch(&mut self, it: &SwitchStatement<'a>, paths: Paths) -> Paths {
        let before = self.expression(&it.discriminant, paths);
        let at = it.discriminant.span().start;
        self.breaks.push(Paths::none());
        // Which paths enter each case, and which are left for `default`.
        let mut left_over = before.in_branch();
        let mut entering = Vec::new();
        for case in &it.cases {
            let condition = case
                .test
                .as_ref()
                .and_then(|test| Condition::equal(self.script, &it.discriminant, test));
            entering.push(match condition {
                Some(condition) => {
                    let (enters, others) = self.split_by(&condition, at, left_over);
                    left_over = others;
                    enters.in_branch()
                }
                None => before.in_branch(),
            });
        }
        let mut falling = Paths::none();
        for (case, enters) in it.cases.iter().zip(entering) {
            let enters = if case.test.is_none() { left_over.in_branch() } else { enters };
            let both = if falling.reachable() {
                falling.meet(enters, before, &self.conditions)
            } else {
                enters
            };
            falling = self.statements(&case.consequent, both);
        }
        let left = self.breaks.pop().unwrap_or_default();
        let asks_for_all = it.cases.len() >= 2
            && last_name(&it.discriminant)
                .is_some_and(|name| matches!(name, "message_type" | "action"));
        let complete = it.cases.iter().any(|case| case.test.is_none()) || asks_for_all;
        let skipped = if complete { Paths::none() } else { left_over };
        falling.meet(left, before, &self.conditions).meet(
            skipped.through(it.discriminant.span()),
            before,
            &self.conditions,
        )
    }

    pub(super) fn repeated(
        &mut self,
        body: &Statement<'a>,
        paths: Paths,
        endless: bool,
        test: Option<&Expression<'a>>,
    ) -> Paths {
        self.breaks.push(Paths::none());
        let once = self.branch(body, paths.in_branch());
        let left = self.breaks.pop().unwrap_or_default();
        if let Some(called) = once.called.filter(|called| called.certain)
            && body.span().contains_inclusive(called.at)
            && once.all_called()
            && !paths.touched()
            && !test.is_some_and(|test| self.is_decided_in(test, body))
        {
            self.faults.push(Fault::Often(called.at));
        }
        if endless {
            return left;
        }
        let after = paths.in_branch().meet(once, paths, &self.conditions).meet(
            left,
            paths,
            &self.conditions,
        );
        // Which round calls is often decided by a counter.
        let meetings = if once.touched() && !paths.touched() { 2 } else { after.meetings };
        Paths { meetings, ..after }
    }

    /// Whether a loop's body writes what its test reads.
    fn is_decided_in(&self, test: &Expression<'a>, body: &Statement<'a>) -> bool {
        let names = std::iter::once(self.script.semantic.nodes().get_node(test.node_id()))
            .chain(self.script.inside(test.node_id()));
        names.filter_map(|node| self.script.symbol_at(node.kind())).any(|symbol| {
            let mut references = self.script.semantic.symbol_references(symbol);
            references.any(|reference| {
                let at = self.script.semantic.nodes().kind(reference.node_id()).span();
                reference.is_write() && body.span().contains_inclusive(at)
            })
        })
    }
}
