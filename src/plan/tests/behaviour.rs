//! Which codes of a plan can be run side by side.

use super::actions_world;
use super::world;
use crate::model::DesiredState;
use crate::plan::behaviour::{Asked, asked, noted};
use crate::plan::{Behaviour, Compared, Options, Plan, diff};

fn words(plan: &Plan, desired: &DesiredState) -> Vec<String> {
    let of = |(at, asked): (usize, Asked)| {
        let name = &plan.changes[at].name;
        match asked {
            Asked::Nothing(why) => format!("{name}: {why}"),
            Asked::Pair(pair) => {
                let hook = pair.replaces.as_ref().map(|hook| format!("hook {hook} "));
                let keys = |keys: &std::collections::BTreeSet<String>| {
                    keys.iter().cloned().collect::<Vec<_>>().join("+")
                };
                format!(
                    "{name}: {}{} [{}] against {} [{}]",
                    hook.unwrap_or_default(),
                    pair.live,
                    keys(&pair.secrets_before),
                    pair.new,
                    keys(&pair.secrets_after)
                )
            }
        }
    };
    asked(plan, desired).into_iter().map(of).collect()
}

#[test]
fn of_hooks_those_whose_code_changes_are_run() {
    let check = |wanted: &[&str], live: &[&str], expected: &[&str]| {
        let desired = world::desired_state(wanted);
        let live = world::live_state(live);
        let plan = diff::plan(&desired, &live, "t.example", &world::options());
        assert_eq!(words(&plan, &desired), expected);
    };
    check(&["a 0 new on"], &["a 0 old on"], &["a: old [] against new []"]);
    check(&["a 0 new on +B"], &["a 0 old on +A"], &["a: old [A] against new [B]"]);
    // nothing of their code changes
    check(&["a 0 same on"], &["a 0 same off"], &[]);
    check(&["a 0 same on +A"], &["a 0 same on"], &[]);
    check(&["b 0 same on <a"], &["a 0 same on"], &[]);
    check(&["a 0 new on"], &[], &[]);
    check(
        &["a 1 new on"],
        &["a 0 old on"],
        &["a: its trigger changes, so that the old and the new code get different events"],
    );
}

#[test]
fn of_actions_what_is_deployed_is_the_live_code() {
    let check = |wanted: &[&str], live: &[&str], expected: &[&str]| {
        let desired = actions_world::desired_state(wanted, &[]);
        let live = actions_world::live_state(live, &[]);
        let plan = diff::plan(&desired, &live, "t.example", &Options::default());
        assert_eq!(words(&plan, &desired), expected);
    };
    check(&["a post-login new"], &["a post-login old"], &["a: old [] against new []"]);
    // the draft is as desired and only has to be deployed
    check(&["a post-login new"], &["a post-login new draft"], &["a: deployed [] against new []"]);
    // somebody's draft is overwritten with what runs
    check(&["a post-login deployed"], &["a post-login edited draft"], &[]);
    check(
        &["a post-login new"],
        &["a post-login old never"],
        &["a: no version of it is deployed, so nothing of it runs yet"],
    );
}

#[test]
fn what_was_found_is_no_part_of_the_fingerprint() {
    let (desired, live) =
        (world::desired_state(&["a 0 new on"]), world::live_state(&["a 0 old on"]));
    let plan = diff::plan(&desired, &live, "t.example", &world::options());
    let noted = noted(plan.clone(), vec![(0, Behaviour::Compared(Compared::default()))]);
    assert!(noted.changes[0].behaviour.is_some());
    assert_eq!(noted.fingerprint, plan.fingerprint);
}
