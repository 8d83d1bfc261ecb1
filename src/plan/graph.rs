//! Steps under construction: nodes, what each comes after, and the way from
//! there to a list in which every step follows what it waits for.
//!
//! Must not know what a step writes.

use super::step::{Op, Ref, Step, StepId};
use crate::model::Name;

/// Why there is no safe order of a plan's writes. That is a fault of this
/// program: `guard` refuses such a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoOrder {
    /// A change that needs something live has no id, or one that needs none
    /// has one.
    #[error("the change of {0} doesn't fit what is live")]
    Unfit(Name),
    /// Steps wait for each other.
    #[error("{0} writes wait for each other")]
    Ring(usize),
}

#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<Step>,
}

impl Graph {
    /// A step of a change, by the change's place in the plan.
    pub(super) fn add(&mut self, change: usize, op: Op) -> StepId {
        let shown_as = Name::action("");
        let (after, takes_over_from, awaits) = (Vec::new(), Vec::new(), Vec::new());
        self.nodes.push(Step { change, shown_as, op, after, takes_over_from, awaits });
        self.nodes.len() - 1
    }

    pub(super) fn after(&mut self, step: StepId, before: StepId) {
        if step != before && !self.nodes[step].after.contains(&before) {
            self.nodes[step].after.push(before);
        }
    }

    pub(super) fn after_if_possible(&mut self, step: StepId, before: StepId) {
        if !self.reaches(step, before) {
            self.after(step, before);
        }
    }

    pub(super) fn take_over(&mut self, step: StepId, from: StepId) {
        if !self.nodes[step].takes_over_from.contains(&from) {
            self.nodes[step].takes_over_from.push(from);
        }
    }

    /// What a step waits for by itself.
    pub(super) fn waits_for(&self, step: StepId) -> Vec<StepId> {
        self.nodes[step].after.clone()
    }

    /// What waits for a step itself.
    pub(super) fn behind(&self, step: StepId) -> Vec<StepId> {
        let nodes = self.nodes.iter().enumerate();
        nodes.filter(|(_, node)| node.after.contains(&step)).map(|(at, _)| at).collect()
    }

    /// Makes a step the first half of a cutover: the actions that `bind` binds
    /// and that were not bound before have to be in traffic.
    pub(super) fn open(&mut self, first: StepId, bind: StepId) {
        if let Op::Bind(bind) = &self.nodes[bind].op {
            self.nodes[first].awaits = bind.newcomers();
        }
    }

    /// Leaves the switch out of a step, because another one sends it.
    pub(super) fn drop_switch(&mut self, step: StepId) {
        self.nodes[step].op.drop_switch();
    }

    /// Whether `to` has to wait for `from`, directly or not.
    pub(super) fn reaches(&self, from: StepId, to: StepId) -> bool {
        let mut open = vec![to];
        let mut seen = vec![false; self.nodes.len()];
        while let Some(at) = open.pop() {
            if at == from {
                return true;
            }
            if !std::mem::replace(&mut seen[at], true) {
                open.extend(&self.nodes[at].after);
            }
        }
        false
    }

    /// The steps in an order that keeps every `after`; among those that are
    /// free to go, the order of their changes.
    pub(super) fn into_steps(self) -> Result<Vec<Step>, NoOrder> {
        let mut place: Vec<Option<StepId>> = vec![None; self.nodes.len()];
        let mut order: Vec<StepId> = Vec::with_capacity(self.nodes.len());
        let mut by_change: Vec<StepId> = (0..self.nodes.len()).collect();
        by_change.sort_by_key(|&at| (self.nodes[at].change, at));
        while order.len() < self.nodes.len() {
            let free = by_change.iter().copied().find(|&at| {
                place[at].is_none()
                    && self.nodes[at].after.iter().all(|&before| place[before].is_some())
            });
            let free = free.ok_or(NoOrder::Ring(self.nodes.len() - order.len()))?;
            place[free] = Some(order.len());
            order.push(free);
        }
        let place: Vec<StepId> = place.into_iter().flatten().collect();
        let moved = |ids: &[StepId]| {
            let mut ids: Vec<StepId> = ids.iter().map(|&id| place[id]).collect();
            ids.sort_unstable();
            ids
        };
        let step = |&at: &StepId| {
            let mut step = self.nodes[at].clone();
            for target in step.op.refs_mut().into_iter().chain(&mut step.awaits) {
                if let Ref::MadeBy(id) = target {
                    *id = place[*id];
                }
            }
            step.after = moved(&step.after);
            step.takes_over_from = moved(&step.takes_over_from);
            step
        };
        Ok(order.iter().map(step).collect())
    }
}
