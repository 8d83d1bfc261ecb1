//! Markers that several environments share, through an export and back.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::common_tests::{live_of, options, write};
use super::*;
use crate::model::{Live, Script};
use crate::source::{LoadOptions, load};

const DEV: &str = r#"{"HOST": "https://dev.example", "ENV": "development", "LIST": ["d1", "d2"],
    "LIVE": false, "VERSION": "4.17.20", "X": "d"}"#;
const PROD: &str = r#"{"HOST": "https://live.example.com", "ENV": "production", "LIST": ["p"],
    "LIVE": true, "VERSION": "4.17.21", "X": "dd"}"#;

/// What the tenant of an environment has once the folder is applied there.
fn applied(dir: &Path, keywords: &str) -> Live {
    let options =
        LoadOptions { keywords: common_tests::keywords(keywords), allow_unresolved: false };
    let loaded = load(dir, &options);
    let [definition] = loaded.desired.definitions.as_slice() else {
        panic!("{:#?}", loaded.diagnostics)
    };
    live_of(definition)
}

fn exported(dir: &Path, live: Live, keywords: &str) -> ExportPlan {
    let live = LiveState { resources: vec![live], ..LiveState::default() };
    write(dir, &live, &options(common_tests::keywords(keywords)))
}

const DEFINITION: &str = "# ours
name: a
triggerId: post-user-registration
enabled: '@@LIVE@@'
dependencies:
  axios: 1.6.0
  lodash: ^##VERSION## # kept
";

fn folder(definition: &str, script: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.yaml"), definition).unwrap();
    fs::write(dir.path().join("a.js"), script).unwrap();
    dir
}

fn files(dir: &Path) -> BTreeMap<&'static str, String> {
    ["a.yaml", "a.js"]
        .into_iter()
        .map(|name| (name, fs::read_to_string(dir.join(name)).unwrap()))
        .collect()
}

#[test]
fn an_edit_on_one_tenant_is_the_only_one_on_the_others() {
    let dir = folder(DEFINITION, "get('##HOST##/x');\nlist(@@LIST@@, '##X##');\n");
    let before = applied(dir.path(), PROD);
    let mut live = applied(dir.path(), DEV);
    live.script =
        Some(Script::new("fetch('https://dev.example/y');\nlist([\"d1\",\"d2\"], 'd', 1);\n"));
    live.dependencies.as_mut().unwrap().insert("axios".into(), "1.7.0".into());
    live.dependencies.as_mut().unwrap().insert("lodash".into(), "~4.17.20".into());
    let plan = exported(dir.path(), live.clone(), DEV);
    let text = files(dir.path());
    // a value of one letter can't be told from another letter
    assert_eq!(text["a.js"], "fetch('##HOST##/y');\nlist(@@LIST@@, 'd', 1);\n");
    assert_eq!(
        text["a.yaml"],
        DEFINITION.replace("1.6.0", "1.7.0").replace("^##VERSION##", "~##VERSION##")
    );
    let notes: Vec<&str> = plan.notes.iter().map(|note| note.message.as_str()).collect();
    assert!(
        notes.len() == 1 && notes[0].starts_with("`##X##` no longer in every place"),
        "{notes:?}"
    );
    assert_eq!(applied(dir.path(), DEV), live);
    let after = applied(dir.path(), PROD);
    assert_eq!((after.runs, before.runs), (true, true));
    assert_eq!(after.dependencies.unwrap()["lodash"], "~4.17.21");
    assert_eq!(
        after.script.unwrap().as_str(),
        "fetch('https://live.example.com/y');\nlist([\"p\"], 'd', 1);\n"
    );
}

#[test]
fn a_value_that_is_another_now_is_written_out_and_named() {
    let dir = folder(DEFINITION, "a('##HOST##');\n");
    let mut live = applied(dir.path(), DEV);
    live.runs = true;
    live.script = Some(Script::new("a('https://elsewhere.example');\n"));
    live.dependencies.as_mut().unwrap().insert("lodash".into(), "^5.0.0".into());
    let plan = exported(dir.path(), live.clone(), DEV);
    assert_eq!(applied(dir.path(), DEV), live);
    let notes: Vec<&str> = plan.notes.iter().map(|note| note.message.as_str()).collect();
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(
        notes[0].starts_with("`##HOST##`, `##VERSION##`, `@@LIVE@@` no longer in every place"),
        "{notes:?}"
    );
}

/// Parts of a script's line: text without values, and markers.
fn line() -> impl Strategy<Value = Vec<String>> {
    let part = prop_oneof![
        "[ !$-&(-?A-Z_a-c{-~é漢]{0,8}",
        prop::sample::select(vec!["##HOST##", "##ENV##", "@@LIST@@", "##X##", "'@@LIST@@'"])
            .prop_map(String::from),
    ];
    prop::collection::vec(part, 0..5)
}

/// One script, the line that is edited in it, and after which of its parts.
fn script() -> impl Strategy<Value = (Vec<Vec<String>>, usize, usize)> {
    (prop::collection::vec(line(), 1..8), any::<prop::sample::Index>(), 0..5_usize).prop_map(
        |(lines, nth, part)| {
            let nth = nth.index(lines.len());
            (lines, nth, part)
        },
    )
}

fn text_of(lines: &[Vec<String>]) -> String {
    let numbered = lines.iter().enumerate();
    numbered.map(|(nth, line)| format!("/* {nth} */ {}\n", line.concat())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_apply_made_is_exported_as_it_was(lines in script(), dev: bool) {
        let dir = folder(DEFINITION, &text_of(&lines.0));
        let before = files(dir.path());
        let environment = if dev { DEV } else { PROD };
        exported(dir.path(), applied(dir.path(), environment), environment);
        prop_assert_eq!(files(dir.path()), before);
    }

    #[test]
    fn an_edit_elsewhere_on_a_line_keeps_its_markers((mut lines, nth, part) in script(), dev: bool) {
        // a value of a letter or two is written out, which another test shows
        let longer = |part: &mut String| *part = part.replace("##X##", "##ENV##");
        lines.iter_mut().flatten().for_each(longer);
        let environment = if dev { DEV } else { PROD };
        let dir = folder(DEFINITION, &text_of(&lines));
        let place = part.min(lines[nth].len());
        lines[nth].insert(place, " ;; ".to_owned());
        let other = folder(DEFINITION, &text_of(&lines));
        exported(dir.path(), applied(other.path(), environment), environment);
        prop_assert_eq!(files(dir.path()), files(other.path()));
    }
}
