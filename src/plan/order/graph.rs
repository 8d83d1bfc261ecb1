//! Steps under construction: nodes, what each comes after, and the way from
//! there to a list in which every step follows what it waits for.
//!
//! Must not know what a step writes.

use crate::plan::step::{HookRef, Op, Owner, Step, StepId};

#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<Step>,
}

impl Graph {
    pub(super) fn add(&mut self, owner: Owner, op: Op) -> StepId {
        self.nodes.push(Step { owner, op, after: Vec::new(), takes_over_from: Vec::new() });
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

    /// Leaves `enabled` out of a patch, because another step sends it.
    pub(super) fn drop_enabled(&mut self, step: StepId) {
        if let Op::Patch { patch, .. } = &mut self.nodes[step].op {
            patch.enabled = None;
        }
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
    pub(super) fn into_steps(self) -> Vec<Step> {
        let mut place: Vec<Option<StepId>> = vec![None; self.nodes.len()];
        let mut order: Vec<StepId> = Vec::with_capacity(self.nodes.len());
        let mut by_owner: Vec<StepId> = (0..self.nodes.len()).collect();
        by_owner.sort_by_key(|&at| (self.nodes[at].owner, at));
        while order.len() < self.nodes.len() {
            let free = by_owner.iter().copied().find(|&at| {
                place[at].is_none()
                    && self.nodes[at].after.iter().all(|&before| place[before].is_some())
            });
            // the graph has no rings by construction; if it had one, its
            // steps would be left out rather than run in a wrong order
            debug_assert!(free.is_some(), "a ring of steps");
            let Some(free) = free else { break };
            place[free] = Some(order.len());
            order.push(free);
        }
        let moved = |ids: &[StepId]| {
            let mut ids: Vec<StepId> = ids.iter().filter_map(|&id| place[id]).collect();
            ids.sort_unstable();
            ids
        };
        order
            .iter()
            .map(|&at| {
                let Step { owner, op, after, takes_over_from } = &self.nodes[at];
                Step {
                    owner: *owner,
                    op: renumbered(op.clone(), &place),
                    after: moved(after),
                    takes_over_from: moved(takes_over_from),
                }
            })
            .collect()
    }
}

fn renumbered(mut op: Op, place: &[Option<StepId>]) -> Op {
    match &mut op {
        Op::Create { .. } => {}
        Op::Patch { hook, .. }
        | Op::Delete { hook }
        | Op::AddSecrets { hook, .. }
        | Op::UpdateSecrets { hook, .. }
        | Op::RemoveSecrets { hook, .. } => {
            if let HookRef::MadeBy(step) = hook {
                *step = place[*step].unwrap_or(*step);
            }
        }
    }
    op
}
