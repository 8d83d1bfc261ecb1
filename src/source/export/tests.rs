//! Live hooks to a folder and back through [`load`].

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::common_tests::{hook, keywords, options, write};
use super::*;
use crate::model::{DesiredSecret, Id, Live, Trigger};
use crate::source::{LoadOptions, Loaded, load};

fn state(hooks: impl IntoIterator<Item = Live>) -> LiveState {
    let mut hooks: Vec<Live> = hooks.into_iter().collect();
    hooks.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    LiveState { resources: hooks, ..LiveState::default() }
}

fn put(dir: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn run(dir: &Path, live: &LiveState, keywords: &Keywords, prune: bool) -> ExportPlan {
    write(dir, live, &ExportOptions { prune, ..options(keywords.clone()) })
}

pub(super) fn reload(dir: &Path, keywords: &Keywords) -> Loaded {
    load(dir, &LoadOptions { keywords: keywords.clone(), allow_unresolved: false })
}

/// What a plan would call a change, for every live hook that has a definition.
fn differences(loaded: &Loaded, live: &LiveState) -> Vec<String> {
    let mut out: Vec<String> =
        loaded.diagnostics.iter().filter(|d| d.is_error()).map(|d| format!("{d:?}")).collect();
    for hook in &live.resources {
        let Some(desired) =
            loaded.desired.definitions.iter().find(|desired| desired.name == hook.name)
        else {
            out.push(format!("{} has no definition", hook.name));
            continue;
        };
        let mut differs = |what: &str, differs: bool| {
            if differs {
                out.push(format!("{} differs in {what}: {desired:?} {hook:?}", hook.name));
            }
        };
        let live_script = hook.script.as_ref().unwrap();
        differs("script", !desired.script.same_but_newlines(live_script));
        differs("trigger", desired.trigger != hook.trigger);
        differs("enabled", desired.enabled().is_some_and(|enabled| enabled != hook.runs));
        differs(
            "dependencies",
            desired.dependencies.is_some() && desired.dependencies != hook.dependencies,
        );
        let keys = desired.secrets.as_ref().map(|secrets| secrets.keys().cloned().collect());
        differs("secrets", keys.is_some() && keys != hook.secrets);
    }
    out
}

fn files(dir: &Path) -> BTreeMap<String, String> {
    let entries = walkdir::WalkDir::new(dir).into_iter().flatten();
    // The schema for editors has its own tests.
    entries
        .filter(|entry| entry.file_type().is_file() && !entry.path().ends_with(".schema/hook.json"))
        .map(|entry| {
            let name = entry.path().strip_prefix(dir).unwrap().display().to_string();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

pub(super) fn shown(dir: &Path) -> String {
    files(dir).iter().map(|(name, text)| format!("=== {name}\n{text}\n")).collect()
}

const HARD: &[&str] = &[
    "a\r\nb\r\n",
    "a\r\nb\nc\rd",
    "no final newline",
    "trailing  \n\t\n\n\n",
    "\u{feff}bom",
    "nbsp\u{a0}emoji 🎣 `${x}` \u{2028}",
    "---\n...\n--- a\n+++ b\n",
    "a(##HOME##, '@@LIST@@', ##A##);",
    "\u{0}\u{1}\u{7f}",
    "",
];

#[test]
fn an_empty_folder_gets_everything_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("new/hooks");
    let names =
        ["My Hook", "con", "hooksync", "a", "HTMLParser", "x-1", "x 2", "z9", "true", "1e3"];
    let live = state(names.iter().zip(HARD).map(|(name, script)| Live {
        dependencies: Some(
            [("lodash".into(), "1.10".into()), ("yes".into(), "##V##".into())].into(),
        ),
        secrets: Some(["A".to_owned(), "api-key".to_owned(), "no".to_owned()].into()),
        ..hook(name, script)
    }));
    let keywords = keywords(r#"{"A":"replaced","LIST":[1],"V":"2"}"#);
    let plan = run(&dir, &live, &keywords, false);
    assert!(plan.hooks.iter().all(|hook| hook.action == FileAction::Created));
    let loaded = reload(&dir, &keywords);
    assert_eq!(differences(&loaded, &live), [""; 0]);
    assert_eq!(
        fs::read_to_string(dir.join(".schema/hook.json")).unwrap(),
        crate::source::schema::hook()
    );
    for hook in &live.resources {
        let desired =
            loaded.desired.definitions.iter().find(|desired| desired.name == hook.name).unwrap();
        assert_eq!(Some(&desired.script), hook.script.as_ref());
        assert_eq!(
            Some(&desired.script_source.text),
            hook.script.as_ref().map(|s| s.as_str().to_owned()).as_ref()
        );
        assert!(
            desired.secrets.as_ref().unwrap().values().all(|s| matches!(s, DesiredSecret::Kept))
        );
    }
    insta::assert_snapshot!(shown(&dir));
    let again = run(&dir, &live, &keywords, true);
    assert!(again.is_clean() && again.orphans.is_empty(), "{again:?}");
}

#[test]
fn only_what_differs_changes_in_a_folder_that_people_keep() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    put(
        dir,
        &[
            (
                "team/greet.yaml",
                "# greets\nname: \"##ENV##-greet\" # ours\ntriggerId: post-user-registration\n\nenabled: \"@@ON@@\"\nscript: js/greet.js\n\
             dependencies:\n  # pinned\n  lodash: \"4.17.21\"\n  got: \"##GOT##\"\nsecrets: {A: \"##A##\", GONE: x}\n",
            ),
            ("team/js/greet.js", "start('##ENV##');\r\nold();\r\nend(@@LIST@@);\r\n"),
            ("same.yaml", "name: Same\ntriggerId: post-user-registration\n"),
            ("same.js", "one\r\ntwo"),
            (
                "renamed.yaml",
                "name: new-name\ntriggerId: post-user-registration\nrenamedFrom: [old-name, older]\n",
            ),
            ("renamed.js", "1"),
            ("orphan.yaml", "name: orphan\ntriggerId: post-user-registration\n"),
            ("orphan.js", "1"),
            ("missing.yaml", "name: missing\ntriggerId: nonsense\nenabled: yes\nsecrets:\n"),
        ],
    );
    let keywords = keywords(r#"{"ENV":"dev","ON":true,"GOT":"11","LIST":["x"]}"#);
    let live = state([
        Live {
            runs: true,
            dependencies: Some(
                [
                    ("lodash".into(), "4.17.21".into()),
                    ("got".into(), "11".into()),
                    ("axios".into(), "1".into()),
                ]
                .into(),
            ),
            secrets: Some(["A".to_owned(), "NEW".to_owned()].into()),
            ..hook("dev-greet", "start('dev');\r\nchanged(##HOME##);\r\nend([\"x\"]);\r\n")
        },
        hook("same", "one\ntwo\n"),
        hook("old-name", "1"),
        hook("missing", "x"),
    ]);
    let before = files(dir);
    let plan = run(dir, &live, &keywords, false);
    let loaded = reload(dir, &keywords);
    assert_eq!(differences(&loaded, &live), [""; 0]);
    let changed: Vec<String> = files(dir)
        .iter()
        .filter(|(name, text)| before.get(*name) != Some(text))
        .map(|(name, text)| format!("=== {name}\n{text}\n"))
        .collect();
    insta::assert_snapshot!(changed.concat());
    let prefix = dir.display().to_string();
    insta::assert_snapshot!(
        format!("{:#?}\n{:#?}\n{:#?}", plan.hooks, plan.orphans, plan.notes)
            .replace(&prefix, "DIR")
    );
    assert!(run(dir, &live, &keywords, false).is_clean());
    let pruned = run(dir, &live, &keywords, true);
    assert_eq!(pruned.orphans[0].removed.len(), 2);
    assert!(!dir.join("orphan.yaml").exists() && !dir.join("orphan.js").exists());
}

#[test]
fn hooks_that_no_definitions_can_say_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let on = |hook: Live| Live { runs: true, ..hook };
    let live = state([
        on(hook("a", "1")),
        on(hook("b", "2")),
        hook("My Hook", "3"),
        hook("my-hook", "4"),
        Live { id: Id::new("my-hook"), stored_name: None, ..hook("my-hook", "5") },
        Live { trigger: Trigger::Other("post-login".into()), ..hook("c", "6") },
        Live { name: Name::of_live_hook(None, "../.."), stored_name: None, ..hook("", "7") },
        Live {
            id: Id::new("../../etc/x"),
            name: Name::of_live_hook(None, "../../etc/x"),
            stored_name: None,
            ..hook("", "8")
        },
        Live { script: None, ..hook("d", "") },
        hook(&"n".repeat(300), "9"),
    ]);
    let plan = run(folder.path(), &live, &Keywords::default(), false);
    insta::assert_debug_snapshot!(
        plan.notes.iter().map(|note| format!("{} {}", note.code, note.message)).collect::<Vec<_>>()
    );
    let loaded = reload(folder.path(), &Keywords::default());
    assert!(loaded.diagnostics.iter().all(|found| !found.is_error()), "{:#?}", loaded.diagnostics);
    let names: Vec<(&str, &str)> = loaded
        .desired
        .definitions
        .iter()
        .map(|h| (&h.name.as_str()[..h.name.as_str().len().min(9)], h.script.as_str()))
        .collect();
    assert_eq!(
        names,
        [("a", "1"), ("b", "2"), ("etc-x", "8"), ("my-hook", "4"), ("nnnnnnnnn", "9")]
    );
}

#[test]
fn what_an_export_could_not_keep_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    put(
        dir,
        &[
            // No editor can add to a flow map that a comment cuts in two.
            (
                "a.yaml",
                "{name: a, # a comment\n triggerId: post-user-registration, secrets: &s {}}\n",
            ),
            ("a.js", "a(##A##)\n"),
        ],
    );
    let keywords = keywords(r#"{"A":"1"}"#);
    let live = state([Live {
        trigger: Trigger::SendPhoneMessage,
        secrets: Some(["\u{2028}: \n".to_owned(), "x".repeat(2000)].into()),
        ..hook("a", &format!("a(2)\n{}", "x".repeat(1_000_000)))
    }]);
    let plan = export(dir, &live, &options(keywords)).unwrap();
    let reported: Vec<String> =
        plan.notes.iter().map(|note| format!("{} {}", note.code, note.message)).collect();
    insta::assert_snapshot!(reported.join("\n"));
}

#[test]
fn shared_scripts_are_never_changed_for_one_alone() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let definition =
        |name: &str| format!("name: {name}\ntriggerId: post-user-registration\nscript: s.js\n");
    put(
        dir,
        &[
            ("a.yaml", &definition("a")),
            ("b.yaml", &definition("b")),
            ("c.yaml", &definition("c")),
            ("s.js", "old"),
        ],
    );
    let live = state([hook("a", "new a"), hook("b", "old")]);
    run(dir, &live, &Keywords::default(), false);
    assert_eq!(differences(&reload(dir, &Keywords::default()), &live), [""; 0]);
    assert_eq!(fs::read_to_string(dir.join("s.js")).unwrap(), "old");
    let plan = run(dir, &live, &Keywords::default(), true);
    assert_eq!(plan.orphans[0].removed.len(), 1, "{plan:?}");
    assert!(dir.join("s.js").exists());
}

#[test]
fn a_folder_that_cannot_be_understood_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &[("broken.yaml", "name: [\n"), ("nameless.yaml", "triggerId: x\n")]);
    let options = ExportOptions { prune: true, ..options(Keywords::default()) };
    let found = export(folder.path(), &state([hook("a", "1")]), &options).unwrap_err();
    assert!(found.len() >= 2 && found.iter().all(Diagnostic::is_error), "{found:#?}");
    assert_eq!(files(folder.path()).len(), 2);
}

#[test]
fn only_the_hooks_that_are_meant_are_touched() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    put(
        dir,
        &[
            ("b.yaml", "name: b\ntriggerId: post-user-registration\n"),
            ("b.js", "old"),
            ("o.yaml", "name: o\ntriggerId: post-user-registration\n"),
            ("o.js", ""),
        ],
    );
    let live = state([hook("a", "1"), hook("b", "new")]);
    let only = &|name: &Name| name.as_str() == "a";
    let options = ExportOptions { prune: true, only, ..options(Keywords::default()) };
    let plan = write(dir, &live, &options);
    assert!(plan.orphans.is_empty());
    assert_eq!(fs::read_to_string(dir.join("b.js")).unwrap(), "old");
    assert!(dir.join("a.yaml").exists() && dir.join("o.yaml").exists());
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_not_written_through() {
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let dir = folder.path();
    put(outside.path(), &[("x.js", "theirs")]);
    put(dir, &[("a.yaml", "name: a\ntriggerId: post-user-registration\nscript: x.js\n")]);
    std::os::unix::fs::symlink(outside.path().join("x.js"), dir.join("x.js")).unwrap();
    let live = state([hook("a", "live")]);
    run(dir, &live, &Keywords::default(), false);
    assert_eq!(differences(&reload(dir, &Keywords::default()), &live), [""; 0]);
    assert_eq!(fs::read_to_string(outside.path().join("x.js")).unwrap(), "theirs");
}
