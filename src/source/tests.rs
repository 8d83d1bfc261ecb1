//! Whole folders through [`load`].

use std::fs;
use std::path::Path;

use super::*;
use crate::model::{DesiredSecret, Diagnostic, Trigger};

/// A folder with some files.
pub(super) struct Folder(tempfile::TempDir);

impl Folder {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, content) in files {
            folder.write(name, content.as_bytes());
        }
        folder
    }

    fn write(&self, name: &str, content: &[u8]) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn load(&self, options: &LoadOptions) -> Loaded {
        load(self.path(), options)
    }

    /// All findings as text, with the folder's name left out.
    pub(super) fn reported(&self, options: &LoadOptions) -> String {
        let prefix = format!("{}/", self.path().display());
        let shown: Vec<String> = self.load(options).diagnostics.iter().map(show).collect();
        shown.join("\n").replace(&prefix, "").replace(&self.path().display().to_string(), "DIR")
    }
}

fn show(found: &Diagnostic) -> String {
    let place = match (&found.file, found.position) {
        (Some(file), Some(at)) => format!("{file}:{}:{}", at.line, at.column),
        (Some(file), None) => file.clone(),
        _ => "-".to_owned(),
    };
    let mut out = format!("{place}: {} {}: {}", found.severity.as_str(), found.code, found.message);
    if let (Some(excerpt), Some(at)) = (&found.excerpt, found.position) {
        let caret = format!("{}{}", " ".repeat(at.column - 1), "^".repeat(excerpt.width));
        out += &format!("\n  | {}\n  | {caret}", excerpt.line);
    }
    if let Some(hint) = &found.hint {
        out += &format!("\n  = {hint}");
    }
    out
}

fn keywords(pairs: &[(&str, &str)]) -> LoadOptions {
    let json: Vec<String> = pairs.iter().map(|(key, value)| format!("{key:?}:{value}")).collect();
    let layer = Keywords::mappings(&format!("{{{}}}", json.join(","))).unwrap();
    let environment = Environment::new([("FROM_ENV".to_owned(), "canary".to_owned())]);
    LoadOptions { keywords: Keywords::new(vec![layer], environment, []), allow_unresolved: false }
}

const GOOD: &str = "name: greet\ntriggerId: post-user-registration\n";

#[test]
fn a_definition_says_everything_a_hook_can_be() {
    let folder = Folder::new(&[
        (
            "deep/er/greet.yaml",
            "name: greet\ntriggerId: post-user-registration\nenabled: true\nscript: js/code.js\n\
             dependencies: {lodash: 4.17.21}\nsecrets:\n  A: x\n  B: _VALUE_NOT_SHOWN_\n\
             renamedFrom: [hello, Good Day]\n",
        ),
        ("deep/er/js/code.js", "one();\r\n"),
        ("a.yml", "name: a\ntriggerId: send-phone-message\ndependencies: {}\n"),
        ("a.js", "\u{feff}two()"),
        ("hooksync.yaml", "not: a definition"),
        (".hidden/x.yaml", "nonsense"),
        ("node_modules/x/x.yaml", "nonsense"),
    ]);
    let loaded = folder.load(&LoadOptions::default());
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    assert_eq!(loaded.definitions, 2);
    let [a, greet] = &loaded.desired.definitions[..] else { panic!("{:?}", loaded.desired) };
    assert_eq!((a.name.as_str(), a.script.as_str()), ("a", "\u{feff}two()"));
    assert_eq!(a.trigger, Trigger::SendPhoneMessage);
    assert_eq!(a.dependencies.as_ref().map(std::collections::BTreeMap::len), Some(0));
    assert!(a.enabled().is_none() && a.secrets.is_none() && a.renamed_from.is_empty());
    assert_eq!(greet.script.as_str(), "one();\r\n");
    assert_eq!(greet.enabled(), Some(true));
    assert_eq!(greet.dependencies.as_ref().unwrap()["lodash"], "4.17.21");
    let secrets = greet.secrets.as_ref().unwrap();
    assert!(matches!(&secrets["A"], DesiredSecret::Value(value) if value.expose() == "x"));
    assert!(matches!(secrets["B"], DesiredSecret::Kept));
    let former: Vec<&str> = greet.renamed_from.iter().map(|name| name.as_str()).collect();
    assert_eq!(former, ["hello", "good-day"]);
    assert!(greet.place.file.ends_with("/deep/er/greet.yaml"), "{}", greet.place.file);
}

#[test]
fn every_fault_of_every_file_is_told_at_once() {
    let folder = Folder::new(&[
        (
            "fields.yaml",
            "naem: x\nname: My Hook\ntriggerId: post-login\nenabled: yes\nscript: fields.js\n\
             dependencies:\n  lodash: 1.10\n  lodash: \"4\"\n  1: x\nsecrets:\n  A: 12345\n  B: \"\"\n  C:\n  D: true\n\
             renamedFrom: [a_b, 1]\nliteralMarkers: [HOME]\n",
        ),
        ("fields.js", ""),
        ("names.yaml", "name: 0123\ntriggerId: null\nscript: true\ndependencies:\nsecrets:\n"),
        ("missing.yaml", "enabled: 1\nscript: ../x.js\n"),
        ("list.yaml", "- a\n"),
        ("empty.yaml", ""),
        ("tab.yaml", "name: x\nsecrets:\n\tA: canary\n"),
        ("near.yaml", "name: near\ntriggerId: send-phone-mesage\nscript: neer.js\n"),
        ("near.js", ""),
        ("absent.yaml", "name: absent\ntriggerId: send-phone-message\n"),
    ]);
    folder.write("latin.yaml", b"name: caf\xe9\n");
    folder.write("nul.yaml", b"name: a\0b\n");
    folder.write("large.yaml", &vec![b'#'; 1_000_001]);
    insta::assert_snapshot!(folder.reported(&LoadOptions::default()));
}

#[test]
fn definitions_are_checked_together() {
    let folder = Folder::new(&[
        ("a.yaml", "name: one-hook\ntriggerId: send-phone-message\nenabled: true\nscript: s.js\n"),
        ("b.yaml", "name: One Hook\ntriggerId: post-change-password\nscript: s.js\n"),
        (
            "c.yaml",
            "name: c\ntriggerId: send-phone-message\nenabled: true\nscript: s.js\nrenamedFrom: [x, one-hook]\n",
        ),
        (
            "d.yaml",
            "name: d\ntriggerId: send-phone-message\nenabled: false\nscript: s.js\nrenamedFrom: [x, d]\n",
        ),
        ("s.js", ""),
    ]);
    insta::assert_snapshot!(folder.reported(&LoadOptions::default()));
}

#[test]
fn keywords_are_put_into_values_and_scripts() {
    let folder = Folder::new(&[
        (
            "a.yaml",
            "name: \"##ENV##-hook\"\ntriggerId: \"@@TRIGGER@@\"\nenabled: \"@@FLAG@@\"\nscript: a.js\n\
             dependencies: \"@@DEPS@@\"\nsecrets:\n  A: \"##FROM_ENV##!\"\n  B: \"##NOWHERE##\"\n  D: canary\n  C: \"@@FROM_ENV@@\"\n",
        ),
        ("a.js", "const a = '@@LIST@@', b = `##ENV##`; // ##INJECT##\nc();"),
    ]);
    let options = keywords(&[
        ("ENV", "\"dev\""),
        ("TRIGGER", "\"post-change-password\""),
        ("FLAG", "true"),
        ("DEPS", "{\"b\":\"1\",\"a\":\"2\"}"),
        ("LIST", "[1,\"x\"]"),
        ("INJECT", "\"## ENV \\n name: x\""),
    ]);
    let loaded = folder.load(&options);
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    let [hook] = &loaded.desired.definitions[..] else { panic!() };
    assert_eq!(hook.name.as_str(), "dev-hook");
    assert_eq!(hook.enabled(), Some(true));
    assert_eq!(hook.dependencies.as_ref().unwrap().len(), 2);
    assert_eq!(hook.script.as_str(), "const a = [1,\"x\"], b = `dev`; // ## ENV \n name: x\nc();");
    let at = hook.script.as_str().find("c();").unwrap();
    let on_disk = hook.script_source.on_disk(at);
    assert_eq!(&hook.script_source.text[on_disk..], "c();");
    let secrets = hook.secrets.as_ref().unwrap();
    assert!(matches!(&secrets["A"], DesiredSecret::Value(value) if value.expose() == "canary!"));
    assert!(
        matches!(&secrets["B"], DesiredSecret::Unresolved { keywords } if keywords == &["NOWHERE"])
    );
    assert!(matches!(&secrets["C"], DesiredSecret::Value(value) if value.expose() == "canary"));
    assert!(!format!("{loaded:?}{options:?}").contains("canary"));
}

#[test]
fn keywords_that_do_not_work_are_told() {
    let folder = Folder::new(&[
        (
            "a.yaml",
            "name: ##ENV##\ntriggerId: send-phone-message ##ENV##\nenabled: \"##FLAG##\"\nscript: a.js\n\
             dependencies: {\"##ENV##\": \"@@LIST@@\", x: \"##LIST##\"}\nsecrets: {A: \"##ENB##\"}\n",
        ),
        ("a.js", "a(##ENB##);\n\n  '@@FROM_ENV@@' ## not one ##\n"),
        ("b.yaml", "name: b\ntriggerId: send-phone-message\nenabled: @@FLAG@@\n"),
        (
            "c.yaml",
            "name: c\ntriggerId: send-phone-message\nscript: c.js\nliteralMarkers: [\"##X##\"]\n",
        ),
        ("c.js", "'##X##' + '@@X@@'"),
        (
            "d.yaml",
            "name: d\ntriggerId: send-phone-message\nscript: c.js\nrenamedFrom:\n  - ##ENV##\n  - e\n\
             secrets:\n  ##ENV##: a comment\n  # ##ENV##: another\n  A: |\n    ##ENV##: text\n",
        ),
    ]);
    let options = keywords(&[("ENV", "\"dev\""), ("FLAG", "1"), ("LIST", "[1]")]);
    insta::assert_snapshot!(folder.reported(&options));
}

#[test]
fn unresolved_markers_may_stay() {
    let folder = Folder::new(&[
        (
            "a.yaml",
            "name: a\ntriggerId: send-phone-message\ndependencies: {x: \"##V##\"}\nsecrets: {S: \"##V##\"}\n",
        ),
        ("a.js", "##HOME##"),
    ]);
    let loaded = folder.load(&LoadOptions { allow_unresolved: true, ..LoadOptions::default() });
    assert!(loaded.diagnostics.is_empty(), "{:#?}", loaded.diagnostics);
    let hook = &loaded.desired.definitions[0];
    assert_eq!(hook.script.as_str(), "##HOME##");
    assert_eq!(hook.dependencies.as_ref().unwrap()["x"], "##V##");
    assert!(matches!(hook.secrets.as_ref().unwrap()["S"], DesiredSecret::Unresolved { .. }));
}

#[test]
fn folders_without_definitions_are_told() {
    insta::assert_snapshot!(Folder::new(&[("readme.md", "x")]).reported(&LoadOptions::default()));
    let reported: Vec<String> = load(Path::new("no/such/folder"), &LoadOptions::default())
        .diagnostics
        .iter()
        .map(show)
        .collect();
    insta::assert_snapshot!(reported.join("\n"));
}

#[cfg(unix)]
#[test]
fn links_and_special_files_are_not_trusted() {
    use std::os::unix::fs::symlink;
    let outside = Folder::new(&[("x.yaml", GOOD), ("x.js", "secret()"), ("sub/y.yaml", GOOD)]);
    let folder = Folder::new(&[
        ("ok.yaml", "name: ok\ntriggerId: send-phone-message\nscript: linked.js\n"),
        ("real.js", "1"),
        ("..data/inner.yaml", "name: inner\ntriggerId: send-phone-message\nscript: real.js\n"),
        ("..data/real.js", "1"),
        ("out.yaml", "name: out\ntriggerId: send-phone-message\nscript: out.js\n"),
        ("deep.yaml", "name: deep\ntriggerId: send-phone-message\nscript: sub/x.js\n"),
        ("dir.js/x", ""),
        ("dir.yaml", "name: dir\ntriggerId: send-phone-message\n"),
    ]);
    let at = |name: &str| folder.path().join(name);
    symlink("real.js", at("linked.js")).unwrap();
    symlink("..data/inner.yaml", at("inner.yaml")).unwrap();
    symlink("ok.yaml", at("again.yaml")).unwrap();
    symlink(outside.path().join("x.yaml"), at("link.yaml")).unwrap();
    symlink(outside.path().join("x.js"), at("out.js")).unwrap();
    symlink(outside.path(), at("sub")).unwrap();
    symlink("nowhere.yaml", at("broken.yaml")).unwrap();
    symlink("loop.yaml", at("loop.yaml")).unwrap();
    std::process::Command::new("mkfifo").arg(at("pipe.yaml")).status().unwrap();
    let reported = folder.reported(&LoadOptions::default());
    insta::assert_snapshot!(reported);
}

#[test]
fn surprising_yaml_is_told_with_its_place() {
    let folder = Folder::new(&[
        ("anchors.yaml", "name: &n x\ntriggerId: *m\n"),
        (
            "bomb.yaml",
            "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n",
        ),
        ("bom.yaml", "\u{feff}nam: x\n"),
        ("deep.yaml", "a: [[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]\n"),
        ("merge.yaml", "base: &b {name: x}\n<<: *b\n"),
        ("tag.yaml", "name: !!js/function x\n"),
        ("two.yaml", "name: a\ntriggerId: send-phone-message\n---\nname: b\n"),
        ("unclosed.yaml", "name: \"a\nsecrets: {A: \"canary\"\n"),
    ]);
    let secrets: String = (0..21).map(|number| format!("  K{number}: x\n")).collect();
    folder.write("secrets.yaml", format!("{GOOD}script: bom.yaml\nsecrets:\n{secrets}").as_bytes());
    insta::assert_snapshot!(folder.reported(&LoadOptions::default()));
}

#[test]
fn of_a_hopeless_file_not_everything_is_told() {
    let folder = Folder::new(&[("many.js", "")]);
    folder.write("many.yaml", "x: 1\n".repeat(20_000 / 3).as_bytes());
    let found = folder.load(&LoadOptions::default()).diagnostics;
    assert_eq!(found.len(), 101);
    insta::assert_snapshot!(show(&found[0]).replace(&folder.path().display().to_string(), "DIR"));
}

#[cfg(target_os = "linux")]
#[test]
fn file_names_that_are_no_text_are_told() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new(&[]);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.yaml");
    fs::write(folder.path().join(name), GOOD).unwrap();
    fs::create_dir(folder.path().join("x.d")).unwrap();
    std::os::unix::fs::symlink("x.d", folder.path().join("linked")).unwrap();
    insta::assert_snapshot!(folder.reported(&LoadOptions::default()));
}

#[test]
fn keywords_that_do_nothing_are_told() {
    let settings = "keywords: {USED: a, HIDDEN: b, SAME: c, IDLE: d}\nenvironments: {prod: {keywords: {HIDDEN: x, SAME: c}}}\n";
    let folder = Folder::new(&[
        (
            "hooks/a.yaml",
            "name: \"##USED##-##HIDDEN##-##SAME##\"\ntriggerId: send-phone-message\nscript: a.js\n",
        ),
        ("hooks/a.js", ""),
        ("hooksync.yaml", settings),
    ]);
    let (config, found) = config::read(&folder.path().join("hooksync.yaml"));
    assert!(found.is_empty(), "{found:#?}");
    let mut layers = vec![Keywords::command_line(&["USED=1".to_owned()]).unwrap()];
    layers.extend(config.keyword_layers(Some("prod")));
    layers.push(Keywords::mappings(r#"{"OTHER_TOOL":1}"#).unwrap());
    let options = LoadOptions {
        keywords: Keywords::new(layers, Environment::default(), []),
        allow_unresolved: false,
    };
    assert_eq!(folder.load(&options).desired.definitions[0].name.as_str(), "1-x-c");
    insta::assert_snapshot!(folder.reported(&options));
}

#[test]
fn keywords_that_cannot_be_read_are_told_without_their_values() {
    let arguments = |argument: &str| Keywords::command_line(&[argument.to_owned()]).unwrap_err();
    let reported = [
        Keywords::mappings("{\"A\": canary}").unwrap_err(),
        Keywords::mappings("[\"canary\"]").unwrap_err(),
        arguments("canary"),
        arguments("a b=canary"),
    ];
    let reported: Vec<String> = reported.iter().map(|found| show(found)).collect();
    assert!(!reported.concat().contains("canary"));
    insta::assert_snapshot!(reported.join("\n"));
}

/// So that no finding's words change unseen.
#[test]
fn every_code_is_shown_in_a_snapshot() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/source");
    let snapshots: String = walkdir::WalkDir::new(root)
        .into_iter()
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "snap"))
        .map(|entry| fs::read_to_string(entry.path()).unwrap())
        .collect();
    // Those of test files are asserted where the command is run.
    let commands =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/behaviour.rs"))
            .unwrap();
    let is_seen = |code: &str| snapshots.contains(code) || commands.contains(code);
    let unseen: Vec<_> = codes::ALL.iter().filter(|(code, _)| !is_seen(code.0)).collect();
    assert!(unseen.is_empty(), "{unseen:?}");
}

#[test]
fn a_value_with_a_marker_of_its_own_never_goes_live() {
    let folder = Folder::new(&[
        (
            "a.yaml",
            "name: a\ntriggerId: send-phone-message\ndependencies: {x: \"##URL##\", y: \"@@LIST@@\"}\nsecrets: {S: \"##URL##\"}\n",
        ),
        ("a.js", "get('##URL##');"),
    ]);
    let nested = keywords(&[
        ("URL", "\"https://##HOST##/x\""),
        ("LIST", "[\"@@HOST@@\"]"),
        ("HOST", "\"h\""),
    ]);
    insta::assert_snapshot!(folder.reported(&nested));
    // a marker that is listed as text is text, but never in a secret
    let folder = Folder::new(&[
        ("a.yaml", "name: a\ntriggerId: send-phone-message\nliteralMarkers: [\"##HOST##\"]\n"),
        ("a.js", "get('##URL##');"),
    ]);
    let loaded = folder.load(&nested);
    assert_eq!(loaded.desired.definitions[0].script.as_str(), "get('https://##HOST##/x');");
}

#[test]
fn replacement_ends_where_a_file_would_become_too_large() {
    let many = "##BIG##".repeat(1000);
    let folder = Folder::new(&[
        (
            "a.yaml",
            &format!("name: a\ntriggerId: send-phone-message\nsecrets: {{S: \"{many}\"}}\n"),
        ),
        ("a.js", &format!("'{many}'")),
        (
            "b.yaml",
            &format!(
                "name: b\ntriggerId: send-phone-message\ndependencies:\n{}",
                (0..100).map(|n| format!("  p{n}: \"@@BIG@@\"\n")).collect::<String>()
            ),
        ),
        ("b.js", ""),
    ]);
    let big = format!("\"{}\"", "x".repeat(400_000));
    let found = folder.load(&keywords(&[("BIG", &big)])).diagnostics;
    let reported: Vec<_> = found.iter().map(|f| (f.code.0, f.message.as_str())).collect();
    let too_large =
        ("HS007", "with the value of keyword `BIG` here, this file is larger than 1 MB");
    assert_eq!(reported, [too_large; 3]);
}
