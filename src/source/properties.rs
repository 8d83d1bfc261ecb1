//! Properties of the whole room on generated input.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;

use super::export::common_tests::{options, write};
use super::file::Text;
use super::keyword::{Budget, replace};
use super::*;
use crate::model::Diagnostic;
use crate::model::{DesiredSecret, Id, Live, LiveBody, LiveState, Name, Script, Trigger};

/// Text made of the pieces that matter to YAML and to keywords.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "name: ",
        "a",
        "triggerId: ",
        "post-user-registration",
        "enabled: ",
        "true",
        "yes",
        "\n",
        "\n  ",
        "- ",
        ": ",
        "\t",
        "\"",
        "'",
        "#",
        " ##KEY##",
        "##KEY##",
        "\"@@KEY@@\"",
        "@@LIST@@",
        "{",
        "}",
        "[",
        "]",
        ",",
        "&x ",
        "*x",
        "<<: *x",
        "|\n",
        ">-\n",
        "---\n",
        "...\n",
        "!!str ",
        "!x ",
        "é",
        "🎣",
        "\u{feff}",
        "\r\n",
        "\u{0}",
        "\u{85}",
        "\u{2028}",
        "secrets:\n  A: canary",
        "keywords: {A: canary}",
        "dependencies:\n  x: 1.10",
        "renamedFrom: [a, b]",
        "script: x.js",
        "literalMarkers: [\"##KEY##\"]",
        "? ",
        "1",
        "null",
        "~",
        "%YAML 1.2\n",
    ]);
    vec(prop_oneof![8 => piece.prop_map(str::to_owned), 1 => any::<String>()], 0..25)
        .prop_map(|pieces| pieces.concat())
}

fn some_keywords() -> Keywords {
    let layer = Keywords::mappings(r#"{"KEY":"value","LIST":[1,"x"],"NULL":null}"#).unwrap();
    Keywords::new(vec![layer], Environment::default(), [])
}

/// Failing inputs become plain tests, not files of seeds.
fn cases(count: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(count) }
}

/// Whether a finding's place exists in its file, and its excerpt is that line.
fn is_inside(found: &Diagnostic, files: &BTreeMap<String, String>) -> bool {
    let (Some(file), Some(at)) = (&found.file, found.position) else { return true };
    let Some(text) = files.get(file) else { return false };
    let line = text.split('\n').nth(at.line - 1);
    line.is_some_and(|line| at.column <= line.chars().count() + 1)
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn any_bytes_are_read_without_panic_and_findings_lie_inside(
        definition in pieces(),
        script in pieces(),
        raw in vec(any::<u8>(), 0..40),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("x.yaml"), &definition).unwrap();
        fs::write(at("x.js"), &script).unwrap();
        fs::write(at("raw.yaml"), &raw).unwrap();
        let files: BTreeMap<String, String> = ["x.yaml", "x.js", "raw.yaml"]
            .into_iter()
            .map(|name| {
                let bytes = fs::read(at(name)).unwrap();
                (at(name).display().to_string(), String::from_utf8_lossy(&bytes).into_owned())
            })
            .collect();
        for allow_unresolved in [false, true] {
            let loaded = load(folder.path(), &LoadOptions { keywords: some_keywords(), allow_unresolved });
            for found in &loaded.diagnostics {
                prop_assert!(is_inside(found, &files), "{found:?}");
                prop_assert!(!found.message.contains("canary"), "{found:?}");
            }
            let shown = format!("{:?}", loaded.desired);
            prop_assert!(!shown.contains("canary"));
        }
        let _ = config::read(&at("x.yaml"));
        let _ = config::read(&at("raw.yaml"));
    }

    #[test]
    fn any_deploy_cli_tree_is_read_without_panic(json in pieces(), list in pieces(), other in pieces()) {
        let (folder, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir(folder.path().join("hooks")).unwrap();
        let at = folder.path().join("hooks/x.json");
        fs::write(&at, format!("{{\"triggerId\": \"##KEY##\", {json}}}")).unwrap();
        let yaml = second.path().join("tenant.yaml");
        fs::write(&yaml, format!("{other}\nhooks:\n  - {list}\nrules: []\n")).unwrap();
        let files = [at, yaml].into_iter().map(|path| {
            (path.display().to_string(), fs::read_to_string(&path).unwrap())
        });
        let files: BTreeMap<String, String> = files.collect();
        for dir in [folder.path(), second.path()] {
            for allow_unresolved in [false, true] {
                let loaded = load(dir, &LoadOptions { keywords: some_keywords(), allow_unresolved });
                prop_assert!(loaded.layout != Layout::Native);
                for found in &loaded.diagnostics {
                    prop_assert!(found.file.as_ref().is_none_or(|file| !files.contains_key(file)) || is_inside(found, &files), "{found:?}");
                    prop_assert!(!found.message.contains("canary"), "{found:?}");
                }
            }
            // Whatever is there, an export either refuses or makes it right.
            let live = LiveState::default();
            let options = ExportOptions { prune: true, ..options(some_keywords()) };
            let _ = export(dir, &live, &options);
        }
    }

    #[test]
    fn secrets_stay_out_of_what_findings_quote(noise in pieces(), key in "[A-Z]{1,3}", at in 0_usize..200) {
        let text = format!("name: a\nsecrets:\n  {key}: canary\n  B: >\n    canary\n\n    canary\nenabled: x\n{}", noise.replace("canary", ""));
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) { at -= 1; }
        let found = Text::new("x", text.as_str()).error(codes::SYNTAX, "", &(at..at + 1));
        let shown = format!("{found:?}");
        prop_assert!(!shown.contains("canary"), "{}", shown);
    }

    #[test]
    fn replaced_scripts_lead_back_to_the_file(text in pieces()) {
        let keywords = some_keywords();
        let value = |marker: &keyword::Marker<'_>| keywords.insert(marker, keyword::Within::Other);
        let out = replace(&text, &BTreeSet::new(), &mut Budget::new(0, 1_000_000), value);
        let source = crate::model::ScriptSource { file: String::new(), text: text.clone(), replaced: out.places.clone() };
        for (at, _) in out.text.char_indices() {
            let from = source.on_disk(at);
            prop_assert!(text.is_char_boundary(from));
            if !out.places.iter().any(|(inserted, _)| inserted.contains(&at)) {
                prop_assert_eq!(text[from..].chars().next(), out.text[at..].chars().next());
            }
        }
        if out.places.is_empty() {
            prop_assert_eq!(&out.text, &text);
        }
    }
}

fn script() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a();\n",
        "b();\r\n",
        "\n",
        "\r",
        "\t",
        " ",
        "##KEY##",
        "'@@LIST@@'",
        "##HOME##",
        "const x = 1;\n",
        "\u{a0}",
        "🎣",
        "---\n",
        "`${x}`",
        "\u{feff}",
        "\u{0}",
        "[1,\"x\"]",
        "value",
    ]);
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn live_hook() -> impl Strategy<Value = Live> {
    let name = prop_oneof![3 => "[a-c]{1,2}", 1 => "[A-Za-z0-9 -]{1,12}", 1 => "(con|hooksync|true|null|1e3|0x1)"];
    let odd = prop_oneof![4 => "[a-z@/.^~0-9-]{1,8}", 1 => any::<String>(), 1 => "(##KEY##|no|~|\\.inf|1\\.10|- a|: b|#c| )"];
    let maps = (btree_map(odd.clone(), odd.clone(), 0..4), btree_set(odd, 0..4));
    (name, script(), maps, any::<bool>(), 0_usize..5, any::<bool>()).prop_map(
        |(name, script, (dependencies, secrets), enabled, trigger, named)| Live {
            id: Id::new(name.clone()),
            name: Name::of_live_hook(Some(&name), &name),
            stored_name: named.then(|| name.clone()),
            trigger: Trigger::KNOWN[trigger].clone(),
            runs: enabled,
            script: Some(Script::new(script)),
            dependencies: Some(dependencies),
            secrets: Some(secrets),
            body: LiveBody::Hook,
        },
    )
}

fn state(mut hooks: Vec<Live>) -> LiveState {
    hooks.retain(|hook| !hook.name.as_str().is_empty());
    hooks.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    hooks.dedup_by(|a, b| a.name == b.name);
    LiveState { resources: hooks, ..LiveState::default() }
}

fn run_export(dir: &Path, live: &LiveState, prune: bool) -> ExportPlan {
    run_export_as(dir, live, prune, None)
}

fn run_export_as(dir: &Path, live: &LiveState, prune: bool, layout: Option<Layout>) -> ExportPlan {
    write(dir, live, &ExportOptions { prune, layout, ..options(some_keywords()) })
}

/// Whether loading gives the live state: byte for byte for new files, but for
/// newlines where a file was kept.
fn check_says(dir: &Path, live: &LiveState) -> Result<(), TestCaseError> {
    let loaded = load(dir, &LoadOptions { keywords: some_keywords(), allow_unresolved: false });
    let errors: Vec<_> = loaded.diagnostics.iter().filter(|found| found.is_error()).collect();
    prop_assert!(errors.is_empty(), "{errors:#?}");
    let names: Vec<_> = loaded.desired.definitions.iter().map(|hook| &hook.name).collect();
    prop_assert_eq!(names, live.resources.iter().map(|hook| &hook.name).collect::<Vec<_>>());
    for (desired, hook) in loaded.desired.definitions.iter().zip(&live.resources) {
        let live_script = hook.script.as_ref().unwrap();
        prop_assert!(
            desired.script.same_but_newlines(live_script),
            "{:?} {:?}",
            desired.script,
            live_script
        );
        prop_assert_eq!(&desired.trigger, &hook.trigger);
        prop_assert!(desired.enabled().is_none_or(|enabled| enabled == hook.runs));
        prop_assert!(desired.dependencies.is_none() || desired.dependencies == hook.dependencies);
        let keys: Option<BTreeSet<String>> =
            desired.secrets.as_ref().map(|all| all.keys().cloned().collect());
        prop_assert!(keys.is_none() || keys == hook.secrets);
        let kept = desired.secrets.iter().flatten().all(|(_, s)| matches!(s, DesiredSecret::Kept));
        prop_assert!(kept);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn what_is_exported_says_what_is_live_again_and_again(
        first in vec(live_hook(), 0..5),
        second in vec(live_hook(), 0..5),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("hooks");
        let (first, second) = (state(first), state(second));
        run_export(&dir, &first, false);
        if !first.resources.is_empty() {
            check_says(&dir, &first)?;
        }
        prop_assert!(run_export(&dir, &first, true).is_clean());
        run_export(&dir, &second, true);
        if !second.resources.is_empty() {
            check_says(&dir, &second)?;
        }
        prop_assert!(run_export(&dir, &second, true).is_clean());
    }

    #[test]
    fn a_tree_of_people_says_what_is_live(
        hooks in vec(live_hook(), 1..4),
        scripts in vec(script(), 3),
        style in prop::sample::select(vec![
            "# c\nname: \"{name}\" # n\ntriggerId: post-user-registration # t\nenabled: false\n",
            "name: '{name}'\r\ntriggerId: 'send-phone-message'\r\ndependencies:\r\n  # d\r\n  a: '1'\r\n",
            "{name: \"{name}\", triggerId: send-phone-message, secrets: {A: _VALUE_NOT_SHOWN_, B: _VALUE_NOT_SHOWN_}, dependencies: {}}",
            "\u{feff}name: \"{name}\"\ntriggerId: \"##NOPE##\"\ndependencies: \"@@LIST@@\"\nsecrets:\n",
            "---\nname: &n '{name}'\ntriggerId: x\nenabled: *n\nliteralMarkers: ['##HOME##']\n",
        ]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        let live = state(hooks);
        for (index, (hook, script)) in live.resources.iter().zip(&scripts).enumerate() {
            fs::write(dir.join(format!("f{index}.yaml")), style.replace("{name}", hook.name.as_str())).unwrap();
            fs::write(dir.join(format!("f{index}.js")), script).unwrap();
        }
        // Two enabled hooks of one trigger are reported, but a person's file may
        // leave the choice open; the property is about everything else.
        run_export(dir, &live, false);
        if !live.resources.is_empty() {
            check_says(dir, &live)?;
        }
        prop_assert!(run_export(dir, &live, false).is_clean());
    }

    #[test]
    fn deploy_cli_trees_say_what_is_live_again_and_again(
        first in vec(live_hook(), 1..4),
        second in vec(live_hook(), 1..4),
        layout in prop::sample::select(vec![Layout::DeployCli, Layout::DeployCliYaml]),
    ) {
        // These layouts have no way to say that a marker is text.
        let plain = |mut hook: Live| {
            let without = |text: &str| text.replace(['#', '@'], "");
            hook.script = hook.script.map(|script| Script::new(without(script.as_str())));
            hook.dependencies = hook.dependencies.map(|all| {
                all.into_iter().map(|(key, version)| (without(&key), without(&version))).collect()
            });
            hook.secrets = hook.secrets.map(|all| all.iter().map(|key| without(key)).collect());
            hook
        };
        let first = state(first.into_iter().map(plain).collect());
        let second = state(second.into_iter().map(plain).collect());
        prop_assume!(!first.resources.is_empty() && !second.resources.is_empty());
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("out");
        run_export_as(&dir, &first, false, Some(layout));
        check_says(&dir, &first)?;
        prop_assert!(run_export_as(&dir, &first, true, Some(layout)).is_clean());
        run_export_as(&dir, &second, true, Some(layout));
        check_says(&dir, &second)?;
        prop_assert!(run_export_as(&dir, &second, true, Some(layout)).is_clean());
    }
}
