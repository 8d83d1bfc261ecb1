//! What another client wrote between a reading and a write.

use std::collections::BTreeSet;

use crate::model::{
    Dependencies, DeployedVersion, HookPatch, Id, Live, LiveAction, LiveBody, Name, Script,
    SecretTimes, Trigger,
};
use crate::plan::hooks::HookOp;
use crate::plan::meanwhile::{changed, deployed_already, in_words};
use crate::plan::{Op, Ref};

fn hook() -> Live {
    Live {
        id: Id::new("1"),
        name: Name::action("a"),
        stored_name: Some("a".into()),
        trigger: Trigger::SendPhoneMessage,
        runs: false,
        script: Some(Script::new("x\n")),
        dependencies: Some(Dependencies::new()),
        secrets: None,
        body: LiveBody::Hook,
    }
}

fn action() -> Live {
    let times = [("KEY".to_owned(), Some("2026-11-27T10:00:00.5Z".parse().unwrap()))];
    let body = LiveAction {
        runtime: Some("node22".into()),
        secrets: times.into(),
        ..LiveAction::default()
    };
    let secrets = Some(BTreeSet::from(["KEY".to_owned()]));
    Live { body: LiveBody::Action(Box::new(body)), secrets, ..hook() }
}

fn body(live: &mut Live) -> &mut LiveAction {
    match &mut live.body {
        LiveBody::Action(body) => body,
        LiveBody::Hook => panic!(),
    }
}

#[test]
fn what_another_client_changed_of_a_hook_is_named() {
    let check = |edit: fn(&mut Live), expected: &[&str]| {
        let mut now = hook();
        edit(&mut now);
        assert_eq!(changed(&hook(), &now, None), expected);
    };
    check(|_| {}, &[]);
    check(|hook| hook.runs = true, &["enabled"]);
    check(|hook| hook.script = Some(Script::new("y")), &["script"]);
    check(|hook| hook.script = Some(Script::new("x\r\n")), &[]);
    check(|hook| hook.script = None, &[]);
    check(|hook| hook.stored_name = Some("b".into()), &["name"]);
    check(
        |hook| {
            hook.dependencies.get_or_insert_default().insert("p".into(), "1".into());
            hook.runs = true;
        },
        &["enabled", "dependencies"],
    );
}

#[test]
fn what_a_write_sent_itself_is_no_change() {
    let mut now = hook();
    (now.runs, now.script) = (true, Some(Script::new("y")));
    let sent = |patch| Op::Hook(HookOp::Patch { hook: Ref::Live(Id::new("1")), patch });
    let on = sent(HookPatch::enabled(true));
    assert_eq!(changed(&hook(), &now, Some(&on)), ["script"]);
    let script = HookPatch { script: Some(Script::new("y")), ..HookPatch::default() };
    assert_eq!(changed(&hook(), &now, Some(&sent(script))), ["enabled"]);
}

#[test]
fn of_an_action_secrets_and_deploys_count_too() {
    let check = |edit: fn(&mut Live), expected: &[&str]| {
        let mut now = action();
        edit(&mut now);
        assert_eq!(changed(&action(), &now, None), expected);
    };
    let rotated = |live: &mut Live, at: &str| {
        body(live).secrets.insert("KEY".into(), Some(at.parse().unwrap()));
    };
    check(|_| {}, &[]);
    // bound or not: its own fields don't say
    check(|live| live.runs = true, &[]);
    check(|live| body(live).runtime = Some("node18".into()), &["runtime"]);
    check(|live| live.secrets.get_or_insert_default().clear(), &["secrets"]);
    let mut now = action();
    rotated(&mut now, "2026-11-27T10:00:00.502Z");
    assert_eq!(changed(&action(), &now, None), [""; 0]);
    rotated(&mut now, "2026-11-27T10:05:00Z");
    assert_eq!(changed(&action(), &now, None), ["secrets"]);
    check(
        |live| {
            body(live).deployed = Some(DeployedVersion {
                id: Id::new("v"),
                number: Some(1),
                deployed: true,
                script: None,
                dependencies: None,
                runtime: None,
                trigger_version: None,
                modules: Vec::new(),
                secrets: SecretTimes::new(),
            });
        },
        &["deploy"],
    );
}

#[test]
fn a_deploy_of_the_same_draft_by_another_run_is_as_good_as_ours() {
    let check = |edit: fn(&mut Live), expected: bool| {
        let mut now = action();
        let version = DeployedVersion {
            id: Id::new("v"),
            number: Some(1),
            deployed: true,
            script: now.script.clone(),
            dependencies: now.dependencies.clone(),
            runtime: Some("node22".into()),
            trigger_version: None,
            modules: Vec::new(),
            secrets: body(&mut now).secrets.clone(),
        };
        body(&mut now).deployed = Some(version);
        edit(&mut now);
        assert_eq!(deployed_already(&action(), &now), expected);
    };
    check(|_| {}, true);
    // nothing was deployed, or something else
    check(|live| body(live).deployed = None, false);
    fn deployed(live: &mut Live, edit: fn(&mut DeployedVersion)) {
        body(live).deployed.iter_mut().for_each(edit);
    }
    check(|live| deployed(live, |version| version.script = Some(Script::new("y"))), false);
    check(|live| deployed(live, |version| version.secrets.clear()), false);
    // the draft is another one as well
    check(|live| live.script = Some(Script::new("y")), false);
}

#[test]
fn the_message_names_fields_and_what_was_written() {
    assert_eq!(
        in_words(&["script"], false),
        "changed in the meantime: script is not what the plan was made from; nothing of it was \
         written"
    );
    assert!(in_words(&["name", "script"], true).contains("name, script are not"));
}
