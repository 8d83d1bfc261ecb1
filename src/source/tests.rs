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

pub(super) fn show(found: &Diagnostic) -> String {
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

pub(super) fn keywords(pairs: &[(&str, &str)]) -> LoadOptions {
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
