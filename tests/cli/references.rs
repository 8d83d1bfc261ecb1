//! Secrets by reference: who is asked, when, and that nothing is shown.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;

use crate::support::{Project, Run, hook, run, script, tenant_with, writes};

const SIGN_UP: &str = "pre-user-registration";

/// A program outside of the project that notes each call.
fn provider(folder: &tempfile::TempDir, end: &str) -> String {
    let path = folder.path().join("provider");
    let text = format!("#!/bin/sh\necho \"$*\" >> calls\n{end}\n");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    format!("op={} read", path.display())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_apply_asks_for_values_and_before_its_first_write() {
    let tenant = tenant_with(vec![hook(1, "h-0", SIGN_UP)]).await;
    let project = Project::with(&[
        (
            "hooks/h-0.yaml",
            "name: h-0\ntriggerId: pre-user-registration\nsecrets: {KEY: \"op://ci/a/key\"}\n",
        ),
        ("hooks/h-0.js", &script(SIGN_UP, "")),
    ]);
    let folder = tempfile::tempdir().unwrap();
    let calls = || std::fs::read_to_string(folder.path().join("calls")).unwrap_or_default();
    let with = |program: &str, prefixes: &str, args: &[&str]| -> Run {
        let mut command = project.command_on(&tenant, args);
        command.env("PATH", "/usr/bin:/bin").env("HOOKSYNC_SECRET_PROVIDERS", program);
        command.env("HOOKSYNC_SECRET_REFS", prefixes);
        let ran = run(command, args);
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("canary"), "{ran}");
        ran
    };
    let good = provider(&folder, "echo canary-value; echo canary-noise >&2");

    // a plan says where the value is kept, in every format, and asks nobody
    for format in ["text", "json", "markdown", "html"] {
        let ran = with(&good, "op://ci/", &["plan", "--format", format]).expect(0);
        assert!(ran.stdout.contains("op://ci/a/key"), "{ran}");
    }
    let ran = with("", "", &["plan", "--out", "plan.json"]).expect(0);
    assert!(ran.stdout.contains("+ KEY  added, from op://ci/a/key"), "{ran}");

    // what the environment doesn't allow is refused before anybody is asked
    let apply = ["apply", "--yes"];
    let refused = with(&good, "op://prod/", &apply).expect(4);
    assert!(refused.stderr.contains("HOOKSYNC_SECRET_REFS does not allow it"), "{refused}");
    with("", "op://ci/", &apply).expect(1);
    project.write("provider", "#!/bin/sh\necho canary\n");
    let own = format!("op={}", project.path("provider").display());
    let refused = with(&own, "op://ci/", &apply).expect(4);
    assert!(refused.stderr.contains("is in the checkout"), "{refused}");
    project.write("vars.env", format!("HOOKSYNC_SECRET_PROVIDERS={good}\n"));
    with("", "op://ci/", &["apply", "--yes", "--env-file", "vars.env"]).expect(64);
    assert_eq!(calls(), "");

    // one that fails leaves the tenant as it was
    let bad = provider(&folder, "echo canary-value; exit 3");
    let failed = with(&bad, "op://ci/", &apply).expect(1);
    assert!(failed.stderr.contains("ended with 3"), "{failed}");
    assert_eq!(writes(&tenant), [""; 0]);

    // another reference than the reviewed one is another plan
    project.edit("hooks/h-0.yaml", "op://ci/a/key", "op://ci/b/key");
    let stale = with(&good, "op://ci/", &["apply", "--plan", "plan.json"]).expect(4);
    assert!(stale.stderr.contains("the plan has changed"), "{stale}");
    project.edit("hooks/h-0.yaml", "op://ci/b/key", "op://ci/a/key");

    std::fs::remove_file(folder.path().join("calls")).unwrap();
    let good = provider(&folder, "echo canary-value; echo canary-noise >&2");
    with(&good, "op://ci/", &["apply", "--plan", "plan.json"]).expect(0);
    assert_eq!(calls(), "read op://ci/a/key\n");
    assert!(
        writes(&tenant).iter().any(|write| write.contains("/secrets KEY")),
        "{:?}",
        writes(&tenant)
    );
    for (path, (bytes, _)) in project.files() {
        let held = String::from_utf8_lossy(&bytes).contains("canary-value");
        assert!(!held, "{} holds the value", path.display());
    }
}
