//! `drift`: what was changed on the tenant, by whom, and the two ways out.

use hooksync::tenant::{self, Options};

use crate::support::{Project, writes};

const ACTION: &str = "name: Add roles\ntriggerId: post-login\n";

fn code(body: &str) -> String {
    format!("exports.onExecutePostLogin = async (event, api) => {{\n  {body}\n}};\n")
}

/// Whether `text` has a time such as `2026-11-27 10:12:13 UTC by Local client`.
fn names_who(text: &str) -> bool {
    text.lines().any(|line| line.contains("written") && line.ends_with("UTC by Local client"))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_changed_it_is_read_from_the_log_and_both_ways_out_work() {
    let tenant = tenant::start(Options::default()).await.unwrap();
    let project = Project::new();
    project.write("actions/a.yaml", ACTION);
    project.write("actions/a.js", code("// ours"));
    project.write("actions/order.yaml", "kind: bindings\nbindings:\n  post-login: [Add roles]\n");
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    let clean = project.on(&tenant, &["drift"]).expect(0);
    assert!(clean.stdout.contains("No drift"), "{clean}");

    let other = Project::new();
    other.write("actions/a.yaml", ACTION);
    other.write("actions/a.js", code("// theirs"));
    other.on(&tenant, &["apply", "--yes"]).expect(0);

    let before = writes(&tenant).len();
    let drift = project.on(&tenant, &["drift"]).expect(2);
    assert!(names_who(&drift.stdout), "{drift}");
    for part in [
        "Add roles  differs in script",
        "hooksync export --only 'Add roles'",
        "hooksync apply --only 'Add roles'",
        "1 difference.",
    ] {
        assert!(drift.stdout.contains(part), "{part}: {drift}");
    }
    let issue = project.on(&tenant, &["drift", "--format", "markdown"]).expect(2);
    assert!(names_who(&issue.stdout), "{issue}");
    for part in
        ["### hooksync: 1 difference on", "`hooksync export --only 'Add roles'`", "// theirs"]
    {
        assert!(issue.stdout.contains(part), "{part}: {issue}");
    }
    assert_eq!(writes(&tenant).len(), before, "drift writes nothing");

    // undo it, then have it changed again and take it
    project.on(&tenant, &["apply", "--yes", "--only", "Add roles"]).expect(0);
    project.on(&tenant, &["drift"]).expect(0);
    other.on(&tenant, &["apply", "--yes"]).expect(0);
    project.on(&tenant, &["export", "--only", "Add roles", "--force"]).expect(0);
    assert!(project.read("actions/a.js").contains("// theirs"));
    project.on(&tenant, &["drift"]).expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_scope_it_says_that_it_is_not_known() {
    let scopes = ["read:actions", "create:actions", "update:actions", "delete:actions"];
    let scopes = scopes.map(str::to_owned).to_vec();
    let tenant = tenant::start(Options { scopes, ..Options::default() }).await.unwrap();
    let project = Project::new();
    project.write("actions/a.yaml", ACTION);
    project.write("actions/a.js", code("// ours"));
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    project.write("actions/a.js", code("// edited"));
    for format in ["text", "markdown"] {
        let drift = project.on(&tenant, &["drift", "--format", format]).expect(2);
        let flat = drift.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        let unknown = "It is not known who changed it: the token lacks read:logs";
        // a colon is escaped in Markdown
        assert!(flat.replace("&#58;", ":").contains(unknown), "{drift}");
    }
}
