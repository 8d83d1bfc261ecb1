//! Live actions and their bindings to a folder and back.

use std::fs;
use std::path::Path;

use super::common_tests::{action, keywords, options, shown, write};
use super::*;
use crate::model::{
    Id, Live, LiveAction, LiveBinding, LiveBindings, LiveBody, LiveModule, ModuleUse, Script,
    Trigger,
};
use crate::source::{LoadOptions, Loaded, load};

const CODE: &str = "exports.onExecutePostLogin = async (event, api) => {};\n";

fn own(live: &mut Live) -> &mut LiveAction {
    match &mut live.body {
        LiveBody::Action(action) => action,
        LiveBody::Hook => panic!(),
    }
}

fn bound(trigger: &str, entries: &[(&str, Option<&str>)]) -> LiveBindings {
    let entry = |&(name, shown): &(&str, Option<&str>)| LiveBinding {
        action_id: Id::new(format!("id-{name}")),
        action_name: Name::action(name),
        display_name: shown.map(str::to_owned),
        installed: name.starts_with("Installed"),
    };
    LiveBindings {
        trigger: Trigger::from_tenant(trigger),
        entries: entries.iter().map(entry).collect(),
    }
}

fn state(actions: Vec<Live>, bindings: Vec<LiveBindings>) -> LiveState {
    let mut actions = actions;
    actions.sort_by_key(|live| live.name.clone());
    LiveState { resources: actions, bindings, ..LiveState::default() }
}

fn run(dir: &Path, live: &LiveState, keywords: &Keywords) -> ExportPlan {
    let both = crate::source::kind_of_folder(dir).is_none();
    write(dir, live, &ExportOptions { kind: Kind::Action, both, ..options(keywords.clone()) })
}

fn reload(dir: &Path, keywords: &Keywords) -> Loaded {
    let options = LoadOptions { keywords: keywords.clone(), allow_unresolved: false };
    let loaded = load(dir, &options);
    assert!(!loaded.diagnostics.iter().any(Diagnostic::is_error), "{:#?}", loaded.diagnostics);
    loaded
}

#[test]
fn actions_of_any_name_become_files_that_say_what_is_live() {
    let dir = tempfile::tempdir().unwrap();
    let mut draft = action("Draft: only", CODE);
    own(&mut draft).deployed = None;
    let mut edited = action("役割 を追加", CODE);
    edited.script = Some(Script::new("// ##HOME## edited in the Dashboard\n"));
    let mut with_module = action("With module (2)", CODE);
    let module = LiveModule {
        uses: ModuleUse { name: "helper".to_owned(), version: 3 },
        module_id: Id::new("m"),
        version_id: Id::new("mv"),
    };
    own(&mut with_module).modules = vec![module.clone()];
    own(&mut with_module).deployed.as_mut().unwrap().modules = vec![module];
    let mut installed = action("Installed thing", CODE);
    own(&mut installed).installed = true;
    let bindings = vec![
        bound("credentials-exchange", &[]),
        bound(
            "post-login",
            &[
                ("With module (2)", Some("Shown")),
                ("Installed thing", Some("Thing")),
                ("Add roles", Some("Add roles")),
            ],
        ),
    ];
    let names = ["Add roles", "add roles", "../..", "con", "bindings", "x.test"];
    let mut actions: Vec<Live> = names.map(|name| action(name, CODE)).into();
    actions.extend([draft, edited, with_module, installed]);
    let live = state(actions, bindings);
    let plan = run(dir.path(), &live, &Keywords::default());
    assert!(plan.notes.iter().all(|note| !note.is_error()), "{:#?}", plan.notes);
    let loaded = reload(dir.path(), &Keywords::default());
    let mut read: Vec<&str> =
        loaded.desired.definitions.iter().map(|own| own.name.as_str()).collect();
    read.sort_unstable();
    let mut names: Vec<&str> = live.resources.iter().map(|own| own.name.as_str()).collect();
    names.retain(|name| *name != "Installed thing");
    names.sort_unstable();
    assert_eq!(read, names);
    for live in live.resources.iter().filter(|live| live.name.as_str() != "Installed thing") {
        let own = loaded.desired.definitions.iter().find(|own| own.name == live.name).unwrap();
        assert_eq!(Some(&own.script), live.script.as_ref(), "{}", live.name);
    }
    insta::assert_snapshot!(shown(dir.path()));
    // and then nothing changes any more
    assert!(run(dir.path(), &live, &Keywords::default()).is_clean());
    assert!(dir.path().join("actions/.schema/action.json").is_file());
    assert!(dir.path().join("actions/.schema/bindings.json").is_file());
}

#[test]
fn files_that_people_keep_change_only_where_the_tenant_says_something_else() {
    let dir = tempfile::tempdir().unwrap();
    let actions = dir.path().join("actions");
    fs::create_dir(&actions).unwrap();
    let put = |name: &str, text: &str| fs::write(actions.join(name), text).unwrap();
    put(
        "a.yaml",
        "# ours\nname: A (1) # kept\ntriggerId: post-login\nruntime: node18 # old\nscript: a.js\n\
         dependencies: {axios: latest}\nsecrets:\n  KEY: {value: \"##KEY##\", rotatedAt: 2026-11-27}\n  GONE: x\n",
    );
    put("a.js", "// ##URL##\nexports.onExecutePostLogin = async (event, api) => {};\n");
    put("b.yaml", "name: B\ntriggerId: post-login\nscript: b.js\n");
    put("b.js", CODE);
    put(
        "order.yaml",
        "# the order\nkind: bindings\nbindings:\n  post-login: # here\n  - B\n  # why\n  - A (1)\n  send-phone-message: {append: true, actions: [B]}\n",
    );
    let mut a = action("A (1)", CODE);
    a.script = Some(Script::new(format!("// https://x\n{CODE}")));
    own(&mut a).deployed.as_mut().unwrap().script = a.script.clone();
    let mut b = action("B", CODE);
    b.script = Some(Script::new("// draft\n"));
    let live = state(
        vec![a, b],
        vec![
            bound("post-change-password", &[("B", None)]),
            bound("post-login", &[("A (1)", None), ("B", None)]),
            bound("send-phone-message", &[("Installed x", None), ("B", None)]),
        ],
    );
    let keywords = keywords("{\"URL\":\"https://x\"}");
    run(&actions, &live, &keywords);
    insta::assert_snapshot!(shown(&actions));
    assert!(run(&actions, &live, &keywords).is_clean());
}
