//! Actions and bindings: what a reviewer reads and what is sent.

use super::actions_world::{carried_out, desired_state, live_state};
use crate::model::{DesiredState, LiveState};
use crate::plan::actions::ActionOp;
use crate::plan::guard::{self, Allowed};
use crate::plan::{Field, Op, Options, Plan, Ref, Step, Value, diff};

pub(super) fn plan_of(desired: &DesiredState, live: &LiveState) -> Plan {
    let options = Options { allow_delete_actions: true, ..Options::default() };
    diff::plan(desired, live, "t.example", &options)
}

pub(super) fn steps(plan: &Plan) -> Vec<String> {
    let target = |target: &Ref| match target {
        Ref::Live(id) => id.to_string(),
        Ref::MadeBy(step) => format!("#{step}"),
    };
    let words = |step: &Step| {
        let what = match &step.op {
            Op::Action(ActionOp::Create { action, .. }) => format!("create {}", action.name),
            Op::Action(ActionOp::Patch { action, patch, .. }) => {
                let mut words = vec![format!("patch {}", target(action))];
                words.extend(patch.name.as_ref().map(|name| format!("name={name}")));
                words.extend(patch.script.as_ref().map(|_| "script".to_owned()));
                words.extend(patch.secrets.as_ref().map(|all| {
                    let one = |secret: &crate::model::SentSecret| {
                        format!("{}{}", secret.key, if secret.with_value { "=" } else { "" })
                    };
                    all.iter().map(one).collect::<Vec<_>>().join(",")
                }));
                words.join(" ")
            }
            Op::Action(ActionOp::Deploy { action }) => format!("deploy {}", target(action)),
            Op::Action(ActionOp::Delete { action }) => format!("delete {}", target(action)),
            Op::Bind(bind) => {
                let all = bind.entries.iter().map(|entry| target(&entry.action));
                format!("bind {} {}", bind.trigger, all.collect::<Vec<_>>().join(" "))
            }
            Op::Hook(_) => panic!("{step:?}"),
        };
        format!("{what} after {:?}", step.after)
    };
    plan.steps.iter().map(words).collect()
}

#[track_caller]
fn check(desired: (&[&str], &[&str]), live: (&[&str], &[&str]), expected: &[&str]) {
    let (desired, live) = (desired_state(desired.0, desired.1), live_state(live.0, live.1));
    let plan = plan_of(&desired, &live);
    assert_eq!(plan.unordered, [""; 0]);
    assert_eq!(steps(&plan), expected);
    let next = plan_of(&desired, &carried_out(&plan, &live, usize::MAX));
    assert!(next.is_clean(), "{:#?}", next.changes);
}

#[test]
fn what_is_as_desired_costs_no_write_and_no_version() {
    check(
        (&["a post-login s +K"], &["post-login: a"]),
        (&["a post-login s +K"], &["post-login: a"]),
        &[],
    );
}

#[test]
fn actions_that_change_places_go_through_a_name_of_their_own() {
    let two = ["a post-login s0 <b", "b post-login s1 <a"];
    check(
        (&two, &["post-login: a b"]),
        (&["a post-login s1", "b post-login s0"], &["post-login: b a"]),
        &[
            "patch id-b name=a-hooksync-rename after []",
            "patch id-a name=b after [0]",
            "patch id-b name=a after [0, 1]",
        ],
    );
    check(
        (&["a post-login s0 <c", "b post-login s1 <a", "c post-login s2 <b"], &[]),
        (&["a post-login s1", "b post-login s2", "c post-login s0"], &[]),
        &[
            "patch id-c name=a-hooksync-rename after []",
            "patch id-b name=c after [0]",
            "patch id-a name=b after [1]",
            "patch id-c name=a after [0, 2]",
        ],
    );
    // a run that ended in the middle goes on where it was
    check(
        (&two, &[]),
        (&["a post-login s1", "a-hooksync-rename post-login s0"], &[]),
        &["patch id-a name=b after []", "patch id-a-hooksync-rename name=a after [0]"],
    );
    check(
        (&two, &[]),
        (&["b post-login s1", "a-hooksync-rename post-login s0"], &[]),
        &["patch id-a-hooksync-rename name=a after []"],
    );
}

#[test]
fn draft_and_deployed_version_are_four_cases() {
    let orders: (&[&str], &[&str]) = (&["post-login: a"], &["post-login: a"]);
    let case = |wanted: &str, live: &str, expected: &[&str]| {
        check((&[wanted], orders.0), (&[live], orders.1), expected);
    };
    // the draft differs
    let both = ["patch id-a script after []", "deploy id-a after [0]"];
    case("a post-login new", "a post-login old", &both);
    // only the deployed version differs
    case("a post-login new", "a post-login new draft", &["deploy id-a after []"]);
    // somebody edited the draft
    case("a post-login deployed", "a post-login edited draft", &["patch id-a script after []"]);
    // never deployed
    check((&["a post-login s"], &[]), (&["a post-login s never"], &[]), &["deploy id-a after []"]);
    // a draft that stays one
    check((&["a post-login new draft"], &[]), (&["a post-login old"], &[]), &both[..1]);
}

#[test]
fn a_draft_whose_build_failed_is_sent_once_more() {
    let case = |wanted: &str, live: &str, expected: &[&str], warned: bool| {
        let (desired, there) = (desired_state(&[wanted], &[]), live_state(&[live], &[]));
        let plan = plan_of(&desired, &there);
        assert_eq!(steps(&plan), expected, "{wanted} | {live}");
        let found = plan.warnings.iter().any(|one| one.code == "HS511");
        assert_eq!(found, warned, "{wanted} | {live}");
        // whatever made it fail, nothing else differs
        let built = plan_of(&desired, &carried_out(&plan, &there, usize::MAX));
        assert!(built.is_clean(), "{:?}", built.changes);
    };
    let again = ["patch id-a script after []", "deploy id-a after [0]"];
    case("a post-login s", "a post-login s never failed", &again, true);
    case("a post-login s", "a post-login s draft failed", &again, true);
    let renamed = ["patch id-a name=b script after []", "deploy id-a after [0]"];
    case("b post-login s <a", "a post-login s never failed", &renamed, true);
    // it is built anyway
    case("a post-login new", "a post-login s never failed", &again, false);
    let secret = ["patch id-a NEW= after []", "deploy id-a after [0]"];
    case("a post-login s +NEW", "a post-login s never failed", &secret, false);
    // it is not to be deployed, or is what runs
    case("a post-login s draft", "a post-login s never failed", &[], false);
    case("a post-login s", "a post-login s failed", &[], false);
    case("a post-login s", "a post-login s draft", &["deploy id-a after []"], false);
}

#[test]
fn a_draft_that_would_be_overwritten_is_shown() {
    let desired = desired_state(&["a post-login deployed"], &[]);
    let plan = plan_of(&desired, &live_state(&["a post-login edited draft"], &["post-login: a"]));
    assert_eq!(plan.warnings.iter().map(|one| &*one.code).collect::<Vec<_>>(), ["HS508"]);
    assert!(plan.changes[0].field(Field::Script).is_some());
}

#[test]
fn a_rename_is_one_patch_without_a_deploy() {
    check(
        (&["b post-login s <a"], &[]),
        (&["a post-login s"], &["post-login: a"]),
        &["patch id-a name=b after []"],
    );
}

#[test]
fn a_name_is_free_before_it_is_taken() {
    // whatever the order of the definitions
    check(
        (&["b post-login s <a", "c post-login t <b"], &[]),
        (&["a post-login s", "b post-login t"], &[]),
        &["patch id-b name=c after []", "patch id-a name=b after [0]"],
    );
}

#[test]
fn an_action_is_deployed_before_it_is_bound_and_unbound_before_it_goes() {
    check(
        (&["b post-login s +K"], &["post-login: b"]),
        (&["a post-login s"], &["post-login: a"]),
        &[
            "create b after []",
            "deploy #0 after [0]",
            "bind post-login #0 after [0, 1]",
            "delete id-a after [2]",
        ],
    );
    // also where no file defines the order
    check(
        (&["b post-login s"], &[]),
        (&["a post-login s", "b post-login s"], &["post-login: b a"]),
        &["bind post-login id-b after []", "delete id-a after [0]"],
    );
}

#[test]
fn another_trigger_is_a_new_action_in_the_old_one_s_place() {
    check(
        (&["a post-login s"], &["post-login: a"]),
        (&["a send-phone-message s"], &["post-login:", "send-phone-message: a"]),
        &[
            "create a after []",
            "deploy #0 after [0]",
            "bind post-login #0 after [0, 1]",
            "bind send-phone-message  after []",
            "delete id-a after [0, 1, 2, 3]",
        ],
    );
}

#[test]
fn secrets_are_sent_whole_with_names_alone_for_what_is_kept() {
    check(
        (&["a post-login s +K +NEW"], &[]),
        (&["a post-login s +K +OLD"], &[]),
        &["patch id-a K,NEW= after []", "deploy id-a after [0]"],
    );
}

#[test]
fn entries_that_no_file_mentions_stay_where_the_order_is_appended() {
    check(
        (&["b post-login s"], &["+post-login: b"]),
        (&["b post-login s"], &["post-login: theirs"]),
        &["bind post-login id-theirs id-b after []"],
    );
}

#[test]
fn an_unbind_is_a_delete_to_every_safety_rule() {
    let desired = desired_state(&["a post-login s", "b post-login s"], &["post-login: b"]);
    let live = live_state(&["a post-login s", "b post-login s"], &["post-login: a b"]);
    let plan = plan_of(&desired, &live);
    assert!(guard::approve(plan.clone(), &Allowed::default()).is_err());
    let hooks_only = Allowed { deletes: true, ..Allowed::default() };
    assert!(guard::approve(plan.clone(), &hooks_only).is_err());
    let allowed = Allowed { deletes_actions: true, ..Allowed::default() };
    assert!(guard::approve(plan, &allowed).is_ok());
    // nor does a new name lose anything
    let desired = desired_state(&["c post-login s <a", "b post-login s"], &["post-login: b c"]);
    let plan = plan_of(&desired, &live);
    let names = |names: &[&str]| Value::Names(names.iter().map(|it| (*it).to_owned()).collect());
    let order = plan.changes.iter().find_map(|it| it.field(Field::Bindings)).unwrap();
    assert_eq!((&order.old, &order.new), (&Some(names(&["c", "b"])), &names(&["b", "c"])));
    assert!(guard::approve(plan, &Allowed::default()).is_ok());
    // nor does a title
    let mut desired = desired_state(&["a post-login s", "b post-login s"], &["post-login: a b"]);
    desired.bindings[0].entries[0].display_name = Some("shown".to_owned());
    let plan = plan_of(&desired, &live);
    let title = plan.changes[0].field(Field::DisplayNames).unwrap();
    assert_eq!((&title.old, &title.new), (&Some(names(&["a (a)"])), &names(&["a (shown)"])));
    assert!(plan.changes[0].newly_bound().is_empty() && plan.steps.len() == 1);
    assert!(guard::approve(plan, &Allowed::default()).is_ok());
    // a move loses nothing
    let mut desired = desired_state(&["a post-login s", "b post-login s"], &["post-login: b a"]);
    let moved = plan_of(&desired, &live);
    assert!(guard::approve(moved.clone(), &Allowed::default()).is_ok());
    // and a title that changes with it is seen and reviewed, too
    desired.bindings[0].entries[1].display_name = Some("shown".to_owned());
    let both = plan_of(&desired, &live);
    let shown: Vec<Field> = both.changes[0].fields.iter().map(|change| change.field).collect();
    assert_eq!(shown, [Field::Bindings, Field::DisplayNames]);
    assert_ne!(both.fingerprint, moved.fingerprint);
}

#[test]
fn an_entry_that_nobody_knows_is_blocked_before_the_first_write() {
    let desired = desired_state(&["a post-login s"], &["post-login: a ghost"]);
    let plan = plan_of(&desired, &live_state(&["a post-login s"], &["post-login: a"]));
    assert!(plan.changes[0].blocked.as_ref().unwrap().contains("ghost"));
    assert!(guard::approve(plan, &Allowed::default()).is_err());
}

#[test]
fn what_will_not_be_deployed_is_not_bound_and_the_plan_knows_before() {
    let check = |wanted: &[&str], live: (&[&str], &[&str]), expected: Option<&str>| {
        let (desired, live) =
            (desired_state(wanted, &["post-login: a"]), live_state(live.0, live.1));
        // nothing is deleted: an action without a definition can be bound, too
        let plan = diff::plan(&desired, &live, "t.example", &Options::default());
        let blocked: Vec<&String> =
            plan.changes.iter().filter_map(|change| change.blocked.as_ref()).collect();
        match expected {
            None => assert_eq!(blocked, [""; 0]),
            Some(part) => assert!(blocked.len() == 1 && blocked[0].contains(part), "{blocked:?}"),
        }
        let force = Allowed { deletes_actions: true, force: true, ..Allowed::default() };
        assert_eq!(guard::approve(plan, &force).is_err(), expected.is_some());
    };
    let none: (&[&str], &[&str]) = (&[], &[]);
    // deleted, and put back from files that can't have the value
    let lacks = ": a is not deployed: there is no value for its secret K. Set a value";
    check(&["a post-login s -K"], none, Some(lacks));
    check(&["a post-login s +K"], none, None);
    check(&["a post-login s -K"], (&["a post-login s never"], &[]), Some(lacks));
    // what is deployed without it can be bound
    check(&["a post-login s -K"], (&["a post-login s"], &[]), None);
    check(&["a post-login s -K"], (&["a post-login s"], &["post-login: a"]), None);
    let draft = "a is not: its definition says deploy: false. Deploy it, or remove it";
    check(&["a post-login s draft"], none, Some(draft));
    check(&["a post-login s draft"], (&["a post-login s never"], &[]), Some(draft));
    check(&["a post-login s draft"], (&["a post-login old"], &[]), None);
    check(&[], (&["a post-login s never"], &[]), Some("a is not: it was never deployed"));
    // the new one would come without the value, and the old one would go
    let moved = "with another trigger it becomes a new action, and its secret K has no value";
    let live = live_state(&["a send-phone-message s +K"], &[]);
    let plan = plan_of(&desired_state(&["a post-login s -K"], &[]), &live);
    assert!(plan.changes[0].blocked.as_ref().unwrap().contains(moved), "{:?}", plan.changes);
}

#[test]
fn the_tenant_s_limits_block_before_the_first_write() {
    let blocked = |desired: &DesiredState, live: &LiveState| {
        let plan = plan_of(desired, live);
        let found = plan.changes.iter().filter_map(|change| change.blocked.clone()).collect();
        assert!(
            guard::approve(
                plan,
                &Allowed { deletes_actions: true, force: true, ..Allowed::default() }
            )
            .is_err()
        );
        let found: Vec<String> = found;
        found
    };
    let keys: String = (0..31).map(|key| format!(" +S{key}")).collect();
    let desired = desired_state(&[&format!("a post-login s{keys}")], &[]);
    assert_eq!(
        blocked(&desired, &LiveState::default()),
        ["31 secrets, and an action has at most 30"]
    );
    // those that are kept count, too
    let live_keys: String = (0..30).map(|key| format!(" +S{key}")).collect();
    let live = live_state(&[&format!("a post-login s{live_keys}")], &[]);
    assert_eq!(blocked(&desired, &live), ["31 secrets, and an action has at most 30"]);

    let mut desired = desired_state(&["a post-login s"], &[]);
    let packages = (0..11).map(|number| (format!("p{number}"), "1.0.0".to_owned()));
    desired.definitions[0].dependencies = Some(packages.collect());
    let live = live_state(&["a post-login s"], &[]);
    assert_eq!(blocked(&desired, &live), ["11 packages, and an action has at most 10"]);

    let lines: Vec<String> = (0..100).map(|number| format!("n{number} post-login s")).collect();
    let live = live_state(&as_strs(&lines), &[]);
    let all: Vec<&str> = as_strs(&lines).into_iter().chain(["more post-login s"]).collect();
    let desired = desired_state(&all, &[]);
    assert_eq!(blocked(&desired, &live), ["101 actions, and a tenant has at most 100"]);
    let names: Vec<String> = (0..21).map(|number| format!("n{number}")).collect();
    let desired = desired_state(&as_strs(&lines), &[&format!("post-login: {}", names.join(" "))]);
    assert_eq!(blocked(&desired, &live), ["21 actions, and a trigger runs at most 20"]);
}

#[test]
fn what_lies_before_every_login_can_lock_out() {
    let check = |desired: DesiredState, live: LiveState, expected: bool| {
        let plan = plan_of(&desired, &live);
        let risky = plan.changes.iter().any(crate::plan::Change::can_lock_out);
        assert_eq!(risky, expected, "{:#?}", plan.changes);
        assert_eq!(plan.warnings.iter().any(|one| one.code == "HS505"), expected);
    };
    for trigger in ["post-login", "credentials-exchange"] {
        let line = |script: &str| format!("a {trigger} {script}");
        let order = format!("{trigger}: a");
        let bound = || live_state(&[&line("s")], &[&order]);
        check(desired_state(&[&line("new")], &[&order]), bound(), true);
        check(desired_state(&[&line("new")], &[]), bound(), true);
        // a draft alone, a rename, and what is not bound are in nobody's way
        check(desired_state(&[&line("new draft")], &[]), bound(), false);
        check(desired_state(&[&format!("b {trigger} s <a")], &[]), bound(), false);
        check(desired_state(&[&line("new")], &[]), live_state(&[&line("s")], &[]), false);
        // an action that was deployed long ago is bound
        check(desired_state(&[&line("s")], &[&order]), live_state(&[&line("s")], &[]), true);
    }
    let (line, order) = ("a post-change-password new", "post-change-password: a");
    let live = live_state(&["a post-change-password s"], &[order]);
    check(desired_state(&[line], &[order]), live, false);
}

pub(super) fn as_strs(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}
