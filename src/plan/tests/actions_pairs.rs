//! Any two states of actions and bindings come together.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::actions::{as_strs, plan_of, steps};
use super::actions_world::{carried_out, desired_state, live_state};
use crate::model::{DesiredState, Id, Kind, LiveState, Name};
use crate::plan::guard::{self, Allowed};
use crate::plan::{Options, Verb, diff};

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const TRIGGERS: [&str; 2] = ["post-login", "pre-user-registration"];

#[derive(Debug, Clone)]
struct Made {
    lines: Vec<String>,
    orders: Vec<String>,
}

fn states(flags: &'static [&'static str], former: bool) -> impl Strategy<Value = Made> {
    let one = (0..2_usize, 0..2_usize, 0..flags.len(), vec(0..2_usize, 0..2), 0..8_usize);
    (vec(prop::option::of(one), 4), vec(0..4_usize, 0..4)).prop_map(move |(all, bound)| {
        let mut made = Made { lines: Vec::new(), orders: Vec::new() };
        for (at, one) in all.into_iter().enumerate() {
            let Some((on, script, flag, secrets, from)) = one else { continue };
            let mut line = format!("{} {} s{script} {}", NAMES[at], TRIGGERS[on], flags[flag]);
            secrets.iter().for_each(|key| line.push_str(&format!(" +S{key}")));
            if former && from < 4 && from != at {
                line.push_str(&format!(" <{}", NAMES[from]));
            }
            made.lines.push(line);
        }
        for on in TRIGGERS {
            let mut names: Vec<&str> = Vec::new();
            for at in &bound {
                let prefix = format!("{} {on} ", NAMES[*at]);
                let fits = made.lines.iter().any(|line| {
                    line.starts_with(&prefix) && !line.contains("draft") && !line.contains("never")
                });
                if fits && !names.contains(&NAMES[*at]) {
                    names.push(NAMES[*at]);
                }
            }
            made.orders.push(format!("{on}: {}", names.join(" ")));
        }
        made
    })
}

/// A name that two actions have.
fn twice(state: &LiveState) -> Option<&Name> {
    let mut seen = BTreeSet::new();
    state.of(Kind::Action).map(|live| &live.name).find(|name| !seen.insert(*name))
}

fn claimed_once(mut state: DesiredState) -> DesiredState {
    let mut claimed = BTreeSet::new();
    for definition in &mut state.definitions {
        definition.renamed_from.retain(|name| claimed.insert(name.clone()));
    }
    state
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn any_two_states_come_together_and_any_run_is_finished_by_the_next(
        wanted in states(&[""], true), there in states(&["", "draft", "never", "never failed", "draft failed"], false),
        ends in 0..12_usize,
    ) {
        let desired =
            claimed_once(desired_state(&as_strs(&wanted.lines), &as_strs(&wanted.orders)));
        let live = live_state(&as_strs(&there.lines), &as_strs(&there.orders));
        let plan = plan_of(&desired, &live);
        prop_assert!(plan.unordered.is_empty());
        if !plan.changes.iter().any(|change| change.verb == Verb::Replace) {
            for count in 0..plan.steps.len() {
                prop_assert!(twice(&carried_out(&plan, &live, count)).is_none(), "{count} of {:#?}", steps(&plan));
            }
        }
        let whole = carried_out(&plan, &live, usize::MAX);
        let next = plan_of(&desired, &whole);
        prop_assert!(next.is_clean(), "{:#?}\n{:#?}", steps(&plan), next.changes);
        prop_assert_eq!(whole.of(Kind::Action).count(), desired.definitions.len());
        let left = carried_out(&plan, &live, ends);
        // among replacements a name may be there twice for a while: where both are
        // of one trigger, no plan is made until a person has chosen
        let identities: BTreeSet<_> =
            left.of(Kind::Action).map(|live| (&live.name, live.trigger.as_str())).collect();
        prop_assume!(identities.len() == left.of(Kind::Action).count());
        let rest = plan_of(&desired, &left);
        let finished = carried_out(&rest, &left, usize::MAX);
        let last = plan_of(&desired, &finished);
        prop_assert!(last.is_clean(), "{:#?}\n{:#?}\n{:#?}", steps(&plan), steps(&rest), last.changes);
        prop_assert_eq!(finished.of(Kind::Action).count(), desired.definitions.len());
    }

    #[test]
    fn nothing_of_actions_is_deleted_without_leave(
        wanted in states(&[""], false), there in states(&[""], false),
    ) {
        let desired = desired_state(&as_strs(&wanted.lines), &as_strs(&wanted.orders));
        let live = live_state(&as_strs(&there.lines), &as_strs(&there.orders));
        let plan = diff::plan(&desired, &live, "t", &Options::default());
        prop_assert_eq!(plan.count(Verb::Delete), 0);
        let deletes = !guard::deletions(&plan).is_empty();
        prop_assert_eq!(deletes, guard::approve(plan, &Allowed::default()).is_err());
    }
}

#[test]
fn an_interrupted_ring_is_recognised_where_a_trigger_changes_too() {
    let means = |wanted: &[&str], there: &[&str], expected: &[(&str, Option<&str>)]| {
        let plan = plan_of(&desired_state(wanted, &[]), &live_state(there, &[]));
        let found: Vec<(&str, Option<&str>)> = plan
            .changes
            .iter()
            .map(|one| (one.name.as_str(), one.id.as_ref().map(Id::as_str)))
            .collect();
        assert_eq!(found, expected, "{wanted:?} | {there:?}");
        assert!(plan.unmanaged.is_empty(), "{:?}", plan.unmanaged);
    };
    // which of the two goes first is the plan's choice: either may be waiting
    let moved = ["a post-login s0 <b", "b send-phone-message s1 <a"];
    let waiting = ["a post-login s1", "a-hooksync-rename post-login s0"];
    means(&moved, &waiting, &[("a", Some("id-a-hooksync-rename")), ("b", Some("id-a"))]);
    let waiting = ["b post-login s0", "b-hooksync-rename post-login s1"];
    means(&moved, &waiting, &[("a", Some("id-b")), ("b", Some("id-b-hooksync-rename"))]);
    let three = ["a post-login s0 <c", "b send-phone-message s1 <a", "c post-login s2 <b"];
    means(
        &three,
        &["a post-login s1", "a-hooksync-rename post-login s0", "b post-login s2"],
        &[("a", Some("id-a-hooksync-rename")), ("b", Some("id-a")), ("c", Some("id-b"))],
    );
    // without a rename to it, that name is one like others
    let plain = plan_of(
        &desired_state(&["a post-login s0"], &[]),
        &live_state(&["a post-login s0", "a-hooksync-rename post-login s9"], &[]),
    );
    let names: Vec<&str> = plain.changes.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["a-hooksync-rename"], "{:?}", plain.changes);
}
