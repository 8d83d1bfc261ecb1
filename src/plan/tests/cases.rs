//! What a reviewer reads and what is sent, for the cases people have.

use super::world::{World, desired_state, live_state, plan_of};
use crate::model::{Id, Kind};
use crate::plan::guard::{self, Allowed, Refusal};
use crate::plan::hooks::HookOp;
use crate::plan::{Op, Options, Plan, Ref, SecretVerb, SecretsMode, diff, twins};

/// The steps in short: `hook: what (after …)`.
fn steps(plan: &Plan) -> Vec<String> {
    plan.steps
        .iter()
        .map(|step| {
            let Op::Hook(op) = &step.op else { panic!("{step:?}") };
            let hook = |hook: &Ref| match hook {
                Ref::Live(id) => id.to_string(),
                Ref::MadeBy(step) => format!("#{step}"),
            };
            let what = match op {
                HookOp::Create { hook } => format!("create {} {:?}", hook.name, hook.enabled),
                HookOp::Patch { hook: to, patch } => {
                    let mut words = vec![format!("patch {}", hook(to))];
                    words.extend(patch.name.as_ref().map(|name| format!("name={name}")));
                    words.extend(patch.script.as_ref().map(|_| "script".to_owned()));
                    words.extend(patch.dependencies.as_ref().map(|_| "dependencies".to_owned()));
                    words.extend(patch.enabled.map(|on| format!("enabled={on}")));
                    words.join(" ")
                }
                HookOp::Delete { hook: to } => format!("delete {}", hook(to)),
                HookOp::Secrets { hook: to, verb, keys, .. } => {
                    let verb = match verb {
                        SecretVerb::Create => "add",
                        SecretVerb::Write => "write",
                        SecretVerb::Delete => "remove",
                    };
                    format!("{verb} {} {keys:?}", hook(to))
                }
            };
            format!("{what} after {:?} over {:?}", step.after, step.takes_over_from)
        })
        .collect()
}

#[track_caller]
fn check(desired: &[&str], live: &[&str], expected: &[&str]) {
    let (desired, live) = (desired_state(desired), live_state(live));
    let plan = plan_of(&desired, &live);
    assert_eq!(steps(&plan), expected);
    let mut world = World::new(&live);
    plan.steps.iter().enumerate().for_each(|(id, step)| world.carry_out(id, step));
    assert!(plan_of(&desired, &world.state()).is_clean());
}

#[test]
fn only_what_changes_is_sent() {
    check(&["a 1 s on"], &["a 1 s on"], &[]);
    check(&["a 1 new on"], &["a 1 old on"], &["patch id-a script after [] over []"]);
    check(&["a 1 s off"], &["a 1 s on"], &["patch id-a enabled=false after [] over []"]);
    check(&["b 1 s <a"], &["a 1 s"], &["patch id-a name=b after [] over []"]);
    check(
        &["b 1 new on <a"],
        &["a 1 old"],
        &["patch id-a name=b script enabled=true after [] over []"],
    );
}

#[test]
fn a_hook_is_complete_before_it_is_live() {
    check(&["a 1 s on"], &[], &["create a Some(true) after [] over []"]);
    check(
        &["a 1 s on +K"],
        &[],
        &[
            "create a Some(false) after [] over []",
            "add #0 [\"K\"] after [0] over []",
            "patch #0 enabled=true after [0, 1] over []",
        ],
    );
    check(
        &["a 1 new on +K +L"],
        &["a 1 old on +L +M"],
        &[
            "add id-a [\"K\"] after [] over []",
            "write id-a [\"L\"] after [] over []",
            "patch id-a script after [0, 1] over []",
            "remove id-a [\"M\"] after [0, 1, 2] over []",
        ],
    );
}

#[test]
fn the_running_hook_goes_off_before_the_next_goes_on() {
    check(
        &["a 1 s off", "b 1 s on"],
        &["a 1 s on", "b 1 s off"],
        &[
            "patch id-a enabled=false after [] over []",
            "patch id-b enabled=true after [0] over [0]",
        ],
    );
    // it keeps running until the tenant has taken the other's new script
    check(
        &["a 1 s off", "b 1 new on +K"],
        &["a 1 s on", "b 1 old off"],
        &[
            "add id-b [\"K\"] after [] over []",
            "patch id-b script after [0] over []",
            "patch id-a enabled=false after [0, 1] over []",
            "patch id-b enabled=true after [1, 2] over [2]",
        ],
    );
    // a new one is made first; a deleted one goes last
    check(
        &["b 1 s on +K"],
        &["a 1 s on"],
        &[
            "create b Some(false) after [] over []",
            "add #0 [\"K\"] after [0] over []",
            "patch id-a enabled=false after [0, 1] over []",
            "patch #0 enabled=true after [0, 1, 2] over [2]",
            "delete id-a after [2, 3] over []",
        ],
    );
}

#[test]
fn a_running_hook_that_no_definition_mentions_gives_way_and_is_told() {
    let options = Options::default();
    let plan = diff::plan(&desired_state(&["b 1 s on"]), &live_state(&["a 1 s on"]), "t", &options);
    assert_eq!(plan.changes.len(), 2);
    assert_eq!(plan.changes[0].source, None);
    assert!(plan.unmanaged.is_empty());
    assert_eq!(plan.warnings[0].code, "HS506");
}

#[test]
fn names_change_places() {
    check(
        &["a 2 s <b", "b 1 s <a"],
        &["a 1 s", "b 2 s"],
        &[
            "patch id-b name=a-hooksync-rename after [] over []",
            "patch id-a name=b after [0] over []",
            "patch id-b name=a after [0, 1] over []",
        ],
    );
    check(
        &["b 1 s <a", "c 1 s <b"],
        &["a 1 s", "b 1 s"],
        &["patch id-b name=c after [] over []", "patch id-a name=b after [0] over []"],
    );
}

#[test]
fn a_replaced_hook_goes_once_its_successor_is_there() {
    check(
        &["a 2 s on", "keep 3 s"],
        &["a 1 s on", "keep 3 s"],
        &[
            "patch id-a name=a-hooksync-replaced after [] over []",
            "create a Some(true) after [0] over [0]",
            "delete id-a after [1] over []",
        ],
    );
}

#[test]
fn a_name_changes_hands_where_one_is_replaced_and_the_other_takes_over() {
    check(
        &["a 0 1 on <b", "b 1 0 <a"],
        &["a 0 2 on", "b 0 1"],
        &[
            "patch id-b name=a-hooksync-rename after [] over []",
            "create b None after [0] over []",
            "patch id-a enabled=false after [] over []",
            "delete id-a after [1, 2] over []",
            "patch id-b name=a after [0, 3] over []",
            "patch id-b enabled=true after [2, 4] over [2]",
        ],
    );
}

#[test]
fn secrets_sent_again_are_no_change() {
    let (desired, live) = (desired_state(&["a 1 s +K"]), live_state(&["a 1 s +K"]));
    let plan = plan_of(&desired, &live);
    assert!(plan.is_clean());
    assert_eq!(plan.changes[0].secrets[0].key, "K");
    assert_eq!(plan.unchanged.len(), 1);
    for (secrets, count) in [(SecretsMode::Missing, 0), (SecretsMode::Never, 0)] {
        let options = Options { secrets: Some(secrets), ..Options::default() };
        assert_eq!(diff::plan(&desired, &live, "t", &options).steps.len(), count);
    }
}

#[test]
fn a_hook_does_not_go_live_without_a_secret_that_has_no_value() {
    let plan = plan_of(&desired_state(&["a 1 s on =K"]), &live_state(&[]));
    assert_eq!(steps(&plan), ["create a Some(false) after [] over []"]);
    assert!(plan.changes[0].withheld.is_some());
    let plan = plan_of(&desired_state(&["a 1 s on =K"]), &live_state(&["a 1 s on +K"]));
    assert!(plan.is_clean() && plan.steps.is_empty());
}

#[test]
fn deletes_need_leave_and_large_ones_force() {
    let refusals = |desired: &[&str], live: &[&str], deletes, force| {
        let allowed = Allowed { deletes, force, ..Allowed::default() };
        guard::approve(plan_of(&desired_state(desired), &live_state(live)), &allowed).err()
    };
    let live = ["a 1 s", "b 1 s", "c 1 s", "d 1 s"];
    let many =
        |deletes, live| Some(vec![Refusal::TooManyDeletes { kind: Kind::Hook, deletes, live }]);
    assert!(matches!(
        refusals(&["a 1 s", "b 1 s"], &live, false, false).as_deref(),
        Some([Refusal::Deletes { .. }])
    ));
    assert_eq!(refusals(&["a 1 s", "b 1 s"], &live, true, false), None);
    assert_eq!(refusals(&["a 1 s"], &live, true, false), many(3, 4));
    assert_eq!(refusals(&["a 1 s"], &live, true, true), None);
    assert_eq!(refusals(&[], &live[..1], true, false), many(1, 1));
    assert_eq!(refusals(&["a 1 s"], &live[..3], true, false), None);
    assert!(refusals(&["a 1 s +K"], &["a 1 s +K +L"], false, false).is_some());
}

#[test]
fn the_fingerprint_moves_with_files_and_touched_hooks_only() {
    let print = |desired: &[&str], live: &[&str]| {
        let options = Options::default();
        diff::plan(&desired_state(desired), &live_state(live), "t", &options).fingerprint
    };
    let base = print(&["a 1 new"], &["a 1 old", "z 1 s"]);
    assert_eq!(base, print(&["a 1 new"], &["a 1 old", "y 2 other"]));
    assert_ne!(base, print(&["a 1 newer"], &["a 1 old"]));
    assert_ne!(base, print(&["a 1 new"], &["a 1 older"]));
    assert_eq!(base.as_str().parse::<crate::plan::Fingerprint>().unwrap(), base);
}

/// Two live hooks, the first called `My Hook`, and how many twins are found.
fn twins_of(first: &str, second: &str, expected: usize) {
    let mut live = live_state(&[first, second]);
    live.resources[0].stored_name = Some("My Hook".to_owned());
    live.resources[0].id = Id::new("id-first");
    let desired = desired_state(&["my-hook 1 s"]);
    let found = twins::named(&desired, &live);
    assert_eq!(found.len(), expected, "{found:?}");
    for twins in found {
        let text = twins.to_string();
        assert!(text.contains("id-first") && text.contains("id-my-hook"), "{text}");
    }
    assert!(twins::named(&desired_state(&["other 1 s"]), &live).is_empty());
}

#[test]
fn what_differs_is_never_chosen_from() {
    twins_of("my-hook 1 s off", "my-hook 1 s off", 0);
    twins_of("my-hook 1 s off", "my-hook 1 s on", 1);
    twins_of("my-hook 1 s off", "my-hook 2 s off", 1);
    twins_of("my-hook 1 s off", "my-hook 1 t off", 1);
    twins_of("my-hook 1 s off +A", "my-hook 1 s off +B", 1);
}
