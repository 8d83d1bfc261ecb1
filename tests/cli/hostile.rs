//! Files that nobody means well by: an answer, no crash, no waiting.

use crate::support::Project;

const HEAD: &str = "name: a\ntriggerId: pre-user-registration\n";

#[test]
fn scripts_nested_without_end_are_survived() {
    for script in [
        format!("x=/{}/;", "(".repeat(90_000)),
        format!("x=/{}a{}/v;", "[".repeat(40_000), "]".repeat(40_000)),
        format!("module.exports = {}", "(".repeat(50_000)),
        format!("x={}1", "a=>".repeat(20_000)),
    ] {
        let project = Project::with(&[("hooks/a.yaml", HEAD), ("hooks/a.js", &script)]);
        project.run(&["validate"]).expect(1);
    }
}

#[test]
fn bytes_that_are_no_text_are_told() {
    let garbage: Vec<u8> = (0..=255).cycle().take(5_000).collect();
    let project = Project::with(&[("hooks/a.yaml", HEAD)]);
    project.write("hooks/a.js", &garbage);
    project.write("hooks/b.yaml", &garbage);
    project.write("hooks/c.yaml", b"name: c\n# caf\xe9\n");
    project.write("hooks/d.yaml", format!("{HEAD}#{}", "x".repeat(1_100_000)));
    let reported = project.run(&["validate"]).expect(1);
    assert!(reported.stdout.contains("4 errors"), "{reported}");
}

#[cfg(unix)]
#[test]
fn links_and_pipes_are_not_followed() {
    use std::os::unix::fs::symlink;
    let project = Project::with(&[("hooks/a.yaml", HEAD), ("outside.js", "canary")]);
    symlink("../outside.js", project.path("hooks/a.js")).unwrap();
    symlink("..", project.path("hooks/up")).unwrap();
    symlink("b.yaml", project.path("hooks/b.yaml")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(project.path("hooks/c.yaml")).status();
    assert!(pipe.unwrap().success());
    let reported = project.run(&["validate"]).expect(1);
    assert!(!format!("{reported}").contains("canary"));
    insta::assert_snapshot!("links_and_pipes", reported);
}

/// A folder that holds nothing but links to folders is as good as empty: with
/// deletes allowed it must never read as "no hooks".
#[cfg(unix)]
#[test]
fn a_folder_of_links_is_no_empty_project() {
    let project = Project::with(&[("hooks/real/notes.md", "")]);
    std::os::unix::fs::symlink("real", project.path("hooks/linked")).unwrap();
    let reported = project.run(&["plan", "--local", "--allow-delete"]).expect(1);
    assert!(reported.stderr.contains("HS002"), "{reported}");
}
