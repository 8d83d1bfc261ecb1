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

/// The printed commands that follow a label, as a shell takes them.
fn commands(text: &str, label: &str) -> Vec<String> {
    let text = text.replace(" \\\n", " ");
    let found = text.lines().filter_map(|line| line.trim_start().strip_prefix(label));
    found.map(|command| command.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
#[cfg(unix)]
fn a_printed_command_works_where_it_is_pasted() {
    let place = Project::new();
    place.write("my repo/hooksync.yaml", "environments:\n  test: {}\n  live: {}\n");
    place.write("my repo/auth/actions/a.yaml", "name: it's $(touch ran)\ntriggerId: post-login\n");
    place.write("my repo/auth/actions/a.js", code("// ours"));
    fn on<'a>(command: &[&'a str]) -> Vec<&'a str> {
        [&["-C", "my repo"], command, &["auth", "--env", "live", "--local"]].concat()
    }
    place.run(&on(&["apply", "--yes"])).expect(0);
    place.write("my repo/auth/actions/a.js", code("// edited"));
    for columns in ["200", "50"] {
        let mut drift = place.command(&on(&["drift"]));
        drift.env("COLUMNS", columns);
        let drift = crate::support::run(drift, &["drift"]).expect(2);
        let [undo] = commands(&drift.stdout, "undo it  ").try_into().unwrap();
        assert_eq!(
            undo,
            "hooksync -C 'my repo' apply auth --only 'action:it'\\''s $(touch ran)' --env live --local"
        );
        let [show] = commands(&drift.stdout, "Show what differs: ").try_into().unwrap();
        let program = std::path::Path::new(env!("CARGO_BIN_EXE_hooksync")).parent().unwrap();
        let shell = |command: &str| {
            let mut shell = std::process::Command::new("sh");
            shell.args(["-c", command]).current_dir(place.path(".")).env_clear();
            shell.env("PATH", format!("{}:/usr/bin:/bin", program.display()));
            let output = shell.output().unwrap();
            crate::support::Run::of(output, command).expect(0)
        };
        assert!(shell(&show).stdout.contains("+   // edited"));
        let [take] = commands(&drift.stdout, "take it  ").try_into().unwrap();
        assert!(take.contains(" export auth --only ") && take.ends_with(" --env live --local"));
        shell(&format!("{take} --check || test $? = 2"));
        shell(&format!("{undo} --yes"));
        assert!(!place.path("ran").exists() && !place.path("my repo/ran").exists());
        place.run(&on(&["drift"])).expect(0);
        place.write(
            "my repo/auth/actions/a.js",
            code(&format!("// edited at {columns}\n  // edited")),
        );
    }
}
