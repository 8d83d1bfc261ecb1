//! Definitions that are wrong: one clear report, exit 1, nothing written.

use crate::support::{Project, script, tenant_with, writes};

const HEAD: &str = "name: a\ntriggerId: pre-user-registration\n";

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_told_with_its_place() {
    let tenant = tenant_with(Vec::new()).await;
    let more = |text: &str| format!("{HEAD}{text}");
    let cases = [
        ("a tab", "name: a\n\ttriggerId: pre-user-registration\n".to_owned()),
        ("a tab further in", more("dependencies:\n\tx: \"1.0.0\"\n")),
        ("a key twice", more("name: b\n")),
        ("unknown fields", more("enable: true\ntriggerID: x\n")),
        (
            "no booleans or texts",
            more("enabled: yes\ndependencies:\n  x: 1.10\nsecrets:\n  K: 7\n"),
        ),
        ("two documents", more("---\nname: b\n")),
        ("no script", more("script: b.js\n")),
        ("a script elsewhere", more("script: ../a.js\n")),
        ("an empty file", String::new()),
        ("not YAML", "\u{1}\u{2}{[".to_owned()),
        (
            "a bomb",
            "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n\
             c: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n"
                .to_owned(),
        ),
    ];
    let mut reported = String::new();
    for (what, definition) in cases {
        let project = Project::with(&[
            ("hooks/a.yaml", &definition),
            ("hooks/a.js", &script("pre-user-registration", "")),
        ]);
        let before = project.files();
        reported.push_str(&format!("# {what}\n{}\n", project.run(&["validate"]).expect(1)));
        project.on(&tenant, &["plan"]).expect(1);
        project.on(&tenant, &["apply", "--yes", "--allow-delete", "--force"]).expect(1);
        assert!(project.files() == before, "{what}");
    }
    assert_eq!(writes(&tenant), [""; 0]);
    insta::assert_snapshot!("wrong_definitions", reported);
}

#[test]
fn definitions_that_clash_are_told_together() {
    let code = script("pre-user-registration", "");
    let project = Project::with(&[
        ("hooks/a.yaml", &format!("{HEAD}enabled: true\n")),
        ("hooks/a.js", &code),
        ("hooks/b.yaml", "name: b\ntriggerId: pre-user-registration\nenabled: true\n"),
        ("hooks/b.js", &code),
        ("hooks/c.yaml", "name: A\ntriggerId: pre-user-registration\nscript: a.js\n"),
    ]);
    insta::assert_snapshot!("clashes", project.run(&["validate"]).expect(1));
}

#[test]
fn a_folder_without_definitions_is_an_error() {
    let project = Project::with(&[("file", ""), ("empty/notes.md", "")]);
    let mut reported = String::new();
    for dir in ["empty", "nowhere", "file"] {
        reported.push_str(&format!("{}\n", project.run(&["validate", dir]).expect(1)));
    }
    insta::assert_snapshot!("no_definitions", reported);
}

/// One report that can be read, however much is wrong.
#[test]
fn a_thousand_faulty_definitions_are_told_in_short() {
    let project = Project::new();
    for number in 0..1_000 {
        let text = format!("name: h-{number}\ntriggerId: nope\nscript: ../x.js\nenable: 3\n");
        project.write(&format!("hooks/h-{number}.yaml"), text);
    }
    let reported = project.run(&["validate"]).expect(1);
    assert_eq!(
        reported.stdout.matches("error[HS107]: ").count(),
        1_001,
        "each, and once in the sum"
    );
    let lines: Vec<&str> = reported.stdout.lines().collect();
    assert!(lines.len() < 8_000, "{}", lines.len());
    insta::assert_snapshot!("a_thousand_faults", lines[lines.len() - 5..].join("\n"));
    let json = project.run(&["validate", "--format", "json"]).expect(1).json();
    assert_eq!(json["summary"]["errors"], 3_000);
}
