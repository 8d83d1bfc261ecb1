//! Plans of both kinds that are killed at any of their writes are finished by
//! the next run: cutovers, and a rename with a deploy and a new order.

use hooksync::tenant::actions::Behaviour;
use hooksync::tenant::{self, Latency};

use crate::process::{Bench, signal, unlimited};

/// A running hook that gives way to an action, which has a secret.
async fn cutover(trigger: &str, words: &str) -> Bench {
    let options = tenant::Options { actions: Behaviour::instant(), ..unlimited() };
    let bench = Bench::new(options, &[&format!("old {words} same on")]).await;
    bench.define(&[&format!("old {words} same off")]);
    let actions = bench.path("actions");
    std::fs::create_dir(&actions).unwrap();
    let action = format!("name: new\ntriggerId: {trigger}\nsecrets: {{ KEY: value }}\n");
    std::fs::write(actions.join("new.yaml"), action).unwrap();
    let handler = if words == "sign-up" { "PreUserRegistration" } else { "PostUserRegistration" };
    let code = format!("exports.onExecute{handler} = async () => {{}};\n");
    std::fs::write(actions.join("new.js"), code).unwrap();
    let bindings = format!("kind: bindings\nbindings:\n  {trigger}: [new]\n");
    std::fs::write(actions.join("bindings.yaml"), bindings).unwrap();
    bench
}

/// An action that gets another name, other code and a secret more, a new one
/// before it, and one of another team in the same order.
async fn renamed(deploy_lag: Latency) -> Bench {
    let actions = Behaviour { deploy_lag, ..Behaviour::instant() };
    let options = tenant::Options { actions, ..unlimited() };
    let bench = Bench::new(options, &[]).await;
    std::fs::remove_dir(bench.path("hooks")).unwrap();
    let actions = bench.path("actions");
    std::fs::create_dir(&actions).unwrap();
    let write = |name: &str, fields: &str, note: &str| {
        let yaml = format!("name: {name}\ntriggerId: post-login\n{fields}");
        std::fs::write(actions.join(format!("{name}.yaml")), yaml).unwrap();
        let code = format!("exports.onExecutePostLogin = async () => {{}}; // {note}\n");
        std::fs::write(actions.join(format!("{name}.js")), code).unwrap();
    };
    let bind = |order: &str| {
        let text = format!("kind: bindings\nbindings:\n  post-login: {order}\n");
        std::fs::write(actions.join("bindings.yaml"), text).unwrap();
    };
    write("theirs", "", "theirs");
    write("mine", "secrets: { KEY: value }\n", "old");
    bind("[theirs, mine]");
    bench.expect(0, &["apply", "--yes"]);
    for name in ["theirs", "mine"] {
        std::fs::remove_file(actions.join(format!("{name}.yaml"))).unwrap();
    }
    let secrets = "secrets: { KEY: _VALUE_NOT_SHOWN_, NEW: value }\n";
    write("ours", &format!("renamedFrom: mine\n{secrets}"), "new");
    write("first", "secrets: { KEY: value }\n", "first");
    bind("{ prepend: true, actions: [first, ours] }");
    bench
}

/// Kills the program at its nth write, before or after it is carried out, and
/// lets the next run finish; gives whether there was one.
fn killed_at(bench: &Bench, nth: usize, fault: &str) -> bool {
    let before = bench.writes().len();
    bench.faults(&[&format!("{fault}@writes,{nth}")]);
    let reached = tokio::task::block_in_place(|| {
        let mut child = bench.spawn(&["apply", "--yes"]);
        loop {
            if bench.writes().len() >= before + nth {
                signal(&child, "KILL");
                child.wait().unwrap();
                return true;
            }
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    });
    bench.faults(&[]);
    bench.expect(0, &["apply", "--yes"]);
    bench.expect(0, &["plan", "--detailed-exitcode"]);
    reached
}

async fn cutover_killed(trigger: &str, words: &str, nth: usize, fault: &str) -> bool {
    let bench = cutover(trigger, words).await;
    let reached = killed_at(&bench, nth, fault);
    let state = bench.tenant.state();
    assert_eq!(state.actions.len(), 1, "{fault} at {nth}: one action");
    assert_eq!(state.action_secret_is(&state.actions[0].id, "KEY", "value"), Some(true));
    assert_eq!((state.bindings.len(), state.hooks[0].enabled), (1, false), "{fault} at {nth}");
    reached
}

async fn rename_killed(nth: usize, fault: &str, deploy_lag: Latency) -> bool {
    let bench = renamed(deploy_lag).await;
    let mine = bench.tenant.state().action_named("mine").unwrap().id.clone();
    let reached = killed_at(&bench, nth, fault);
    let state = bench.tenant.state();
    let at = format!("{fault} at {nth}");
    let action = |name: &str| state.action_named(name).unwrap_or_else(|| panic!("{at}: {name}"));
    let order: Vec<&str> = state.bindings_of("post-login").map(|it| it.action.as_str()).collect();
    assert_eq!(order, ["first", "ours", "theirs"].map(|it| action(it).id.as_str()), "{at}");
    assert_eq!((state.actions.len(), &action("ours").id), (3, &mine), "{at}");
    for (name, key) in [("ours", "KEY"), ("ours", "NEW"), ("first", "KEY")] {
        let kept = state.action_secret_is(&action(name).id, key, "value");
        assert_eq!(kept, Some(true), "{at}: {key} of {name}");
    }
    // one change, one deploy; and another team's action is not touched
    let versions = ["first", "ours", "theirs"].map(|it| action(it).versions.len());
    assert_eq!(versions, [1, 2, 1], "{at}");
    reached
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cutover_that_is_killed_anywhere_is_finished_by_the_next_run() {
    let mut all = Vec::new();
    for (trigger, words) in
        [("pre-user-registration", "sign-up"), ("post-user-registration", "signed-up")]
    {
        for nth in 1..=4 {
            for fault in ["hang-before", "hang-after"] {
                all.push(tokio::spawn(cutover_killed(trigger, words, nth, fault)));
            }
        }
    }
    let mut reached = 0;
    for one in all {
        reached += usize::from(one.await.unwrap());
    }
    assert_eq!(reached, 16, "create, deploy, and both halves, each way");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rename_with_a_deploy_and_a_new_order_is_finished_wherever_it_is_killed() {
    let all = (1..=5).flat_map(|nth| ["hang-before", "hang-after"].map(|fault| (nth, fault)));
    let mut all: Vec<_> = all
        .map(|(nth, fault)| tokio::spawn(rename_killed(nth, fault, Latency::default())))
        .collect();
    // both deploys, where the next run comes before their versions are seen
    let late = Latency { fixed_ms: 1500, jitter_ms: 0 };
    all.extend([3, 4].map(|nth| tokio::spawn(rename_killed(nth, "hang-after", late))));
    let mut reached = 0;
    for one in all {
        reached += usize::from(one.await.unwrap());
    }
    assert_eq!(reached, 12, "create and patch, two deploys, and the order, each way");
}
