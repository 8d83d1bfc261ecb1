//! A cutover that is killed at any of its requests is finished by the next
//! run.

use hooksync::tenant;
use hooksync::tenant::actions::Behaviour;

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

/// Kills the program at its nth write, before or after it is carried out;
/// gives whether there was one.
async fn killed_at(trigger: &str, words: &str, nth: usize, fault: &str) -> bool {
    let bench = cutover(trigger, words).await;
    bench.faults(&[&format!("{fault}@writes,{nth}")]);
    let reached = tokio::task::block_in_place(|| {
        let mut child = bench.spawn(&["apply", "--yes"]);
        loop {
            if bench.writes().len() >= nth {
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
    let state = bench.tenant.state();
    assert_eq!(state.actions.len(), 1, "{fault} at {nth}: one action");
    assert_eq!(state.action_secret_is(&state.actions[0].id, "KEY", "value"), Some(true));
    assert_eq!((state.bindings.len(), state.hooks[0].enabled), (1, false), "{fault} at {nth}");
    bench.expect(0, &["plan", "--detailed-exitcode"]);
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
                all.push(tokio::spawn(killed_at(trigger, words, nth, fault)));
            }
        }
    }
    let mut reached = 0;
    for one in all {
        reached += usize::from(one.await.unwrap());
    }
    assert_eq!(reached, 16, "create, deploy, and both halves, each way");
}
