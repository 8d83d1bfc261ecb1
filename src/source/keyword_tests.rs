//! Keywords in whole folders, through [`load`](super::load).

use super::tests::{Folder, keywords, show};
use super::*;
use crate::model::DesiredSecret;

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
fn keywords_that_do_not_work_are_reported() {
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
fn keywords_that_do_nothing_are_reported() {
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
    let arguments = [("USED".to_owned(), Keyword::new(KeywordValue::text("1")))].into();
    let mut layers = vec![Layer { origin: Origin::CommandLine, keywords: arguments }];
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
fn keywords_that_cannot_be_read_are_reported_without_their_values() {
    let reported = [
        Keywords::mappings("{\"A\": canary}").unwrap_err(),
        Keywords::mappings("[\"canary\"]").unwrap_err(),
    ];
    let reported: Vec<String> = reported.iter().map(|found| show(found)).collect();
    assert!(!reported.concat().contains("canary"));
    insta::assert_snapshot!(reported.join("\n"));
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
