//! The step from a hook to an action of the same trigger, as one unit.
//!
//! A plan that binds a new action to a trigger and switches off (or deletes)
//! the hook that runs there is one: the action is complete before anything is
//! switched, nothing lies between the two halves, and if the second fails the
//! first is undone. Must not decide whether a hook goes.

use std::collections::BTreeMap;

use super::order::Gives;
use crate::model::{Kind, Live, Name, Trigger};
use crate::plan::actions::Order;
use crate::plan::graph::Graph;
use crate::plan::{Change, Op, StepId, Verb};

/// One hook that gives way to actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cutover {
    /// The trigger; hooks and actions have the same ids for it.
    pub trigger: Trigger,
    /// The hook's change, by its place in the plan.
    pub leaving: usize,
    /// The change of the trigger's bindings.
    pub bindings: usize,
    /// The actions that are bound and were not before.
    pub actions: Vec<Name>,
    /// Which half is first.
    pub first: First,
}

/// Which half of a cutover comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// The action is bound while the hook still runs: running twice for a
    /// moment is better than not at all.
    Bind,
    /// The hook is off before the action is bound: nothing may happen twice.
    SwitchOff,
}

impl First {
    /// Which half comes first at a trigger; `None` where hooks never ran.
    #[must_use]
    pub fn at(trigger: &Trigger) -> Option<Self> {
        match trigger {
            Trigger::CredentialsExchange
            | Trigger::PreUserRegistration
            | Trigger::SendPhoneMessage => Some(Self::Bind),
            Trigger::PostUserRegistration | Trigger::PostChangePassword => Some(Self::SwitchOff),
            Trigger::Other(_) => None,
        }
    }
}

/// The cutovers among a plan's changes.
pub(in crate::plan) fn find(changes: &[Change], orders: &[Order]) -> Vec<Cutover> {
    let mut found = Vec::new();
    for (bindings, change) in changes.iter().enumerate() {
        let order = orders.iter().find(|order| order.trigger == change.trigger);
        let (Kind::Bindings, Some(order)) = (change.kind, order) else { continue };
        let Some(first) = First::at(&change.trigger) else { continue };
        let actions = order.newcomers();
        let takes_over = |other: &Change| {
            other.kind == Kind::Hook && other.switches_on() && other.trigger == change.trigger
        };
        if actions.is_empty() || changes.iter().any(takes_over) {
            continue;
        }
        let mut leaving = changes.iter().enumerate().filter(|(_, hook)| leaves(hook, change));
        // of two that ran side by side neither is the one that gives way
        let (Some((hook, _)), None) = (leaving.next(), leaving.next()) else { continue };
        found.push(Cutover {
            trigger: change.trigger.clone(),
            leaving: hook,
            bindings,
            actions,
            first,
        });
    }
    found
}

/// Whether a hook runs at the trigger of these bindings and won't any more.
fn leaves(hook: &Change, bindings: &Change) -> bool {
    hook.kind == Kind::Hook
        && hook.verb != Verb::Replace
        && hook.gives_way()
        && hook.live.as_ref().is_some_and(|live| live.runs && live.trigger == bindings.trigger)
}

/// The only hook that runs at the trigger of a new action and won't any more.
pub(in crate::plan) fn leaving<'a>(changes: &'a [Change], action: &Change) -> Option<&'a Change> {
    let mut leaving = changes.iter().filter(|hook| {
        let runs_there = |live: &Live| live.runs && live.trigger == action.trigger;
        hook.kind == Kind::Hook && hook.gives_way() && hook.live.as_ref().is_some_and(runs_there)
    });
    let (Some(hook), None) = (leaving.next(), leaving.next()) else { return None };
    (action.kind == Kind::Action).then_some(hook)
}

/// Puts the two halves of each cutover in order. `binds` are the steps that
/// write bindings, by their change.
pub(in crate::plan) fn order(
    graph: &mut Graph,
    cutovers: &[Cutover],
    gives: &[Gives],
    binds: &BTreeMap<usize, StepId>,
    changes: &[Change],
) {
    for cutover in cutovers {
        let (Some(&bind), Some(gives)) = (binds.get(&cutover.bindings), gives.get(cutover.leaving))
        else {
            continue;
        };
        let off = match (gives.off, &changes[cutover.leaving].id) {
            (Some(off), _) => off,
            // what is deleted is switched off first, for that can be undone
            (None, Some(id)) => graph.add(cutover.leaving, Op::switch(id.clone(), false)),
            (None, None) => continue,
        };
        let (first, second) = match cutover.first {
            First::Bind => (bind, off),
            First::SwitchOff => (off, bind),
        };
        // all that the second waits for is done before the first begins
        for before in graph.waits_for(second) {
            graph.after_if_possible(first, before);
        }
        // what waits for the first, such as secrets that are sent again, does
        // not come between the two
        for behind in graph.behind(first) {
            graph.after_if_possible(behind, second);
        }
        graph.after(second, first);
        graph.take_over(second, first);
        graph.open(first, bind);
        if let Some(delete) = gives.delete {
            graph.after(delete, off);
            graph.after(delete, bind);
        }
    }
}
