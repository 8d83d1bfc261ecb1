//! Files and tenants as other tools leave them: marks, spellings, gaps.

use crate::support::{Project, hook, run, script, tenant_with};

const SIGN_UP: &str = "pre-user-registration";

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_before_utf8_is_no_part_of_a_file() {
    let tenant = tenant_with(Vec::new()).await;
    let project = Project::with(&[
        ("hooksync.yaml", "\u{feff}keywords: {A: b}\n"),
        ("hooks/a.yaml", "\u{feff}name: a\ntriggerId: pre-user-registration\n"),
        ("hooks/a.js", &script(SIGN_UP, "")),
    ]);
    project.on(&tenant, &["plan", "--out", "plan.json"]).expect(0);
    project.write("plan.json", format!("\u{feff}{}", project.read("plan.json")));
    project.on(&tenant, &["apply", "--plan", "plan.json"]).expect(0);
    let tree = Project::with(&[
        (
            "hooks/a.json",
            "\u{feff}{\"name\":\"a\",\"triggerId\":\"pre-user-registration\",\"script\":\"./a.js\"}",
        ),
        ("hooks/a.js", &script(SIGN_UP, "")),
    ]);
    tree.on(&tenant, &["plan", ".", "--detailed-exitcode"]).expect(0);
}

#[test]
fn utf16_says_so() {
    let utf16 = |text: &str| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let project = Project::with(&[
        ("hooks/b.yaml", "name: b\ntriggerId: pre-user-registration\n"),
        ("hooks/b.js", &script(SIGN_UP, "")),
    ]);
    project.write("hooks/a.yaml", utf16("name: a\n"));
    project.write("hooks/b.js", utf16("module.exports = 1;\n"));
    let run = project.run(&["validate"]).expect(1);
    assert!(
        run.stdout.contains("definition is UTF-16") && run.stdout.contains("script is UTF-16"),
        "{run}"
    );
    project.write("plan.json", utf16("{}"));
    let run = project.run(&["apply", "hooks", "--local", "--plan", "plan.json"]).expect(1);
    assert!(run.stderr.contains("UTF-16") || run.stderr.contains("plan.json"), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_found_in_both_spellings() {
    let (composed, apart) = ("caf\u{e9}", "cafe\u{301}");
    let tenant = tenant_with(vec![hook(1, "a", SIGN_UP)]).await;
    let project = Project::new();
    let text = format!("name: a\ntriggerId: pre-user-registration\nscript: {composed}.js\n");
    project.write("hooks/a.yaml", text);
    project.write(&format!("hooks/{apart}.js"), script(SIGN_UP, "\n  // ours"));
    project.on(&tenant, &["validate", "--deny-warnings"]).expect(0);
    project.on(&tenant, &["export", "--force"]).expect(0);
    assert!(!project.path(&format!("hooks/{composed}.js")).exists());
    assert_eq!(project.read(&format!("hooks/{apart}.js")), script(SIGN_UP, ""));
    project.on(&tenant, &["plan", "--detailed-exitcode"]).expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_export_of_an_emptied_tenant_can_be_planned() {
    let tenant = tenant_with(vec![hook(1, "a", SIGN_UP)]).await;
    for layout in ["native", "deploy-cli", "deploy-cli-yaml"] {
        let project = Project::new();
        tenant.edit(|state| state.hooks = vec![hook(1, "a", SIGN_UP)]).unwrap();
        project.on(&tenant, &["export", "hooks", "--layout", layout]).expect(0);
        tenant.edit(|state| state.hooks.clear()).unwrap();
        project.on(&tenant, &["export", "hooks", "--prune"]).expect(0);
        project.on(&tenant, &["plan", "hooks", "--detailed-exitcode"]).expect(0);
        // and one that was empty from the start
        project.on(&tenant, &["export", "fresh", "--layout", layout]).expect(0);
        project.on(&tenant, &["plan", "fresh", "--detailed-exitcode"]).expect(0);
        project.on(&tenant, &["validate", "fresh"]).expect(0);
    }
    // a folder that nobody exported to may be the wrong one
    let project = Project::with(&[("elsewhere/notes.md", "")]);
    project.on(&tenant, &["plan", "elsewhere"]).expect(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_no_definition_uses_is_noted_and_pruned() {
    let tenant = tenant_with(vec![hook(1, "a", SIGN_UP)]).await;
    let project = Project::new();
    project.on(&tenant, &["export"]).expect(0);
    project.write("hooks/left.js", script(SIGN_UP, ""));
    project.write("hooks/tool.js", "console.log(1);\n");
    project.write("hooks/a.test.js", "module.exports = 1;\n");
    project.write("hooks/lib/part.js", "module.exports = 1;\n");
    let noted = project.on(&tenant, &["validate", "--deny-warnings"]).expect(0);
    assert!(noted.stdout.contains("HS022") && noted.stdout.contains("hooks/left.js"), "{noted}");
    for other in ["tool.js", "a.test.js", "part.js"] {
        assert!(!noted.stdout.contains(other), "{noted}");
    }
    project.on(&tenant, &["export"]).expect(0);
    assert!(project.path("hooks/left.js").exists());
    project.on(&tenant, &["export", "--prune"]).expect(4);
    project.on(&tenant, &["export", "--prune", "--force"]).expect(0);
    assert!(!project.path("hooks/left.js").exists());
    for other in ["a.js", "tool.js", "a.test.js", "lib/part.js"] {
        assert!(project.path(&format!("hooks/{other}")).exists(), "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_cant_be_read_is_named_without_its_password() {
    let project = Project::with(&[
        ("hooks/a.yaml", "name: a\ntriggerId: pre-user-registration\n"),
        ("hooks/a.js", &script(SIGN_UP, "")),
    ]);
    let mut command = project.command(&["plan"]);
    command.env("AUTH0_DOMAIN", "acme.eu.auth0.com").env("AUTH0_ACCESS_TOKEN", "x");
    command.env("HTTPS_PROXY", "http://user:CANARY pass@proxy:3128");
    let found = run(command, &["plan"]).expect(1);
    assert!(found.stderr.contains("HTTPS_PROXY") && !found.stderr.contains("CANARY"), "{found}");
    // this machine is reached without one
    let tenant = tenant_with(Vec::new()).await;
    let mut command = project.command_on(&tenant, &["plan"]);
    command.env("HTTPS_PROXY", "http://user:CANARY pass@proxy:3128");
    run(command, &["plan"]).expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn out_to_stdout_is_one_document() {
    let tenant = tenant_with(Vec::new()).await;
    let project = Project::with(&[
        ("hooks/a.yaml", "name: a\ntriggerId: pre-user-registration\n"),
        ("hooks/a.js", &script(SIGN_UP, "")),
    ]);
    for format in ["text", "json", "markdown", "github"] {
        let args = ["plan", "--out", "-", "--format", format];
        let plan = project.on(&tenant, &args).expect(0);
        assert_eq!(plan.json()["summary"]["create"], 1, "{plan}");
        assert!(!project.path("-").exists());
        if format == "text" {
            assert!(plan.stderr.contains("to create"), "{plan}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_another_version_is_refused_as_such() {
    let tenant = tenant_with(Vec::new()).await;
    let project = Project::with(&[
        ("hooks/a.yaml", "name: a\ntriggerId: pre-user-registration\n"),
        ("hooks/a.js", &script(SIGN_UP, "")),
    ]);
    project.on(&tenant, &["plan", "--out", "plan.json"]).expect(0);
    let own = format!("\"hooksync_version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    project.edit("plan.json", &own, "\"hooksync_version\": \"0.0.9\"");
    let refused = project.on(&tenant, &["apply", "--plan", "plan.json"]).expect(4);
    assert!(refused.stderr.contains("made by hooksync 0.0.9"), "{refused}");
    assert!(tenant.state().hooks.is_empty());
}
