//! What a newcomer does first: the demo, on the local tenant.

use std::path::Path;

use crate::support::Project;

fn copy(from: &Path, project: &Project, to: &str) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = format!("{to}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), project, &to);
        } else {
            project.write(&to, std::fs::read(entry.path()).unwrap());
        }
    }
}

#[test]
fn the_demo_is_planned_applied_and_clean_then() {
    let project = Project::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/demo"), &project, "demo");
    let checked = project.run(&["validate", "demo"]).expect(0);
    assert_eq!(checked.stderr, "");
    let tested = project.run(&["test", "demo"]).expect(0);
    assert!(tested.stdout.contains("50 cases passed"), "{tested}");

    let plan = project.run(&["plan", "demo", "--local", "--format", "json"]).expect(0).json();
    assert_eq!(plan["summary"]["create"], 11, "{plan:#}");
    assert_eq!(plan["tenant"], "local");
    assert_eq!(plan["summary"]["update"], 4, "the order of four triggers: {plan:#}");

    project.run(&["plan", "demo", "--local", "--detailed-exitcode"]).expect(2);
    let applied =
        project.run(&["apply", "demo", "--local", "--yes", "--format", "json"]).expect(0).json();
    assert_eq!(applied["summary"]["applied"], 15, "{applied:#}");
    project.run(&["plan", "demo", "--local", "--detailed-exitcode"]).expect(0);

    let before = project.files();
    project.run(&["export", "demo", "--local"]).expect(0);
    assert!(project.files() == before, "an export of what is live changes nothing");
}
