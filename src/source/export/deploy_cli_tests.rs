//! Live hooks into Deploy CLI trees and back through [`load`].

use std::fs;
use std::path::{Path, PathBuf};

use super::common_tests::{live_of, options, write};
use super::*;
use crate::model::{Id, Live, LiveBody, Script, Trigger};
use crate::source::{Environment, LoadOptions, Loaded, load};

const MAPPINGS: &str = r#"{"CRM_HOST":"crm.example.com","CRM_LISTS":["a"],"ENV":"dev","DENY":false,"FREE_DOMAINS":["x.com"]}"#;

fn keywords() -> Keywords {
    let variables = [("CRM_TOKEN".to_owned(), "canary".to_owned())];
    Keywords::new(vec![Keywords::mappings(MAPPINGS).unwrap()], Environment::new(variables), [])
}

fn reload(dir: &Path) -> Loaded {
    load(dir, &LoadOptions { keywords: keywords(), allow_unresolved: false })
}

/// A copy of a fixture, which a test may change.
fn copy(fixture: &str) -> tempfile::TempDir {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(fixture);
    let to = tempfile::tempdir().unwrap();
    for entry in walkdir::WalkDir::new(&from).into_iter().flatten() {
        let target = to.path().join(entry.path().strip_prefix(&from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
    to
}

fn run(dir: &Path, live: &LiveState, prune: bool, layout: Option<Layout>) -> ExportPlan {
    write(dir, live, &ExportOptions { prune, layout, ..options(keywords()) })
}

fn check(dir: &Path, live: &LiveState) {
    let loaded = reload(dir);
    let errors: Vec<_> = loaded.diagnostics.iter().filter(|found| found.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let loaded: Vec<Live> = loaded.desired.definitions.iter().map(live_of).collect();
    let named = |hook: &Live| Live {
        id: Id::new(hook.name.as_str()),
        stored_name: Some(hook.name.to_string()),
        ..hook.clone()
    };
    let live: Vec<Live> = live.resources.iter().map(named).collect();
    assert_eq!(loaded, live);
}

fn all_text(dir: &Path) -> Vec<(PathBuf, String)> {
    let files = walkdir::WalkDir::new(dir).sort_by_file_name().into_iter().flatten();
    let files = files.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| (entry.path().to_owned(), fs::read_to_string(entry.path()).unwrap()))
        .collect()
}

fn changed(dir: &Path, before: &[(PathBuf, String)]) -> String {
    let now = all_text(dir).into_iter().filter(|file| !before.contains(file));
    now.map(|(path, text)| format!("=== {}\n{text}\n", path.strip_prefix(dir).unwrap().display()))
        .collect()
}

#[test]
fn a_tree_that_says_what_is_live_stays_as_it_is() {
    for fixture in ["deploy-cli-directory", "deploy-cli-yaml"] {
        let folder = copy(fixture);
        let live = LiveState {
            resources: reload(folder.path()).desired.definitions.iter().map(live_of).collect(),
            ..LiveState::default()
        };
        let plan = run(folder.path(), &live, true, None);
        assert!(plan.is_clean() && plan.orphans.is_empty(), "{plan:#?}");
    }
}

#[test]
fn only_what_differs_changes_and_the_rest_of_the_tree_is_left_alone() {
    for fixture in ["deploy-cli-directory", "deploy-cli-yaml"] {
        let folder = copy(fixture);
        let dir = folder.path();
        let mut hooks: Vec<Live> = reload(dir).desired.definitions.iter().map(live_of).collect();
        let gone = hooks.remove(0);
        let welcome = &mut hooks[0];
        welcome.runs = false;
        welcome.dependencies.as_mut().unwrap().insert("got".to_owned(), "1.10".to_owned());
        welcome.secrets.as_mut().unwrap().insert("NEW".to_owned());
        let script =
            welcome.script.as_ref().unwrap().as_str().replace("timeout: 5000", "timeout: 9000");
        welcome.script = Some(Script::new(script));
        hooks.push(Live {
            name: Name::of_live_hook(Some("zz-new"), ""),
            runs: true,
            ..gone.clone()
        });
        let live = LiveState { resources: hooks, ..LiveState::default() };
        let before = all_text(dir);
        let plan = run(dir, &live, false, None);
        assert_eq!(plan.orphans.len(), 1);
        let shown = changed(dir, &before);
        assert!(!shown.contains("canary"));
        insta::assert_snapshot!(format!("{fixture}_changed"), shown);
        assert!(run(dir, &live, false, None).is_clean());
        run(dir, &live, true, None);
        check(dir, &live);
        insta::assert_snapshot!(format!("{fixture}_pruned"), changed(dir, &before));
        assert!(run(dir, &live, true, None).is_clean());
    }
}

#[test]
fn a_tenant_yaml_keeps_every_byte_but_what_differs() {
    let folder = copy("deploy-cli-yaml");
    let dir = folder.path();
    let mut hooks: Vec<Live> = reload(dir).desired.definitions.iter().map(live_of).collect();
    hooks[0].trigger = Trigger::PostChangePassword;
    hooks[1].secrets.as_mut().unwrap().insert("NEW".to_owned());
    let extra = Live { name: Name::of_live_hook(Some("zz"), ""), ..hooks[1].clone() };
    hooks.push(Live { runs: false, ..extra });
    let live = LiveState { resources: hooks, ..LiveState::default() };
    let old = fs::read_to_string(dir.join("tenant.yaml")).unwrap();
    let plan = run(dir, &live, false, None);
    assert!(plan.notes.is_empty(), "{:#?}", plan.notes);
    check(dir, &live);
    let new = fs::read_to_string(dir.join("tenant.yaml")).unwrap();
    let diff = similar::TextDiff::from_lines(&old, &new);
    insta::assert_snapshot!(diff.unified_diff().context_radius(1).to_string());
}

#[test]
fn new_trees_are_written_in_either_layout() {
    let from = copy("deploy-cli-directory");
    let hooks: Vec<Live> = reload(from.path()).desired.definitions.iter().map(live_of).collect();
    let live = LiveState { resources: hooks, ..LiveState::default() };
    for layout in [Layout::DeployCli, Layout::DeployCliYaml] {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("out");
        run(&dir, &live, false, Some(layout));
        assert_eq!(reload(&dir).layout, layout);
        check(&dir, &live);
        assert!(run(&dir, &live, true, Some(layout)).is_clean());
        insta::assert_snapshot!(format!("new_{layout:?}"), changed(&dir, &[]));
        let native = ExportOptions { layout: Some(Layout::Native), ..options(keywords()) };
        let found = export(&dir, &live, &native).unwrap_err();
        insta::assert_snapshot!(
            format!("other_layout_{layout:?}"),
            format!("{} {}", found[0].code, found[0].message)
        );
    }
}

#[test]
fn a_tenant_yaml_without_hooks_gets_them_at_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenant.yaml");
    let live = LiveState {
        resources: vec![Live {
            id: Id::new("x"),
            name: Name::of_live_hook(Some("a"), "x"),
            stored_name: None,
            trigger: Trigger::SendPhoneMessage,
            runs: true,
            script: Some(Script::new("1")),
            dependencies: Some(Default::default()),
            secrets: Some(Default::default()),
            body: LiveBody::Hook,
        }],
        ..LiveState::default()
    };
    for old in ["tenant: {} # ours", "hooks: []\n# end\nrules: [\n", "a: 1\nhooks:\nb: 2\n"] {
        fs::write(&file, old).unwrap();
        let _ = fs::remove_dir_all(folder.path().join("hooks"));
        run(folder.path(), &live, false, Some(Layout::DeployCliYaml));
        let text = fs::read_to_string(&file).unwrap();
        for line in old.lines().filter(|line| !line.starts_with("hooks")) {
            assert!(text.contains(line), "{text}");
        }
        if !old.contains("[\n") {
            check(folder.path(), &live);
        }
    }
}
