//! Actions and bindings on disk, and what of a folder is in play.

use std::path::Path;

use super::tests::Folder;
use super::{LoadOptions, Loaded, load, load_kinds};
use crate::model::{Body, BoundAction, InPlay, Kind};

const ACTION: &str = "name: Add roles (v2)\ntriggerId: post-login\n";

fn names(loaded: &Loaded) -> Vec<String> {
    loaded.desired.definitions.iter().map(|own| own.address().to_string()).collect()
}

fn codes(loaded: &Loaded) -> Vec<&str> {
    loaded.diagnostics.iter().map(|found| found.code.0).collect()
}

fn in_play(loaded: &Loaded) -> (bool, bool) {
    let InPlay { hooks, actions } = loaded.desired.in_play;
    (hooks, actions)
}

#[test]
fn a_definition_says_everything_an_action_can_be() {
    let folder = Folder::new(&[
        (
            "actions/roles.yaml",
            "name: \"役割: add (1)\"\ntriggerId: post-login\ntriggerVersion: v3\nruntime: node22\n\
             script: js/roles.js\ndependencies: {axios: latest}\nmodules: {helper: 3}\ndeploy: false\n\
             secrets:\n  A: x\n  B: {value: y, rotatedAt: 2026-11-27}\n  C: {value: _VALUE_NOT_SHOWN_, rotatedAt: 2026-11-27T10:00:00+02:00}\n\
             renamedFrom: [Add roles, add-roles]\n",
        ),
        ("actions/js/roles.js", "exports.onExecutePostLogin = async () => {};"),
    ]);
    let loaded = folder.load(&LoadOptions::default());
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    assert_eq!(in_play(&loaded), (false, true));
    let [action] = &loaded.desired.definitions[..] else { panic!() };
    assert_eq!(action.place.span.as_ref().unwrap().position.line, 1);
    insta::assert_debug_snapshot!((
        &action.name,
        &action.trigger,
        &action.renamed_from,
        &action.secrets,
        &action.body
    ));
}

#[test]
fn every_fault_of_an_action_is_reported_at_once() {
    let folder = Folder::new(&[
        (
            "actions/a.yaml",
            "name: \" \"\ntriggerId: post-logn\ntriggerVersion: 3\nruntime: node 22\nenabled: true\n\
             modules: {helper: three}\ndeploy: yes\nsecrets:\n  A: {rotatedAt: 2026-11-27}\n  B: {value: canary, rotatedAt: soon}\n  C: {value: '', since: 1}\n",
        ),
        ("actions/a.js", ""),
        ("actions/b.yaml", "kind: acton\nname: b\ntriggerId: post-login\n"),
        ("actions/c.yaml", "name: c\ntriggerId: post login\n"),
        ("actions/c.js", ""),
        ("actions/d.yaml", "name: c\ntriggerId: post-login\nscript: c.js\n"),
        ("hooks/e.yaml", "name: e\ntriggerId: post-login\n"),
        ("hooks/e.js", ""),
    ]);
    let reported = folder.reported(&LoadOptions::default());
    assert!(!reported.contains("canary"), "{reported}");
    insta::assert_snapshot!(reported);
}

#[test]
fn bindings_are_ordered_lists() {
    let folder = Folder::new(&[
        (
            "actions/bindings.yaml",
            "kind: bindings\nbindings:\n  post-login:\n  - Add roles (v2)\n  - {action: B, displayName: Second}\n  - {id: D1AD7CCF}\n\
             \x20 credentials-exchange: {prepend: true, actions: []}\n",
        ),
        ("actions/a.yaml", ACTION),
        ("actions/a.js", ""),
    ]);
    let loaded = folder.load(&LoadOptions::default());
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    assert_eq!(loaded.definitions, 2);
    let [exchange, login] = &loaded.desired.bindings[..] else { panic!() };
    assert_eq!((exchange.trigger.as_str(), exchange.entries.len()), ("credentials-exchange", 0));
    insta::assert_debug_snapshot!((exchange.mode, login.mode));
    let shown: Vec<String> = login
        .entries
        .iter()
        .map(|entry| {
            let at = entry.place.span.as_ref().unwrap().position;
            let action = match &entry.action {
                BoundAction::Name(name) => name.to_string(),
                BoundAction::Id(id) => format!("id {id}"),
            };
            format!("{}:{} {action} {:?}", at.line, at.column, entry.display_name)
        })
        .collect();
    assert_eq!(
        shown,
        ["4:5 Add roles (v2) None", "5:5 B Some(\"Second\")", "6:5 id D1AD7CCF None"]
    );
}

#[test]
fn faults_of_bindings_are_reported() {
    let folder = Folder::new(&[
        ("actions/1.yaml", "bindings: {post-login: []}\n"),
        ("actions/2.yaml", "kind: bindings\n"),
        (
            "actions/3.yaml",
            "kind: bindings\nbindings:\n  post-login: [a, a, 1, {}, {action: b, id: c}]\n  post-change-password: b\n  \"send-phone-message\":\n\
             \x20 credentials-exchange: {append: true, prepend: true, actions: []}\n  pre-user-registration: {append: true}\n  event-stream: [a, a]\n",
        ),
        ("actions/4.yaml", "kind: bindings\nbindings: {event-stream: [b]}\n"),
    ]);
    insta::assert_snapshot!(folder.reported(&LoadOptions::default()));
}

#[test]
fn a_script_that_no_definition_uses_is_noted() {
    let folder = Folder::new(&[
        ("hooks/a.yaml", "name: a\ntriggerId: send-phone-message\n"),
        ("hooks/a.js", "module.exports = 1;"),
        ("hooks/left.js", "module.exports = 1;"),
        ("hooks/tool.js", "run();"),
        ("hooks/a.test.js", "module.exports = 1;"),
        ("hooks/lib/part.js", "module.exports = 1;"),
    ]);
    let loaded = load(&folder.path().join("hooks"), &LoadOptions::default());
    assert_eq!(codes(&loaded), ["HS022"]);
    let found = &loaded.diagnostics[0];
    assert!(found.file.as_ref().unwrap().ends_with("hooks/left.js"), "{found:?}");
    insta::assert_snapshot!(format!("{} {}", found.code, found.message));
}

#[test]
fn a_kind_is_in_play_if_a_folder_stands_for_it() {
    let hook = "name: h\ntriggerId: send-phone-message\n";
    let folder = Folder::new(&[
        ("both/hooks/h.yaml", hook),
        ("both/hooks/h.js", ""),
        ("both/actions/a.yaml", ACTION),
        ("both/actions/a.js", ""),
        ("flat/h.yaml", hook),
        ("flat/h.js", ""),
        ("flat/a.yaml", "kind: action\nname: A\ntriggerId: post-login\n"),
        ("flat/a.js", ""),
        ("ended/hooks/.gitkeep", ""),
        ("ended/actions/a.yaml", ACTION),
        ("ended/actions/a.js", ""),
    ]);
    let at = |dir: &str| folder.path().join(dir);
    let check = |loaded: &Loaded, play: (bool, bool), own: &[&str], found: &[&str]| {
        assert_eq!(
            (in_play(loaded), names(loaded)),
            (play, own.iter().map(|n| (*n).to_owned()).collect())
        );
        assert_eq!(codes(loaded), found, "{:#?}", loaded.diagnostics);
    };
    let all = |dir: &str| load(&at(dir), &LoadOptions::default());
    let action = "action Add roles (v2)";
    check(&all("both"), (true, true), &["hook h", action], &[]);
    check(&all("both/hooks"), (true, false), &["hook h"], &[]);
    check(&all("both/actions"), (false, true), &[action], &[]);
    check(&all("flat"), (true, true), &["hook h", "action A"], &[]);
    check(&all("ended"), (false, true), &[action], &["HS021"]);
    let found = &all("ended").diagnostics[0];
    insta::assert_snapshot!(format!("{} {}", found.code, found.message));
    let kinds = |hooks: Option<&str>, actions: Option<&str>| {
        let (hooks, actions) = (hooks.map(&at), actions.map(&at));
        load_kinds(hooks.as_deref(), actions.as_deref(), &LoadOptions::default())
    };
    check(&kinds(Some("both/hooks"), Some("both/actions")), (true, true), &["hook h", action], &[]);
    check(&kinds(Some("both/hooks"), None), (true, false), &["hook h"], &[]);
    check(&kinds(None, Some("both/actions")), (false, true), &[action], &[]);
}

#[test]
fn a_definitions_file_is_read_alone() {
    let folder = Folder::new(&[
        ("hooks/a.yaml", "name: a\ntriggerId: send-phone-message\n"),
        ("hooks/a.js", ""),
        ("hooks/b.yaml", "name: b\n"),
        ("hooks/b.js", ""),
        ("hooks/a.test.yaml", "cases: []\n"),
        ("actions/sub/c.yaml", ACTION),
        ("actions/sub/c.js", ""),
        (
            "tree/hooks/d.json",
            "\u{feff}{\"name\":\"d\",\"triggerId\":\"send-phone-message\",\"script\":\"./d.js\"}",
        ),
        ("tree/hooks/d.js", ""),
        ("tree/hooks/e.json", "{"),
    ]);
    let one = |file: &str| load(&folder.path().join(file), &LoadOptions::default());
    let check = |file: &str, own: &[&str], found: &[&str]| {
        let loaded = one(file);
        assert_eq!(
            (names(&loaded), loaded.alone),
            (own.iter().map(|n| (*n).to_owned()).collect(), true),
            "{file}"
        );
        assert_eq!((codes(&loaded), loaded.definitions), (found.to_vec(), 1), "{file}");
    };
    check("hooks/a.yaml", &["hook a"], &[]);
    check("hooks/b.yaml", &[], &["HS101"]);
    check("actions/sub/c.yaml", &["action Add roles (v2)"], &[]);
    check("tree/hooks/d.json", &["hook d"], &[]);
    for file in ["hooks/a.js", "hooks/a.test.yaml"] {
        assert_eq!(codes(&one(file)), ["HS001"], "{file}");
    }
    assert_eq!(one("hooks/a.yaml").desired.of(Kind::Hook).count(), 1);
    assert!(matches!(one("actions/sub/c.yaml").desired.definitions[0].body, Body::Action(_)));
}

#[test]
fn what_a_layout_passes_over_is_named() {
    let json = "{\"name\":\"b\",\"triggerId\":\"send-phone-message\",\"script\":\"./b.js\"}";
    let hook = "name: a\ntriggerId: send-phone-message\n";
    let check = |files: &[(&str, &str)], passed: &[&str]| {
        let folder = Folder::new(files);
        let loaded = folder.load(&LoadOptions::default());
        let found = loaded.diagnostics.iter().filter(|found| found.code.0 == "HS020");
        let files: Vec<String> = found
            .map(|found| {
                let file = found.file.clone().unwrap();
                Path::new(&file).strip_prefix(folder.path()).unwrap().display().to_string()
            })
            .collect();
        assert_eq!(files, passed);
        folder.reported(&LoadOptions::default())
    };
    check(
        &[
            ("hooks/a.yaml", hook),
            ("hooks/a.js", ""),
            ("hooks/b.json", json),
            ("hooks/package.json", "{\"name\":\"x\"}"),
        ],
        &["hooks/b.json"],
    );
    check(&[("a.yaml", hook), ("a.js", ""), ("B.YAML", hook)], &["B.YAML"]);
    check(
        &[("tenant.yaml", "hooks: []\n"), ("hooks/a.yaml", hook), ("hooks/b.json", json)],
        &["hooks/a.yaml", "hooks/b.json"],
    );
    let reported = check(
        &[
            ("hooks/b.json", json),
            ("hooks/b.js", ""),
            ("hooks/deep/c.json", json),
            ("hooks/deep/a.yaml", hook),
        ],
        &["hooks/deep/a.yaml", "hooks/deep/c.json"],
    );
    insta::assert_snapshot!(reported);
}

/// Each of these would look deleted if it were passed over in silence.
#[test]
fn what_a_deploy_cli_tree_passes_over_is_named() {
    const HOOK: &str = r#"{"name": "a", "triggerId": "post-change-password", "script": "./a.js"}"#;
    const OTHER: &str =
        r#"{"name": "b", "supported_triggers": [{"id": "post-login"}], "code": "./b.js"}"#;
    const ORDER: &str = r#"{"post-login": [{"action_name": "b", "display_name": "b"}]}"#;
    const BINDINGS: &str = "kind: bindings\nbindings: {post-login: [b]}\n";
    let tree: [(&str, &str); 3] = [
        ("hooks/a.json", HOOK),
        ("hooks/a.js", "module.exports = (user, context, cb) => cb();"),
        ("triggers/triggers.json", ORDER),
    ];
    let check = |file: &str, text: &str, is_named: bool| {
        let files: Vec<(&str, &str)> = tree.into_iter().chain([(file, text)]).collect();
        let loaded = Folder::new(&files).load(&LoadOptions::default());
        let named = loaded.diagnostics.iter().filter(|found| found.code.0 == "HS020");
        let named: Vec<&str> = named.filter_map(|found| found.file.as_deref()).collect();
        let is_it = named.len() == 1 && named[0].ends_with(file);
        assert_eq!((is_it, named.is_empty()), (is_named, !is_named), "{file}: {named:?}");
    };
    check("triggers/unused.json", ORDER, true);
    check("triggers/deep/triggers.json", ORDER, true);
    check("triggers/bindings.yaml", BINDINGS, true);
    check("actions/bindings.yml", BINDINGS, true);
    check("actions/b.yaml", ACTION, true);
    check("actions/deep/b.json", OTHER, true);
    check("hooks/B.JSON", HOOK, true);
    check("hooks/b.Yaml", "name: b\ntriggerId: post-change-password\n", true);
    check("hooks/package.json", "{}", false);
    check("triggers/z.json", "[]", false);
    check("rules/x.json", HOOK, false);
}

#[test]
fn an_order_names_actions_of_its_trigger() {
    let code = |on: &str| format!("exports.onExecute{on} = async () => {{}};");
    let login = "kind: bindings\nbindings:\n  post-login: [";
    let found = |order: &str| {
        let folder = Folder::new(&[
            ("actions/enrich.yaml", "name: enrich\ntriggerId: post-login\nrenamedFrom: add\n"),
            ("actions/enrich.js", &code("PostLogin")),
            ("actions/deny.yaml", "name: deny\ntriggerId: pre-user-registration\n"),
            ("actions/deny.js", &code("PreUserRegistration")),
            ("actions/bindings.yaml", order),
        ]);
        let loaded = folder.load(&LoadOptions::default());
        let words = |found: &crate::model::Diagnostic| {
            let (code, hint) = (found.code, found.hint.clone().unwrap_or_default());
            format!("{} {code} {}: {hint}", found.severity.as_str(), found.position.unwrap().line)
        };
        loaded.diagnostics.iter().map(words).collect::<Vec<String>>()
    };
    let check = |order: &str, expected: &[&str]| assert_eq!(found(order), expected, "{order}");
    check(&format!("{login}enrich, of the Dashboard]\n"), &[]);
    insta::assert_snapshot!(found(&format!("{login}deny]\n")).join("\n"));
    check(&format!("{login}enrihc]\n"), &["warning HS120 3: did you mean `enrich`?"]);
    check(&format!("{login}add]\n"), &["warning HS120 3: it is called `enrich` now"]);
    check(
        "kind: bindings\nbindings: {post-logn: [enrich]}\n",
        &["warning HS115 2: did you mean `post-login`?"],
    );
}
