//! What an export leaves alone in a `tenant.yaml` that somebody keeps: every
//! byte outside of the section `hooks`.

use std::fs;
use std::path::Path;

use super::common_tests::options;
use super::*;
use crate::model::{Id, Live, LiveBody, Script, Trigger};
use crate::source::{LoadOptions, load};

fn hook(name: &str, script: &str) -> Live {
    Live {
        id: Id::new(name),
        name: Name::of_live_hook(Some(name), name),
        stored_name: Some(name.to_owned()),
        trigger: Trigger::PostChangePassword,
        runs: name == "a",
        script: Some(Script::new(script)),
        dependencies: Some([("axios".to_owned(), "1.10".to_owned())].into()),
        secrets: Some(["api-key".to_owned()].into()),
        body: LiveBody::Hook,
    }
}

fn run(dir: &Path, live: &LiveState) -> Result<ExportPlan, Vec<Diagnostic>> {
    let layout = Some(Layout::DeployCliYaml);
    let options = ExportOptions { prune: true, layout, ..options(Keywords::default()) };
    let plan = export(dir, live, &options)?;
    plan.write().unwrap();
    Ok(plan)
}

/// What the tree says after an export, as far as it matters here.
fn says(dir: &Path, live: &LiveState) {
    let loaded = load(dir, &LoadOptions::default());
    let errors: Vec<_> = loaded.diagnostics.iter().filter(|found| found.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let found: Vec<_> =
        loaded.desired.definitions.into_iter().map(|hook| (hook.name, Some(hook.script))).collect();
    let expected: Vec<_> =
        live.resources.iter().cloned().map(|hook| (hook.name, hook.script)).collect();
    assert_eq!(found, expected);
}

const BEFORE: &str = "\u{feff}# ours\r\n\ntenant: &t   # spaces  \n    friendly_name:   'A   B'\nrules: [ no, yaml: {\n";
const AFTER: &str = "# about clients\nclients:\n- {a: *t,  b: 1 } \nlast: \"x\"";

#[test]
fn everything_around_the_section_stays_byte_for_byte() {
    let live =
        LiveState { resources: vec![hook("a", "1;\r\n"), hook("zz", "2")], ..LiveState::default() };
    for section in [
        "hooks: []\n",
        "hooks: []   # none yet\n",
        "hooks:\n",
        "hooks: null\n",
        "hooks: [ ]\n\n",
        "hooks:\n  # first\n  - name: a # its name\n    triggerId: post-change-password\n    script: ./hooks/a.js\n",
        "hooks:\n- {name: gone, triggerId: send-phone-message, script: ./hooks/gone.js}\n",
        "\"hooks\":\n- name: a\n  triggerId: post-change-password\n  script: \"./hooks/a.js\"\n  enabled: false\n- name: gone\n  triggerId: send-phone-message\n  script: ./hooks/gone.js\n",
        "hooks: [{name: a, triggerId: post-change-password, script: ./hooks/a.js}]\n",
        "hooks: [\n  {name: a, triggerId: post-change-password, script: ./hooks/a.js}\n]\n",
    ] {
        for (before, after) in [(BEFORE, AFTER), ("", AFTER), (BEFORE, ""), ("", "")] {
            let folder = tempfile::tempdir().unwrap();
            let (dir, file) = (folder.path(), folder.path().join("tenant.yaml"));
            fs::create_dir(dir.join("hooks")).unwrap();
            fs::write(dir.join("hooks/gone.js"), "").unwrap();
            fs::write(dir.join("hooks/a.js"), "old").unwrap();
            fs::write(dir.join("other.txt"), "x").unwrap();
            fs::write(&file, format!("{before}{section}{after}")).unwrap();
            run(dir, &live).unwrap();
            let text = fs::read_to_string(&file).unwrap();
            assert!(text.starts_with(before) && text.ends_with(after), "{section}\n{text}");
            says(dir, &live);
            assert_eq!(fs::read_to_string(dir.join("other.txt")).unwrap(), "x");
            let again = run(dir, &live).unwrap();
            assert!(again.is_clean(), "{section}\n{text}");
            for comment in ["# first", "# its name"] {
                assert_eq!(section.contains(comment), text.contains(comment), "{section}\n{text}");
            }
        }
    }
}

#[test]
fn without_a_section_there_is_one_at_the_end() {
    let live = LiveState { resources: vec![hook("a", "1")], ..LiveState::default() };
    for before in ["", "tenant: {}", "tenant: {}\n", "# only this", "a: 1\r\nb: 2\r\n"] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tenant.yaml");
        fs::write(&file, before).unwrap();
        run(folder.path(), &live).unwrap();
        assert!(fs::read_to_string(&file).unwrap().starts_with(before));
        says(folder.path(), &live);
    }
}

#[test]
fn line_ends_of_the_file_are_kept() {
    let live =
        LiveState { resources: vec![hook("a", "1\n2"), hook("zz", "2")], ..LiveState::default() };
    for old in [
        "a: 1\r\nhooks: []\r\nb: 2\r\n",
        "a: 1\r\n",
        "hooks:\r\n  - name: a\r\n    triggerId: post-change-password\r\n    script: ./hooks/a.js\r\nb: 2",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tenant.yaml");
        fs::create_dir(folder.path().join("hooks")).unwrap();
        fs::write(folder.path().join("hooks/a.js"), "1").unwrap();
        fs::write(&file, old).unwrap();
        run(folder.path(), &live).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");
        says(folder.path(), &live);
    }
}

/// Other sections may lean on an anchor that stands among the hooks.
#[test]
fn what_other_sections_say_stays_or_nothing_is_written() {
    let live = LiveState { resources: vec![hook("zz", "2")], ..LiveState::default() };
    let gone = "hooks:\n  - name: gone\n    triggerId: send-phone-message\n    script: ./hooks/gone.js\n    dependencies: &deps {axios: 1.21.1}\nactions:\n  - dependencies: *deps\n";
    for old in [gone, "{\"tenant\": {}, \"hooks\": []}\n"] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tenant.yaml");
        fs::create_dir(folder.path().join("hooks")).unwrap();
        fs::write(folder.path().join("hooks/gone.js"), "").unwrap();
        fs::write(&file, old).unwrap();
        // the JSON is recognised when it is named
        let dir = if old == gone { folder.path() } else { &file };
        let found = run(dir, &live).unwrap_err();
        assert_eq!(found[0].code.0, "HS040");
        assert_eq!(fs::read_to_string(&file).unwrap(), old);
    }
}
