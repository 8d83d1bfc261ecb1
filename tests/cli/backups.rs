//! Backups by name, and drift from the tenant's side.

use crate::support::{Project, content, hook, script, tenant_with, writes};

const TRIGGER: &str = "post-user-registration";

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_listed_shown_compared_and_restored_by_its_name() {
    let tenant = tenant_with(vec![hook(1, "a", TRIGGER)]).await;
    let before = content(&tenant);
    let project = Project::new();
    project.write("hooks/a.yaml", format!("name: a\ntriggerId: {TRIGGER}\n"));
    project.write("hooks/a.js", script(TRIGGER, "\n  user.x = 1;"));
    let empty = project.run(&["backups", "list"]).expect(0);
    assert_eq!(empty.stdout, "", "{empty}");
    project.on(&tenant, &["apply", "--yes"]).expect(0);
    assert_ne!(content(&tenant), before);
    let list = project.run(&["backups", "list"]).expect(0).stdout;
    let name = list.split("  ").next().unwrap();
    assert!(name.starts_with("20") && list.contains("  1 definition"), "{list}");
    let shown = project.run(&["backups", "show", name]).expect(0).stdout;
    for part in [
        &format!("Backup {name}\n"),
        "before       hooksync apply\n",
        &format!("hook      a  {TRIGGER}, disabled, "),
        "It holds no values of secrets",
        &format!("Restore  hooksync backups restore {name}\n"),
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let diff = project.on(&tenant, &["backups", "diff", name]).expect(0).stdout;
    assert!(diff.contains("-   user.x = 1;"), "{diff}");
    project.on(&tenant, &["backups", "restore", name, "--yes"]).expect(0);
    assert_eq!(content(&tenant), before);
    for args in [&["backups", "show", "../hooks"][..], &["backups", "diff", "none"]] {
        let run = project.on(&tenant, args).expect(1);
        assert!(run.stderr.contains("there is no backup"), "{run}");
    }
    project.on(&tenant, &["backups", "restore", "--yes"]).expect(64);
    let elsewhere = ["--backup-dir", "kept in", "none"];
    let run = project.on(&tenant, &[&["backups", "diff"], &elsewhere[..]].concat()).expect(1);
    assert!(run.stderr.contains("`hooksync backups list --backup-dir 'kept in'`"), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_names_what_differs_and_both_ways_out() {
    let tenant = tenant_with(vec![hook(1, "a", TRIGGER), hook(2, "b", TRIGGER)]).await;
    let project = Project::new();
    project.on(&tenant, &["export"]).expect(0);
    let none = project.on(&tenant, &["drift"]).expect(0).stdout;
    assert!(none.contains("No drift: the tenant matches the definitions."), "{none}");
    tenant.edit(|state| state.hooks[0].enabled = true).unwrap();
    tenant.edit(|state| state.hooks.remove(1)).unwrap();
    let run = project.on(&tenant, &["drift"]).expect(2);
    assert!(run.stdout.contains("a  differs in enabled\n"), "{run}");
    assert!(run.stdout.contains("take it  hooksync export --only a\n"), "{run}");
    assert!(run.stdout.contains("Show what differs: hooksync plan\n"), "{run}");
    assert!(run.stdout.contains("undo it  hooksync apply --only a\n"), "{run}");
    assert!(run.stdout.contains("b  is not on the tenant\n"), "{run}");
    project.on(&tenant, &["export", "--only", "a"]).expect(0);
    project.on(&tenant, &["export", "--prune"]).expect(0);
    project.on(&tenant, &["drift"]).expect(0);
}

/// Plan and apply count the same thing: what is written.
#[tokio::test(flavor = "multi_thread")]
async fn the_writes_of_a_plan_are_those_of_its_apply() {
    let tenant = tenant_with(vec![hook(1, "a", TRIGGER)]).await;
    let project = Project::new();
    project.write("hooks/a.yaml", format!("name: a\ntriggerId: {TRIGGER}\nsecrets: {{K: v}}\n"));
    project.write("hooks/a.js", script(TRIGGER, "\n  user.x = 1;"));
    let plan = project.on(&tenant, &["plan"]).expect(0).stdout;
    assert!(plan.contains("Apply sends 2 write requests"), "{plan}");
    let apply = project.on(&tenant, &["apply", "--yes"]).expect(0).stdout;
    assert_eq!(writes(&tenant).len(), 2);
    let last = apply.lines().last().unwrap();
    assert!(last.starts_with("Applied 1 change") && last.ends_with(" (2 writes)."), "{last}");
    project.write("hooks/a.js", script(TRIGGER, "\n  user.x = 2;"));
    let json = project.on(&tenant, &["apply", "--yes", "--format", "json"]).expect(0).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    // the secret is sent again
    assert_eq!(json["requests"]["writes"], 2, "{json}");
}
