//! Live actions to a Deploy CLI tree and back.

use std::fs;
use std::path::Path;

use super::common_tests::{action, options, shown, write};
use super::*;
use crate::model::{Id, Live, LiveBinding, LiveBindings, LiveBody, Script, Trigger};
use crate::source::{Environment, LoadOptions, load};

const CODE: &str = "exports.onExecutePostLogin = async (event, api) => {};\n";

fn state(actions: Vec<Live>, bound: &[(&str, Option<&str>)]) -> LiveState {
    let entry = |&(name, shown): &(&str, Option<&str>)| LiveBinding {
        action_id: Id::new(format!("id-{name}")),
        action_name: Name::action(name),
        display_name: shown.map(str::to_owned),
        installed: false,
    };
    let entries = bound.iter().map(entry).collect();
    let bindings = vec![LiveBindings { trigger: Trigger::from_tenant("post-login"), entries }];
    LiveState { resources: actions, bindings, ..LiveState::default() }
}

fn keywords() -> Keywords {
    let mappings = Keywords::mappings(r#"{"KEY":"s3cret","URL":"https://x"}"#).unwrap();
    Keywords::new(vec![mappings], Environment::default(), [])
}

fn run(dir: &Path, live: &LiveState, layout: Layout) -> ExportPlan {
    let layout = Some(layout);
    write(dir, live, &ExportOptions { kind: Kind::Action, layout, ..options(keywords()) })
}

#[test]
fn a_new_tree_is_what_the_deploy_cli_writes() {
    for layout in [Layout::DeployCli, Layout::DeployCliYaml] {
        let dir = tempfile::tempdir().unwrap();
        let mut draft = action("Draft: a/b", "// draft\n");
        if let LiveBody::Action(own) = &mut draft.body {
            own.deployed.as_mut().unwrap().script = Some(Script::new(CODE));
        }
        let live = state(
            vec![action("役割 (1)", CODE), draft],
            &[("役割 (1)", Some("Shown")), ("Draft: a/b", None)],
        );
        run(dir.path(), &live, layout);
        insta::assert_snapshot!(format!("deploy_actions_{layout:?}"), shown(dir.path()));
        assert!(run(dir.path(), &live, layout).is_clean(), "{layout:?}");
        let loaded =
            load(dir.path(), &LoadOptions { keywords: keywords(), ..LoadOptions::default() });
        assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
        assert_eq!(loaded.desired.of(Kind::Action).count(), 2);
        assert_eq!(loaded.desired.bindings[0].entries.len(), 2);
    }
}

#[test]
fn a_tree_that_people_keep_changes_only_where_the_tenant_says_something_else() {
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put(
        "actions/a.json",
        "{\n  \"name\": \"A\",\n  \"own\": [1],\n  \"code\": \"tenant/actions/a/x.js\",\n  \"runtime\": \"node18\",\n  \"dependencies\": [],\n  \
         \"secrets\": [\n    {\n      \"name\": \"KEY\",\n      \"value\": \"##KEY##\"\n    },\n    {\n      \"name\": \"GONE\"\n    }\n  ],\n  \
         \"supported_triggers\": [\n    {\n      \"id\": \"post-login\",\n      \"version\": \"v3\"\n    }\n  ],\n  \"deployed\": true\n}\n",
    );
    put("actions/a/x.js", "// ##URL##\n");
    put(
        "triggers/triggers.json",
        "{\n  \"post-login\": [],\n  \"credentials-exchange\": [\n    {\n      \"action_name\": \"other\"\n    }\n  ]\n}\n",
    );
    let live = state(vec![action("A", "// https://x\n// new\n")], &[("A", Some("A"))]);
    let plan = run(dir.path(), &live, Layout::DeployCli);
    let now = shown(dir.path());
    assert!(!now.contains("s3cret"), "{now}");
    assert!(plan.notes.iter().all(|note| !note.message.contains("s3cret")));
    insta::assert_snapshot!(now);
    assert!(run(dir.path(), &live, Layout::DeployCli).is_clean());
}

#[test]
fn a_tenant_yaml_keeps_its_other_sections_and_comments() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("actions/A")).unwrap();
    fs::write(dir.path().join("actions/A/code.js"), CODE).unwrap();
    let before = "tenant:\n  name: x # theirs\nactions:\n  # ours\n  - name: A\n    code: ./actions/A/code.js\n    runtime: node18 # old\n    \
                  dependencies:\n      - name: axios\n        version: 1.6.0\n    secrets:\n      - name: KEY\n        value: ##KEY##\n    \
                  supported_triggers:\n      - id: post-login\n        version: v3\nhooks: []\ntriggers:\n  # the order\n  post-login: []\n";
    fs::write(dir.path().join("tenant.yaml"), before).unwrap();
    let live = state(vec![action("A", CODE), action("B", CODE)], &[("B", None), ("A", Some("A"))]);
    run(dir.path(), &live, Layout::DeployCliYaml);
    let now = shown(dir.path());
    assert!(!now.contains("s3cret"), "{now}");
    insta::assert_snapshot!(now);
    assert!(run(dir.path(), &live, Layout::DeployCliYaml).is_clean());
}

#[test]
fn an_action_without_code_has_no_file_until_it_has_some() {
    for (layout, file, none, some) in [
        (
            Layout::DeployCli,
            "actions/A b.json",
            r#""code": """#,
            r#""code": "./actions/A b/code.js""#,
        ),
        (Layout::DeployCliYaml, "tenant.yaml", r#"code: """#, "code: ./actions/A b/code.js"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let live = state(vec![action("A b", "")], &[]);
        run(dir.path(), &live, layout);
        let text = || fs::read_to_string(dir.path().join(file)).unwrap();
        assert!(text().contains(none), "{}", text());
        assert!(!dir.path().join("actions/A b").exists());
        assert!(run(dir.path(), &live, layout).is_clean(), "{layout:?}");
        let loaded =
            load(dir.path(), &LoadOptions { keywords: keywords(), ..LoadOptions::default() });
        assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
        let codes: Vec<_> =
            loaded.desired.of(Kind::Action).map(|own| own.script.as_str()).collect();
        assert_eq!(codes, [""]);

        run(dir.path(), &state(vec![action("A b", CODE)], &[]), layout);
        assert!(text().contains(some), "{}", text());
        assert_eq!(fs::read_to_string(dir.path().join("actions/A b/code.js")).unwrap(), CODE);
    }
}
