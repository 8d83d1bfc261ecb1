//! Export into a folder that people keep by hand.

use crate::support::{Project, hook, script, steady, tenant_with, writes};

const SIGN_UP: &str = "pre-user-registration";
const PASSWORD: &str = "post-change-password";

#[tokio::test(flavor = "multi_thread")]
async fn only_what_differs_is_written_and_prune_removes_the_rest() {
    let mut sign_up = hook(1, "sign-up-check", SIGN_UP);
    sign_up.dependencies = [("axios".to_owned(), "1.21.1".to_owned())].into_iter().collect();
    sign_up.script = script(SIGN_UP, "\n  // from dev");
    let tenant =
        tenant_with(vec![sign_up, hook(2, "password", PASSWORD), hook(3, "new", SIGN_UP)]).await;
    let project = Project::with(&[
        ("hooksync.yaml", "keywords: {VERSION: 1.21.1, WHERE: dev}\n"),
        (
            "hooks/deep/whatever.yml",
            "# kept\ndependencies:\n  axios: \"##VERSION##\" # pinned\nname: Sign Up Check\n\
             triggerId: \"pre-user-registration\"\nscript: code/a.js\n",
        ),
        ("hooks/deep/code/a.js", &script(SIGN_UP, "\n  // from ##WHERE##")),
        (
            "hooks/password.yaml",
            "triggerId: post-change-password\nname: password\nenabled: true # on\n",
        ),
        ("hooks/password.js", &script(PASSWORD, "").replace('\n', "\r\n")),
        ("hooks/gone.yaml", "name: gone\ntriggerId: pre-user-registration\n"),
        ("hooks/gone.js", &script(SIGN_UP, "")),
        ("hooks/notes.md", "not ours\n"),
    ]);
    let before = project.files();
    // no git, and no export before: whatever it overwrites is nowhere else
    project.on(&tenant, &["export"]).expect(4);
    assert!(project.files() == before, "a refused export writes nothing");
    let first = project.on(&tenant, &["export", "--force"]).expect(0);
    let after = project.files();
    let changed: Vec<String> = after
        .iter()
        .filter(|(path, file)| before.get(*path) != Some(file))
        .map(|(path, _)| path.display().to_string())
        .collect();
    let expected = [
        ".hooksync/exported.json",
        "hooks/.schema/hook.json",
        "hooks/new.js",
        "hooks/new.yaml",
        "hooks/password.yaml",
    ];
    assert_eq!(changed, expected);
    assert_eq!(
        project.read("hooks/password.yaml"),
        "triggerId: post-change-password\nname: password\nenabled: false # on\n"
    );

    project.on(&tenant, &["export"]).expect(0);
    assert!(project.files() == after, "a second export writes nothing");
    let pruned = project.on(&tenant, &["export", "--prune", "--force"]).expect(0);
    assert!(!project.path("hooks/gone.yaml").exists() && !project.path("hooks/gone.js").exists());
    assert_eq!(project.files().len(), after.len() - 2);
    project.on(&tenant, &["plan", "--detailed-exitcode"]).expect(0);
    assert_eq!(writes(&tenant), [""; 0]);
    let _steady = steady();
    insta::assert_snapshot!("export_in_place", format!("{first}\n{pruned}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_into_a_folder_that_cant_be_understood() {
    let tenant = tenant_with(vec![hook(1, "a", SIGN_UP)]).await;
    let project = Project::with(&[("hooks/bad.yaml", "name: [x\n"), ("file", "")]);
    let before = project.files();
    project.on(&tenant, &["export"]).expect(1);
    project.on(&tenant, &["export", "file"]).expect(1);
    assert!(project.files() == before);
}

/// Nothing on the tenant is something to say, whether the folder is there or not.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_without_anything_gives_a_clean_plan() {
    let tenant = tenant_with(Vec::new()).await;
    for is_there in [false, true] {
        let project = Project::new();
        if is_there {
            std::fs::create_dir(project.path("hooks")).unwrap();
        }
        project.on(&tenant, &["export"]).expect(0);
        let plan = project.on(&tenant, &["plan"]).expect(0);
        assert!(plan.stdout.contains("No changes."), "{plan}");
        // an export adds nothing to a folder of another's files
        let written = project.path("notes.md");
        std::fs::write(&written, "# Notes").unwrap();
        std::fs::create_dir(project.path("other")).unwrap();
        std::fs::copy(&written, project.path("other/notes.md")).unwrap();
        project.on(&tenant, &["export", "other"]).expect(0);
        assert_eq!(std::fs::read_dir(project.path("other")).unwrap().count(), 1);
    }
}
