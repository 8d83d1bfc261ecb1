//! Actions and bindings out of Deploy CLI trees, with the oddities of those
//! that teams keep.

use crate::model::{Body, BoundAction, DesiredSecret, Kind};
use crate::source::tests::Folder;
use crate::source::{Keywords, LoadOptions, Loaded};

const CODE: &str = "exports.onExecutePostLogin = async (event, api) => {};\n";

fn action(name: &str, more: &str) -> String {
    format!(
        "{{\"name\": \"{name}\", \"supported_triggers\": [{{\"id\": \"post-login\", \"version\": \"v3\"}}], \
         \"status\": \"built\", \"runtime\": \"node22\"{more}}}"
    )
}

fn options(mappings: &str) -> LoadOptions {
    let mappings = vec![Keywords::mappings(mappings).unwrap()];
    let environment = crate::source::Environment::default();
    LoadOptions { keywords: Keywords::new(mappings, environment, []), allow_unresolved: false }
}

fn secrets(loaded: &Loaded, at: usize) -> Vec<String> {
    let secrets = loaded.desired.definitions[at].secrets.iter().flatten();
    secrets
        .map(|(key, value)| match value {
            DesiredSecret::Value(value) => format!("{key}={}", value.expose()),
            DesiredSecret::Kept => format!("{key} kept"),
            DesiredSecret::Reference(found) => format!("{key} from {}", found.as_str()),
            DesiredSecret::Unresolved { keywords } => format!("{key} needs {}", keywords.join(",")),
        })
        .collect()
}

#[test]
fn an_export_of_the_deploy_cli_is_read_as_it_is() {
    let folder = Folder::new(&[
        (
            "actions/役割 (1).json",
            &action(
                "役割 (1)",
                r###", "code": "./actions/役割 (1)/code.js", "dependencies": [{"name":"axios","version":"1.6.0"},{"name":"own"}],
                   "secrets": [{"name":"A"},{"name":"B","value":"_VALUE_NOT_SHOWN_"},{"name":"C","value":"##C##"},{"name":"D","value":"x"}],
                   "deployed": false, "modules": [{"module_name":"helper","module_version_number":3}]"###,
            ),
        ),
        ("actions/役割 (1)/code.js", CODE),
        (
            "actions/shop.json",
            r###"{"name":"shop","code":"","supported_triggers":[{"id":"post-login"}],"installed_integration_id":"x"}"###,
        ),
        (
            "triggers/triggers.json",
            r###"{"post-login":[{"action_name":"役割 (1)","display_name":"役割"},{"action_name":"without a file"}],"credentials-exchange":[]}"###,
        ),
    ]);
    let loaded = folder.load(&options(r###"{"C":"from a keyword"}"###));
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    assert!(loaded.desired.in_play.actions && !loaded.desired.in_play.hooks);
    let [own] = &loaded.desired.definitions[..] else { panic!() };
    assert_eq!((own.kind(), own.name.as_str()), (Kind::Action, "役割 (1)"));
    assert_eq!((own.trigger.as_str(), own.script.as_str()), ("post-login", CODE));
    let packages = own.dependencies.as_ref().unwrap();
    assert_eq!((packages["axios"].as_str(), packages["own"].as_str()), ("1.6.0", "latest"));
    assert_eq!(secrets(&loaded, 0), ["A kept", "B kept", "C=from a keyword", "D=x"]);
    let Body::Action(body) = &own.body else { panic!() };
    assert_eq!((body.trigger_version.as_deref(), body.deploy), (Some("v3"), false));
    assert_eq!(body.modules.as_ref().unwrap()[0].version, 3);
    let [exchange, login] = &loaded.desired.bindings[..] else { panic!() };
    assert_eq!((exchange.trigger.as_str(), exchange.entries.len()), ("credentials-exchange", 0));
    let BoundAction::Name(second) = &login.entries[1].action else { panic!() };
    assert_eq!(second.as_str(), "without a file");
    assert_eq!(login.entries[0].display_name.as_deref(), Some("役割"));
}

#[test]
fn code_is_found_wherever_the_path_is_relative_to() {
    for path in [
        "./actions/a/code.js",
        "actions/a/code.js",
        "tenant/actions/a/code.js",
        "./my-tenant.eu.auth0.com/actions/a/code.js",
        "config\\\\actions\\\\a\\\\code.js",
    ] {
        let folder = Folder::new(&[
            ("actions/a.json", &action("a", &format!(r###", "code": "{path}""###))),
            ("actions/a/code.js", CODE),
        ]);
        let loaded = folder.load(&LoadOptions::default());
        assert!(loaded.diagnostics.is_empty(), "{path}: {:#?}", loaded.diagnostics);
        assert_eq!(loaded.desired.definitions[0].script.as_str(), CODE, "{path}");
    }
    // elsewhere in the tree, and out of it
    let folder = Folder::new(&[
        ("actions/a.json", &action("a", r###", "code": "./build/x.js""###)),
        ("build/x.js", CODE),
    ]);
    assert!(folder.load(&LoadOptions::default()).diagnostics.is_empty());
    let out = Folder::new(&[("actions/a.json", &action("a", r###", "code": "../../x.js""###))]);
    assert!(out.reported(&LoadOptions::default()).contains("error"), "it leads out of the tree");
}

#[test]
fn a_tenant_yaml_has_both_kinds_and_an_order() {
    let folder = Folder::new(&[
        (
            "tenant.yaml",
            "rules: []\nactions:\n  - name: A\n    code: ./build/a.js\n    runtime: node22\n    supported_triggers:\n      - id: post-login\n        version: v3\n\
             \x20   secrets:\n      - name: KEY\n        value: ##KEY##\n      - name: KEPT\n    deployed: true\nhooks: []\n\
             triggers:\n  post-login:\n    - action_name: A\n      display_name: Shown\n",
        ),
        ("build/a.js", CODE),
    ]);
    let loaded = folder.load(&options(r###"{"KEY":"v"}"###));
    assert!(!loaded.diagnostics.iter().any(|found| found.is_error()), "{:#?}", loaded.diagnostics);
    assert_eq!(secrets(&loaded, 0), ["KEPT kept", "KEY=v"]);
    assert_eq!(loaded.desired.bindings[0].entries[0].display_name.as_deref(), Some("Shown"));
    // an unquoted marker without a value is a comment to YAML
    let loaded = folder.load(&LoadOptions::default());
    assert!(!loaded.diagnostics.iter().any(|found| found.is_error()), "{:#?}", loaded.diagnostics);
    assert_eq!(secrets(&loaded, 0), ["KEPT kept", "KEY needs KEY"]);
}

#[test]
fn all_secrets_may_be_one_marker() {
    let folder = Folder::new(&[
        (
            "actions/a.json",
            &action("a", r###", "code": "./actions/a/code.js", "secrets": @@SECRETS@@"###),
        ),
        ("actions/a/code.js", CODE),
    ]);
    let loaded = folder.load(&options(r###"{"SECRETS":[{"name":"A","value":"x"}]}"###));
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    assert_eq!(secrets(&loaded, 0), ["A=x"]);
    let reported = folder.reported(&LoadOptions::default());
    assert!(reported.contains("keyword `SECRETS` has no value"), "{reported}");
}

#[test]
fn a_folder_of_one_kind_stands_for_that_alone() {
    let files = [
        ("tree/actions/a.json", action("a", r###", "code": "./actions/a/code.js""###)),
        ("tree/actions/a/code.js", CODE.to_owned()),
        (
            "tree/hooks/h.json",
            r###"{"name":"h","script":"./h.js","triggerId":"post-user-registration"}"###.to_owned(),
        ),
        (
            "tree/hooks/h.js",
            "module.exports = function (user, context, cb) { cb(); };\n".to_owned(),
        ),
    ];
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let folder = Folder::new(&files);
    let kinds = |dir: &str| {
        let loaded = crate::source::load(&folder.path().join(dir), &LoadOptions::default());
        assert!(loaded.diagnostics.is_empty(), "{dir}: {:#?}", loaded.diagnostics);
        let mut kinds: Vec<Kind> =
            loaded.desired.definitions.iter().map(|own| own.kind()).collect();
        kinds.sort();
        kinds
    };
    assert_eq!(kinds("tree"), [Kind::Hook, Kind::Action]);
    assert_eq!(kinds("tree/actions"), [Kind::Action]);
    assert_eq!(kinds("tree/hooks"), [Kind::Hook]);
    assert_eq!(kinds("tree/actions/a.json"), [Kind::Action]);
}

#[test]
fn a_tree_may_have_orders_alone_and_all_of_them_empty() {
    for (text, entries) in [
        (r###"{"post-login": [{"action_name": "without a file"}]}"###, 1),
        (r###"{"post-login": []}"###, 0),
    ] {
        let folder = Folder::new(&[("triggers/triggers.json", text)]);
        let loaded = folder.load(&LoadOptions::default());
        assert!(loaded.diagnostics.is_empty(), "{text}: {:#?}", loaded.diagnostics);
        let [order] = &loaded.desired.bindings[..] else { panic!("{text}") };
        assert_eq!((order.trigger.as_str(), order.entries.len()), ("post-login", entries));
        assert!(loaded.desired.in_play.actions && !loaded.desired.in_play.hooks, "{text}");
    }
}

#[test]
fn what_no_action_can_be_is_an_error_in_its_own_words() {
    let folder = Folder::new(&[
        ("actions/a.json", r###"{"name": "a", "supported_triggers": []}"###),
        (
            "actions/b.json",
            &action(
                "b",
                r###", "code": "./actions/b/code.js", "secrets": [{"value": "canary"}]"###,
            ),
        ),
        ("actions/b/code.js", CODE),
        ("triggers/triggers.json", r###"{"post-login": [{"display_name": "x"}]}"###),
    ]);
    let reported = folder.reported(&LoadOptions::default());
    assert!(reported.contains("`supported_triggers` is missing"), "{reported}");
    assert!(reported.contains("`code` is missing"), "{reported}");
    assert!(reported.contains("an entry names an action"), "{reported}");
    assert!(!reported.contains("canary"), "{reported}");
}
