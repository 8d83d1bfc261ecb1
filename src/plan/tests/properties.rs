//! For any two states: carrying out the plan gives the desired one, the next
//! plan is empty, and a run that ends anywhere is finished by the next.

use proptest::collection::vec;
use proptest::prelude::*;

use super::world::{World, plan_of, wanted};
use crate::model::{Body, DesiredState, Live, LiveState, Trigger};
use crate::plan::guard::{self, Allowed};
use crate::plan::{diff, matching};

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// A state that is shown in the words of [`wanted`].
#[derive(Clone)]
struct Shown<T>(T, Vec<String>);

impl<T> std::fmt::Debug for Shown<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.1.fmt(f)
    }
}

impl<T> std::ops::Deref for Shown<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

fn desired_states() -> impl Strategy<Value = Shown<DesiredState>> {
    let hook = (0..3_usize, 0..3_usize, 0..3_u8, vec(0..4_usize, 0..3), vec(0..5_usize, 0..2));
    vec(hook, 0..5).prop_map(|hooks| {
        let mut state = DesiredState::default();
        for (index, (trigger, script, enabled, secrets, former)) in hooks.into_iter().enumerate() {
            let mut line = format!("{} {trigger} s{script}", NAMES[index]);
            line.push_str(["", " on", " off"][usize::from(enabled)]);
            secrets.iter().for_each(|secret| line.push_str(&format!(" +S{secret}")));
            former.iter().for_each(|name| line.push_str(&format!(" <{}", NAMES[*name])));
            let mut hook = wanted(&line);
            let runs = |other: &crate::model::Definition| {
                other.enabled() == Some(true) && other.trigger == hook.trigger
            };
            if hook.enabled() == Some(true) && state.definitions.iter().any(runs) {
                hook.body = Body::Hook { enabled: Some(false) };
            }
            hook.renamed_from.retain(|name| *name != hook.name);
            state.definitions.push(hook);
        }
        // the loader refuses a former name that two definitions claim
        let mut claimed = std::collections::BTreeSet::new();
        for hook in &mut state.definitions {
            hook.renamed_from.retain(|name| claimed.insert(name.clone()));
        }
        let shown = state.definitions.iter().map(|hook| {
            let secrets: Vec<_> = hook.secrets.iter().flat_map(|s| s.keys()).collect();
            format!(
                "{} {} {} {:?} {secrets:?} <{:?}",
                hook.name,
                hook.trigger,
                hook.script.as_str(),
                hook.enabled(),
                hook.renamed_from
            )
        });
        Shown(state.clone(), shown.collect())
    })
}

fn live_states() -> impl Strategy<Value = Shown<LiveState>> {
    let hook = (0..3_usize, 0..3_usize, any::<bool>(), vec(0..4_usize, 0..3));
    (vec(hook, 0..5), any::<usize>()).prop_map(|(hooks, turn)| {
        let mut state = LiveState::default();
        for (index, (trigger, script, enabled, secrets)) in hooks.into_iter().enumerate() {
            let name = NAMES[(index + turn % 5) % 5];
            let mut line = format!("{name} {trigger} s{script}");
            secrets.iter().for_each(|secret| line.push_str(&format!(" +S{secret}")));
            let mut hook = super::world::live(&line);
            hook.runs = enabled
                && !state
                    .resources
                    .iter()
                    .any(|other: &Live| other.runs && other.trigger == hook.trigger);
            state.resources.push(hook);
        }
        let shown = state.resources.iter().map(|hook| {
            let script = hook.script.as_ref().unwrap().as_str();
            format!("{} {} {script} {} {:?}", hook.name, hook.trigger, hook.runs, hook.secrets)
        });
        Shown(state.clone(), shown.collect())
    })
}

/// Carries out the first `count` steps of the plan.
fn carried_out(desired: &DesiredState, live: &LiveState, count: usize) -> LiveState {
    let plan = plan_of(desired, live);
    let mut world = World::new(live);
    for (id, step) in plan.steps.iter().enumerate().take(count) {
        assert!(step.after.iter().all(|before| *before < id), "{step:?}");
        world.carry_out(id, step);
    }
    world.state()
}

fn assert_is(desired: &DesiredState, live: &LiveState) {
    let plan = plan_of(desired, live);
    assert!(plan.is_clean(), "{:#?}", plan.changes);
    assert_eq!(live.resources.len(), desired.definitions.len());
    for hook in &desired.definitions {
        let live = live.resources.iter().find(|live| live.name == hook.name).unwrap();
        assert_eq!(live.trigger, hook.trigger);
        assert_eq!(live.script.as_ref(), Some(&hook.script));
        assert!(hook.enabled().is_none_or(|enabled| enabled == live.runs));
        if let Some(secrets) = &hook.secrets {
            assert!(live.secrets.iter().flatten().eq(secrets.keys()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_leads_to_the_desired_state(desired in desired_states(), live in live_states()) {
        assert_is(&desired, &carried_out(&desired, &live, usize::MAX));
    }

    #[test]
    fn a_run_that_ended_anywhere_is_finished_by_the_next(
        desired in desired_states(), live in live_states(), ends in 0..12_usize,
    ) {
        let left = carried_out(&desired, &live, ends);
        assert_is(&desired, &carried_out(&desired, &left, usize::MAX));
    }

    #[test]
    fn a_trigger_keeps_a_running_hook_all_the_time(
        desired in desired_states(), live in live_states(),
    ) {
        // what runs before and after the plan may only be off between a
        // switch-off and the switch-on that takes over from it
        let plan = plan_of(&desired, &live);
        let mut world = World::new(&live);
        for (id, step) in plan.steps.iter().enumerate() {
            world.carry_out(id, step);
            for trigger in &Trigger::KNOWN[..3] {
                let runs = |state: &LiveState| {
                    state.resources.iter().any(|hook| hook.runs && hook.trigger == *trigger)
                };
                let done = carried_out(&desired, &live, usize::MAX);
                let moved = plan.changes.iter().any(|change| {
                    change.verb == crate::plan::Verb::Replace
                });
                if runs(&live) && runs(&done) && !runs(&world.state()) && !moved {
                    let owed = plan.steps[id + 1..].iter().any(|later| {
                        later.takes_over_from.iter().any(|from| *from <= id)
                    });
                    prop_assert!(owed, "nothing runs at {trigger} after step {id}");
                }
            }
        }
    }

    #[test]
    fn nothing_is_deleted_without_leave(desired in desired_states(), live in live_states()) {
        let options = crate::plan::Options::default();
        let plan = diff::plan(&desired, &live, "t.example", &options);
        let deletes = !guard::deletions(&plan).is_empty();
        let approved = guard::approve(plan, &Allowed::default());
        prop_assert_eq!(deletes, approved.is_err());
    }

    #[test]
    fn a_live_hook_is_meant_by_one_definition(
        desired in desired_states(), live in live_states(),
    ) {
        let (wanted, there): (Vec<_>, Vec<_>) =
            (desired.definitions.iter().collect(), live.resources.iter().collect());
        let pairing = matching::pair(&wanted, &there);
        let mut taken: Vec<usize> = pairing.of_desired.iter().flatten().copied().collect();
        taken.sort_unstable();
        let count = taken.len();
        taken.dedup();
        prop_assert_eq!(taken.len(), count);
    }
}
