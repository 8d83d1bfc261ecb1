//! Plans of both kinds, and the step from a hook to an action.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{actions_world, world};
use crate::model::{DesiredState, InPlay, Kind, LiveState, Trigger};
use crate::plan::cutover::First;
use crate::plan::guard::{self, Allowed};
use crate::plan::{Op, Options, Plan, Ref, diff};

const PRE: &str = "pre-user-registration";
const POST: &str = "post-user-registration";

fn desired(hooks: &[&str], actions: &[&str], orders: &[&str]) -> DesiredState {
    let mut state = actions_world::desired_state(actions, orders);
    state.definitions.splice(0..0, world::desired_state(hooks).definitions);
    state.in_play = InPlay { hooks: true, actions: true };
    state
}

fn live(hooks: &[&str], actions: &[&str], bound: &[&str]) -> LiveState {
    let mut state = actions_world::live_state(actions, bound);
    state.resources.splice(0..0, world::live_state(hooks).resources);
    state
}

fn plan_of(desired: &DesiredState, live: &LiveState) -> Plan {
    let options = Options { allow_delete: true, allow_delete_actions: true, ..Options::default() };
    diff::plan(desired, live, "t.example", &options)
}

/// What is there after each of the first steps; the last is the result.
fn states(plan: &Plan, live: &LiveState, count: usize) -> Vec<LiveState> {
    let of = |kind: Kind| LiveState {
        resources: live.of(kind).cloned().collect(),
        ..LiveState::default()
    };
    let mut hooks = world::World::new(&of(Kind::Hook));
    let mut actions = LiveState { bindings: live.bindings.clone(), ..of(Kind::Action) };
    let mut made = BTreeMap::new();
    let mut all = vec![live.clone()];
    for (at, step) in plan.steps.iter().enumerate().take(count) {
        assert!(step.after.iter().all(|before| *before < at), "{step:?}");
        match &step.op {
            Op::Hook(_) => hooks.carry_out(at, step),
            Op::Action(_) | Op::Bind(_) => {
                actions_world::carry_out(&mut actions, &mut made, at, step);
            }
        }
        let mut state = actions.clone();
        state.resources.splice(0..0, hooks.state().resources);
        state.resources.sort_by(|a, b| (a.kind(), &a.name, &a.id).cmp(&(b.kind(), &b.name, &b.id)));
        all.push(state);
    }
    all
}

fn steps(plan: &Plan) -> Vec<String> {
    let words = |step: &crate::plan::Step| {
        let what = match (&step.op, step.op.switches()) {
            (_, Some(false)) => "off".to_owned(),
            (Op::Bind(bind), _) => format!("bind {}", bind.entries.len()),
            (op, _) => format!("{} {:?}", op.kind(), op.write().sort).to_lowercase(),
        };
        let awaits: Vec<String> = step
            .awaits
            .iter()
            .map(|target| match target {
                Ref::Live(id) => id.to_string(),
                Ref::MadeBy(step) => format!("#{step}"),
            })
            .collect();
        format!("{what} after {:?} undoes {:?} awaits {awaits:?}", step.after, step.takes_over_from)
    };
    plan.steps.iter().map(words).collect()
}

#[track_caller]
fn check(hooks: &[&str], trigger: &str, expected: &[&str]) -> Plan {
    let order = format!("{trigger}: a");
    let number = Trigger::KNOWN.iter().position(|known| known.as_str() == trigger).unwrap();
    let desired = desired(hooks, &[&format!("a {trigger} s")], &[&order]);
    let live = live(&[&format!("h {number} x on")], &[], &[&format!("{trigger}:")]);
    let plan = plan_of(&desired, &live);
    assert_eq!(plan.unordered, [""; 0]);
    assert_eq!(steps(&plan), expected);
    let last = states(&plan, &live, usize::MAX).pop().unwrap();
    assert!(plan_of(&desired, &last).is_clean());
    plan
}

#[test]
fn where_nothing_may_be_left_out_the_action_is_bound_first() {
    let plan = check(
        &["h 1 x off"],
        PRE,
        &[
            "action create after [] undoes [] awaits []",
            "action deploy after [0] undoes [] awaits []",
            "bind 1 after [0, 1] undoes [] awaits [\"#0\"]",
            "off after [2] undoes [2] awaits []",
        ],
    );
    assert_eq!(plan.cutovers.len(), 1);
    assert_eq!(plan.cutovers[0].first, First::Bind);
}

#[test]
fn where_nothing_may_happen_twice_the_hook_is_off_first() {
    check(
        &["h 2 x off"],
        POST,
        &[
            "action create after [] undoes [] awaits []",
            "action deploy after [0] undoes [] awaits []",
            "off after [0, 1] undoes [] awaits [\"#0\"]",
            "bind 1 after [0, 1, 2] undoes [2] awaits []",
        ],
    );
}

#[test]
fn nothing_comes_between_the_two_halves() {
    check(
        &["h 2 x off +K"],
        POST,
        &[
            "action create after [] undoes [] awaits []",
            "action deploy after [0] undoes [] awaits []",
            "off after [0, 1] undoes [] awaits [\"#0\"]",
            "bind 1 after [0, 1, 2] undoes [2] awaits []",
            "hook secrets after [2, 3] undoes [] awaits []",
        ],
    );
}

#[test]
fn a_hook_that_is_deleted_is_switched_off_first_and_doesn_t_count_as_deleted() {
    let plan = check(
        &[],
        PRE,
        &[
            "action create after [] undoes [] awaits []",
            "action deploy after [0] undoes [] awaits []",
            "bind 1 after [0, 1] undoes [] awaits [\"#0\"]",
            "off after [2] undoes [2] awaits []",
            "hook delete after [2, 3] undoes [] awaits []",
        ],
    );
    assert_eq!(plan.count(crate::plan::Verb::Delete), 0);
    assert_eq!(guard::deletions(&plan), [""; 0]);
    // the tenant's only hook, without --force
    assert!(guard::approve(plan, &Allowed::default()).is_ok());
}

#[test]
fn what_is_no_cutover_stays_as_it_was() {
    let none = |hooks: &[&str], live_hooks: &[&str], bound: &str, orders: &[&str]| {
        let desired = desired(hooks, &["a pre-user-registration s"], orders);
        let live = live(live_hooks, &["a pre-user-registration s"], &[bound]);
        assert_eq!(plan_of(&desired, &live).cutovers, []);
    };
    let (order, free) = (["pre-user-registration: a"], "pre-user-registration:");
    // the action was bound before
    none(&["h 1 x off"], &["h 1 x on"], "pre-user-registration: a", &order);
    // the hook stays on, was off, runs elsewhere, or another hook takes over
    none(&["h 1 x on"], &["h 1 x on"], free, &order);
    none(&["h 1 x off"], &["h 1 y off"], free, &order);
    none(&["h 2 x off"], &["h 2 x on"], free, &order);
    none(&["h 1 x off", "i 1 x on"], &["h 1 x on", "i 1 x off"], free, &order);
    // nothing is bound
    none(&["h 1 x off"], &["h 1 x on"], free, &[]);
}

#[derive(Debug, Clone)]
struct Made {
    hooks: Vec<String>,
    actions: Vec<String>,
    orders: Vec<String>,
}

fn made(enabled: &'static [&'static str]) -> impl Strategy<Value = Made> {
    let hook = prop::option::of((0..2_usize, 0..2_usize, 0..enabled.len()));
    let action = prop::option::of((0..2_usize, 0..2_usize, any::<bool>()));
    (vec(hook, 3), vec(action, 3)).prop_map(|(hooks, actions)| {
        let mut made = Made { hooks: Vec::new(), actions: Vec::new(), orders: Vec::new() };
        let mut running = Vec::new();
        for (at, hook) in hooks.into_iter().enumerate() {
            let Some((on, script, flag)) = hook else { continue };
            let taken = enabled[flag] == "on" && running.contains(&on);
            let flag = if taken { "off" } else { enabled[flag] };
            running.extend((flag == "on").then_some(on));
            made.hooks.push(format!("h{at} {} s{script} {flag}", on + 1));
        }
        let mut orders = [vec![], vec![]];
        for (at, action) in actions.into_iter().enumerate() {
            let Some((on, script, bound)) = action else { continue };
            made.actions.push(format!("a{at} {} s{script}", [PRE, POST][on]));
            orders[on].extend(bound.then(|| format!("a{at}")));
        }
        for (on, names) in orders.into_iter().enumerate() {
            made.orders.push(format!("{}: {}", [PRE, POST][on], names.join(" ")));
        }
        made
    })
}

fn strs(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

/// Whether a hook or an action runs at a trigger.
fn runs(state: &LiveState, trigger: &Trigger) -> bool {
    let hook = state.of(Kind::Hook).any(|hook| hook.runs && hook.trigger == *trigger);
    let bound = state.bindings.iter().filter(|bindings| bindings.trigger == *trigger);
    hook || bound.flat_map(|bindings| &bindings.entries).next().is_some()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn any_two_states_of_both_kinds_come_together(
        wanted in made(&["on", "off", ""]), there in made(&["on", "off"]), ends in 0..12_usize,
    ) {
        let desired = desired(&strs(&wanted.hooks), &strs(&wanted.actions), &strs(&wanted.orders));
        let live = live(&strs(&there.hooks), &strs(&there.actions), &strs(&there.orders));
        let plan = plan_of(&desired, &live);
        prop_assert!(plan.unordered.is_empty(), "{:?}", plan.unordered);
        let all = states(&plan, &live, usize::MAX);
        let next = plan_of(&desired, all.last().unwrap());
        prop_assert!(next.is_clean(), "{:#?}\n{:#?}", steps(&plan), next.changes);
        // a run that ended anywhere is finished by the next
        let left = states(&plan, &live, ends).pop().unwrap();
        let rest = plan_of(&desired, &left);
        let finished = states(&rest, &left, usize::MAX).pop().unwrap();
        prop_assert!(plan_of(&desired, &finished).is_clean(), "{:#?}", steps(&rest));
        // no trigger whose refusals count is ever without its code
        for cutover in plan.cutovers.iter().filter(|cutover| cutover.first == First::Bind) {
            prop_assert!(all.iter().all(|state| runs(state, &cutover.trigger)));
        }
        for cutover in plan.cutovers.iter().filter(|cutover| cutover.first == First::SwitchOff) {
            let both = |state: &LiveState| {
                let hook = state.resources.iter().any(|it| Some(&it.id) == plan.changes[cutover.leaving].id.as_ref() && it.runs);
                let bound = state.bindings.iter().filter(|it| it.trigger == cutover.trigger);
                let names = bound.flat_map(|it| &it.entries).map(|entry| &entry.action_name);
                hook && names.into_iter().any(|name| cutover.actions.contains(name))
            };
            prop_assert!(!all.iter().any(both));
        }
    }
}
